use async_trait::async_trait;
use zhibu_core::{Result, Secret};

/// Sends text messages (短信).
#[async_trait]
pub trait Sms: Send + Sync {
    /// Hands one message to the carrier. `reference` is the same on every repetition.
    async fn send(&self, reference: uuid::Uuid, mobile: &Secret, text: &Secret) -> Result<()>;

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
