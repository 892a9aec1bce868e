//! One row per change, in the transaction of the change (审计); sealed afterwards into a chain.

mod redact;
pub mod seal;
pub mod undo;

pub use redact::{PURGED, redact};

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::{Map, Value, json};
use uuid::Uuid;
use zhibu_core::{AccountId, OperatorId, Page, PageArgs, Result};

use crate::cx::{Caller, Cx};
use crate::db::{Conn, Space};
use crate::schema::{accounts, audit, operators, support};

/// The note by which a row refers to the one it takes back.
pub const UNDOES: &str = "undoes";

/// What happened to what.
#[derive(Debug, Clone)]
pub struct Entry {
    action: &'static str,
    kind: &'static str,
    id: Option<Uuid>,
    changes: Map<String, Value>,
    by: Option<(&'static str, Uuid, String)>,
}

impl Entry {
    /// `action` (`organisation.updated`) on an object of `kind`.
    pub fn new(action: &'static str, kind: &'static str, id: impl Into<Option<Uuid>>) -> Self {
        Self { action, kind, id: id.into(), changes: Map::new(), by: None }
    }

    /// Names who did it, where the request itself does not know yet: whoever signs in.
    #[must_use]
    pub fn by(mut self, account: AccountId, name: String) -> Self {
        self.by = Some(("account", account.0, name));
        self
    }

    /// Names the operator who did it, where the system acts in a tenant for them.
    #[must_use]
    pub(crate) fn by_operator(mut self, operator: OperatorId, name: String) -> Self {
        self.by = Some(("operator", operator.0, name));
        self
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

    /// Its word.
    pub(crate) fn action(&self) -> &str {
        self.action
    }

    /// Refers to the change that this one takes back.
    pub(crate) fn undoes(&mut self, change: Uuid) {
        self.changes.insert(UNDOES.to_owned(), json!([null, change]));
    }

    /// True when nothing differs.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

/// One stored row.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = audit)]
pub struct Row {
    /// Time-ordered id.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// `account`, `operator`, `stranger` or `system`.
    pub actor_kind: String,
    /// Who.
    pub actor_id: Option<Uuid>,
    /// Their name at the time.
    pub actor_name: String,
    /// From where; empty for jobs and commands.
    pub address: String,
    /// What.
    pub action: String,
    /// To what kind of thing.
    pub object_kind: String,
    /// To which one.
    pub object_id: Option<Uuid>,
    /// `{field: [before, after]}`
    pub changes: Value,
    /// The seal that covers it.
    pub seal: Option<i32>,
}

impl Row {
    /// The change this one takes back.
    pub fn undoes(&self) -> Option<Uuid> {
        self.changes.get(UNDOES)?.get(1)?.as_str()?.parse().ok()
    }
}

/// Which rows a page shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// What people of this name did: a user name or a name, whole.
    pub by: Option<String>,
    /// What was done to a kind of thing.
    pub kind: Option<String>,
    /// Just this action.
    pub action: Option<String>,
    /// What was done to one thing.
    pub object: Option<Uuid>,
    /// From this moment.
    pub since: Option<DateTime<Utc>>,
    /// Before this moment.
    pub until: Option<DateTime<Utc>>,
}

/// The rows of the caller's space, newest first.
pub async fn list(cx: &Cx, filter: &Filter, page: &PageArgs, conn: &mut Conn) -> Result<Page<Row>> {
    let mut query = matching(cx, filter, conn).await?.limit(page.limit()).offset(page.offset()).order(audit::id.desc());
    if let Some(after) = page.after::<Uuid>()? {
        query = query.filter(audit::id.lt(after));
    }
    Ok(page.page(query.select(Row::as_select()).load(conn).await?, |row| row.id))
}

/// How many rows there are.
pub async fn count(cx: &Cx, filter: &Filter, conn: &mut Conn) -> Result<i64> {
    Ok(matching(cx, filter, conn).await?.count().get_result(conn).await?)
}

async fn matching(cx: &Cx, filter: &Filter, conn: &mut Conn) -> Result<audit::BoxedQuery<'static, Pg>> {
    let mut query = audit::table.into_boxed();
    if let Some(by) = &filter.by {
        query = query.filter(audit::actor_id.eq_any(named(cx, by, conn).await?));
    }
    if let Some(kind) = filter.kind.clone() {
        query = query.filter(audit::object_kind.eq(kind));
    }
    if let Some(action) = filter.action.clone() {
        query = query.filter(audit::action.eq(action));
    }
    if let Some(object) = filter.object {
        query = query.filter(audit::object_id.eq(object));
    }
    // Ids begin with their time, so that a span of days is a range of the key.
    if let Some(since) = filter.since {
        query = query.filter(audit::id.ge(first_id(since)));
    }
    if let Some(until) = filter.until {
        query = query.filter(audit::id.lt(first_id(until)));
    }
    Ok(query)
}

/// The people of a name in the caller's space.
async fn named(cx: &Cx, name: &str, conn: &mut Conn) -> Result<Vec<Uuid>> {
    let name = name.trim();
    Ok(match cx.space() {
        Space::Platform => {
            operators::table.filter(operators::user_name.eq(name)).select(operators::id).load(conn).await?
        }
        Space::Tenant(_) => {
            let mut found: Vec<Uuid> = accounts::table
                .filter(accounts::user_name.eq(name).or(accounts::display_name.eq(name)))
                .select(accounts::id)
                .limit(100)
                .load(&mut *conn)
                .await?;
            // And the operators who have been here.
            let guests = support::table.filter(support::operator_name.eq(name)).select(support::operator_id);
            found.extend(guests.distinct().limit(100).load::<Uuid>(conn).await?);
            found
        }
    })
}

/// The smallest id of a moment.
fn first_id(at: DateTime<Utc>) -> Uuid {
    let millis = u128::try_from(at.timestamp_millis()).unwrap_or_default();
    Uuid::from_u128(millis << 80)
}

/// The changes of one object, newest first.
pub async fn history(kind: &str, id: Uuid, before: Option<Uuid>, limit: i64, conn: &mut Conn) -> Result<Vec<Row>> {
    let mut query = audit::table
        .filter(audit::object_kind.eq(kind).and(audit::object_id.eq(id)))
        .select(Row::as_select())
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
        Caller::Account(i) if i.guest.is_some() => ("operator", Some(i.account.0), i.user_name.clone()),
        Caller::Account(i) => ("account", Some(i.account.0), i.display_name.clone()),
        Caller::Operator(o) => ("operator", Some(o.id.0), o.user_name.clone()),
        Caller::System(_) => match cx.behalf() {
            Some((account, name)) => ("account", Some(account.0), name.clone()),
            None => ("system", None, "系统".to_owned()),
        },
    };
    let row = |entry: Entry| {
        let (kind, id, name) = match entry.by {
            Some((kind, id, name)) => (kind, Some(id), name),
            None => (kind, id, name.clone()),
        };
        (
            audit::id.eq(cx.app.world.id::<Uuid>()),
            audit::at.eq(cx.now()),
            audit::actor_kind.eq(kind),
            audit::actor_id.eq(id),
            audit::actor_name.eq(name),
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
