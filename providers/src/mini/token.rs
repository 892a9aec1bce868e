//! Access tokens of a platform, kept until shortly before they end.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};
use zhibu_core::Secret;

/// A token is not used any more so long before its end.
const MARGIN: Duration = Duration::minutes(5);

/// The tokens by whose they are.
#[derive(Debug, Default)]
pub(crate) struct Tokens(Mutex<HashMap<String, (Secret, DateTime<Utc>)>>);

impl Tokens {
    /// The token, unless it ends soon.
    pub(crate) fn of(&self, whose: &str, now: DateTime<Utc>) -> Option<Secret> {
        let tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.get(whose).filter(|(_, until)| *until > now).map(|(token, _)| token.clone())
    }

    /// Keeps a new token that is good for so many seconds.
    pub(crate) fn keep(&self, whose: &str, token: &Secret, now: DateTime<Utc>, seconds: i64) {
        let until = now + Duration::seconds(seconds.clamp(0, 7200)) - MARGIN;
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.retain(|_, (_, until)| *until > now);
        tokens.insert(whose.to_owned(), (token.clone(), until));
    }

    /// Forgets a token that the platform does not take any more, unless somebody has renewed it meanwhile.
    pub(crate) fn drop(&self, whose: &str, token: &Secret) {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tokens.get(whose).is_some_and(|(kept, _)| kept == token) {
            tokens.remove(whose);
        }
    }
}
