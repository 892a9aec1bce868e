//! Text messages (短信): the trait, the sandbox, and the carriers' clients.

mod aliyun;
mod guard;
pub mod receipt;
mod settings;
pub(crate) mod tencent;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zhibu_core::{Secret, TenantId};

pub use self::aliyun::Aliyun;
pub use self::guard::Guarded;
pub use self::settings::{Account, Carrier, Settings, Template, Wording};
pub use self::tencent::Tencent;
use crate::{Fault, ProviderError};

/// What a message is for; every purpose has a template that the carrier has approved (短信模板).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// A code to sign in with.
    SignIn,
    /// A code to set a password with.
    Password,
    /// A code that proves a new number.
    Mobile,
    /// What a tenant tells its people, in a template of its own; no code, so it may wait.
    Notice,
}

impl Purpose {
    /// Those of codes: a carrier's account needs a template for each.
    pub const ALL: [Self; 3] = [Self::SignIn, Self::Password, Self::Mobile];

    /// Its stable name.
    pub fn key(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Password => "password",
            Self::Mobile => "mobile",
            Self::Notice => "notice",
        }
    }

    /// The purpose of this name.
    pub fn of(key: &str) -> Option<Self> {
        Self::ALL.into_iter().chain([Self::Notice]).find(|purpose| purpose.key() == key)
    }
}

/// One message to one number.
#[derive(Debug, Clone)]
pub struct Message {
    /// The same on every repetition; carriers give it back.
    pub reference: Uuid,
    /// The tenant in whose words it is written, if any.
    pub tenant: Option<TenantId>,
    /// The number, eleven digits.
    pub mobile: Secret,
    /// Which template.
    pub purpose: Purpose,
    /// Signature and templates that were approved for the tenant; what is left out is the installation's.
    pub wording: Wording,
    /// The template's values by name.
    pub params: Vec<(String, Secret)>,
    /// When it was written.
    pub made_at: DateTime<Utc>,
}

/// A carrier has taken a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Handed {
    /// The carrier's number for it (BizId, SerialNo); receipts name it.
    pub id: Option<String>,
}

/// What a carrier says about an earlier message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It has taken it.
    Taken(Handed),
    /// It has never seen it.
    Absent,
    /// It cannot be asked by our reference.
    NotAskable,
}

/// Sends text messages (短信).
#[async_trait]
pub trait Sms: Send + Sync {
    /// Hands one message to the carrier. No carrier notices a repetition.
    async fn send(&self, message: &Message) -> Result<Handed, ProviderError>;

    /// Asks whether the carrier took a message whose sending had an unknown outcome.
    async fn find(&self, message: &Message) -> Result<Found, ProviderError>;

    /// The carrier's name, as kept with each message.
    fn carrier(&self) -> Carrier;

    /// By which its key is known again without being told.
    fn fingerprint(&self) -> Option<&str> {
        None
    }

    /// When it has last answered well, as far as this process knows.
    fn last_good(&self) -> Option<DateTime<Utc>> {
        None
    }

    /// The signature in which a tenant's messages leave when it has none that was approved.
    fn signature(&self, _: Option<TenantId>) -> &str {
        "支部"
    }

    /// False when no carrier is configured: what needs a message says so instead of pretending.
    fn is_open(&self) -> bool {
        self.carrier() != Carrier::Off
    }

    /// True when nothing leaves this machine: shown as a banner, refused in production.
    fn is_sandbox(&self) -> bool {
        self.carrier() == Carrier::Sandbox
    }
}

/// Delivers nothing; the message stays in the outbox for the operator to read.
#[cfg(feature = "sandbox")]
#[derive(Debug, Default)]
pub struct Sandbox;

#[cfg(feature = "sandbox")]
#[async_trait]
impl Sms for Sandbox {
    async fn send(&self, message: &Message) -> Result<Handed, ProviderError> {
        tracing::info!(reference = %message.reference, "text message kept in the sandbox");
        Ok(Handed::default())
    }

    async fn find(&self, _: &Message) -> Result<Found, ProviderError> {
        Ok(Found::Absent)
    }

    fn carrier(&self) -> Carrier {
        Carrier::Sandbox
    }
}

/// No carrier is configured (未开通).
#[derive(Debug, Default)]
pub struct Closed;

#[async_trait]
impl Sms for Closed {
    async fn send(&self, _: &Message) -> Result<Handed, ProviderError> {
        Err(ProviderError::new(Fault::AuthConfig))
    }

    async fn find(&self, _: &Message) -> Result<Found, ProviderError> {
        Ok(Found::NotAskable)
    }

    fn carrier(&self) -> Carrier {
        Carrier::Off
    }
}
