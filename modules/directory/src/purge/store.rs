//! Queries on proposals.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, Page, PageArgs, PersonId, PurgeId, Result};
use zhibu_tenancy::purge::Remains;
use zhibu_tenancy::{Conn, Cx};

use crate::organisation::{self, Reach};
use crate::schema::{branch_assignments, memberships, people, posts, purges};

crate::coded! {
    /// Where a proposal stands.
    ProposalState {
        /// 待确认
        Waiting = "waiting",
        /// 已彻底删除
        Done = "done",
        /// 已拒绝
        Refused = "refused",
        /// 已撤回
        Withdrawn = "withdrawn",
        /// 已过期
        Expired = "expired",
    }
}

impl ProposalState {
    /// What users call it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Waiting => "待确认",
            Self::Done => "已彻底删除",
            Self::Refused => "已拒绝",
            Self::Withdrawn => "已撤回",
            Self::Expired => "已过期",
        }
    }
}

/// A stored proposal.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = purges)]
pub struct Proposal {
    /// Its id.
    pub id: Uuid,
    /// Whose record.
    pub person_id: Uuid,
    state: String,
    /// Why.
    pub reason: String,
    /// Who proposed it.
    pub proposed_by: Uuid,
    /// Their name.
    pub proposed_name: String,
    /// When.
    pub proposed_at: DateTime<Utc>,
    /// Until then it can be confirmed.
    pub expires_at: DateTime<Utc>,
    /// Who decided.
    pub decided_name: Option<String>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// Why it was refused.
    pub refusal: Option<String>,
}

impl Proposal {
    /// Where it stands: what waits for too long has expired, whether anything has noted it or not.
    pub fn state(&self, now: DateTime<Utc>) -> ProposalState {
        match ProposalState::from_code(&self.state) {
            Some(ProposalState::Waiting) if now >= self.expires_at => ProposalState::Expired,
            Some(state) => state,
            None => ProposalState::Expired,
        }
    }
}

type Boxed = purges::BoxedQuery<'static, Pg>;

/// Those whose person was last inside the reach.
async fn matching(reach: &Reach, waiting: Option<DateTime<Utc>>, conn: &mut Conn) -> Result<Boxed> {
    let mut query = purges::table.into_boxed();
    if let Some(now) = waiting {
        query = query.filter(purges::state.eq("waiting").and(purges::expires_at.gt(now)));
    }
    if let Some(places) = organisation::part(reach, None, conn).await? {
        let there = memberships::table
            .inner_join(branch_assignments::table)
            .filter(branch_assignments::organisation_id.eq_any(places))
            .select(memberships::person_id);
        query = query.filter(purges::person_id.eq_any(there));
    }
    Ok(query)
}

/// One page, the latest first; only those that can be confirmed at a moment when one is given.
pub async fn list(
    reach: &Reach,
    waiting: Option<DateTime<Utc>>,
    page: &PageArgs,
    conn: &mut Conn,
) -> Result<Page<Proposal>> {
    let mut query = matching(reach, waiting, conn).await?.limit(page.limit()).offset(page.offset());
    if let Some(after) = page.after::<Uuid>()? {
        query = query.filter(purges::id.lt(after));
    }
    let rows = query.order(purges::id.desc()).select(Proposal::as_select()).load(conn).await?;
    Ok(page.page(rows, |row: &Proposal| row.id))
}

/// How many there are.
pub async fn count(reach: &Reach, waiting: Option<DateTime<Utc>>, conn: &mut Conn) -> Result<i64> {
    Ok(matching(reach, waiting, conn).await?.count().get_result(conn).await?)
}

/// One inside the reach; outside looks like not there. `hold` locks it for the transaction.
pub async fn one(reach: &Reach, id: PurgeId, hold: bool, conn: &mut Conn) -> Result<Proposal> {
    let query = matching(reach, None, conn).await?.filter(purges::id.eq(id.0)).select(Proposal::as_select());
    let found = query.first(conn).await.optional()?.ok_or_else(Error::missing)?;
    if !hold {
        return Ok(found);
    }
    // What it is once it is held: somebody may have decided meanwhile.
    Ok(purges::table.find(id.0).select(Proposal::as_select()).for_update().first(conn).await?)
}

/// Names of people by id.
pub(super) async fn names(ids: &[Uuid], conn: &mut Conn) -> Result<HashMap<Uuid, String>> {
    let rows: Vec<(Uuid, String)> =
        people::table.filter(people::id.eq_any(ids.to_vec())).select((people::id, people::name)).load(conn).await?;
    Ok(rows.into_iter().collect())
}

impl Proposal {
    /// The names of the people whose records these are about.
    pub async fn names(all: &[Self], conn: &mut Conn) -> Result<HashMap<Uuid, String>> {
        names(&all.iter().map(|one| one.person_id).collect::<Vec<_>>(), conn).await
    }
}

/// What goes and what stays of somebody: of the record itself, and of every module.
pub async fn remains(cx: &Cx, person: PersonId, conn: &mut Conn) -> Result<Vec<Remains>> {
    let goes = |title, note| Remains { title, count: None, goes: true, note };
    let stays = |title, count, note| Remains { title, count, goes: false, note };
    let episodes: i64 = memberships::table.filter(memberships::person_id.eq(person.0)).count().get_result(conn).await?;
    let held: i64 = posts::table.filter(posts::person_id.eq(person.0)).count().get_result(conn).await?;
    let mut all = vec![
        goes("个人信息", "姓名、公民身份号码、手机号、住址、学历、工作单位等全部清除，查找索引一并清除"),
        goes("登录账号", "用户名、手机号、密码和登录设备清除；仍担任其他管理工作的账号保留"),
        goes("活动证和资料变更申请", "已签发的活动证作废，二维码核验显示已撤销；变更申请删除"),
    ];
    all.extend(zhibu_tenancy::purge::remains(cx, person.0, conn).await?);
    all.extend([
        stays("党籍起止记录", Some(episodes), "不含姓名，只保留类别、起止日期和减少原因，用于党内统计"),
        stays("党内职务任期", Some(held), "不含姓名，只保留职务和起止日期"),
        stays("审计记录", None, "保留何时由谁办理（本人经办的事项保留署名），其中的个人信息清除"),
        stays("已生成的导出文件", None, "最迟7天内由系统自动清除；已下载的文件不在系统内"),
    ]);
    all.retain(|one| one.count != Some(0));
    Ok(all)
}
