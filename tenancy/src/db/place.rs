//! The schema that stands in SQL for "whoever's unit of work this is".
//!
//! Tables of the control plane and of tenants are written as `own.accounts`, in `diesel::table!` and in SQL by hand.
//! Which schema that is, is put in when a statement is sent: SQL without a unit of work cannot be sent at all, and what
//! is prepared for one tenant names that tenant and can serve no other.

/// The placeholder.
const OWN: &str = "own";

/// SQL with every `own.` replaced by `schema`. Columns that diesel writes out in full (`"own"."accounts"."id"`) lose
/// the schema: their table is named once where it is read, and the server keeps the text of every prepared statement.
pub(super) fn settle(sql: &str, schema: &str) -> String {
    let mut settled = String::with_capacity(sql.len() + schema.len());
    let mut rest = sql;
    while let Some(at) = rest.find(OWN) {
        let (before, found) = rest.split_at(at);
        let after = found.get(OWN.len()..).unwrap_or_default();
        let (before, table) = match (before.strip_suffix('"'), after.strip_prefix("\".")) {
            (Some(before), Some(table)) => (before, Some(table)),
            _ => (before, after.strip_prefix('.').filter(|_| !before.ends_with(part_of_name))),
        };
        settled.push_str(before);
        rest = match table {
            Some(table) if is_column(table) => table,
            Some(table) => {
                settled.push_str(schema);
                settled.push('.');
                table
            }
            None => {
                settled.push_str(OWN);
                after
            }
        };
    }
    settled.push_str(rest);
    settled
}

fn part_of_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$' | '"' | '.' | '\'')
}

/// Whether `"table"."column"` follows, and not a table alone.
fn is_column(text: &str) -> bool {
    text.strip_prefix('"').and_then(|name| name.split_once('"')).is_some_and(|(_, after)| after.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::settle;

    #[test]
    fn tables_get_the_schema_and_columns_none() {
        for (sql, settled) in [
            (
                r#"SELECT "own"."accounts"."id" FROM "own"."accounts" WHERE "own"."accounts"."id" = $1"#,
                r#"SELECT "accounts"."id" FROM t_1."accounts" WHERE "accounts"."id" = $1"#,
            ),
            (r#"INSERT INTO "own"."menus" ("key") VALUES ($1)"#, r#"INSERT INTO t_1."menus" ("key") VALUES ($1)"#),
            ("SELECT FROM own.people p, own.posts", "SELECT FROM t_1.people p, t_1.posts"),
            ("UPDATE own.policy SET epoch = policy.epoch", "UPDATE t_1.policy SET epoch = policy.epoch"),
            // Words that only look like it.
            ("SELECT a.down.x, down.y, town, own, owner.z", "SELECT a.down.x, down.y, town, own, owner.z"),
            (r#"SELECT a."own", "own" FROM shared.texts"#, r#"SELECT a."own", "own" FROM shared.texts"#),
            ("SELECT '党own.' || own.a", "SELECT '党own.' || t_1.a"),
            ("own.", "t_1."),
            ("", ""),
        ] {
            assert_eq!(settle(sql, "t_1"), settled);
        }
    }
}
