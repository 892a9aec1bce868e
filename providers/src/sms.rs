use async_trait::async_trait;
use zhibu_core::{Error, Result, Secret};

/// Sends text messages (短信).
#[async_trait]
pub trait Sms: Send + Sync {
    /// Hands one message to the carrier. `reference` is the same on every repetition.
    async fn send(&self, reference: uuid::Uuid, mobile: &Secret, text: &Secret) -> Result<()>;

    /// False when no carrier is configured: what needs a message says so instead of pretending.
    fn is_open(&self) -> bool {
        true
    }

    /// True when nothing leaves this machine: shown as a banner, refused in production.
    fn is_sandbox(&self) -> bool;
}

/// Delivers nothing; the message stays in the outbox for the operator to read.
#[derive(Debug, Default)]
pub struct Sandbox;

#[async_trait]
impl Sms for Sandbox {
    async fn send(&self, reference: uuid::Uuid, _: &Secret, _: &Secret) -> Result<()> {
        tracing::info!(%reference, "text message kept in the sandbox");
        Ok(())
    }

    fn is_sandbox(&self) -> bool {
        true
    }
}

/// No carrier is configured (未开通).
#[derive(Debug, Default)]
pub struct Closed;

#[async_trait]
impl Sms for Closed {
    async fn send(&self, _: uuid::Uuid, _: &Secret, _: &Secret) -> Result<()> {
        Err(Error::refuse("SMS_NOT_OPEN", "短信服务未开通"))
    }

    fn is_open(&self) -> bool {
        false
    }

    fn is_sandbox(&self) -> bool {
        false
    }
}
