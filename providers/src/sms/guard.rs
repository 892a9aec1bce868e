//! What stands before a carrier's account: a limiter, and a circuit breaker that leaves a failing carrier alone.

use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use zhibu_core::{TenantId, World};

use super::{Carrier, Found, Handed, Message, Purpose, Sms};
use crate::{Fault, ProviderError};

/// Outages in a row that open the circuit, and how long it then stays open.
const OUTAGES: u32 = 5;
const PAUSE: Duration = Duration::seconds(30);
const USUAL: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);

/// A carrier behind limiter and circuit breaker; one for each account.
pub struct Guarded<S> {
    carrier: S,
    limiter: DefaultDirectRateLimiter,
    /// Codes find half of the account's calls free, however many notices there are.
    notices: DefaultDirectRateLimiter,
    breaker: Mutex<Breaker>,
    world: World,
    fingerprint: Option<String>,
}

#[derive(Debug, Default)]
struct Breaker {
    outages: u32,
    open_until: Option<DateTime<Utc>>,
    last_good: Option<DateTime<Utc>>,
}

impl Breaker {
    /// False while the circuit is open. After the pause one call may try, and the others wait on.
    fn admits(&mut self, now: DateTime<Utc>) -> bool {
        match self.open_until {
            Some(until) if now < until => false,
            Some(_) => {
                self.open_until = Some(now + PAUSE);
                true
            }
            None => true,
        }
    }

    fn note(&mut self, outage: bool, now: DateTime<Utc>) {
        if outage {
            self.outages = self.outages.saturating_add(1);
            if self.outages >= OUTAGES {
                self.open_until = Some(now + PAUSE);
            }
        } else {
            *self = Self { last_good: self.last_good, ..Self::default() };
        }
    }
}

impl<S> Guarded<S> {
    /// Puts the guards before a carrier; `rate` is in calls a second, 10 unless said.
    pub fn new(carrier: S, rate: Option<NonZeroU32>, world: World) -> Self {
        let rate = rate.unwrap_or(USUAL);
        let half = NonZeroU32::new(rate.get() / 2).unwrap_or(NonZeroU32::MIN);
        let [limiter, notices] = [rate, half].map(|rate| RateLimiter::direct(Quota::per_second(rate)));
        Self { carrier, limiter, notices, breaker: Mutex::default(), world, fingerprint: None }
    }

    /// Names the key by its fingerprint.
    #[must_use]
    pub fn known_by(self, fingerprint: String) -> Self {
        Self { fingerprint: Some(fingerprint), ..self }
    }

    /// The carrier behind the guards.
    pub(crate) fn carrier(&self) -> &S {
        &self.carrier
    }

    /// When it has last answered well.
    pub(crate) fn good_at(&self) -> Option<DateTime<Utc>> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner).last_good
    }

    /// By which its key is known.
    pub(crate) fn known(&self) -> Option<&str> {
        self.fingerprint.as_deref()
    }

    /// Lets a call through, or says why not; what may wait leaves half of the account free.
    pub(crate) fn admit(&self, may_wait: bool) -> Result<(), ProviderError> {
        let crowded = may_wait && self.notices.check().is_err();
        if crowded || self.limiter.check().is_err() {
            let wait = Fault::RateLimited { retry_after: Some(1) };
            return Err(ProviderError::new(wait).with_code("limiter"));
        }
        if self.breaker.lock().unwrap_or_else(PoisonError::into_inner).admits(self.world.now()) {
            Ok(())
        } else {
            Err(ProviderError::new(Fault::Unavailable).with_code("breaker"))
        }
    }

    /// Remembers how a call ended.
    pub(crate) fn note<T>(&self, outcome: Result<T, ProviderError>) -> Result<T, ProviderError> {
        let outage = outcome.as_ref().is_err_and(ProviderError::is_outage);
        let mut breaker = self.breaker.lock().unwrap_or_else(PoisonError::into_inner);
        breaker.note(outage, self.world.now());
        if outcome.is_ok() {
            breaker.last_good = Some(self.world.now());
        }
        outcome
    }
}

#[async_trait]
impl<S: Sms> Sms for Guarded<S> {
    async fn send(&self, message: &Message) -> Result<Handed, ProviderError> {
        self.admit(message.purpose == Purpose::Notice)?;
        self.note(self.carrier.send(message).await)
    }

    async fn find(&self, message: &Message) -> Result<Found, ProviderError> {
        self.admit(message.purpose == Purpose::Notice)?;
        self.note(self.carrier.find(message).await)
    }

    fn carrier(&self) -> Carrier {
        self.carrier.carrier()
    }

    fn fingerprint(&self) -> Option<&str> {
        self.known()
    }

    fn last_good(&self) -> Option<DateTime<Utc>> {
        self.good_at()
    }

    fn signature(&self, tenant: Option<TenantId>) -> &str {
        self.carrier.signature(tenant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_circuit_opens_after_outages_in_a_row_and_lets_one_try_after_the_pause() {
        let (mut breaker, start) = (Breaker::default(), DateTime::UNIX_EPOCH);
        for _ in 0..OUTAGES - 1 {
            breaker.note(true, start);
        }
        breaker.note(false, start);
        for _ in 0..OUTAGES - 1 {
            breaker.note(true, start);
        }
        assert!(breaker.admits(start), "a good answer forgives");
        breaker.note(true, start);
        assert!(!breaker.admits(start + PAUSE - Duration::seconds(1)));
        assert!(breaker.admits(start + PAUSE), "one tries");
        assert!(!breaker.admits(start + PAUSE), "the others wait");
        breaker.note(false, start + PAUSE);
        assert!(breaker.admits(start + PAUSE));
    }
}
