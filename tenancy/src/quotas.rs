//! What a tenant may use (用量上限): bytes of files, text messages a month, requests a day. At four fifths it is told, at the
//! whole it is refused.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};
use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use zhibu_core::{Error, Permission, Result, TenantId, check};
use zhibu_providers::Purpose;

use crate::app::App;
use crate::audit::Entry;
use crate::cx::{Cx, Write};
use crate::db::{Conn, Mode, Space};
use crate::meters::month;
use crate::schema::{outbox, quotas, usage};

/// Counted requests are written down so often.
const FLUSH: Duration = Duration::seconds(5);
/// So long the bytes of a tenant's files are taken as they were counted.
const REMEMBERED: Duration = Duration::minutes(5);
/// The calendar in China.
const CHINA: Duration = Duration::hours(8);

/// The limits of a tenant; none: as much as it likes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = quotas)]
pub struct Quotas {
    /// Bytes of its files.
    pub storage_bytes: Option<i64>,
    /// Text messages a month.
    pub sms_month: Option<i32>,
    /// Requests a day.
    pub requests_day: Option<i64>,
}

/// Limits that are changed; none: as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Change {
    /// Bytes of its files.
    pub storage_bytes: Option<Option<i64>>,
    /// Text messages a month.
    pub sms_month: Option<Option<i32>>,
    /// Requests a day.
    pub requests_day: Option<Option<i64>>,
}

impl Change {
    fn of(self, before: Quotas) -> Quotas {
        Quotas {
            storage_bytes: self.storage_bytes.unwrap_or(before.storage_bytes),
            sms_month: self.sms_month.unwrap_or(before.sms_month),
            requests_day: self.requests_day.unwrap_or(before.requests_day),
        }
    }
}

/// How near a tenant is to a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Nothing to say.
    Fine,
    /// Four fifths are used.
    Near,
    /// Nothing is left.
    Full,
}

/// Judges what is used against a limit.
pub fn level(used: i64, limit: Option<i64>) -> Level {
    match limit {
        Some(limit) if used >= limit => Level::Full,
        Some(limit) if used >= limit - limit / 5 => Level::Near,
        _ => Level::Fine,
    }
}

/// Messages beyond a month's limit that still carry codes to sign in or to set a password, so that nobody is locked out.
pub fn reserve(limit: i32) -> i32 {
    (limit / 10).max(20)
}

/// What is used of one limit.
#[derive(Debug, Clone, Copy)]
pub struct Used {
    /// Which: `storage`, `sms` or `requests`.
    pub kind: &'static str,
    /// So much.
    pub used: i64,
    /// Of so much.
    pub limit: i64,
}

/// The limits of a tenant.
pub async fn of(tenant: TenantId, conn: &mut Conn) -> Result<Quotas> {
    let row = quotas::table.find(tenant.0).select(Quotas::as_select()).first(conn).await.optional()?;
    Ok(row.unwrap_or_default())
}

/// Changes the limits of a tenant, for a reason that stays on record.
pub async fn set(cx: &Cx, permission: Permission, tenant: TenantId, change: Change, reason: &str) -> Result<Quotas> {
    let reason = check::text("reason", "原因", reason, 2, 200)?;
    let fields = [
        ("storageBytes", change.storage_bytes.flatten()),
        ("smsMonth", change.sms_month.flatten().map(i64::from)),
        ("requestsDay", change.requests_day.flatten()),
    ];
    if let Some((field, _)) = fields.into_iter().find(|(_, limit)| limit.is_some_and(|limit| limit < 1)) {
        return Err(Error::invalid(field, "上限应大于0；不限请留空"));
    }
    let mut write = cx.write(permission).await?;
    crate::terms::locked(tenant, &mut write).await?;
    let before = of(tenant, write.conn()?).await?;
    let to = change.of(before);
    let entry = Entry::new("tenant.quotas_changed", "tenant", tenant.0)
        .change("storageBytes", before.storage_bytes, to.storage_bytes)
        .change("smsMonth", before.sms_month, to.sms_month)
        .change("requestsDay", before.requests_day, to.requests_day);
    if entry.is_empty() {
        return Ok(to);
    }
    let set = (
        quotas::storage_bytes.eq(to.storage_bytes),
        quotas::sms_month.eq(to.sms_month),
        quotas::requests_day.eq(to.requests_day),
    );
    diesel::insert_into(quotas::table)
        .values((quotas::tenant_id.eq(tenant.0), set))
        .on_conflict(quotas::tenant_id)
        .do_update()
        .set(set)
        .execute(write.conn()?)
        .await?;
    write.audit(entry.note("reason", reason)).await?;
    write.commit().await?;
    Ok(to)
}

/// What is used of every limit that a tenant has.
pub async fn used(cx: &Cx, tenant: TenantId) -> Result<Vec<Used>> {
    cx.app.requests.flush(&cx.app, cx.now()).await?;
    cx.close().await;
    let mut unit = cx.app.begin(Space::Platform, Mode::Read).await?;
    let limits = of(tenant, unit.conn()?).await?;
    let mut all = Vec::new();
    if let Some(limit) = limits.sms_month {
        all.push(Used { kind: "sms", used: messages(tenant, cx.now(), unit.conn()?).await?, limit: limit.into() });
    }
    if let Some(limit) = limits.requests_day {
        all.push(Used { kind: "requests", used: requests(tenant, cx.now(), unit.conn()?).await?, limit });
    }
    unit.commit().await?;
    if let Some(limit) = limits.storage_bytes {
        let used = i64::try_from(stored(cx, tenant).await?).map_err(Error::bug)?;
        all.push(Used { kind: "storage", used, limit });
    }
    Ok(all)
}

/// Text messages ordered in a tenant's name since the first of the month; a long one counts as often as it is paid for.
pub async fn messages(tenant: TenantId, now: DateTime<Utc>, conn: &mut Conn) -> Result<i64> {
    let since = outbox::created_at.ge(month(now));
    let parts = diesel::dsl::sum(outbox::parts);
    let parts: Option<i64> =
        outbox::table.filter(outbox::tenant_id.eq(tenant.0).and(since)).select(parts).get_result(conn).await?;
    Ok(parts.unwrap_or_default())
}

/// Requests of a tenant's people today, as far as they are written down.
pub async fn requests(tenant: TenantId, now: DateTime<Utc>, conn: &mut Conn) -> Result<i64> {
    let row = usage::table.find((tenant.0, today(now))).select(usage::requests).first(conn).await.optional()?;
    Ok(row.unwrap_or_default())
}

fn today(now: DateTime<Utc>) -> NaiveDate {
    (now + CHINA).date_naive()
}

/// The bytes of a tenant's files, counted anew when that was long ago.
pub async fn stored(cx: &Cx, tenant: TenantId) -> Result<u64> {
    let row: Option<(Option<i64>, Option<DateTime<Utc>>)> = {
        let mut unit = cx.beside(Space::Platform).await?;
        let row = quotas::table.find(tenant.0).select((quotas::stored, quotas::stored_at));
        let row = row.first(unit.conn()?).await.optional()?;
        unit.commit_quietly().await?;
        row
    };
    if let Some((Some(bytes), Some(at))) = row
        && cx.now() - at < REMEMBERED
    {
        return u64::try_from(bytes).map_err(Error::bug);
    }
    let bytes = cx.app.store.size(tenant).await?;
    let set = (quotas::stored.eq(i64::try_from(bytes).map_err(Error::bug)?), quotas::stored_at.eq(cx.now()));
    let mut write = cx.beside(Space::Platform).await?;
    diesel::insert_into(quotas::table)
        .values((quotas::tenant_id.eq(tenant.0), set))
        .on_conflict(quotas::tenant_id)
        .do_update()
        .set(set)
        .execute(write.conn()?)
        .await?;
    write.commit_quietly().await?;
    Ok(bytes)
}

/// Refuses a file of so many bytes for which a tenant has no room, and counts it among the others until they are counted
/// anew. Of operators' own files nothing is said.
pub async fn room(cx: &Cx, bytes: i64) -> Result<()> {
    let Space::Tenant(tenant) = cx.space() else { return Ok(()) };
    let limit = {
        let mut unit = cx.beside(Space::Platform).await?;
        let limit = of(tenant, unit.conn()?).await?.storage_bytes;
        unit.commit_quietly().await?;
        limit
    };
    let Some(limit) = limit else { return Ok(()) };
    stored(cx, tenant).await?;
    let mut write = cx.beside(Space::Platform).await?;
    let counted = diesel::update(quotas::table.find(tenant.0))
        .filter(quotas::stored.lt(limit).and((quotas::stored + bytes).le(limit)))
        .set(quotas::stored.eq(quotas::stored + bytes))
        .execute(write.conn()?)
        .await?;
    write.commit_quietly().await?;
    if counted == 0 {
        return Err(Error::refuse("STORAGE_QUOTA", "贵单位的存储空间已用完，请联系服务商扩容；已有文件仍可下载"));
    }
    Ok(())
}

/// Whether a message in a tenant's name may still go this month. Who counts holds the tenant until the message is written, so
/// that many at once are no more than the limit.
pub(crate) async fn may_send(write: &mut Write<'_>, tenant: TenantId, purpose: Purpose, parts: i16) -> Result<bool> {
    let now = write.cx.now();
    let Some(limit) = of(tenant, write.conn()?).await?.sms_month else { return Ok(true) };
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended('sms:' || $1::text, 0))")
        .bind::<diesel::sql_types::Uuid, _>(tenant.0)
        .execute(write.conn()?)
        .await?;
    let most = match purpose {
        Purpose::SignIn | Purpose::Password => limit.saturating_add(reserve(limit)),
        Purpose::Mobile | Purpose::Notice => limit,
    };
    Ok(messages(tenant, now, write.conn()?).await? + i64::from(parts) <= i64::from(most))
}

/// The refusal of a message beyond the limit.
pub(crate) fn no_messages() -> Error {
    Error::refuse("SMS_QUOTA", "贵单位本月的短信已用完，请下月再试或联系服务商；登录不受影响")
}

/// Requests since the last time they were written down, and what was known then.
#[derive(Debug, Default)]
pub struct Requests(Mutex<Counted>);

#[derive(Debug, Default)]
struct Counted {
    flushed_at: Option<DateTime<Utc>>,
    tenants: HashMap<(TenantId, NaiveDate), Tally>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    /// Not written down yet.
    new: i64,
    /// Of all replicas, when last written down.
    known: i64,
    limit: Option<i64>,
}

impl Requests {
    /// Counts a request of a tenant's, and refuses it when the day's are used up. Nothing is written but every few seconds,
    /// for all tenants together, so no row is hot; a replica may let as many more through as come in that time.
    pub fn count(&self, app: &Arc<App>, tenant: TenantId) -> Result<()> {
        let now = app.world.now();
        let (full, due) = {
            let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let tally = counted.tenants.entry((tenant, today(now))).or_default();
            let full = tally.limit.is_some_and(|limit| tally.known + tally.new >= limit);
            if !full {
                tally.new += 1;
            }
            (full, counted.flushed_at.is_none_or(|at| now - at >= FLUSH))
        };
        if due {
            // Beside the request, which may hold a connection already.
            let app = app.clone();
            tokio::spawn(async move {
                if let Err(error) = app.requests.flush(&app, now).await {
                    tracing::warn!(code = error.code, cause = ?error.cause, "counted requests were not written down");
                }
            });
        }
        if full { Err(used_up(now)) } else { Ok(()) }
    }

    /// Writes down what was counted; what cannot be written stays counted.
    pub async fn flush(&self, app: &App, now: DateTime<Utc>) -> Result<()> {
        let taken: Vec<((TenantId, NaiveDate), i64)> = {
            let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            counted.flushed_at = Some(now);
            // Days that are over are forgotten once they are written.
            counted.tenants.retain(|(_, day), tally| *day >= today(now) || tally.new > 0);
            counted.tenants.iter_mut().map(|(key, tally)| (*key, std::mem::take(&mut tally.new))).collect()
        };
        match write(app, &taken).await {
            Ok(known) => {
                let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                for (key, amount, limit) in known {
                    let tally = counted.tenants.entry(key).or_default();
                    (tally.known, tally.limit) = (amount, limit);
                }
                Ok(())
            }
            Err(error) => {
                let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                for (key, new) in taken {
                    counted.tenants.entry(key).or_default().new += new;
                }
                Err(error)
            }
        }
    }
}

type Known = ((TenantId, NaiveDate), i64, Option<i64>);

async fn write(app: &App, taken: &[((TenantId, NaiveDate), i64)]) -> Result<Vec<Known>> {
    if taken.is_empty() {
        return Ok(Vec::new());
    }
    // In one order, so that replicas never wait for each other crosswise.
    let mut taken = taken.to_vec();
    taken.sort_unstable_by_key(|((tenant, day), _)| (tenant.0, *day));
    let rows: Vec<_> = taken
        .iter()
        .map(|((tenant, day), new)| (usage::tenant_id.eq(tenant.0), usage::day.eq(*day), usage::requests.eq(*new)))
        .collect();
    let mut unit = app.begin(Space::Platform, Mode::Write).await?;
    let written: Vec<(uuid::Uuid, NaiveDate, i64)> = diesel::insert_into(usage::table)
        .values(rows)
        .on_conflict((usage::tenant_id, usage::day))
        .do_update()
        .set(usage::requests.eq(usage::requests + excluded(usage::requests)))
        .returning((usage::tenant_id, usage::day, usage::requests))
        .get_results(unit.conn()?)
        .await?;
    let ids: Vec<uuid::Uuid> = written.iter().map(|row| row.0).collect();
    let limits: Vec<(uuid::Uuid, Option<i64>)> = quotas::table
        .filter(quotas::tenant_id.eq_any(ids))
        .select((quotas::tenant_id, quotas::requests_day))
        .load(unit.conn()?)
        .await?;
    unit.commit().await?;
    let limits: HashMap<uuid::Uuid, Option<i64>> = limits.into_iter().collect();
    let known = |(tenant, day, amount): (uuid::Uuid, NaiveDate, i64)| {
        ((TenantId(tenant), day), amount, limits.get(&tenant).copied().flatten())
    };
    Ok(written.into_iter().map(known).collect())
}

fn used_up(now: DateTime<Utc>) -> Error {
    let midnight = (today(now) + Duration::days(1)).and_time(NaiveTime::MIN).and_utc() - CHINA;
    let left = u32::try_from((midnight - now).num_seconds().max(1)).unwrap_or(u32::MAX);
    Error::too_many(left, "贵单位今日的请求次数已达上限，请明日再试或联系服务商")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn op_8_four_fifths_are_told_and_the_whole_is_refused() {
        for (used, limit, expected) in [
            (79, Some(100), Level::Fine),
            (80, Some(100), Level::Near),
            (99, Some(100), Level::Near),
            (100, Some(100), Level::Full),
            (0, Some(1), Level::Fine),
            (1, Some(1), Level::Full),
            (i64::MAX, None, Level::Fine),
        ] {
            assert_eq!(level(used, limit), expected, "{used} of {limit:?}");
        }
        assert_eq!((reserve(10), reserve(1_000), reserve(i32::MAX)), (20, 100, i32::MAX / 10));
    }
}
