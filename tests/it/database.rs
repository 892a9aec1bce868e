//! What the code believes of the database, and the fences inside it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use zhibu_core::{ANYONE, TenantId};
use zhibu_tenancy::{Cx, Space};
use zhibu_tests::{Sql, Tenant, Town};

/// Column to type and whether it may be null.
type Columns = BTreeMap<String, (String, bool)>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn schema_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            schema_files(&path, found);
        } else if path.ends_with("schema.rs") {
            found.push(path);
        }
    }
}

/// Every `diesel::table!` of the workspace by its name in the code.
fn tables() -> BTreeMap<String, Vec<Columns>> {
    let mut files = Vec::new();
    for folder in ["tenancy/src", "modules"] {
        schema_files(&root().join(folder), &mut files);
    }
    let mut tables: BTreeMap<String, Vec<Columns>> = BTreeMap::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for block in text.split("diesel::table!").skip(1) {
            let (name, rest) = block.trim_start_matches([' ', '{', '\n']).split_once('(').unwrap();
            let body = rest.split_once('{').unwrap().1.split_once('}').unwrap().0;
            let columns = body.split(',').filter_map(|line| line.split_once("->"));
            let columns = columns.map(|(column, kind)| {
                let kind = kind.trim();
                let inner = kind.strip_prefix("Nullable<").and_then(|k| k.strip_suffix('>'));
                (column.trim().to_owned(), (inner.unwrap_or(kind).to_owned(), inner.is_some()))
            });
            tables.entry(name.trim().to_owned()).or_default().push(columns.collect());
        }
    }
    assert!(tables.len() > 15, "{tables:?}");
    tables
}

fn diesel_type(name: &str) -> String {
    match name {
        "uuid" => "Uuid",
        "text" => "Text",
        "bytea" => "Binary",
        "bool" => "Bool",
        "int2" => "Int2",
        "int4" => "Int4",
        "int8" => "Int8",
        "date" => "Date",
        "timestamptz" => "Timestamptz",
        "jsonb" => "Jsonb",
        "_text" => "Array<Text>",
        "_uuid" => "Array<Uuid>",
        "_int8" => "Array<Int8>",
        "_int4" => "Array<Int4>",
        "_int2" => "Array<Int2>",
        "float8" => "Float8",
        other => panic!("a type nobody has used yet: {other}"),
    }
    .to_owned()
}

async fn real(sql: &Sql, schema: &str) -> BTreeMap<String, Columns> {
    let query = format!(
        "SELECT table_name, column_name, udt_name, is_nullable FROM information_schema.columns \
         WHERE table_schema = '{schema}'"
    );
    let mut tables: BTreeMap<String, Columns> = BTreeMap::new();
    for row in sql.rows(&query).await {
        let [table, column, kind, null] = row.try_into().unwrap();
        let kind = (diesel_type(&kind.unwrap()), null.unwrap() == "YES");
        tables.entry(table.unwrap()).or_default().insert(column.unwrap(), kind);
    }
    tables
}

#[tokio::test]
async fn the_tables_in_the_code_are_those_of_the_database() {
    let t = Town::start().await;
    let sql = t.sql().await;
    let known = tables();
    let mut seen = Vec::new();
    for (schema, prefix) in [("platform", "own."), (t.home.schema().as_str(), "own."), ("shared", "shared.")] {
        for (name, columns) in real(&sql, schema).await {
            let name = format!("{prefix}{name}");
            let said = known.get(&name).unwrap_or_else(|| panic!("{schema}.{name} is not in the code"));
            assert!(said.contains(&columns), "{schema}.{name}: {columns:?} is not {said:?}");
            seen.push(name);
        }
    }
    for name in known.keys() {
        assert!(seen.contains(name), "{name} is not in the database");
    }
}

/// Every step back leaves nothing behind, and the way forward works again.
#[tokio::test]
async fn migrations_go_back_to_nothing() {
    let t = Town::start().await;
    let sql = t.sql().await;
    let left = "SELECT count(*) FROM pg_class WHERE relnamespace = 'scratch'::regnamespace";
    let made = "SELECT count(*) FROM pg_proc WHERE pronamespace = 'scratch'::regnamespace";
    sql.rows("CREATE SCHEMA scratch; SET search_path TO scratch").await;
    let modules = zhibu_server::registry().unwrap().modules;
    for _ in 0..2 {
        for module in &modules {
            for step in module.tenant {
                sql.rows(step.up).await;
            }
        }
        assert_ne!(sql.one(left).await, "0");
        for module in modules.iter().rev() {
            for step in module.tenant.iter().rev() {
                sql.rows(step.down).await;
            }
        }
        assert_eq!((sql.one(left).await, sql.one(made).await), ("0".to_owned(), "0".to_owned()));
    }
    let mut steps: Vec<PathBuf> =
        std::fs::read_dir(root().join("migrations/platform")).unwrap().flatten().map(|e| e.path()).collect();
    steps.retain(|path| path.is_dir());
    steps.sort();
    for step in &steps {
        sql.rows(&std::fs::read_to_string(step.join("up.sql")).unwrap()).await;
    }
    for step in steps.iter().rev() {
        sql.rows(&std::fs::read_to_string(step.join("down.sql")).unwrap()).await;
    }
    assert_eq!(sql.one(left).await, "0");
    for module in modules.iter().rev() {
        for step in module.shared.iter().rev() {
            sql.rows(step.down).await;
        }
    }
    assert_eq!(sql.one("SELECT count(*) FROM pg_class WHERE relnamespace = 'shared'::regnamespace").await, "0");
}

/// A deletion or a join on a foreign key must not read the whole table.
#[tokio::test]
async fn every_foreign_key_has_an_index() {
    let t = Town::start().await;
    let bare = t
        .sql()
        .await
        .column(
            "SELECT conrelid::regclass || ' ' || conname FROM pg_constraint c WHERE contype = 'f' \
             AND connamespace::regnamespace::text NOT IN ('jobs') AND NOT EXISTS (SELECT FROM pg_index i \
             WHERE i.indrelid = c.conrelid AND i.indpred IS NULL \
             AND (i.indkey::smallint[])[0:cardinality(c.conkey) - 1] @> c.conkey)",
        )
        .await;
    // Accounts are never deleted, and only present roles are looked up by account: a partial index serves.
    let known = format!("{}.role_assignments role_assignments_account", t.home.schema());
    assert_eq!(bare, [known]);
}

/// What makes the same schema work on a sharded cluster.
#[tokio::test]
async fn tenant_tables_keep_to_the_rules() {
    let t = Town::start().await;
    let sql = t.sql().await;
    let schema = format!("'{}'::regnamespace", t.home.schema());
    for (what, query) in [
        (
            "without primary key",
            format!(
                "SELECT relname FROM pg_class c WHERE relkind = 'r' AND relnamespace = {schema} AND NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = c.oid AND contype = 'p')"
            ),
        ),
        ("deferrable", format!("SELECT conname FROM pg_constraint WHERE connamespace = {schema} AND condeferrable")),
        (
            "name ends in digits",
            format!("SELECT conname FROM pg_constraint WHERE connamespace = {schema} AND conname ~ '_[0-9]+$'"),
        ),
        (
            "a foreign key out of the schema",
            format!(
                "SELECT conname FROM pg_constraint c JOIN pg_class r ON r.oid = c.confrelid WHERE c.connamespace = {schema} AND r.relnamespace <> {schema}"
            ),
        ),
        ("a sequence", format!("SELECT relname FROM pg_class WHERE relkind = 'S' AND relnamespace = {schema}")),
        (
            "a trigger, but for those that Citus goes without",
            format!(
                "SELECT tgname FROM pg_trigger g JOIN pg_class c ON c.oid = tgrelid WHERE NOT tgisinternal AND relnamespace = {schema} AND tgname <> relname || '_rights'"
            ),
        ),
        ("a view", format!("SELECT relname FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = {schema}")),
        (
            "a type of its own",
            format!(
                "SELECT typname FROM pg_type y LEFT JOIN pg_class c ON c.oid = typrelid WHERE typnamespace = {schema} AND typtype IN ('e', 'd', 'c') AND c.relkind IS DISTINCT FROM 'r'"
            ),
        ),
    ] {
        assert_eq!(sql.column(&query).await, Vec::<String>::new(), "{what}");
    }
    // A tenant's weight is its tables, and it has those of its modules: the two of everybody, and what each other adds.
    let (mut base, mut tables) = (0, 0);
    for module in zhibu_modules::all() {
        let made: usize = module.tenant.iter().map(|step| step.up.matches("CREATE TABLE ").count()).sum();
        assert!(module.base || made <= 9, "{} brings {made} tables", module.key);
        base += if module.base { made } else { 0 };
        tables += made;
    }
    assert!(base <= 40, "{base} tables of everybody's");
    let there = sql.column(&format!("SELECT tablename FROM pg_tables WHERE schemaname = '{}'", t.home.schema())).await;
    assert_eq!(there.len(), tables + 1, "and the history itself");
}

#[tokio::test]
async fn a_tenants_role_sees_itself_and_nobody_else() {
    let t = Town::start().await;
    let other = t.tenant("中共第二单位委员会", "boss", None, &["document"]).await;
    let app = t.sql_as_app().await;
    let denied = async |role: Option<&str>, what: &str| {
        let switch = role.map(|role| format!("SET LOCAL ROLE {role};")).unwrap_or_default();
        let said = app.attempt(&format!("BEGIN; {switch} {what}")).await;
        app.rows("ROLLBACK").await;
        let said = said.expect_err(what);
        assert!(said.contains("permission denied") || said.contains("must be"), "{what}: {said}");
    };
    let (ours, theirs) = (t.home.schema(), other.schema());
    for table in ["accounts", "sessions", "organisations", "audit"] {
        denied(Some(&ours), &format!("SELECT * FROM {theirs}.{table}")).await;
        denied(Some(&ours), &format!("DELETE FROM {theirs}.{table}")).await;
        denied(None, &format!("SELECT * FROM {ours}.{table}")).await;
        denied(Some("zhibu_platform"), &format!("SELECT * FROM {ours}.{table}")).await;
        app.rows(&format!("BEGIN; SET LOCAL ROLE {ours}; SELECT * FROM {ours}.{table}; ROLLBACK")).await;
    }
    for what in [
        "SELECT * FROM platform.tenants",
        "SELECT * FROM platform.logins",
        "UPDATE shared.sample_texts SET title = ''",
        "INSERT INTO shared.sample_texts SELECT * FROM shared.sample_texts",
        "CREATE TABLE shared.mine (id int)",
        "CREATE TABLE public.mine (id int)",
        "SELECT * FROM jobs._private_jobs",
        "SELECT jobs.add_job('x')",
        "SELECT shared.dead_job_count()",
        "SELECT shared.retry_job(1)",
        "CREATE ROLE mine",
        "CREATE SCHEMA mine",
    ] {
        denied(Some(&ours), what).await;
        denied(None, what).await;
    }
    app.rows(&format!("BEGIN; SET LOCAL ROLE {ours}; SELECT * FROM shared.sample_texts; ROLLBACK")).await;
    let attributes = "SELECT rolsuper OR rolinherit OR rolcreaterole OR rolcreatedb OR rolbypassrls FROM pg_roles WHERE rolname = 'zhibu_app'";
    assert_eq!(app.one(attributes).await, "f");
}

/// The doors out of a tenant's transaction take the tenant from its role, never from the caller.
#[tokio::test]
async fn the_doors_act_for_the_own_tenant_only() {
    let t = Town::start().await;
    let other = t.tenant("中共第二单位委员会", "boss", None, &[]).await;
    let app = t.sql_as_app().await;
    let sql = t.sql().await;
    let ours = t.home.schema();
    let freed =
        format!("BEGIN; SET LOCAL ROLE {ours}; SELECT shared.release_login('name', '{}'); COMMIT", other.account);
    assert_eq!(app.one(&freed).await, "f");
    let stolen = format!(
        "BEGIN; SET LOCAL ROLE {ours}; SELECT shared.claim_login('name', \
         (SELECT '\\x00'::bytea), '{}'); COMMIT",
        t.home.account
    );
    assert_eq!(app.one(&stolen).await, "t");
    assert_eq!(sql.one("SELECT tenant_id FROM platform.logins WHERE blind_index = '\\x00'").await, t.home.id);
    app.rows(&format!("BEGIN; SET LOCAL ROLE {ours}; SELECT shared.rename_tenant('改名'); COMMIT")).await;
    let names = sql.column("SELECT name FROM platform.tenants ORDER BY id").await;
    assert_eq!(names, ["改名", "中共第二单位委员会"]);
    let outside = app.attempt("SELECT shared.enqueue('sms_send', '{}', NULL, 1)").await;
    assert!(outside.is_err());
}

async fn outside_a_unit(t: &Town, tenant: &Tenant, statement: &'static str) -> String {
    let (app, id) = (t.app(), tenant.id.parse::<TenantId>().unwrap());
    t.inside(async move {
        use diesel_async::SimpleAsyncConnection;
        let cx = Cx::system(app, Space::Tenant(id));
        let mut write = cx.write(ANYONE).await.unwrap();
        let conn = write.conn().unwrap();
        conn.batch_execute("SELECT * FROM own.accounts").await.unwrap();
        conn.batch_execute("COMMIT").await.unwrap();
        conn.batch_execute(statement).await.unwrap_err().to_string()
    })
    .await
}

#[tokio::test]
async fn sql_outside_a_unit_of_work_fails() {
    let t = Town::start().await;
    for statement in [
        "SELECT * FROM own.accounts",
        "SELECT * FROM accounts",
        "SELECT * FROM tenants",
        "SELECT * FROM platform.tenants",
    ] {
        let said = outside_a_unit(&t, &t.home, statement).await;
        assert!(said.contains("does not exist") || said.contains("permission denied"), "{said}");
    }
}
