//! Mini-programs (小程序): who somebody is at WeChat, Alipay and DingTalk, the number the platform vouches for, and
//! notices to them.
//!
//! A login code is good once, for five minutes, and may be spent although no answer came: no call with a code is repeated
//! after a fault, the client asks its platform for a new one. [`Fault::Rejected`] says that the code itself is no good.

mod aes;
pub mod alipay;
pub mod dingtalk;
mod envelope;
mod notice;
mod subscribe;
mod token;
#[cfg(test)]
mod vectors;
pub mod wechat;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use zhibu_core::Secret;

pub use self::alipay::{Alipay, AlipayAccount, PhoneReply};
pub use self::dingtalk::{Dingtalk, DingtalkAccount, Event, Unproven};
pub use self::envelope::{Envelope, Sealed};
pub use self::notice::{Notice, NoticeResult};
pub use self::subscribe::{State, Subscribed};
pub use self::wechat::{Wechat, WechatAccount};
use crate::{Fault, ProviderError};

/// Where somebody opens the mini-program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    /// 微信
    Wechat,
    /// 支付宝
    Alipay,
    /// 钉钉
    Dingtalk,
}

/// Who somebody is at a platform; the pair of app and subject, never the subject alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The appid, at DingTalk the corpId.
    pub app: String,
    /// The openid, open_id, userid.
    pub subject: Secret,
    /// Eleven digits, when the platform told them by itself.
    pub mobile: Option<String>,
}

/// A number of the mainland as we keep it, whether or not its country is written in front.
fn mainland(text: &str) -> Option<String> {
    let digits = text.strip_prefix("+86").unwrap_or(text).trim_start_matches('-');
    let good = digits.len() == 11 && digits.starts_with('1') && digits.bytes().all(|byte| byte.is_ascii_digit());
    good.then(|| digits.to_owned())
}

/// A fault that we found ourselves in an answer that looked good.
fn ours(kind: Fault, what: &str) -> ProviderError {
    ProviderError::new(kind).with_code(what)
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}
