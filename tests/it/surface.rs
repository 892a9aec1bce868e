//! Everything the live schema offers, tried as everybody: whatever is added is tried too, and a reviewed table in
//! `snapshots/` says what must come of it.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use serde_json::{Map, Value, json};
use zhibu_tests::{PASSWORD, Tenant, Town, Visitor, words};

pub(crate) const NOBODY: &str = "00000000-0000-7000-8000-000000000000";
const INTROSPECTION: &str = "{ __schema { queryType { fields { name type { ...T } } } mutationType { fields { name type { ...T } } } \
    types { kind name enumValues { name } inputFields { name defaultValue type { ...T } } fields { name type { ...T } \
    args { name defaultValue type { ...T } } } } } } \
    fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

/// The schema as somebody sees it.
pub(crate) struct Surface(Value);

/// One field of a namespace.
pub(crate) struct Operation {
    /// `mutation directory.createOrganisation`
    pub(crate) name: String,
    document: String,
    variables: Value,
    /// It takes an id.
    pub(crate) takes_id: bool,
}

/// One text or number that an operation takes, and a request into which any value can be put there.
pub(crate) struct Place {
    /// `mutation directory.createOrganisation input.fullName`
    pub(crate) name: String,
    /// What is asked.
    pub(crate) document: String,
    /// With these variables beside it.
    pub(crate) variables: Value,
    /// Where in them, as a JSON pointer.
    pub(crate) pointer: String,
    /// It takes a whole number.
    pub(crate) number: bool,
}

impl Surface {
    /// Looks at the schema with the eyes of an operator, to whom every module shows.
    pub(crate) async fn of(t: &Town) -> Self {
        Self(t.operator().await.ok(INTROSPECTION, json!({})).await["__schema"].clone())
    }

    fn kind(&self, name: &str) -> &Value {
        self.0["types"].as_array().unwrap().iter().find(|kind| kind["name"] == name).unwrap()
    }

    /// Every operation with the least input it takes; `ids` names what an argument of this name points to.
    pub(crate) fn operations(&self, ids: &dyn Fn(&str) -> String) -> Vec<Operation> {
        let mut all = Vec::new();
        for (verb, root) in [("query", "queryType"), ("mutation", "mutationType")] {
            for space in self.0[root]["fields"].as_array().unwrap() {
                let (space, kind) = (space["name"].as_str().unwrap(), named(&space["type"]));
                for field in self.kind(kind)["fields"].as_array().unwrap() {
                    all.push(self.operation(verb, space, field, ids));
                }
            }
        }
        // What ends a session comes last.
        all.sort_by_key(|o| (o.name.contains("ignOut") || o.name.ends_with(".refresh"), o.name.clone()));
        all
    }

    /// Every query that needs no id, with all that its answer may show two levels down.
    pub(crate) fn queries(&self) -> Vec<Operation> {
        let mut all = Vec::new();
        for space in self.0["queryType"]["fields"].as_array().unwrap() {
            let (space, kind) = (space["name"].as_str().unwrap(), named(&space["type"]));
            for field in self.kind(kind)["fields"].as_array().unwrap() {
                let operation = self.operation("query", space, field, &|_| NOBODY.to_owned());
                if !operation.takes_id {
                    let shown = self.shown(named(&field["type"]), 3);
                    let document = operation.document.replace("{ __typename }", &shown);
                    all.push(Operation { document, ..operation });
                }
            }
        }
        all
    }

    /// Every text and number that the schema takes anywhere, inside inputs too.
    pub(crate) fn places(&self) -> Vec<Place> {
        let mut all = Vec::new();
        for (verb, root) in [("query", "queryType"), ("mutation", "mutationType")] {
            for space in self.0[root]["fields"].as_array().unwrap() {
                let (space, kind) = (space["name"].as_str().unwrap(), named(&space["type"]));
                for field in self.kind(kind)["fields"].as_array().unwrap() {
                    for arg in field["args"].as_array().unwrap() {
                        let name = arg["name"].as_str().unwrap();
                        let operation = self.asked(verb, space, field, &|_| NOBODY.to_owned(), Some(name));
                        let start = Place {
                            name: format!("{} {name}", operation.name),
                            document: operation.document,
                            variables: operation.variables,
                            pointer: format!("/{name}"),
                            number: false,
                        };
                        self.leaves(&arg["type"], start, 4, &mut all);
                    }
                }
            }
        }
        all
    }

    /// Where a type takes texts and whole numbers, so many levels down.
    fn leaves(&self, kind: &Value, at: Place, levels: u8, found: &mut Vec<Place>) {
        let below = |part: &str, value: Value| {
            let (name, pointer) = (format!("{}.{part}", at.name), format!("{}/{part}", at.pointer));
            let mut variables = at.variables.clone();
            *variables.pointer_mut(&at.pointer).unwrap() = value;
            Place { name, document: at.document.clone(), variables, pointer, number: false }
        };
        let least = |kind: &Value| self.value(kind, "", &|_| NOBODY.to_owned(), &mut false);
        match kind["kind"].as_str().unwrap() {
            "NON_NULL" => self.leaves(&kind["ofType"], at, levels, found),
            "LIST" => {
                let one = below("0", json!([least(&kind["ofType"])]));
                self.leaves(&kind["ofType"], one, levels, found);
            }
            "INPUT_OBJECT" if levels > 0 => {
                for field in self.kind(kind["name"].as_str().unwrap())["inputFields"].as_array().unwrap() {
                    let part = field["name"].as_str().unwrap();
                    let mut whole = least(kind);
                    if whole[part].is_null() {
                        whole[part] = self.value(&field["type"], part, &|_| NOBODY.to_owned(), &mut false);
                    }
                    self.leaves(&field["type"], below(part, whole), levels - 1, found);
                }
            }
            "SCALAR" if kind["name"] != "Boolean" => found.push(Place { number: kind["name"] == "Int", ..at }),
            _ => {}
        }
    }

    /// Everything of a type that needs no argument, so many levels down.
    fn shown(&self, kind: &str, levels: u8) -> String {
        let kind = self.kind(kind);
        if kind["kind"] == "UNION" {
            return "{ __typename }".to_owned();
        }
        let Some(fields) = kind["fields"].as_array() else { return String::new() };
        let open = fields
            .iter()
            .filter(|field| field["args"].as_array().unwrap().iter().all(|a| a["type"]["kind"] != "NON_NULL"));
        let shown = open.filter_map(|field| {
            let (name, kind) = (field["name"].as_str().unwrap(), named(&field["type"]));
            let leaf = ["SCALAR", "ENUM"].contains(&self.kind(kind)["kind"].as_str().unwrap());
            (leaf || levels > 1).then(|| format!("{name} {}", self.shown(kind, levels - 1)))
        });
        let shown = shown.collect::<Vec<_>>().join(" ");
        if shown.is_empty() { "{ __typename }".to_owned() } else { format!("{{ {shown} }}") }
    }

    fn operation(&self, verb: &str, space: &str, field: &Value, ids: &dyn Fn(&str) -> String) -> Operation {
        self.asked(verb, space, field, ids, None)
    }

    /// The operation with the least it takes, and one argument more.
    fn asked(
        &self,
        verb: &str,
        space: &str,
        field: &Value,
        ids: &dyn Fn(&str) -> String,
        also: Option<&str>,
    ) -> Operation {
        let name = field["name"].as_str().unwrap();
        let mut variables = Map::new();
        let (mut declared, mut given, mut takes_id) = (String::new(), String::new(), false);
        for arg in field["args"].as_array().unwrap() {
            let (arg_name, kind) = (arg["name"].as_str().unwrap(), &arg["type"]);
            let id = named(kind) == "ID";
            if kind["kind"] != "NON_NULL" && !id && also != Some(arg_name) {
                continue;
            }
            write!(declared, "${arg_name}: {} ", written(kind)).unwrap();
            write!(given, "{arg_name}: ${arg_name} ").unwrap();
            let mut value = self.value(kind, arg_name, ids, &mut takes_id);
            // Jobs are numbered.
            if name == "retryJob" {
                value = json!("1");
            }
            variables.insert(arg_name.to_owned(), value);
        }
        let (declared, given) = (parenthesised(&declared), parenthesised(&given));
        let shown = if ["OBJECT", "UNION"].contains(&self.kind(named(&field["type"]))["kind"].as_str().unwrap()) {
            "{ __typename }"
        } else {
            ""
        };
        Operation {
            name: format!("{verb} {space}.{name}"),
            document: format!("{verb}{declared} {{ {space} {{ {name}{given} {shown} }} }}"),
            variables: Value::Object(variables),
            takes_id,
        }
    }

    /// The least value of a type.
    fn value(&self, kind: &Value, name: &str, ids: &dyn Fn(&str) -> String, takes_id: &mut bool) -> Value {
        match kind["kind"].as_str().unwrap() {
            "NON_NULL" => self.value(&kind["ofType"], name, ids, takes_id),
            "LIST" => json!([]),
            "ENUM" => self.kind(kind["name"].as_str().unwrap())["enumValues"][0]["name"].clone(),
            "INPUT_OBJECT" => {
                let fields = self.kind(kind["name"].as_str().unwrap())["inputFields"].as_array().unwrap();
                let wanted =
                    fields.iter().filter(|f| f["type"]["kind"] == "NON_NULL" || useful(f["name"].as_str().unwrap()));
                let pairs = wanted.map(|f| {
                    let name = f["name"].as_str().unwrap();
                    (name.to_owned(), self.value(&f["type"], name, ids, takes_id))
                });
                Value::Object(pairs.collect())
            }
            _ => match (kind["name"].as_str().unwrap(), name) {
                ("ID", _) => {
                    *takes_id = true;
                    json!(ids(name))
                }
                ("Int", _) => json!(1),
                ("Float", _) => json!(1.0),
                ("Boolean", _) => json!(true),
                ("DateTime", "endsAt") => json!("2026-12-31T03:00:00Z"),
                ("DateTime", _) => json!("2026-12-31T01:00:00Z"),
                // The day of a question about how things were.
                ("NaiveDate", "date") => json!("2026-01-31"),
                ("NaiveDate", _) => json!("2026-12-31"),
                (_, "module") => json!("document"),
                (_, "template" | "kind") => json!("member"),
                (_, "mobile" | "contactPhone") => json!("13800138000"),
                (_, "divisionCode") => json!("320100"),
                _ => json!("示例文字示例文字示例文字"),
            },
        }
    }
}

/// Fields that may be left out but are needed for the input to be good.
fn useful(name: &str) -> bool {
    ["parent", "contactPhone", "displayName"].contains(&name)
}

fn named(kind: &Value) -> &str {
    if kind["ofType"].is_null() { kind["name"].as_str().unwrap() } else { named(&kind["ofType"]) }
}

fn written(kind: &Value) -> String {
    match kind["kind"].as_str().unwrap() {
        "NON_NULL" => format!("{}!", written(&kind["ofType"])),
        "LIST" => format!("[{}]", written(&kind["ofType"])),
        _ => kind["name"].as_str().unwrap().to_owned(),
    }
}

fn parenthesised(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("({})", text.trim_end()) }
}

/// Compares with the reviewed file; what differs is laid beside it for the review.
pub(crate) fn reviewed(name: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("it/snapshots").join(name);
    let known = std::fs::read_to_string(&file).unwrap_or_default();
    if known != text {
        let new = file.with_extension("new");
        std::fs::write(&new, text).unwrap();
        let differs = text.lines().filter(|line| !known.lines().any(|k| k == *line)).collect::<Vec<_>>().join("\n");
        panic!("{} is not as reviewed; see {}:\n{differs}", file.display(), new.display());
    }
}

/// `ok`, or the code of the refusal; and the whole answer.
pub(crate) async fn outcome(visitor: &Visitor, operation: &Operation) -> (String, Value) {
    let answer = visitor.peek(&operation.document, operation.variables.clone()).await;
    let code = answer.refusal_opt().map_or_else(|| "ok".to_owned(), |refusal| refusal.code);
    assert!(code != "INTERNAL" && !code.starts_with("no code"), "{}: {:#}", operation.name, answer.body);
    (code, answer.body)
}

#[tokio::test]
async fn strangers_get_only_what_is_meant_for_anyone() {
    let t = Town::start().await;
    let mut table = String::new();
    for operation in Surface::of(&t).await.operations(&|_| NOBODY.to_owned()) {
        let (code, _) = outcome(&t.visitor(), &operation).await;
        if code != "UNAUTHENTICATED" {
            writeln!(table, "{:<48} {code}", operation.name).unwrap();
        }
        let (there, _) = outcome(&t.operator_visitor(), &operation).await;
        // Some are limited by number or spent by the first.
        assert!(there == code || there == "TOO_MANY", "{} differs at the operators' door: {there}", operation.name);
    }
    reviewed("anyone.txt", &table);
}

#[tokio::test]
async fn pc_1_2d_the_initial_password_opens_nothing_else() {
    let t = Town::start().await;
    t.tenant("中共第二单位委员会", "boss", Some("13900000002"), &["document"]).await;
    let mut boss = t.visitor();
    boss.ok(words::SIGN_IN, json!({"name": "boss", "password": "ABC#123"})).await;
    let mut table = String::new();
    for operation in Surface::of(&t).await.operations(&|_| NOBODY.to_owned()) {
        let (code, _) = outcome(&boss, &operation).await;
        if code != "PASSWORD_CHANGE_REQUIRED" {
            writeln!(table, "{:<48} {code}", operation.name).unwrap();
        }
    }
    reviewed("initial_password.txt", &table);
}

/// What makes something new under an id that the client has chosen; one that is taken is refused (`feedback.rs`).
pub(crate) const CHOSEN_ID: &str = "mutation system.sendFeedback";

/// The roles of a tenant, the mightiest first.
pub(crate) const ROLES: [&str; 8] = [
    "tenant_admin",
    "org_admin",
    "branch_secretary",
    "branch_committee",
    "group_leader",
    "member",
    "applicant",
    "mass",
];

/// Who may do what: `+` allowed (whatever then comes of the made-up input), `.` denied, `!` not signed in.
#[tokio::test]
async fn every_role_may_do_what_the_matrix_says() {
    let t = Town::start().await;
    let mut people: Vec<(&str, Visitor)> = Vec::new();
    for role in ROLES {
        t.person(role, role, &t.home.root).await;
        people.push((role, t.signed_in(role, PASSWORD).await));
    }
    people.push(("operator", t.operator().await));
    let operations = Surface::of(&t).await.operations(&|_| NOBODY.to_owned());
    let mut table = String::new();
    writeln!(table, "{:<48} {}", "", people.iter().map(|(role, _)| *role).collect::<Vec<_>>().join(" ")).unwrap();
    for operation in &operations {
        write!(table, "{:<48}", operation.name).unwrap();
        for (role, person) in &people {
            let cell = match outcome(person, operation).await.0.as_str() {
                "DENIED" => '.',
                "UNAUTHENTICATED" => '!',
                _ => '+',
            };
            write!(table, " {cell:^width$}", width = role.len()).unwrap();
        }
        let end = table.trim_end().len();
        table.truncate(end);
        table.push('\n');
    }
    reviewed("roles.txt", &table);
}

/// Role by feature by reach: what the matrix says and the product makes of it. A cell is the compiled reach, `.` when the
/// role may not; a feature that is not built yet shows the matrix's own letters in brackets. `own` tells whether a tenant may
/// put it into a role of its own, whose reach it chooses. Below stand the roles that follow from posts.
#[tokio::test]
async fn every_feature_reaches_as_far_as_reviewed() {
    let t = Town::start().await;
    let mut matrix = include_str!("../../config/role_matrix.csv").lines();
    let roles: Vec<&str> = matrix.next().unwrap().split(',').skip(2).collect();
    let app = t.app();
    let known = app.registry.permissions();
    let mut rows: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in matrix {
        let mut cells = line.split(',');
        let feature = cells.next().unwrap();
        let said = cells.skip(1).map(|cell| if cell == "-" { ".".to_owned() } else { format!("({cell})") });
        rows.insert(feature.to_owned(), said.collect());
    }
    let mut held: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for permission in &known {
        let mut row = Vec::new();
        for role in &roles {
            let reach = app.policy.reach(role, *permission);
            row.push(reach.map_or(".", |reach| reach.name()).to_owned());
            if reach.is_some() {
                held.entry(role).or_default().push(permission.key);
            }
        }
        rows.insert(permission.key.to_owned(), row);
    }
    let mut admin = t.administrator().await;
    let grantable = admin.ok("{ system { grantable } }", json!({})).await;
    let grantable: Vec<&str> =
        grantable["system"]["grantable"].as_array().unwrap().iter().map(|key| key.as_str().unwrap()).collect();
    let mut table = String::new();
    writeln!(table, "{:<28} {} own", "", roles.join(" ")).unwrap();
    for (feature, cells) in &rows {
        write!(table, "{feature:<28}").unwrap();
        for (role, cell) in roles.iter().zip(cells) {
            write!(table, " {cell:^width$}", width = role.len()).unwrap();
        }
        writeln!(table, " {}", if grantable.contains(&feature.as_str()) { "may" } else { "." }).unwrap();
    }
    // The table is what people really hold.
    for role in ROLES {
        t.person(role, role, &t.home.root).await;
        let session = t.signed_in(role, PASSWORD).await.ok(words::SESSION, json!({})).await;
        let mut permissions: Vec<&str> = session["system"]["session"]["permissions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|key| key.as_str().unwrap())
            .collect();
        permissions.sort_unstable();
        let mut wanted = held.remove(role).unwrap_or_default();
        wanted.sort_unstable();
        assert_eq!(permissions, wanted, "{role}");
    }
    table.push('\n');
    for (post, role) in by_post(&t, &mut admin).await {
        writeln!(table, "{post:<28} {role}").unwrap();
    }
    reviewed("features.txt", &table);
}

/// What each post of the dictionary makes somebody, as the list of users tells.
async fn by_post(t: &Town, admin: &mut Visitor) -> Vec<(String, String)> {
    let (_, first, _) = crate::organisations::small_tree(t, admin).await;
    let person = crate::members::enrol(admin, crate::members::member(&first, "张三", 1)).await;
    let dictionary = admin.ok("{ system { dictionary(kinds: [\"post\"]) { code } } }", json!({})).await;
    let (sql, schema) = (t.sql().await, t.home.schema());
    let mut found = Vec::new();
    for post in dictionary["system"]["dictionary"].as_array().unwrap() {
        let post = post["code"].as_str().unwrap();
        sql.rows(&format!(
            "DELETE FROM {schema}.posts; INSERT INTO {schema}.posts VALUES (gen_random_uuid(), '{person}', '{first}', '{post}', \
             '2020-01-01', NULL)"
        ))
        .await;
        let users = "{ system { users { nodes { displayName roles { role byPost } } } } }";
        let users = admin.ok(users, json!({})).await["system"]["users"]["nodes"].clone();
        let roles =
            users.as_array().unwrap().iter().find(|user| user["displayName"] == "张三").unwrap()["roles"].clone();
        let role = roles.as_array().unwrap().iter().find(|role| role["byPost"] == true);
        found.push((post.to_owned(), role.map_or(".", |role| role["role"].as_str().unwrap()).to_owned()));
    }
    found
}

/// What a tenant holds, as one number a table.
pub(crate) async fn content(t: &Town, tenant: &Tenant) -> BTreeMap<String, String> {
    let sql = t.sql().await;
    let schema = tenant.schema();
    let tables = sql.column(&format!("SELECT tablename FROM pg_tables WHERE schemaname = '{schema}'")).await;
    let mut content = BTreeMap::new();
    for table in tables {
        let all =
            format!("SELECT coalesce(md5(string_agg(r::text, '|' ORDER BY r::text)), '') FROM {schema}.{table} r");
        content.insert(table.clone(), sql.one(&all).await);
    }
    content
}

#[tokio::test]
async fn ids_of_another_tenant_are_ids_of_nobody() {
    let t = Town::start().await;
    let other = t.tenant("中共第二单位委员会", "boss", None, &["document"]).await;
    let mut boss = t.first_sign_in("boss", None).await;
    let session = boss.ok(words::SESSION, json!({})).await["system"]["session"]["id"].as_str().unwrap().to_owned();
    let admin = t.administrator().await;
    let theirs = |name: &str| match name {
        "account" => other.account.clone(),
        "tenant" => other.id.clone(),
        _ => other.root.clone(),
    };
    let surface = Surface::of(&t).await;
    let mut operations = surface.operations(&theirs);
    operations.extend(surface.operations(&|_| other.account.clone()));
    operations.extend(surface.operations(&|_| session.clone()));
    let (ours_before, theirs_before) = (content(&t, &t.home).await, content(&t, &other).await);
    let mut tried = 0;
    for operation in operations.iter().filter(|operation| operation.takes_id && operation.name != CHOSEN_ID) {
        let (code, _) = outcome(&admin, operation).await;
        let fine =
            ["NOT_FOUND", "DENIED", "WRONG_CODE", "MINI_TICKET", "INVALID", "LINK_INVALID"].contains(&code.as_str());
        assert!(fine, "{}: {code}", operation.name);
        tried += 1;
    }
    assert!(tried > 30, "only {tried} operations take ids");
    assert_eq!(content(&t, &other).await, theirs_before);
    assert_eq!(content(&t, &t.home).await, ours_before);
}

#[tokio::test]
async fn a_hidden_menu_refuses_its_api() {
    let t = Town::start().await;
    let mut admin = t.administrator().await;
    let schema = t.home.schema();
    let sql = t.sql().await;
    let cases: [(&str, &[&str]); 3] = [
        (
            "org.info",
            &["query directory.organisations", "query directory.tree", "mutation directory.createOrganisation"],
        ),
        ("system.users", &["query system.users", "mutation system.unlockUser"]),
        ("document.samples", &["query document.samples", "mutation document.markRead"]),
    ];
    let operations = Surface::of(&t).await.operations(&|_| NOBODY.to_owned());
    for (menu, behind) in cases {
        for off in [true, false] {
            let change = if off {
                format!("INSERT INTO {schema}.menus VALUES ('tenant', '{menu}', false)")
            } else {
                format!("DELETE FROM {schema}.menus")
            };
            sql.rows(&format!("{change}; UPDATE {schema}.policy SET epoch = epoch + 1")).await;
            tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
            for name in behind {
                let operation = operations.iter().find(|operation| operation.name == *name).unwrap();
                assert_eq!(outcome(&admin, operation).await.0 == "DENIED", off, "{name} behind {menu}");
            }
            let menus = admin.ok(words::SESSION, json!({})).await["system"]["session"]["menus"].clone();
            assert_eq!(!menus.to_string().contains(&format!("\"{menu}\"")), off, "{menu} in the left bar");
        }
    }
}

/// In production a stranger does not even learn what there is; suggestions are off everywhere.
#[tokio::test]
async fn unknown_fields_get_no_suggestions() {
    let t = Town::start().await;
    let answer = t.visitor().ask("{ systen { server { name } } }", json!({})).await;
    assert!(!answer.body.to_string().to_lowercase().contains("did you mean"), "{}", answer.body);
    let answer = t.administrator().await.ask("{ system { sesion { id } } }", json!({})).await;
    assert!(!answer.body.to_string().contains("session\\\""), "{}", answer.body);
}
