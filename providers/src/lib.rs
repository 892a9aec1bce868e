//! Outside services: one trait a capability, real clients, and the sandbox of each.
//!
//! Today: text messages by Aliyun and Tencent Cloud, calls by Aliyun, video meetings by LiveKit, who somebody is at WeChat,
//! Alipay and DingTalk and notices to them, the signature of password-free sign-in, the relying party of OpenID Connect, and
//! the guarded fetcher. A sandbox delivers nothing; what it was given stays readable in the operator's outbox.

mod acs;
mod error;
pub mod fetch;
mod keys;
pub mod mini;
pub mod oidc;
mod sign;
pub mod sms;
pub mod sso;
#[cfg(test)]
mod vectors;
pub mod video;
pub mod voice;
mod wire;

pub use error::{Fault, ProviderError};
pub use sign::meeting;
#[cfg(feature = "sandbox")]
pub use sms::Sandbox;
pub use sms::{Closed, Found, Handed, Message, Purpose, Sms};
pub use video::Video;
pub use voice::Voice;
