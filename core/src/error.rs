use std::borrow::Cow;
use std::sync::Arc;

/// What went wrong, in the only form that crosses a crate: a kind for the transport, a stable code for
/// programs, and a Chinese sentence for people.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Error {
    /// Decides the transport's answer and whether the event is logged.
    pub kind: Kind,
    /// Stable code, exported to the clients.
    pub code: &'static str,
    /// One Chinese sentence that may be shown as it is.
    pub message: Cow<'static, str>,
    /// The input field at fault, in the client's spelling (`units.0.uscc`).
    pub field: Option<String>,
    /// Seconds after which a repetition makes sense.
    pub retry_after: Option<u32>,
    /// The cause, for the log only.
    pub cause: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

/// The result of everything that can be refused.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The five ways to say no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The caller may change something and try again.
    Refused,
    /// Nobody is signed in, or the session has ended.
    Unauthenticated,
    /// Too often; see `retry_after`.
    TooMany,
    /// Something outside is not there for the moment.
    Unavailable,
    /// A fault of ours: logged once, shown as an opaque id.
    Bug,
}

impl Error {
    fn new(kind: Kind, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, code, message: message.into(), field: None, retry_after: None, cause: None }
    }

    /// A refusal with a code of its own.
    pub fn refuse(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Refused, code, message)
    }

    /// Not there, or not yours: the same words for both.
    pub fn missing() -> Self {
        Self::refuse("NOT_FOUND", "未找到，或您没有权限查看")
    }

    /// Signed in, but this is not allowed.
    pub fn denied() -> Self {
        Self::refuse("DENIED", "您没有此项操作的权限")
    }

    /// No session, or it has ended.
    pub fn unauthenticated() -> Self {
        Self::new(Kind::Unauthenticated, "UNAUTHENTICATED", "登录已失效，请重新登录")
    }

    /// An input fault at `field`.
    pub fn invalid(field: impl Into<String>, message: impl Into<Cow<'static, str>>) -> Self {
        let mut error = Self::refuse("INVALID", message);
        error.field = Some(field.into());
        error
    }

    /// Somebody else changed the same thing meanwhile.
    pub fn conflict() -> Self {
        Self::refuse("CONFLICT", "该记录已被他人修改，请刷新后重试")
    }

    /// A rate limit was hit.
    pub fn too_many(seconds: u32, message: impl Into<Cow<'static, str>>) -> Self {
        let mut error = Self::new(Kind::TooMany, "TOO_MANY", message);
        error.retry_after = Some(seconds);
        error
    }

    /// A part we depend on does not answer.
    pub fn unavailable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let mut error = Self::new(Kind::Unavailable, "UNAVAILABLE", "系统繁忙，请稍后重试");
        error.retry_after = Some(1);
        error.cause = Some(Arc::from(cause.into()));
        error
    }

    /// A fault of ours.
    pub fn bug(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let mut error = Self::new(Kind::Bug, "INTERNAL", "系统出错，请联系管理员");
        error.cause = Some(Arc::from(cause.into()));
        error
    }

    /// The same error, blamed on `field`.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
}

/// What PostgreSQL and the driver say when it is not the statement's fault.
const OUTAGES: &[&str] =
    &["statement timeout", "lock timeout", "terminating connection", "the database system is", "connection closed"];

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind as K, Error as E};
        match error {
            E::NotFound => Self::missing(),
            E::DatabaseError(K::UniqueViolation, ref info) => {
                let name = info.constraint_name().map(constraint).unwrap_or_default();
                let mut refused = Self::refuse("DUPLICATE", "已存在相同的记录");
                refused.field = Some(name);
                refused.cause = Some(Arc::new(error));
                refused
            }
            E::DatabaseError(K::SerializationFailure | K::ReadOnlyTransaction, _) => Self::conflict(),
            // Of two that waited for each other one was given up; the same again will do.
            E::DatabaseError(_, ref info) if info.message().contains("deadlock detected") => Self::unavailable(error),
            E::DatabaseError(K::ClosedConnection | K::UnableToSendCommand, _) | E::BrokenTransactionManager => {
                Self::unavailable(error)
            }
            E::DatabaseError(_, ref info) if OUTAGES.iter().any(|words| info.message().contains(words)) => {
                Self::unavailable(error)
            }
            other => Self::bug(other),
        }
    }
}

/// The name of a violated constraint without the shard suffix a Citus worker adds (`org_name_102008`).
fn constraint(name: &str) -> String {
    match name.rsplit_once('_') {
        Some((head, tail)) if !tail.is_empty() && tail.bytes().all(|b| b.is_ascii_digit()) => head.to_owned(),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::constraint;

    #[test]
    fn constraint_names_lose_the_shard_suffix() {
        assert_eq!(constraint("organisations_short_name_key_102008"), "organisations_short_name_key");
        assert_eq!(constraint("organisations_short_name_key"), "organisations_short_name_key");
    }
}
