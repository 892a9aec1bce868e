//! What people of tenants tell the operators (建议反馈), and what is answered. It stands on the control plane; words and contact
//! are sealed under the tenant's key. Operators see the tenant and what was written, not who wrote it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Binary, Nullable, Text, Timestamptz, Uuid as Id};
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, FeedbackId, Page, PageArgs, Permission, Result, SELF, TenantId, check, dictionary};

use crate::audit::Entry;
use crate::cx::{Cx, Write};
use crate::db::{Conn, Mode, Space};
use crate::identity::must_be_account;
use crate::keys::Vault;
use crate::schema::{feedback, feedback_answers as answers, tenants as tenants_table};
use crate::tenants;

/// See what people of tenants tell (operators).
pub const FEEDBACK_READ: Permission = Permission::of("plat.feedback", "plat.feedback.read");
/// Answer and close it (operators).
pub const FEEDBACK_ANSWER: Permission = Permission::of("plat.feedback", "plat.feedback.answer");

/// Most answers to one.
const MOST_ANSWERS: i64 = 50;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = feedback)]
struct Row {
    id: Uuid,
    tenant_id: Uuid,
    kind: String,
    text: Vec<u8>,
    contact: Option<Vec<u8>>,
    state: String,
    version: i32,
    created_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = answers)]
struct AnswerRow {
    feedback_id: Uuid,
    text: Vec<u8>,
    answered_at: DateTime<Utc>,
    answered_by: String,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its words.
    pub text: String,
    /// When.
    pub at: DateTime<Utc>,
    /// The operator.
    pub by: String,
}

/// What somebody has told.
#[derive(Debug, Clone)]
pub struct Feedback {
    /// Its id.
    pub id: Uuid,
    /// Whose people.
    pub tenant: TenantId,
    /// 类型, as its code.
    pub kind: String,
    /// 内容
    pub text: String,
    /// 联系方式, if one was left.
    pub contact: Option<String>,
    /// `open`, `answered` or `closed`.
    pub state: String,
    /// Counts what operators have done with it.
    pub version: i32,
    /// When it was sent.
    pub created_at: DateTime<Utc>,
    /// The first one first.
    pub answers: Vec<Answer>,
}

/// What somebody tells.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Made by the client: the same one again is the same feedback.
    pub id: FeedbackId,
    /// 类型, as its code.
    pub kind: &'static str,
    /// 内容
    pub text: String,
    /// 联系方式
    pub contact: Option<String>,
}

#[derive(QueryableByName)]
struct Outcome {
    #[diesel(sql_type = Text)]
    outcome: String,
}

/// Tells the operators something, and keeps it once however often it is sent.
pub async fn send(cx: &Cx, draft: &Draft) -> Result<Feedback> {
    cx.allow(SELF)?;
    must_be_account(cx)?;
    let text = check::lines("text", "内容", &draft.text, 5, 2000)?;
    let contact = check::optional("contact", "联系方式", draft.contact.as_deref(), 100)?;
    let vault = cx.vault().await?;
    let owner = draft.id.0.as_bytes();
    let sealed = vault.seal_for(owner, text.as_bytes())?;
    let contact = contact.map(|contact| vault.seal_for(owner, contact.as_bytes())).transpose()?;
    let mut write = cx.write(SELF).await?;
    match enter(&mut write, draft, sealed, contact).await?.as_str() {
        "ok" => {
            write
                .audit(
                    Entry::new("feedback.sent", "feedback", draft.id.0)
                        .note("kind", dictionary::words("feedback_kind", draft.kind)),
                )
                .await?;
            write.commit().await?;
        }
        "again" => drop(write),
        "own" => return Err(Error::refuse("FEEDBACK_LIMIT", "每天最多提交10条反馈，请明天再试")),
        "all" => return Err(Error::refuse("FEEDBACK_LIMIT", "贵单位今天提交的反馈已达上限，请明天再试")),
        _ => return Err(Error::invalid("id", "提交编号已被使用，请重新提交")),
    }
    own(cx, draft.id).await
}

async fn enter(write: &mut Write<'_>, draft: &Draft, text: Vec<u8>, contact: Option<Vec<u8>>) -> Result<String> {
    let (account, now) = (write.cx.identity()?.account, write.cx.now());
    let away = write.away().await?.map(|(tenant, _)| tenant);
    let door = match away {
        Some(_) => "SELECT shared.feedback_send_for($7, $1, $2, $3, $4, $5, $6) AS outcome",
        None => "SELECT shared.feedback_send($1, $2, $3, $4, $5, $6) AS outcome",
    };
    let mut query = diesel::sql_query(door)
        .into_boxed::<diesel::pg::Pg>()
        .bind::<Id, _>(draft.id.0)
        .bind::<Id, _>(account.0)
        .bind::<Text, _>(draft.kind)
        .bind::<Binary, _>(text)
        .bind::<Nullable<Binary>, _>(contact)
        .bind::<Timestamptz, _>(now);
    if let Some(tenant) = away {
        query = query.bind::<Id, _>(tenant.0);
    }
    let found: Outcome = match write.away().await? {
        Some((_, conn)) => query.get_result(conn).await?,
        None => query.get_result(write.conn()?).await?,
    };
    Ok(found.outcome)
}

/// The own feedback, newest first, and how many there are when that was asked for.
pub async fn mine(cx: &Cx, page: &PageArgs, counted: bool) -> Result<(Page<Feedback>, Option<i64>)> {
    let (tenant, account) = sender(cx).await?;
    let after: Option<(DateTime<Utc>, Uuid)> = page.after()?;
    let theirs = feedback::tenant_id.eq(tenant.0).and(feedback::account_id.eq(account));
    let mut unit = cx.app.begin(Space::Platform, Mode::Read).await?;
    let total = match counted {
        true => Some(feedback::table.filter(theirs).count().get_result(unit.conn()?).await?),
        false => None,
    };
    let found = rows(feedback::table.filter(theirs).into_boxed(), after, page, unit.conn()?).await?;
    let said = answers_to(&found.nodes, unit.conn()?).await?;
    unit.commit().await?;
    Ok((opened(cx, found, said).await?, total))
}

/// One of the own.
async fn own(cx: &Cx, id: FeedbackId) -> Result<Feedback> {
    let (tenant, account) = sender(cx).await?;
    let mut unit = cx.app.begin(Space::Platform, Mode::Read).await?;
    let row: Row = feedback::table
        .find(id.0)
        .filter(feedback::tenant_id.eq(tenant.0).and(feedback::account_id.eq(account)))
        .select(Row::as_select())
        .first(unit.conn()?)
        .await?;
    let said = answers_to(std::slice::from_ref(&row), unit.conn()?).await?;
    unit.commit().await?;
    one(cx, row, said).await
}

/// Whose own it is; it stands on the control plane, out of the tenant's own reach.
async fn sender(cx: &Cx) -> Result<(TenantId, Uuid)> {
    cx.allow(SELF)?;
    let identity = must_be_account(cx)?;
    let found = (identity.tenant.id, identity.account.0);
    cx.close().await;
    Ok(found)
}

/// Which of it a list of operators shows.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    /// `open`, `answered` or `closed`.
    pub state: Option<&'static str>,
    /// 类型, as its code.
    pub kind: Option<&'static str>,
    /// Of this tenant's people.
    pub tenant: Option<TenantId>,
}

fn matching(filter: Filter) -> feedback::BoxedQuery<'static, diesel::pg::Pg> {
    let mut query = feedback::table.into_boxed();
    if let Some(state) = filter.state {
        query = query.filter(feedback::state.eq(state));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(feedback::kind.eq(kind));
    }
    if let Some(tenant) = filter.tenant {
        query = query.filter(feedback::tenant_id.eq(tenant.0));
    }
    query
}

/// What all tenants' people have told, newest first.
pub async fn list(cx: &Cx, filter: Filter, page: &PageArgs) -> Result<Page<Feedback>> {
    let after: Option<(DateTime<Utc>, Uuid)> = page.after()?;
    let mut read = cx.read(FEEDBACK_READ).await?;
    let found = rows(matching(filter), after, page, read.conn()?).await?;
    let said = answers_to(&found.nodes, read.conn()?).await?;
    drop(read);
    opened(cx, found, said).await
}

/// How many there are.
pub async fn count(cx: &Cx, filter: Filter) -> Result<i64> {
    Ok(matching(filter).count().get_result(cx.read(FEEDBACK_READ).await?.conn()?).await?)
}

/// One with its answers.
pub async fn get(cx: &Cx, id: FeedbackId) -> Result<Feedback> {
    let mut read = cx.read(FEEDBACK_READ).await?;
    let row: Row = feedback::table.find(id.0).select(Row::as_select()).first(read.conn()?).await?;
    let said = answers_to(std::slice::from_ref(&row), read.conn()?).await?;
    drop(read);
    one(cx, row, said).await
}

/// Answers it as it was at `version`.
pub async fn answer(cx: &Cx, id: FeedbackId, version: i32, text: &str) -> Result<Feedback> {
    cx.allow(FEEDBACK_ANSWER)?;
    let text = check::lines("text", "答复", text, 2, 2000)?;
    let by = cx.operator()?.user_name.clone();
    let vault = of_tenant(cx, id).await?;
    let mut write = cx.write(FEEDBACK_ANSWER).await?;
    let before = at_version(&mut write, id, version).await?;
    if before.state == "closed" {
        return Err(Error::refuse("WRONG_STATE", "该反馈已关闭，不能再答复"));
    }
    let said: i64 = answers::table.filter(answers::feedback_id.eq(id.0)).count().get_result(write.conn()?).await?;
    if said >= MOST_ANSWERS {
        return Err(Error::refuse("FEEDBACK_LIMIT", format!("一条反馈最多答复{MOST_ANSWERS}次")));
    }
    diesel::insert_into(answers::table)
        .values((
            answers::id.eq(cx.app.world.id::<Uuid>()),
            answers::feedback_id.eq(id.0),
            answers::text.eq(vault.seal_for(id.0.as_bytes(), text.as_bytes())?),
            answers::answered_at.eq(cx.now()),
            answers::answered_by.eq(by),
        ))
        .execute(write.conn()?)
        .await?;
    turn(&mut write, &before, "answered", "feedback.answered").await?;
    write.commit().await?;
    get(cx, id).await
}

/// Closes it as it was at `version`, answered or not.
pub async fn close(cx: &Cx, id: FeedbackId, version: i32) -> Result<Feedback> {
    cx.allow(FEEDBACK_ANSWER)?;
    let mut write = cx.write(FEEDBACK_ANSWER).await?;
    let before = at_version(&mut write, id, version).await?;
    if before.state == "closed" {
        return Err(Error::refuse("WRONG_STATE", "该反馈已关闭"));
    }
    turn(&mut write, &before, "closed", "feedback.closed").await?;
    write.commit().await?;
    get(cx, id).await
}

/// The keys of the tenant it came from, looked for before a transaction begins: nobody needs a second connection while
/// holding one.
async fn of_tenant(cx: &Cx, id: FeedbackId) -> Result<std::sync::Arc<Vault>> {
    let mut read = cx.read(FEEDBACK_READ).await?;
    let tenant: Uuid = feedback::table.find(id.0).select(feedback::tenant_id).first(read.conn()?).await?;
    drop(read);
    cx.close().await;
    tenants::vault(&cx.app, tenant.into()).await
}

async fn at_version(write: &mut Write<'_>, id: FeedbackId, version: i32) -> Result<Row> {
    let row: Row = feedback::table.find(id.0).select(Row::as_select()).for_update().first(write.conn()?).await?;
    if row.version == version { Ok(row) } else { Err(Error::conflict()) }
}

async fn turn(write: &mut Write<'_>, before: &Row, state: &str, action: &'static str) -> Result<()> {
    diesel::update(feedback::table.find(before.id))
        .set((
            feedback::state.eq(state),
            feedback::version.eq(before.version + 1),
            feedback::changed_at.eq(write.cx.now()),
        ))
        .execute(write.conn()?)
        .await?;
    let tenant = tenants_table::table.find(before.tenant_id).select(tenants_table::name);
    let tenant: String = tenant.first(write.conn()?).await?;
    write.audit(Entry::new(action, "feedback", before.id).note("tenant", tenant)).await
}

async fn rows(
    query: feedback::BoxedQuery<'_, diesel::pg::Pg>,
    after: Option<(DateTime<Utc>, Uuid)>,
    page: &PageArgs,
    conn: &mut Conn,
) -> Result<Page<Row>> {
    let mut query = query.select(Row::as_select()).order((feedback::created_at.desc(), feedback::id.desc()));
    query = query.limit(page.limit()).offset(page.offset());
    if let Some((at, id)) = after {
        query = query.filter(feedback::created_at.lt(at).or(feedback::created_at.eq(at).and(feedback::id.lt(id))));
    }
    Ok(page.page(query.load(conn).await?, |row| (row.created_at, row.id)))
}

async fn answers_to(rows: &[Row], conn: &mut Conn) -> Result<Vec<AnswerRow>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let theirs = answers::table.filter(answers::feedback_id.eq_any(ids)).select(AnswerRow::as_select());
    Ok(theirs.order((answers::answered_at, answers::id)).load(conn).await?)
}

async fn one(cx: &Cx, row: Row, said: Vec<AnswerRow>) -> Result<Feedback> {
    let page = Page { nodes: vec![row], info: zhibu_core::PageInfo::default() };
    opened(cx, page, said).await?.nodes.pop().ok_or_else(Error::missing)
}

/// Opens what is sealed, each with its tenant's keys.
async fn opened(cx: &Cx, page: Page<Row>, said: Vec<AnswerRow>) -> Result<Page<Feedback>> {
    cx.close().await;
    let mut of: HashMap<Uuid, Vec<AnswerRow>> = HashMap::new();
    for answer in said {
        of.entry(answer.feedback_id).or_default().push(answer);
    }
    let mut nodes = Vec::new();
    for row in page.nodes {
        let vault = tenants::vault(&cx.app, row.tenant_id.into()).await?;
        let open = |sealed: &[u8]| String::from_utf8(vault.open_for(row.id.as_bytes(), sealed)?).map_err(Error::bug);
        let answer = |answer: AnswerRow| {
            Ok(Answer { text: open(&answer.text)?, at: answer.answered_at, by: answer.answered_by })
        };
        nodes.push(Feedback {
            text: open(&row.text)?,
            contact: row.contact.as_deref().map(open).transpose()?,
            answers: of.remove(&row.id).unwrap_or_default().into_iter().map(answer).collect::<Result<_>>()?,
            id: row.id,
            tenant: row.tenant_id.into(),
            kind: row.kind,
            state: row.state,
            version: row.version,
            created_at: row.created_at,
        });
    }
    Ok(Page { nodes, info: page.info })
}
