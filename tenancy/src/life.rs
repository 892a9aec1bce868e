//! The life of a tenant (OP-12): in use, a grace, then only reading, then nobody comes in. It follows from dates and
//! marks alone, so nothing has to run for it to hold.

use chrono::{Days, NaiveDate};
use zhibu_core::{CHANGE_PASSWORD, Error, Permission, Result, TenantId};

use crate::app::{App, Settings};
use crate::exchange::export::EXPORT;
use crate::support::SUPPORT_MANAGE;
use crate::tenants;

/// Where a tenant stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Life {
    /// 正常
    Active,
    /// 宽限期: expired, everything still works.
    Grace,
    /// 只读: nothing can be changed any more.
    ReadOnly,
    /// 已停用: nobody comes in.
    Suspended,
    /// 已终止: for good.
    Closed,
}

/// What decides it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Term {
    /// Last day of use; none: without end.
    pub expires_on: Option<NaiveDate>,
    /// Suspended by an operator.
    pub suspended: bool,
    /// Closed by an operator.
    pub closed: bool,
}

/// The days that follow the last day of use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spans {
    /// 宽限期
    pub grace: u16,
    /// 只读期
    pub read_only: u16,
}

impl Spans {
    /// As the installation has set them.
    pub fn of(settings: &Settings) -> Self {
        Self { grace: settings.grace_days, read_only: settings.read_only_days }
    }

    /// The last day of the grace after a last day of use.
    pub fn grace_until(self, expires_on: NaiveDate) -> NaiveDate {
        later(expires_on, self.grace)
    }

    /// The last day on which a tenant can be read.
    pub fn readable_until(self, expires_on: NaiveDate) -> NaiveDate {
        later(self.grace_until(expires_on), self.read_only)
    }
}

fn later(day: NaiveDate, days: u16) -> NaiveDate {
    day.checked_add_days(Days::new(days.into())).unwrap_or(NaiveDate::MAX)
}

/// Where a tenant stands on a day.
pub fn life(tenant: &Term, spans: Spans, today: NaiveDate) -> Life {
    match tenant.expires_on {
        _ if tenant.closed => Life::Closed,
        _ if tenant.suspended => Life::Suspended,
        None => Life::Active,
        Some(last) if today <= last => Life::Active,
        Some(last) if today <= spans.grace_until(last) => Life::Grace,
        Some(last) if today <= spans.readable_until(last) => Life::ReadOnly,
        Some(_) => Life::Suspended,
    }
}

impl Life {
    /// Its name for programs.
    pub fn key(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Grace => "grace",
            Self::ReadOnly => "read_only",
            Self::Suspended => "suspended",
            Self::Closed => "closed",
        }
    }

    /// Its people may come in.
    pub fn is_open(self) -> bool {
        self < Self::Suspended
    }
}

impl tenants::Tenant {
    /// Where it stands now.
    pub fn life(&self, app: &App) -> Life {
        life(&self.term, Spans::of(&app.settings), app.world.today())
    }
}

/// Refuses to let anybody of a suspended or closed tenant in, and says whom to ask.
pub(crate) async fn may_enter(app: &App, tenant: TenantId) -> Result<()> {
    let words = match tenants::info(app, tenant).await?.life(app) {
        Life::Active | Life::Grace | Life::ReadOnly => return Ok(()),
        Life::Suspended => "贵单位的服务已停用",
        Life::Closed => "贵单位的服务已终止",
    };
    Err(Error::refuse("TENANT_SUSPENDED", format!("{words}，{}", contact(&app.settings))))
}

/// Refuses changes of those who may only read. Passwords, leaving and exports stay possible: people must be able to
/// take their data along; and they decide whom they let in.
pub(crate) async fn may_write(app: &App, tenant: TenantId, permission: Permission) -> Result<()> {
    match tenants::info(app, tenant).await?.life(app) {
        Life::Active | Life::Grace => Ok(()),
        Life::ReadOnly if [CHANGE_PASSWORD, EXPORT, SUPPORT_MANAGE].contains(&permission) => Ok(()),
        Life::ReadOnly => {
            let words = format!("服务已到期，目前只能查看和导出，不能修改。如需续期，{}", contact(&app.settings));
            Err(Error::refuse("TENANT_READ_ONLY", words))
        }
        Life::Suspended | Life::Closed => Err(Error::unauthenticated()),
    }
}

/// Refuses everything of a suspended or closed tenant to whoever is still in.
pub(crate) async fn may_read(app: &App, tenant: TenantId) -> Result<()> {
    if tenants::info(app, tenant).await?.life(app).is_open() { Ok(()) } else { Err(Error::unauthenticated()) }
}

/// Whom to ask, as a half-sentence.
fn contact(settings: &Settings) -> String {
    match settings.operator_contact.trim() {
        "" => "请联系服务商".to_owned(),
        contact => format!("请联系服务商：{contact}"),
    }
}

/// The topic on which it is announced that the people of a tenant are sent out.
pub fn topic(tenant: TenantId) -> String {
    format!("tenant:{tenant}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    const SPANS: Spans = Spans { grace: 15, read_only: 30 };

    #[test]
    fn op_12_every_state_begins_and_ends_on_its_day() {
        let term = Term { expires_on: Some(day("2026-12-31")), ..Term::default() };
        for (today, expected) in [
            ("2026-11-01", Life::Active),
            ("2026-12-31", Life::Active),
            ("2027-01-01", Life::Grace),
            ("2027-01-15", Life::Grace),
            ("2027-01-16", Life::ReadOnly),
            ("2027-02-14", Life::ReadOnly),
            ("2027-02-15", Life::Suspended),
            ("2099-01-01", Life::Suspended),
        ] {
            assert_eq!(life(&term, SPANS, day(today)), expected, "{today}");
        }
    }

    #[test]
    fn op_12_marks_stand_above_dates() {
        let today = day("2026-06-01");
        for (expires_on, suspended, closed, expected) in [
            (None, false, false, Life::Active),
            (None, true, false, Life::Suspended),
            (None, false, true, Life::Closed),
            (None, true, true, Life::Closed),
            (Some("2026-06-01"), false, false, Life::Active),
            (Some("2026-06-01"), true, false, Life::Suspended),
            (Some("2026-05-31"), true, false, Life::Suspended),
            (Some("2026-05-31"), false, false, Life::Grace),
            (Some("2020-01-01"), false, true, Life::Closed),
        ] {
            let term = Term { expires_on: expires_on.map(day), suspended, closed };
            assert_eq!(life(&term, SPANS, today), expected, "{term:?}");
        }
    }

    #[test]
    fn op_12_without_a_grace_reading_begins_at_once() {
        let term = Term { expires_on: Some(day("2026-12-31")), ..Term::default() };
        let short = Spans { grace: 0, read_only: 1 };
        assert_eq!(life(&term, short, day("2026-12-31")), Life::Active);
        assert_eq!(life(&term, short, day("2027-01-01")), Life::ReadOnly);
        assert_eq!(life(&term, short, day("2027-01-02")), Life::Suspended);
        let none = Spans { grace: 0, read_only: 0 };
        assert_eq!(life(&term, none, day("2027-01-01")), Life::Suspended);
        let endless = Term { expires_on: Some(NaiveDate::MAX), ..Term::default() };
        assert_eq!(life(&endless, SPANS, day("2027-01-01")), Life::Active);
    }

    #[test]
    fn op_12_only_until_the_end_of_reading_people_come_in() {
        let open: Vec<bool> =
            [Life::Active, Life::Grace, Life::ReadOnly, Life::Suspended, Life::Closed].map(Life::is_open).to_vec();
        assert_eq!(open, [true, true, true, false, false]);
    }
}
