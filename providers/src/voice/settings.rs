//! Which carrier calls, with which account, under which number; and what production refuses.

use std::num::NonZeroU32;
use std::sync::Arc;

use serde::Deserialize;
use url::Url;
use zhibu_core::{Error, Result, Secret, World};

#[cfg(feature = "sandbox")]
use super::SandboxVoice;
use super::{AliyunVoice, ClosedVoice, Voice};
use crate::keys;
use crate::sign::AccessKey;
use crate::sms::Guarded;
use crate::wire::written;

/// Who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Carrier {
    /// Nobody: calls stay in the operator's outbox.
    Sandbox,
    /// Aliyun (阿里云)
    Aliyun,
    /// Not opened (未开通).
    Off,
}

impl Carrier {
    /// Its stable name.
    pub fn key(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Aliyun => "aliyun",
            Self::Off => "off",
        }
    }
}

/// Where Aliyun's calls are ordered; the first is the default.
const HOSTS: &[&str] = &["dyvmsapi.aliyuncs.com", "dyvmsapi.cn-hangzhou.aliyuncs.com"];
/// How often a text is read: once is missed, three times annoy.
const USUALLY: u8 = 2;

/// The configuration of calls.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Who calls; unset: the sandbox in the embedded profile, nobody in production.
    #[serde(default)]
    pub provider: Option<Carrier>,
    /// AccessKey ID.
    #[serde(default, deserialize_with = "written")]
    pub key_id: String,
    /// AccessKey Secret.
    #[serde(default)]
    pub key_secret: Option<Secret>,
    /// Signs with SM3 (国密) instead of SHA-256.
    #[serde(default)]
    pub sm3: bool,
    /// Another of the carrier's own addresses.
    #[serde(default)]
    pub base_url: Option<Url>,
    /// A stand-in for the carrier; never in production.
    #[serde(default)]
    pub endpoint_override: Option<Url>,
    /// Calls a second that the account may order.
    #[serde(default)]
    pub per_second: Option<NonZeroU32>,
    /// What the carrier puts into the address of its receipts.
    #[serde(default)]
    pub callback_secret: Option<Secret>,
    /// The number that telephones show (被叫显号); unset: one that the carrier shares out.
    #[serde(default, deserialize_with = "written")]
    pub show_number: String,
    /// How often a text is read, one to three times.
    #[serde(default)]
    pub play_times: Option<u8>,
}

/// A carrier's account, ready for use.
#[derive(Debug, Clone)]
pub struct Account {
    pub(crate) key: AccessKey,
    pub(crate) url: Url,
    pub(crate) sm3: bool,
    pub(crate) show_number: String,
    pub(crate) play_times: u8,
}

fn refuse(words: impl Into<String>) -> Error {
    Error::refuse("CONFIG", format!("配置有误: voice.{}", words.into()))
}

impl Settings {
    /// The carrier of this installation.
    pub fn carrier(&self, production: bool) -> Carrier {
        self.provider.unwrap_or(if production { Carrier::Off } else { Carrier::Sandbox })
    }

    /// Refuses what cannot work, and in production everything that is not the real carrier.
    pub fn check(&self, production: bool) -> Result<()> {
        let carrier = self.carrier(production);
        if production {
            self.check_production(carrier)?;
        }
        if let Some(url) = &self.base_url {
            keys::own_address(url, HOSTS, carrier.key()).map_err(refuse)?;
        }
        keys::long("callback_secret", self.callback_secret.as_ref()).map_err(refuse)?;
        if carrier == Carrier::Aliyun { self.check_account() } else { Ok(()) }
    }

    fn check_production(&self, carrier: Carrier) -> Result<()> {
        if carrier == Carrier::Sandbox {
            return Err(refuse("provider 在正式环境不能是 sandbox（演示用，不会真正拨出电话）；未开通请设为 off"));
        }
        if self.endpoint_override.is_some() {
            return Err(refuse("endpoint_override 只能在演示环境使用"));
        }
        keys::real("key_secret", self.key_secret.as_ref().map(Secret::expose)).map_err(refuse)?;
        keys::real("callback_secret", self.callback_secret.as_ref().map(Secret::expose)).map_err(refuse)?;
        keys::real("key_id", Some(&self.key_id)).map_err(refuse)
    }

    fn check_account(&self) -> Result<()> {
        if self.key_id.is_empty() {
            return Err(refuse("key_id 未设置，aliyun 需要它"));
        }
        if self.key_secret.as_ref().is_none_or(|secret| secret.expose().is_empty()) {
            return Err(refuse("key_secret 未设置，aliyun 需要它"));
        }
        if self.play_times.is_some_and(|times| !(1..=3).contains(&times)) {
            return Err(refuse("play_times 须为 1 至 3"));
        }
        if !self.show_number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(refuse("show_number 只能是数字"));
        }
        Ok(())
    }

    /// The account these settings describe.
    pub fn account(&self, production: bool) -> Result<Account> {
        self.check(production)?;
        let own = || format!("https://{}/", HOSTS.first().copied().unwrap_or_default()).parse().map_err(Error::bug);
        let url = self.endpoint_override.clone().or_else(|| self.base_url.clone()).map_or_else(own, Ok)?;
        let secret = self.key_secret.clone().unwrap_or_else(|| Secret::new(""));
        Ok(Account {
            key: AccessKey { id: self.key_id.clone(), secret },
            url,
            sm3: self.sm3,
            show_number: self.show_number.clone(),
            play_times: self.play_times.unwrap_or(USUALLY),
        })
    }

    /// The carrier, behind its limiter and circuit breaker.
    pub fn open(&self, production: bool, world: &World) -> Result<Arc<dyn Voice>> {
        self.check(production)?;
        Ok(match self.carrier(production) {
            #[cfg(feature = "sandbox")]
            Carrier::Sandbox => Arc::new(SandboxVoice),
            #[cfg(not(feature = "sandbox"))]
            Carrier::Sandbox => return Err(refuse("provider: 此程序不含演示环境，请设为 aliyun 或 off")),
            Carrier::Off => Arc::new(ClosedVoice),
            Carrier::Aliyun => {
                let client = AliyunVoice::new(self.account(production)?, world.clone())?;
                let guarded = Guarded::new(client, self.per_second, world.clone());
                Arc::new(guarded.known_by(keys::fingerprint(&self.key_id)))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn production(change: impl FnOnce(&mut Settings)) -> String {
        let mut settings = Settings {
            provider: Some(Carrier::Aliyun),
            key_id: "LTAI0000000000000000".to_owned(),
            key_secret: Some(Secret::new("a real secret of an account")),
            ..Settings::default()
        };
        change(&mut settings);
        settings.check(true).map_or_else(|error| error.message.into_owned(), |()| "fine".to_owned())
    }

    #[test]
    fn production_takes_the_real_carrier_only() {
        let url = |text: &str| Some(text.parse().unwrap());
        assert_eq!(production(|_| {}), "fine");
        assert_eq!(production(|s| s.base_url = url("https://dyvmsapi.cn-hangzhou.aliyuncs.com/")), "fine");
        assert!(production(|s| s.base_url = url("https://dysmsapi.aliyuncs.com/")).contains("不是 aliyun 的服务地址"));
        assert!(production(|s| s.base_url = url("http://dyvmsapi.aliyuncs.com/")).contains("https://"));
        assert!(
            production(|s| s.endpoint_override = url("https://dyvmsapi.aliyuncs.com/")).contains("endpoint_override")
        );
        assert!(production(|s| s.provider = Some(Carrier::Sandbox)).contains("sandbox"));
        assert!(production(|s| s.key_id = "VECTORAKID0000000001".to_owned()).contains("key_id 是公开的测试密钥"));
        assert!(production(|s| s.key_secret = None).contains("key_secret 未设置"));
        assert!(production(|s| s.play_times = Some(4)).contains("play_times"));
    }

    #[test]
    fn without_a_word_production_calls_nobody_and_says_so() {
        let closed = Settings::default().open(true, &World::default()).unwrap();
        assert!(!closed.is_open() && !closed.is_sandbox());
        let opened = Settings::default().open(false, &World::default());
        assert_eq!(opened.is_ok_and(|voice| voice.is_sandbox()), cfg!(feature = "sandbox"));
    }
}
