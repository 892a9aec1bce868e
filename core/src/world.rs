use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};
use rand::RngCore;
use uuid::{ContextV7, Timestamp, Uuid};

/// Where time comes from: the machine, or a test.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    Machine,
    /// The machine's clock moved by so many seconds: tests move it.
    Moved(Arc<AtomicI64>),
}

/// Time, ids and randomness of one process. Everything takes them from here, so tests can inject them.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// Where time comes from.
    pub clock: Clock,
}

impl Clock {
    /// A clock that tests can move.
    pub fn movable() -> Self {
        Self::Moved(Arc::default())
    }

    /// Moves a movable clock forward; the machine's stays where it is.
    pub fn advance(&self, by: Duration) {
        if let Self::Moved(offset) = self {
            offset.fetch_add(by.num_seconds(), Ordering::SeqCst);
        }
    }

    /// Sets how far a movable clock is ahead of the machine's; the machine's stays where it is.
    pub fn set_ahead(&self, by: Duration) {
        if let Self::Moved(offset) = self {
            offset.store(by.num_seconds(), Ordering::SeqCst);
        }
    }
}

impl World {
    /// The present moment, in microseconds as PostgreSQL keeps it.
    pub fn now(&self) -> DateTime<Utc> {
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
        let now = Utc::now();
        let now = match &self.clock {
            Clock::Machine => now,
            Clock::Moved(offset) => now + Duration::seconds(offset.load(Ordering::SeqCst)),
        };
        DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
    }

    /// Today in China, where every tenant lives.
    pub fn today(&self) -> NaiveDate {
        day(self.now())
    }

    /// A new id, sortable by time.
    pub fn id<T: From<Uuid>>(&self) -> T {
        static CONTEXT: std::sync::Mutex<Option<(u64, ContextV7)>> = std::sync::Mutex::new(None);
        let now = self.now();
        let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
        let mut context = CONTEXT.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // A context never goes back. A clock that does so by minutes is another one, whose ids are not to lie in its future.
        let (last, one) = match context.take() {
            Some((last, one)) if last <= seconds + 60 => (last.max(seconds), one),
            _ => (seconds, ContextV7::new()),
        };
        let stamp = Timestamp::from_unix(&one, seconds, now.timestamp_subsec_nanos());
        *context = Some((last, one));
        T::from(Uuid::new_v7(stamp))
    }

    /// Random bytes fit for keys and tokens.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        rand::rng().fill_bytes(&mut bytes);
        bytes
    }

    /// Six random digits for a text-message code.
    pub fn digits(&self) -> String {
        use rand::Rng;
        format!("{:06}", rand::rng().random_range(0..1_000_000))
    }
}

/// The calendar day of a moment in China (UTC+8, no summer time since 1991).
pub fn day(at: DateTime<Utc>) -> NaiveDate {
    (at + Duration::hours(8)).date_naive()
}

/// A moment as people in China write it to each other: 11月27日 09:30.
pub fn moment(at: DateTime<Utc>) -> String {
    (at + Duration::hours(8)).format("%-m月%-d日 %H:%M").to_string()
}

/// Midnight before a day in China; nothing before time began.
pub fn midnight(day: NaiveDate) -> Option<DateTime<Utc>> {
    Some(day.and_time(NaiveTime::MIN).checked_sub_signed(Duration::hours(8))?.and_utc())
}
