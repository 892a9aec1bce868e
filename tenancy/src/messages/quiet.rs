//! Quiet hours (免打扰时段): messages that carry no code wait until morning.

use chrono::{DateTime, Duration, NaiveTime, Timelike, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use zhibu_core::{Error, Permission, Result};

use crate::audit::Entry;
use crate::cx::Cx;
use crate::db::Conn;
use crate::schema::sms_rules;

/// The hours in which nothing is sent but codes, by the clock of China.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = sms_rules)]
pub struct Quiet {
    /// From this hour in the evening.
    pub quiet_from: i16,
    /// Until this hour in the morning.
    pub quiet_until: i16,
}

impl Default for Quiet {
    fn default() -> Self {
        Self { quiet_from: 21, quiet_until: 8 }
    }
}

impl Quiet {
    /// When the present quiet ends; none when it is not quiet.
    pub fn ends(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let china = Duration::hours(8);
        let local = (now + china).naive_utc();
        let hour = i64::from(local.hour());
        let days = match hour {
            hour if hour < i64::from(self.quiet_until) => 0,
            hour if hour >= i64::from(self.quiet_from) => 1,
            _ => return None,
        };
        let midnight = local.date().and_time(NaiveTime::MIN).and_utc() - china;
        Some(midnight + Duration::days(days) + Duration::hours(self.quiet_until.into()))
    }
}

/// The quiet hours of the tenant of the running transaction.
pub async fn quiet(conn: &mut Conn) -> Result<Quiet> {
    Ok(sms_rules::table.find(1i16).select(Quiet::as_select()).first(conn).await.optional()?.unwrap_or_default())
}

/// Sets the quiet hours; they may be longer than usual, not shorter.
pub async fn set_quiet(cx: &Cx, permission: Permission, to: Quiet) -> Result<Quiet> {
    cx.allow(permission)?;
    let usual = Quiet::default();
    if !(13..=usual.quiet_from).contains(&to.quiet_from) {
        return Err(Error::invalid("quietFrom", "免打扰开始时间应在13时至21时之间，不能晚于21时"));
    }
    if !(usual.quiet_until..=12).contains(&to.quiet_until) {
        return Err(Error::invalid("quietUntil", "免打扰结束时间应在8时至12时之间，不能早于8时"));
    }
    let mut write = cx.write(permission).await?;
    let before = quiet(write.conn()?).await?;
    let entry = Entry::new("sms.quiet_changed", "tenant", cx.tenant()?.0)
        .change("quietFrom", before.quiet_from, to.quiet_from)
        .change("quietUntil", before.quiet_until, to.quiet_until);
    if entry.is_empty() {
        return Ok(to);
    }
    let set = (sms_rules::quiet_from.eq(to.quiet_from), sms_rules::quiet_until.eq(to.quiet_until));
    diesel::insert_into(sms_rules::table)
        .values((sms_rules::id.eq(1i16), set))
        .on_conflict(sms_rules::id)
        .do_update()
        .set(set)
        .execute(write.conn()?)
        .await?;
    write.audit(entry).await?;
    write.commit().await?;
    Ok(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pc_3_2_1c_quiet_lasts_from_evening_to_morning_across_midnight_in_china() {
        let moment = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        for (now, ends) in [
            ("2026-11-26T12:59:59Z", None),
            ("2026-11-26T13:00:00Z", Some("2026-11-27T00:00:00Z")),
            ("2026-11-26T15:59:59Z", Some("2026-11-27T00:00:00Z")),
            ("2026-11-26T16:00:00Z", Some("2026-11-27T00:00:00Z")),
            ("2026-11-26T23:59:59Z", Some("2026-11-27T00:00:00Z")),
            ("2026-11-27T00:00:00Z", None),
        ] {
            assert_eq!(Quiet::default().ends(moment(now)), ends.map(moment), "{now}");
        }
        let wide = Quiet { quiet_from: 18, quiet_until: 10 };
        assert_eq!(wide.ends(moment("2026-11-27T01:00:00Z")), Some(moment("2026-11-27T02:00:00Z")));
        assert_eq!(wide.ends(moment("2026-11-27T10:00:00Z")), Some(moment("2026-11-28T02:00:00Z")));
    }
}
