//! Activation codes (激活码, OP-1): issued in batches, used once, revocable, never stored readable.

use chrono::{DateTime, Months, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, Page, PageArgs, Permission, Result, Secret, check};

use crate::audit::Entry;
use crate::cx::Cx;
use crate::db::Conn;
use crate::keys::hash;
use crate::schema::{code_batches, codes, operators};

/// Characters of a code, without hyphens.
const WHOLE: usize = 16;

/// The columns of [`CodeRow`], in its order.
macro_rules! columns {
    () => {
        (
            codes::id,
            codes::batch_id,
            codes::tail,
            codes::plan,
            codes::modules,
            codes::seats,
            codes::expires_on,
            codes::note,
            codes::used_at,
            codes::tenant_id,
            codes::revoked_at,
            codes::revoke_reason,
            codes::months,
            code_batches::issued_at,
            operators::user_name.nullable(),
        )
    };
}

/// What is sold with a batch of codes.
#[derive(Debug, Clone)]
pub struct Order {
    /// Key of the request: the same key gives the same codes.
    pub key: Uuid,
    /// Name of the plan.
    pub plan: String,
    /// Modules entitled beside the base ones.
    pub modules: Vec<String>,
    /// Places.
    pub seats: i32,
    /// Last day of use.
    pub expires_on: NaiveDate,
    /// For how many months a tenant may be used from its activation; none: without end.
    pub months: Option<i16>,
    /// How many codes.
    pub count: i32,
    /// Remark.
    pub note: Option<String>,
    /// Where the tenants' schemas shall stand; none: the installation's own database.
    pub placement: Option<String>,
}

/// Where a code stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeState {
    /// 未使用
    Issued,
    /// 已使用
    Used,
    /// 已过期
    Expired,
    /// 已作废
    Revoked,
}

/// A code as its list shows it.
#[derive(Debug, Clone, Queryable)]
pub struct CodeRow {
    /// Its id.
    pub id: Uuid,
    /// Its batch.
    pub batch: Uuid,
    /// Last four characters.
    pub tail: String,
    /// Name of the plan.
    pub plan: String,
    /// Modules entitled.
    pub modules: Vec<String>,
    /// Places.
    pub seats: i32,
    /// Last day of use.
    pub expires_on: NaiveDate,
    /// Remark.
    pub note: Option<String>,
    /// When it was used.
    pub used_at: Option<DateTime<Utc>>,
    /// By whom.
    pub tenant: Option<Uuid>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// Why.
    pub revoke_reason: Option<String>,
    /// For how many months a tenant may be used.
    pub months: Option<i16>,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
    /// By whom; none from the command line.
    pub issued_by: Option<String>,
}

/// Which codes are looked for.
#[derive(Debug, Clone, Default)]
pub struct CodeFilter {
    /// One state.
    pub state: Option<CodeState>,
    /// One batch.
    pub batch: Option<Uuid>,
    /// Last four characters, a whole code, or part of the remark.
    pub search: Option<String>,
}

impl CodeFilter {
    /// The search as it may be told and kept: of a whole code its last four characters only.
    pub fn told(&self) -> Option<String> {
        let search = self.search.as_deref().map(str::trim).filter(|text| !text.is_empty())?;
        let plain = normalise(search);
        Some(match plain.get(WHOLE - 4..) {
            Some(tail) if plain.len() == WHOLE => format!("激活码····{tail}"),
            _ => search.to_owned(),
        })
    }
}

impl CodeRow {
    /// Where the code stands on a day.
    pub fn state(&self, today: NaiveDate) -> CodeState {
        match (self.used_at, self.revoked_at) {
            (Some(_), _) => CodeState::Used,
            (None, Some(_)) => CodeState::Revoked,
            (None, None) if self.expires_on < today => CodeState::Expired,
            (None, None) => CodeState::Issued,
        }
    }
}

/// Capital letters and digits only; look-alikes as the alphabet means them.
pub(crate) fn normalise(code: &str) -> String {
    code.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}

/// Issues a batch. Repeated with the same key and input it answers the same codes; other input is refused.
pub async fn issue(cx: &Cx, permission: Permission, order: &Order) -> Result<Vec<String>> {
    let (plan, note) = accept(cx, order)?;
    let mut modules = order.modules.clone();
    modules.sort_unstable();
    modules.dedup();
    let months = order.months.map(|months| format!("|{months}")).unwrap_or_default();
    let place = order.placement.as_ref().map(|id| format!("@{id}")).unwrap_or_default();
    if let Some(id) = &order.placement {
        crate::placements::get(&cx.app, id).await.map_err(|error| error.at("placement"))?;
    }
    let input =
        format!("{plan}|{modules:?}|{}|{}|{}|{note:?}{months}{place}", order.seats, order.expires_on, order.count);
    let digest = hash(input.as_bytes());
    let texts: Vec<String> =
        (0..u32::try_from(order.count).unwrap_or_default()).map(|n| cx.app.keys.code(order.key, n)).collect();
    let operator = cx.operator().map(|o| o.id.0).ok();
    let mut write = cx.write(permission).await?;
    let new = diesel::insert_into(code_batches::table)
        .values((
            code_batches::id.eq(order.key),
            code_batches::input_hash.eq(&digest),
            code_batches::issued_by.eq(operator),
            code_batches::issued_at.eq(cx.now()),
        ))
        .on_conflict_do_nothing()
        .execute(write.conn()?)
        .await?;
    if new == 0 {
        let first: Vec<u8> =
            code_batches::table.find(order.key).select(code_batches::input_hash).first(write.conn()?).await?;
        return if first == digest {
            Ok(texts)
        } else {
            Err(Error::refuse("KEY_REUSED", "该请求已提交过，且内容不同"))
        };
    }
    let rows: Vec<_> = texts
        .iter()
        .map(|text| {
            let plain = normalise(text);
            (
                codes::id.eq(cx.app.world.id::<Uuid>()),
                codes::batch_id.eq(order.key),
                codes::code_hash.eq(hash(plain.as_bytes())),
                codes::tail.eq(plain.chars().skip(12).collect::<String>()),
                codes::plan.eq(&plan),
                codes::modules.eq(&modules),
                codes::seats.eq(order.seats),
                codes::expires_on.eq(order.expires_on),
                codes::note.eq(&note),
                codes::months.eq(order.months),
                codes::placement.eq(&order.placement),
            )
        })
        .collect();
    diesel::insert_into(codes::table).values(rows).execute(write.conn()?).await?;
    let entry = Entry::new("codes.issued", "code_batch", order.key)
        .note("plan", plan)
        .note("modules", modules)
        .note("seats", order.seats)
        .note("expiresOn", order.expires_on.to_string())
        .note("months", order.months)
        .note("placement", order.placement.clone())
        .note("count", order.count);
    write.audit(entry).await?;
    write.commit().await?;
    Ok(texts)
}

fn accept(cx: &Cx, order: &Order) -> Result<(String, Option<String>)> {
    let plan = check::text("plan", "套餐", &order.plan, 1, 30)?;
    let note = check::optional("note", "备注", order.note.as_deref(), 200)?;
    if !(1..=200).contains(&order.count) {
        return Err(Error::invalid("count", "每批1至200个"));
    }
    if !(1..=1_000_000).contains(&order.seats) {
        return Err(Error::invalid("seats", "席位应为1至1000000"));
    }
    if order.expires_on < cx.app.world.today() {
        return Err(Error::invalid("expiresOn", "过期日不能早于今天"));
    }
    if order.expires_on > cx.app.world.today() + chrono::Duration::days(3660) {
        return Err(Error::invalid("expiresOn", "过期日不能晚于十年后"));
    }
    if order.months.is_some_and(|months| !(1..=120).contains(&months)) {
        return Err(Error::invalid("months", "使用期限应为1至120个月"));
    }
    let unknown = |key: &String| cx.app.registry.module(key).is_none_or(|m| m.base);
    if order.modules.iter().any(unknown) {
        return Err(Error::invalid("modules", "模块不存在"));
    }
    Ok((plan, note))
}

type Boxed = diesel::dsl::IntoBoxed<
    'static,
    diesel::dsl::InnerJoin<codes::table, diesel::dsl::LeftJoin<code_batches::table, operators::table>>,
    diesel::pg::Pg,
>;

fn matching(cx: &Cx, filter: &CodeFilter) -> Boxed {
    let today = cx.app.world.today();
    let mut query = codes::table.inner_join(code_batches::table.left_join(operators::table)).into_boxed();
    query = match filter.state {
        None => query,
        Some(CodeState::Used) => query.filter(codes::used_at.is_not_null()),
        Some(CodeState::Revoked) => query.filter(codes::revoked_at.is_not_null()),
        Some(state) => {
            let open = query.filter(codes::used_at.is_null().and(codes::revoked_at.is_null()));
            if state == CodeState::Issued {
                open.filter(codes::expires_on.ge(today))
            } else {
                open.filter(codes::expires_on.lt(today))
            }
        }
    };
    if let Some(batch) = filter.batch {
        query = query.filter(codes::batch_id.eq(batch));
    }
    if let Some(search) = filter.search.as_deref().map(str::trim).filter(|s| !s.is_empty()) {
        let plain = normalise(search);
        query = match plain.len() {
            WHOLE => query.filter(codes::code_hash.eq(hash(plain.as_bytes()))),
            4 => query.filter(codes::tail.eq(plain).or(codes::note.like(crate::tenants::contains(search)))),
            _ => query.filter(codes::note.like(crate::tenants::contains(search))),
        };
    }
    query
}

/// The codes that match, newest first.
pub async fn list(cx: &Cx, filter: &CodeFilter, page: &PageArgs, conn: &mut Conn) -> Result<Page<CodeRow>> {
    let after: Option<Uuid> = page.after()?;
    let mut query = matching(cx, filter).order(codes::id.desc()).limit(page.limit()).offset(page.offset());
    if let Some(after) = after {
        query = query.filter(codes::id.lt(after));
    }
    let rows: Vec<CodeRow> = query.select(columns!()).load(conn).await?;
    Ok(page.page(rows, |row| row.id))
}

/// How many match.
pub async fn count(cx: &Cx, filter: &CodeFilter, conn: &mut Conn) -> Result<i64> {
    Ok(matching(cx, filter).count().get_result(conn).await?)
}

/// Makes an unused code useless. Used or revoked already: refused.
pub async fn revoke(cx: &Cx, permission: Permission, id: Uuid, reason: &str) -> Result<CodeRow> {
    let reason = check::text("reason", "作废原因", reason, 2, 200)?;
    let mut write = cx.write(permission).await?;
    let revoked = diesel::update(codes::table.find(id))
        .filter(codes::used_at.is_null().and(codes::revoked_at.is_null()))
        .set((codes::revoked_at.eq(cx.now()), codes::revoke_reason.eq(&reason)))
        .execute(write.conn()?)
        .await?;
    let row: CodeRow = codes::table
        .inner_join(code_batches::table.left_join(operators::table))
        .filter(codes::id.eq(id))
        .select(columns!())
        .first(write.conn()?)
        .await?;
    if revoked == 0 {
        return Err(used_or_revoked(&row));
    }
    write.audit(Entry::new("code.revoked", "code", id).note("reason", reason)).await?;
    write.commit().await?;
    Ok(row)
}

fn used_or_revoked(row: &CodeRow) -> Error {
    if row.used_at.is_some() { used() } else { revoked() }
}

fn used() -> Error {
    Error::refuse("CODE_USED", "激活码已被使用").at("code")
}

fn revoked() -> Error {
    Error::refuse("CODE_REVOKED", "激活码已作废，请联系服务商").at("code")
}

/// A code that a tenant has just won.
pub(crate) struct Won {
    pub(crate) plan: String,
    pub(crate) modules: Vec<String>,
    pub(crate) seats: i32,
    pub(crate) months: Option<i16>,
    pub(crate) placement: Option<String>,
}

impl Won {
    /// The last day of use of a tenant that is activated on `today`.
    pub(crate) fn last_day(&self, today: NaiveDate) -> Option<NaiveDate> {
        today.checked_add_months(Months::new(u32::try_from(self.months?).ok()?))
    }
}

/// Plan, modules, places, months and placement of a code.
type Sold = (String, Vec<String>, i32, Option<i16>, Option<String>);

/// When a code was used and when revoked.
type Ends = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// Takes a code for a tenant: one conditional statement, so among many there is one winner.
pub(crate) async fn take(cx: &Cx, code: &Secret, tenant: Uuid, conn: &mut Conn) -> Result<Won> {
    let digest = hash(normalise(code.expose()).as_bytes());
    let today = cx.app.world.today();
    let won: Option<Sold> = diesel::update(codes::table.filter(codes::code_hash.eq(&digest)))
        .filter(codes::used_at.is_null().and(codes::revoked_at.is_null()).and(codes::expires_on.ge(today)))
        .set((codes::used_at.eq(cx.now()), codes::tenant_id.eq(tenant)))
        .returning((codes::plan, codes::modules, codes::seats, codes::months, codes::placement))
        .get_result(&mut *conn)
        .await
        .optional()?;
    if let Some((plan, modules, seats, months, placement)) = won {
        return Ok(Won { plan, modules, seats, months, placement });
    }
    let row: Option<Ends> = codes::table
        .filter(codes::code_hash.eq(&digest))
        .select((codes::used_at, codes::revoked_at))
        .first(conn)
        .await
        .optional()?;
    Err(match row {
        None => Error::refuse("CODE_UNKNOWN", "激活码不存在，请核对后重新输入").at("code"),
        Some((Some(_), _)) => used(),
        Some((None, Some(_))) => revoked(),
        Some((None, None)) => Error::refuse("CODE_EXPIRED", "激活码已过期，请联系服务商").at("code"),
    })
}
