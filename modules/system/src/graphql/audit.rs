use std::collections::HashSet;

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chrono::{DateTime, Days, Duration, NaiveDate, NaiveTime, Utc};
use uuid::Uuid;
use zhibu_core::{AccountId, ChangeId, Error, Page, PageArgs, Permission, Result, check, dictionary};
use zhibu_directory::graphql::{Change, FieldChange};
use zhibu_graphql::{Listed, Request};
use zhibu_tenancy::audit::undo;
use zhibu_tenancy::{Caller, Cx, audit};

use crate::{AUDIT_READ, PLATFORM_AUDIT};

/// A recorded deed (审计记录): who did what to what, from where.
#[derive(SimpleObject)]
pub(crate) struct AuditEntry {
    #[graphql(flatten)]
    pub(crate) change: Change,
    /// Nobody for jobs and commands.
    actor: Option<AccountId>,
    /// Network address; empty for jobs and commands.
    pub(crate) address: String,
    /// Dictionary `audit_object`.
    kind: String,
    /// The same in words.
    pub(crate) kind_label: String,
    object: Option<Uuid>,
    /// It is part of the sealed chain.
    sealed: bool,
    /// The caller may take it back, unless the object has changed again since.
    undoable: bool,
    /// It has been taken back.
    undone: bool,
}

impl From<audit::Row> for AuditEntry {
    fn from(row: audit::Row) -> Self {
        Self {
            actor: row.actor_id.filter(|_| row.actor_kind == "account").map(Into::into),
            address: row.address.clone(),
            kind_label: dictionary::label("audit_object", &row.object_kind).unwrap_or(&row.object_kind).to_owned(),
            kind: row.object_kind.clone(),
            object: row.object_id,
            sealed: row.seal.is_some(),
            undoable: false,
            undone: false,
            change: row.into(),
        }
    }
}

impl AuditEntry {
    /// A row with what can be done about it.
    fn of(cx: &Cx, row: audit::Row, undone: &HashSet<Uuid>) -> Self {
        let undone = undone.contains(&row.id);
        let undoable = !undone && undo::may(cx, &row);
        Self { undoable, undone, ..row.into() }
    }
}

/// How far to go when changes are taken back.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "undo::Mode")]
enum UndoMode {
    /// Only says what would come of it.
    Preview,
    /// Takes back what can be taken back.
    Possible,
    /// Takes back everything or nothing.
    All,
}

/// What comes of taking changes back (撤销).
#[derive(SimpleObject)]
struct UndoOutcome {
    /// The changes, the newest first, as they are taken back.
    steps: Vec<UndoStep>,
    /// It has been done.
    done: bool,
}

/// A change that was chosen.
#[derive(SimpleObject)]
struct UndoStep {
    entry: AuditEntry,
    /// What the object is called.
    name: Option<String>,
    /// What becomes what.
    fields: Vec<FieldChange>,
    /// Why it stays.
    refusal: Option<String>,
}

impl From<undo::Step> for UndoStep {
    fn from(undo::Step { row, name, refusal }: undo::Step) -> Self {
        // Menus have no id, but the change names them.
        let menu = || undo::field(&row, "menu").and_then(|(_, menu)| menu.as_str()).map(str::to_owned);
        let name = name.or_else(menu);
        let entry = AuditEntry::from(row);
        Self { fields: entry.change.reverse(), entry, name, refusal: refusal.map(|error| error.message.into_owned()) }
    }
}

#[derive(InputObject, Default)]
pub(crate) struct AuditFilter {
    /// What somebody did: a user name or a name, whole.
    pub(crate) by: Option<String>,
    /// Dictionary `audit_object`.
    pub(crate) kind: Option<String>,
    /// Dictionary `audit_action`.
    pub(crate) action: Option<String>,
    pub(crate) object: Option<Uuid>,
    /// From this day.
    pub(crate) since: Option<NaiveDate>,
    /// To this day, included.
    pub(crate) until: Option<NaiveDate>,
}

impl TryFrom<AuditFilter> for audit::Filter {
    type Error = Error;

    fn try_from(filter: AuditFilter) -> Result<Self> {
        for (field, day) in [("since", filter.since), ("until", filter.until)] {
            day.map_or(Ok(()), |day| check::day(field, day))?;
        }
        let start = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc() - Duration::hours(8);
        let next = |day: NaiveDate| day.checked_add_days(Days::new(1)).map(start);
        if filter.since.zip(filter.until).is_some_and(|(since, until)| until < since) {
            return Err(Error::invalid("until", "结束日期不能早于开始日期"));
        }
        let text = |text: Option<String>| text.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
        Ok(Self {
            by: text(filter.by),
            kind: text(filter.kind),
            action: text(filter.action),
            object: filter.object,
            since: filter.since.map(start),
            until: filter.until.and_then(next),
        })
    }
}

/// What opens the log of the caller's own side.
pub(crate) fn permission(cx: &Cx) -> Permission {
    if matches!(cx.caller(), Caller::Operator(_)) { PLATFORM_AUDIT } else { AUDIT_READ }
}

#[derive(Default)]
pub(super) struct AuditQuery;

#[Object]
impl AuditQuery {
    /// What was done in the caller's tenant, or by operators, newest first (审计日志).
    async fn audit_entries(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
        filter: Option<AuditFilter>,
    ) -> Result<Listed<AuditEntry>> {
        let cx = ctx.cx()?;
        let args = PageArgs::new(first, after, offset)?;
        let mut read = cx.read(permission(cx)).await?;
        let filter = filter.unwrap_or_default().try_into()?;
        let total =
            if ctx.shows(&["totalCount"]) { Some(audit::count(cx, &filter, read.conn()?).await?) } else { None };
        let page = audit::list(cx, &filter, &args, read.conn()?).await?;
        // Operators' changes are not taken back.
        let undone = match (cx.caller(), ctx.shows(&["nodes", "undone"]) || ctx.shows(&["nodes", "undoable"])) {
            (Caller::Account(_), true) => {
                let ids: Vec<Uuid> = page.nodes.iter().map(|row| row.id).collect();
                undo::undone(&ids, read.conn()?).await?
            }
            _ => HashSet::new(),
        };
        let nodes = page.nodes.into_iter().map(|row| AuditEntry::of(cx, row, &undone)).collect();
        Ok(Listed::new(Page { nodes, info: page.info }, total))
    }
}

#[derive(Default)]
pub(super) struct AuditMutation;

#[Object]
impl AuditMutation {
    /// Takes changes back, each by an ordinary change of its object with the caller's own rights; or only says what would
    /// come of it (批量撤销).
    async fn undo_changes(&self, ctx: &Context<'_>, ids: Vec<ChangeId>, mode: UndoMode) -> Result<UndoOutcome> {
        let cx = ctx.cx()?;
        cx.allow(AUDIT_READ)?;
        let ids = ids.into_iter().map(|id| id.0).collect();
        let outcome = undo::undo(cx, AUDIT_READ, ids, mode.into()).await?;
        Ok(UndoOutcome { steps: outcome.steps.into_iter().map(Into::into).collect(), done: outcome.done })
    }
}

/// A moment as people of China write it.
pub(crate) fn moment(at: DateTime<Utc>) -> String {
    (at + Duration::hours(8)).format("%Y-%m-%d %H:%M:%S").to_string()
}
