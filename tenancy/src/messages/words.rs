//! Signatures and templates (短信签名、短信模板): a tenant applies, an operator enters what the carrier has approved or refuses.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Text, Timestamptz, Uuid as Id};
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, Page, PageArgs, Permission, Result, SmsWordId, TenantId, check};
use zhibu_providers::Purpose;
use zhibu_providers::sms::{Template, Wording};

use super::text;
use crate::audit::Entry;
use crate::cx::{Cx, Write};
use crate::db::{Conn, Mode, Space};
use crate::schema::sms_words;
use crate::sso::apps::tell;

/// A signature or a template.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sms_words)]
pub struct Word {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub tenant_id: Uuid,
    /// `signature`, `template` or `voice`.
    pub kind: String,
    /// The signature, or what the template is called.
    pub name: String,
    /// The template's text; empty for a signature.
    pub text: String,
    /// The template's variables in order.
    pub variables: Vec<String>,
    /// What it is for (申请说明).
    pub note: String,
    /// `applied`, `approved` or `refused`.
    pub state: String,
    /// The carrier's sign name or template code.
    pub carrier_code: Option<String>,
    /// The carrier's names for the variables.
    pub carrier_variables: Vec<String>,
    /// Why it was refused.
    pub reason: Option<String>,
    /// When it was applied for.
    pub applied_at: DateTime<Utc>,
    /// By whom.
    pub applied_by: String,
    /// When it was last decided about.
    pub reviewed_at: Option<DateTime<Utc>>,
    /// By whom.
    pub reviewed_by: Option<String>,
}

/// What is applied for.
#[derive(Debug, Clone)]
pub enum Draft {
    /// A signature.
    Signature {
        /// Without 【】.
        name: String,
        /// What it is for.
        note: String,
    },
    /// A template.
    Template {
        /// What it is called.
        name: String,
        /// With variables like {姓名}.
        text: String,
        /// What it is for.
        note: String,
        /// It is read aloud (语音模板).
        voice: bool,
    },
}

struct Checked {
    kind: &'static str,
    name: String,
    text: String,
    variables: Vec<String>,
    note: String,
}

impl Draft {
    fn check(&self) -> Result<Checked> {
        let note = |note: &str| check::lines("note", "申请说明", note, 2, 200);
        Ok(match self {
            Self::Signature { name, note: why } => Checked {
                kind: "signature",
                name: text::signature("name", name)?,
                text: String::new(),
                variables: Vec::new(),
                note: note(why)?,
            },
            Self::Template { name, text, note: why, voice } => {
                let name = check::text("name", "模板名称", name, 2, 30)?;
                let (text, variables) = text::template("text", text)?;
                let kind = if *voice { "voice" } else { "template" };
                Checked { kind, name, text, variables, note: note(why)? }
            }
        })
    }
}

#[derive(QueryableByName)]
struct Outcome {
    #[diesel(sql_type = Text)]
    outcome: String,
}

/// The own tenant's signatures and templates, newest first.
pub async fn mine(cx: &Cx, permission: Permission) -> Result<Vec<Word>> {
    let tenant = reader(cx, permission).await?;
    let mut unit = cx.app.begin(Space::Platform, Mode::Read).await?;
    let found = sms_words::table
        .filter(sms_words::tenant_id.eq(tenant.0))
        .select(Word::as_select())
        .order(sms_words::id.desc())
        .limit(200)
        .load(unit.conn()?)
        .await?;
    unit.commit().await?;
    Ok(found)
}

/// One of the own tenant's.
pub async fn own(cx: &Cx, permission: Permission, id: SmsWordId) -> Result<Word> {
    let tenant = reader(cx, permission).await?;
    let mut unit = cx.app.begin(Space::Platform, Mode::Read).await?;
    let found = sms_words::table
        .find(id.0)
        .filter(sms_words::tenant_id.eq(tenant.0))
        .select(Word::as_select())
        .first(unit.conn()?)
        .await?;
    unit.commit().await?;
    Ok(found)
}

/// The tenant of somebody who may read; what it has applied for stands on the control plane, out of its own reach.
async fn reader(cx: &Cx, permission: Permission) -> Result<TenantId> {
    let tenant = cx.identity()?.tenant.id;
    cx.allow(permission)?;
    cx.close().await;
    Ok(tenant)
}

/// Applies for a signature or template, or again for one that was refused.
pub async fn apply(cx: &Cx, permission: Permission, again: Option<SmsWordId>, draft: &Draft) -> Result<Word> {
    cx.allow(permission)?;
    let checked = draft.check()?;
    if let Some(id) = again {
        let before = own(cx, permission, id).await?;
        if before.kind != checked.kind {
            return Err(Error::missing());
        }
        if before.state != "refused" {
            return Err(Error::refuse("WRONG_STATE", "只有已退回的申请可以修改后重新提交"));
        }
    }
    let id = again.unwrap_or_else(|| cx.app.world.id());
    let mut write = cx.write(permission).await?;
    let entry = Entry::new("sms.applied", "sms_word", id.0)
        .note("kind", checked.kind)
        .note("name", checked.name.clone())
        .note("text", Some(checked.text.clone()).filter(|text| !text.is_empty()));
    let outcome = enter(&mut write, id, checked, again.is_some()).await?;
    match outcome.as_str() {
        "ok" => {}
        "pending" => return Err(Error::refuse("SIGNATURE_PENDING", "已有短信签名在审核中，请等待结果")),
        "many" => return Err(Error::refuse("TOO_MANY_TEMPLATES", "签名和模板合计最多200个，请联系服务商清理")),
        _ => return Err(Error::refuse("WRONG_STATE", "只有已退回的申请可以修改后重新提交")),
    }
    write.audit(entry).await?;
    write.commit().await?;
    own(cx, permission, id).await
}

async fn enter(write: &mut Write<'_>, id: SmsWordId, checked: Checked, again: bool) -> Result<String> {
    let (by, now) = (write.cx.identity()?.display_name.clone(), write.cx.now());
    let away = write.away().await?.map(|(tenant, _)| tenant);
    let door = match away {
        Some(_) => "SELECT shared.sms_apply_for($10, $1, $2, $3, $4, $5, $6, $7, $8, $9) AS outcome",
        None => "SELECT shared.sms_apply($1, $2, $3, $4, $5, $6, $7, $8, $9) AS outcome",
    };
    let mut query = diesel::sql_query(door)
        .into_boxed::<diesel::pg::Pg>()
        .bind::<Id, _>(id.0)
        .bind::<Text, _>(checked.kind)
        .bind::<Text, _>(checked.name)
        .bind::<Text, _>(checked.text)
        .bind::<Array<Text>, _>(checked.variables)
        .bind::<Text, _>(checked.note)
        .bind::<Timestamptz, _>(now)
        .bind::<Text, _>(by)
        .bind::<Bool, _>(again);
    if let Some(tenant) = away {
        query = query.bind::<Id, _>(tenant.0);
    }
    let found: Outcome = match write.away().await? {
        Some((_, conn)) => query.get_result(conn).await?,
        None => query.get_result(write.conn()?).await?,
    };
    Ok(found.outcome)
}

/// Which a list of all tenants' shows.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    /// `signature` or `template`.
    pub kind: Option<&'static str>,
    /// `applied`, `approved` or `refused`.
    pub state: Option<&'static str>,
}

fn matching(filter: Filter) -> sms_words::BoxedQuery<'static, diesel::pg::Pg> {
    let mut query = sms_words::table.into_boxed();
    if let Some(kind) = filter.kind {
        query = query.filter(sms_words::kind.eq(kind));
    }
    if let Some(state) = filter.state {
        query = query.filter(sms_words::state.eq(state));
    }
    query
}

/// All tenants' signatures and templates, newest first.
pub async fn list(cx: &Cx, permission: Permission, filter: Filter, page: &PageArgs) -> Result<Page<Word>> {
    let after: Option<Uuid> = page.after()?;
    let mut read = cx.read(permission).await?;
    let mut query = matching(filter).select(Word::as_select()).order(sms_words::id.desc());
    query = query.limit(page.limit()).offset(page.offset());
    if let Some(after) = after {
        query = query.filter(sms_words::id.lt(after));
    }
    Ok(page.page(query.load(read.conn()?).await?, |row| row.id))
}

/// How many there are.
pub async fn count(cx: &Cx, permission: Permission, filter: Filter) -> Result<i64> {
    Ok(matching(filter).count().get_result(cx.read(permission).await?.conn()?).await?)
}

/// What an operator decides.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// 通过: the carrier's sign name or template code, and its names for the variables in their order.
    Approve {
        /// 签名名称 or 模板CODE
        code: String,
        /// One a variable.
        variables: Vec<String>,
    },
    /// 退回, also of what had passed: the carrier may withdraw its approval.
    Refuse(String),
}

/// Decides about a signature or template, and tells its tenant's administrators.
pub async fn review(cx: &Cx, permission: Permission, id: SmsWordId, verdict: &Verdict) -> Result<Word> {
    cx.allow(permission)?;
    let mut write = cx.write(permission).await?;
    let before: Word =
        sms_words::table.find(id.0).select(Word::as_select()).for_no_key_update().first(write.conn()?).await?;
    let (state, code, variables, reason) = decide(&before, verdict)?;
    let by = cx.operator().map_or_else(|_| "命令行".to_owned(), |operator| operator.user_name.clone());
    let row: Word = diesel::update(sms_words::table.find(id.0))
        .set((
            sms_words::state.eq(state),
            sms_words::carrier_code.eq(&code),
            sms_words::carrier_variables.eq(&variables),
            sms_words::reason.eq(&reason),
            sms_words::reviewed_at.eq(Some(cx.now())),
            sms_words::reviewed_by.eq(Some(by)),
        ))
        .returning(Word::as_returning())
        .get_result(write.conn()?)
        .await?;
    let what = match row.kind.as_str() {
        "signature" => "短信签名",
        "voice" => "语音模板",
        _ => "短信模板",
    };
    let title = format!("{what}{}", if state == "approved" { "已通过" } else { "已退回" });
    let end = reason.as_deref().map_or_else(|| "现在可以使用。".to_owned(), |why| format!("{why}。"));
    tell(cx, row.tenant_id.into(), &title, &format!("{what}“{}”：{end}", row.name), write.conn()?).await?;
    let entry = Entry::new("sms.reviewed", "sms_word", id.0)
        .note("kind", row.kind.clone())
        .note("name", row.name.clone())
        .note("tenant", row.tenant_id.to_string())
        .change("state", before.state, state)
        .change("code", before.carrier_code, code)
        .note("reason", reason);
    write.audit(entry).await?;
    write.commit().await?;
    Ok(row)
}

type Decided = (&'static str, Option<String>, Vec<String>, Option<String>);

fn decide(before: &Word, verdict: &Verdict) -> Result<Decided> {
    match verdict {
        Verdict::Approve { .. } if before.state != "applied" => {
            Err(Error::refuse("WRONG_STATE", "只有待审核的申请可以通过"))
        }
        Verdict::Approve { code, .. } if before.kind == "signature" => {
            Ok(("approved", Some(text::signature("code", code)?), Vec::new(), None))
        }
        Verdict::Approve { code, variables } => {
            let code = check::text("code", "模板CODE", code, 1, 40)?;
            let named = |name: &String| {
                (1..=20).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            };
            let mut distinct = variables.clone();
            distinct.sort();
            distinct.dedup();
            if variables.len() != before.variables.len()
                || distinct.len() != variables.len()
                || !variables.iter().all(named)
            {
                return Err(Error::invalid(
                    "variables",
                    "请按顺序为每个变量填写运营商模板中的变量名（字母、数字或下划线，不重复）",
                ));
            }
            Ok(("approved", Some(code), variables.clone(), None))
        }
        Verdict::Refuse(_) if before.state == "refused" => Err(Error::refuse("WRONG_STATE", "该申请已退回")),
        Verdict::Refuse(reason) => {
            let reason = check::text("reason", "退回原因", reason, 2, 200)?;
            Ok(("refused", before.carrier_code.clone(), before.carrier_variables.clone(), Some(reason)))
        }
    }
}

/// The signature that was approved last for a tenant. On the control plane.
pub(crate) async fn signature(tenant: TenantId, conn: &mut Conn) -> Result<Option<String>> {
    let row: Option<Option<String>> = sms_words::table
        .filter(sms_words::tenant_id.eq(tenant.0).and(sms_words::kind.eq("signature")))
        .filter(sms_words::state.eq("approved"))
        .order(sms_words::reviewed_at.desc())
        .select(sms_words::carrier_code)
        .first(conn)
        .await
        .optional()?;
    Ok(row.flatten())
}

/// A template of a tenant's that is approved. On the control plane.
pub(crate) async fn template(tenant: TenantId, id: Uuid, conn: &mut Conn) -> Result<Option<Word>> {
    let found = sms_words::table
        .find(id)
        .filter(sms_words::tenant_id.eq(tenant.0).and(sms_words::kind.ne("signature")))
        .filter(sms_words::state.eq("approved"))
        .select(Word::as_select());
    Ok(found.first(conn).await.optional()?)
}

/// The words in which a message of a tenant leaves; none when its template is approved no longer. On the control plane.
pub(crate) async fn wording(tenant: Option<TenantId>, word: Option<Uuid>, conn: &mut Conn) -> Result<Option<Wording>> {
    let Some(tenant) = tenant else { return Ok(Some(Wording::default())) };
    let signature = signature(tenant, conn).await?;
    let Some(word) = word else { return Ok(Some(Wording { signature, templates: BTreeMap::new() })) };
    let Some(row) = template(tenant, word, conn).await? else { return Ok(None) };
    let template = Template { id: row.carrier_code.unwrap_or_default(), params: row.carrier_variables };
    Ok(Some(Wording { signature, templates: BTreeMap::from([(Purpose::Notice, template)]) }))
}
