//! What operators tell tenants' administrators (通知): plain text, for some days, to all or to chosen tenants.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, NoticeId, Page, PageArgs, Permission, Result, check};

use crate::audit::Entry;
use crate::cx::{Cx, Write};
use crate::db::{Mode, Space};
use crate::schema::{notices, tenants};

/// A notice.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = notices)]
pub struct Notice {
    /// Its id.
    pub id: Uuid,
    /// 标题
    pub title: String,
    /// 内容
    pub text: String,
    /// First day it shows.
    pub since: NaiveDate,
    /// Last day it shows.
    pub until: NaiveDate,
    /// To whom; none: to all.
    pub tenants: Option<Vec<Uuid>>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// By whom.
    pub created_by: String,
    /// When it was taken back.
    pub withdrawn_at: Option<DateTime<Utc>>,
}

/// A notice as an operator writes it.
#[derive(Debug, Clone)]
pub struct Draft {
    /// 标题
    pub title: String,
    /// 内容
    pub text: String,
    /// First day it shows.
    pub since: NaiveDate,
    /// Last day it shows.
    pub until: NaiveDate,
    /// To whom; none: to all.
    pub tenants: Option<Vec<Uuid>>,
}

/// Publishes a notice.
pub async fn publish(cx: &Cx, permission: Permission, draft: &Draft) -> Result<Notice> {
    let title = check::text("title", "标题", &draft.title, 2, 40)?;
    let text = check::lines("text", "内容", &draft.text, 2, 500)?;
    if draft.until < draft.since || draft.until < cx.app.world.today() {
        return Err(Error::invalid("until", "结束日期不能早于开始日期和今天"));
    }
    if draft.until > draft.since + Duration::days(366) {
        return Err(Error::invalid("until", "通知最多显示一年"));
    }
    let mut write = cx.write(permission).await?;
    let chosen = chosen(draft, &mut write).await?;
    let id: NoticeId = cx.app.world.id();
    let by = cx.operator().map_or_else(|_| "命令行".to_owned(), |operator| operator.user_name.clone());
    let row = (
        notices::id.eq(id.0),
        notices::title.eq(&title),
        notices::text.eq(text),
        notices::since.eq(draft.since),
        notices::until.eq(draft.until),
        notices::tenants.eq(&chosen),
        notices::created_at.eq(cx.now()),
        notices::created_by.eq(by),
    );
    let notice = diesel::insert_into(notices::table)
        .values(row)
        .returning(Notice::as_returning())
        .get_result(write.conn()?)
        .await?;
    let to: Option<Vec<String>> = chosen.map(|ids| ids.iter().map(Uuid::to_string).collect());
    write.audit(Entry::new("notice.published", "notice", id.0).note("title", title).note("tenants", to)).await?;
    write.commit().await?;
    Ok(notice)
}

async fn chosen(draft: &Draft, write: &mut Write<'_>) -> Result<Option<Vec<Uuid>>> {
    let Some(ids) = &draft.tenants else { return Ok(None) };
    let mut ids = ids.clone();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() || ids.len() > 500 {
        return Err(Error::invalid("tenants", "请选择1至500个租户"));
    }
    let known: i64 = tenants::table.filter(tenants::id.eq_any(&ids)).count().get_result(write.conn()?).await?;
    if usize::try_from(known) != Ok(ids.len()) {
        return Err(Error::invalid("tenants", "所选租户不存在"));
    }
    Ok(Some(ids))
}

/// Takes a notice back.
pub async fn withdraw(cx: &Cx, permission: Permission, id: NoticeId) -> Result<Notice> {
    let mut write = cx.write(permission).await?;
    let notice: Notice = diesel::update(notices::table.find(id.0).filter(notices::withdrawn_at.is_null()))
        .set(notices::withdrawn_at.eq(cx.now()))
        .returning(Notice::as_returning())
        .get_result(write.conn()?)
        .await?;
    write.audit(Entry::new("notice.withdrawn", "notice", id.0).note("title", notice.title.clone())).await?;
    write.commit().await?;
    Ok(notice)
}

/// All notices, newest first.
pub async fn list(cx: &Cx, permission: Permission, page: &PageArgs) -> Result<Page<Notice>> {
    let after: Option<Uuid> = page.after()?;
    let mut read = cx.read(permission).await?;
    let query = notices::table.select(Notice::as_select()).order(notices::id.desc());
    let mut query = query.limit(page.limit()).offset(page.offset()).into_boxed();
    if let Some(after) = after {
        query = query.filter(notices::id.lt(after));
    }
    Ok(page.page(query.load(read.conn()?).await?, |row| row.id))
}

/// How many there are.
pub async fn count(cx: &Cx, permission: Permission) -> Result<i64> {
    Ok(notices::table.count().get_result(cx.read(permission).await?.conn()?).await?)
}

/// What the caller's tenant is told today, newest first; nothing for those who do not hold `permission`.
pub async fn current(cx: &Cx, permission: Permission) -> Result<Vec<Notice>> {
    let tenant = cx.identity()?.tenant.id;
    if cx.allow(permission).is_err() {
        return Ok(Vec::new());
    }
    // They stand on the control plane, out of the tenant's own reach.
    cx.close().await;
    let today = cx.app.world.today();
    let mut unit = cx.app.begin(Space::Platform, Mode::Read).await?;
    let notices = notices::table
        .filter(notices::withdrawn_at.is_null().and(notices::since.le(today)).and(notices::until.ge(today)))
        .filter(notices::tenants.is_null().or(notices::tenants.assume_not_null().contains(vec![tenant.0])))
        .select(Notice::as_select())
        .order(notices::id.desc())
        .limit(5)
        .load(unit.conn()?)
        .await?;
    unit.commit().await?;
    Ok(notices)
}
