use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use zhibu_core::{Error, Result};

use crate::cx::Cx;
use crate::db::Space;
use crate::schema::throttles;

/// Counts one event under `key` in the current span and refuses beyond `limit`. Exact over all replicas, and
/// counted whatever happens to the caller's own transaction.
pub(crate) async fn throttle(cx: &Cx, key: &str, seconds: i64, limit: i32, message: &'static str) -> Result<()> {
    let start = span(cx.now(), seconds);
    let mut unit = cx.beside(Space::Platform).await?;
    let count: i32 = diesel::insert_into(throttles::table)
        .values((throttles::key.eq(key), throttles::span_start.eq(start), throttles::count.eq(1)))
        .on_conflict((throttles::key, throttles::span_start))
        .do_update()
        .set(throttles::count.eq(throttles::count + 1))
        .returning(throttles::count)
        .get_result(unit.conn()?)
        .await?;
    unit.commit_quietly().await?;
    if count > limit {
        let left = (start + Duration::seconds(seconds) - cx.now()).num_seconds().max(1);
        return Err(Error::too_many(u32::try_from(left).unwrap_or(u32::MAX), message));
    }
    Ok(())
}

fn span(now: DateTime<Utc>, seconds: i64) -> DateTime<Utc> {
    let start = now.timestamp() - now.timestamp().rem_euclid(seconds.max(1));
    DateTime::from_timestamp(start, 0).unwrap_or(now)
}
