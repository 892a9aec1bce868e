//! One row per change, in the transaction of the change (审计).

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::{Map, Value, json};
use uuid::Uuid;
use zhibu_core::Result;

use crate::cx::{Caller, Cx};
use crate::db::Conn;
use crate::schema::audit;

/// What happened to what.
#[derive(Debug, Clone)]
pub struct Entry {
    action: &'static str,
    kind: &'static str,
    id: Option<Uuid>,
    changes: Map<String, Value>,
}

impl Entry {
    /// `action` (`organisation.updated`) on an object of `kind`.
    pub fn new(action: &'static str, kind: &'static str, id: impl Into<Option<Uuid>>) -> Self {
        Self { action, kind, id: id.into(), changes: Map::new() }
    }

    /// Notes a field's value before and after. Sensitive values must come masked.
    #[must_use]
    pub fn change(mut self, field: &str, before: impl Into<Value>, after: impl Into<Value>) -> Self {
        let (before, after) = (before.into(), after.into());
        if before != after {
            self.changes.insert(field.to_owned(), json!([before, after]));
        }
        self
    }

    /// Notes a circumstance.
    #[must_use]
    pub fn note(self, field: &str, value: impl Into<Value>) -> Self {
        self.change(field, Value::Null, value)
    }

    /// True when nothing differs.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

/// One stored row, for the history of an object.
#[derive(Debug, Clone, Queryable)]
pub struct Row {
    /// Time-ordered id.
    pub id: Uuid,
    /// When.
    pub at: chrono::DateTime<chrono::Utc>,
    /// Who.
    pub actor_name: String,
    /// What.
    pub action: String,
    /// `{field: [before, after]}`
    pub changes: Value,
}

/// The changes of one object, newest first.
pub async fn history(kind: &str, id: Uuid, before: Option<Uuid>, limit: i64, conn: &mut Conn) -> Result<Vec<Row>> {
    let mut query = audit::table
        .filter(audit::object_kind.eq(kind).and(audit::object_id.eq(id)))
        .select((audit::id, audit::at, audit::actor_name, audit::action, audit::changes))
        .order(audit::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(audit::id.lt(before));
    }
    Ok(query.load(conn).await?)
}

pub(crate) async fn insert(cx: &Cx, entries: Vec<Entry>, conn: &mut Conn) -> Result<()> {
    let (kind, id, name) = match cx.caller() {
        Caller::Stranger => ("stranger", None, "未登录".to_owned()),
        Caller::Account(i) => ("account", Some(i.account.0), i.display_name.clone()),
        Caller::Operator(o) => ("operator", Some(o.id.0), o.user_name.clone()),
        Caller::System(_) => match cx.behalf() {
            Some((account, name)) => ("account", Some(account.0), name.clone()),
            None => ("system", None, "系统".to_owned()),
        },
    };
    let row = |entry: Entry| {
        (
            audit::id.eq(cx.app.world.id::<Uuid>()),
            audit::at.eq(cx.now()),
            audit::actor_kind.eq(kind),
            audit::actor_id.eq(id),
            audit::actor_name.eq(name.clone()),
            audit::address.eq(&cx.origin.address),
            audit::request_id.eq(cx.origin.request),
            audit::action.eq(entry.action),
            audit::object_kind.eq(entry.kind),
            audit::object_id.eq(entry.id),
            audit::changes.eq(Value::Object(entry.changes)),
        )
    };
    let rows: Vec<_> = entries.into_iter().map(row).collect();
    diesel::insert_into(audit::table).values(rows).execute(conn).await?;
    Ok(())
}
