//! Calls that read a text aloud (语音电话): the trait, the sandbox, and the carrier's client.

mod aliyun;
pub mod receipt;
mod settings;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use zhibu_core::Secret;

pub use self::aliyun::AliyunVoice;
pub use self::receipt::VoiceReceipt;
pub use self::settings::{Account, Carrier, Settings};
use crate::sms::Guarded;
use crate::{Fault, ProviderError};

/// One call to one number.
#[derive(Debug, Clone)]
pub struct VoiceCall {
    /// The same on every repetition, at most 15 bytes; receipts give it back.
    pub reference: String,
    /// The number, eleven digits.
    pub mobile: Secret,
    /// The carrier's code of an approved template (TtsCode).
    pub template: String,
    /// The template's values by name; together under 250 characters.
    pub params: Vec<(String, Secret)>,
    /// When it was ordered.
    pub made_at: DateTime<Utc>,
}

/// A carrier has taken the order for a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Called {
    /// The carrier's number for the call (CallId); receipts name it.
    pub id: String,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VoiceOutcome {
    /// 已接听, to the end or not.
    Answered {
        /// How long they listened.
        seconds: u32,
    },
    /// 占线
    Busy,
    /// 无人接听
    NoAnswer,
    /// 拒接
    Refused,
    /// 无法接通: switched off, suspended, out of reach.
    Unreachable,
    /// 呼叫失败: the number does not exist, or the carrier could not.
    Failed,
}

impl VoiceOutcome {
    /// Its stable name.
    pub fn key(self) -> &'static str {
        match self {
            Self::Answered { .. } => "answered",
            Self::Busy => "busy",
            Self::NoAnswer => "no_answer",
            Self::Refused => "refused",
            Self::Unreachable => "unreachable",
            Self::Failed => "failed",
        }
    }

    /// How long they listened; nothing unless they answered.
    pub fn seconds(self) -> u32 {
        match self {
            Self::Answered { seconds } => seconds,
            _ => 0,
        }
    }
}

/// Calls people and reads to them (语音电话).
#[async_trait]
pub trait Voice: Send + Sync {
    /// Orders one call. No carrier notices a repetition, and none can be asked by our reference: after an unknown outcome
    /// only a receipt tells.
    async fn call(&self, call: &VoiceCall) -> Result<Called, ProviderError>;

    /// How a call of a day (China's) ended; nothing while the carrier does not know, which may be for minutes afterwards.
    async fn find(&self, id: &str, day: NaiveDate) -> Result<Option<VoiceOutcome>, ProviderError>;

    /// The carrier's name, as kept with each call.
    fn carrier(&self) -> Carrier;

    /// By which its key is known again without being told.
    fn fingerprint(&self) -> Option<&str> {
        None
    }

    /// When it has last answered well, as far as this process knows.
    fn last_good(&self) -> Option<DateTime<Utc>> {
        None
    }

    /// False when no carrier is configured: what needs a call says so instead of pretending.
    fn is_open(&self) -> bool {
        self.carrier() != Carrier::Off
    }

    /// True when no telephone rings: shown as a banner, refused in production.
    fn is_sandbox(&self) -> bool {
        self.carrier() == Carrier::Sandbox
    }
}

#[async_trait]
impl<V: Voice> Voice for Guarded<V> {
    async fn call(&self, call: &VoiceCall) -> Result<Called, ProviderError> {
        self.admit(false)?;
        self.note(Guarded::carrier(self).call(call).await)
    }

    async fn find(&self, id: &str, day: NaiveDate) -> Result<Option<VoiceOutcome>, ProviderError> {
        // Calls find half of the account free, however often somebody asks.
        self.admit(true)?;
        self.note(Guarded::carrier(self).find(id, day).await)
    }

    fn carrier(&self) -> Carrier {
        Guarded::carrier(self).carrier()
    }

    fn fingerprint(&self) -> Option<&str> {
        self.known()
    }

    fn last_good(&self) -> Option<DateTime<Utc>> {
        self.good_at()
    }
}

/// Calls nobody; the order stays in the outbox, where the operator says how it ended.
#[cfg(feature = "sandbox")]
#[derive(Debug, Default)]
pub struct SandboxVoice;

#[cfg(feature = "sandbox")]
#[async_trait]
impl Voice for SandboxVoice {
    async fn call(&self, call: &VoiceCall) -> Result<Called, ProviderError> {
        tracing::info!(reference = call.reference, "call kept in the sandbox");
        Ok(Called { id: format!("sandbox-{}", call.reference) })
    }

    async fn find(&self, _: &str, _: NaiveDate) -> Result<Option<VoiceOutcome>, ProviderError> {
        Ok(None)
    }

    fn carrier(&self) -> Carrier {
        Carrier::Sandbox
    }
}

/// No carrier is configured (未开通).
#[derive(Debug, Default)]
pub struct ClosedVoice;

#[async_trait]
impl Voice for ClosedVoice {
    async fn call(&self, _: &VoiceCall) -> Result<Called, ProviderError> {
        Err(ProviderError::new(Fault::AuthConfig))
    }

    async fn find(&self, _: &str, _: NaiveDate) -> Result<Option<VoiceOutcome>, ProviderError> {
        Ok(None)
    }

    fn carrier(&self) -> Carrier {
        Carrier::Off
    }
}
