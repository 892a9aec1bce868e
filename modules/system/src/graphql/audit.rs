use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::{DateTime, Days, Duration, NaiveDate, NaiveTime, Utc};
use uuid::Uuid;
use zhibu_core::{AccountId, Error, Page, PageArgs, Permission, Result, check, dictionary};
use zhibu_directory::graphql::Change;
use zhibu_graphql::{Listed, Request};
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
            change: row.into(),
        }
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
        Ok(Listed::new(Page { nodes: page.nodes.into_iter().map(AuditEntry::from).collect(), info: page.info }, total))
    }
}

/// A moment as people of China write it.
pub(crate) fn moment(at: DateTime<Utc>) -> String {
    (at + Duration::hours(8)).format("%Y-%m-%d %H:%M:%S").to_string()
}
