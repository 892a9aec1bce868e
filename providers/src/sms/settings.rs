//! Which carrier, with which account, in which words; and what production refuses.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use serde::{Deserialize, Deserializer};
use url::Url;
use zhibu_core::{Error, Result, Secret, TenantId, World};

#[cfg(feature = "sandbox")]
use super::Sandbox;
use super::{Aliyun, Closed, Guarded, Message, Purpose, Sms, Tencent};
use crate::sign::AccessKey;
use crate::wire::written;
use crate::{Fault, ProviderError, acs, keys};

/// Who carries the messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Carrier {
    /// Nobody: messages stay in the operator's outbox.
    Sandbox,
    /// Aliyun (阿里云)
    Aliyun,
    /// Tencent Cloud (腾讯云)
    Tencent,
    /// Not opened (未开通).
    Off,
}

impl Carrier {
    /// Its stable name.
    pub fn key(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Aliyun => "aliyun",
            Self::Tencent => "tencent",
            Self::Off => "off",
        }
    }

    /// Where its service answers; the first is the default.
    fn hosts(self) -> &'static [&'static str] {
        match self {
            Self::Aliyun => {
                &["dysmsapi.aliyuncs.com", "dysmsapi.cn-hangzhou.aliyuncs.com", "dysmsapi.cn-beijing.aliyuncs.com"]
            }
            Self::Tencent => &[
                "sms.tencentcloudapi.com",
                "sms.ap-beijing.tencentcloudapi.com",
                "sms.ap-guangzhou.tencentcloudapi.com",
                "sms.ap-nanjing.tencentcloudapi.com",
            ],
            Self::Sandbox | Self::Off => &[],
        }
    }
}

/// The configuration of text messages.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Who carries them; unset: the sandbox in the embedded profile, nobody in production.
    #[serde(default)]
    pub provider: Option<Carrier>,
    /// AccessKey ID, SecretId.
    #[serde(default, deserialize_with = "written")]
    pub key_id: String,
    /// AccessKey Secret, SecretKey.
    #[serde(default)]
    pub key_secret: Option<Secret>,
    /// Tencent's SmsSdkAppId.
    #[serde(default, deserialize_with = "written")]
    pub app_id: String,
    /// Tencent's region.
    #[serde(default, deserialize_with = "written")]
    pub region: String,
    /// Signs with SM3 (国密) instead of SHA-256; Aliyun only.
    #[serde(default)]
    pub sm3: bool,
    /// Another of the carrier's own addresses.
    #[serde(default)]
    pub base_url: Option<Url>,
    /// A stand-in for the carrier; never in production.
    #[serde(default)]
    pub endpoint_override: Option<Url>,
    /// Messages a second that the account may send.
    #[serde(default)]
    pub per_second: Option<NonZeroU32>,
    /// What carriers put into the address of their receipts.
    #[serde(default)]
    pub callback_secret: Option<Secret>,
    /// 短信签名
    #[serde(default)]
    pub signature: String,
    /// The approved templates.
    #[serde(default)]
    pub templates: BTreeMap<Purpose, Template>,
    /// Tenants with words of their own.
    #[serde(default)]
    pub tenants: BTreeMap<TenantId, Wording>,
}

/// A template that the carrier has approved (短信模板).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// TemplateCode, TemplateId.
    pub id: String,
    /// Its variables in order: `code`, `minutes`.
    pub params: Vec<String>,
}

/// Signature and templates of one tenant; what it leaves out is the installation's.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Wording {
    /// 短信签名
    pub signature: Option<String>,
    /// The approved templates.
    pub templates: BTreeMap<Purpose, Template>,
}

/// A carrier's account, ready for use.
#[derive(Debug, Clone)]
pub struct Account {
    pub(crate) key: AccessKey,
    pub(crate) url: Url,
    pub(crate) app_id: String,
    pub(crate) region: String,
    pub(crate) sm3: bool,
    signature: String,
    templates: BTreeMap<Purpose, Template>,
    tenants: BTreeMap<TenantId, Wording>,
}

fn refuse(words: impl Into<String>) -> Error {
    Error::refuse("CONFIG", format!("配置有误: sms.{}", words.into()))
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
            keys::own_address(url, carrier.hosts(), carrier.key()).map_err(refuse)?;
        }
        keys::long("callback_secret", self.callback_secret.as_ref()).map_err(refuse)?;
        if matches!(carrier, Carrier::Aliyun | Carrier::Tencent) { self.check_account(carrier) } else { Ok(()) }
    }

    fn check_production(&self, carrier: Carrier) -> Result<()> {
        if carrier == Carrier::Sandbox {
            return Err(refuse("provider 在正式环境不能是 sandbox（演示用，不会真正发出短信）；未开通请设为 off"));
        }
        if self.endpoint_override.is_some() {
            return Err(refuse("endpoint_override 只能在演示环境使用"));
        }
        keys::real("key_secret", self.key_secret.as_ref().map(Secret::expose)).map_err(refuse)?;
        keys::real("callback_secret", self.callback_secret.as_ref().map(Secret::expose)).map_err(refuse)?;
        keys::real("key_id", Some(&self.key_id)).map_err(refuse)
    }

    fn check_account(&self, carrier: Carrier) -> Result<()> {
        let missing = |name: &str| Err(refuse(format!("{name} 未设置，{} 需要它", carrier.key())));
        if self.key_id.is_empty() {
            return missing("key_id");
        }
        if self.key_secret.as_ref().is_none_or(|secret| secret.expose().is_empty()) {
            return missing("key_secret");
        }
        if self.signature.is_empty() {
            return missing("signature");
        }
        if carrier == Carrier::Tencent && self.app_id.is_empty() {
            return missing("app_id");
        }
        if let Some(purpose) = Purpose::ALL.into_iter().find(|purpose| !self.templates.contains_key(purpose)) {
            return missing(&format!("templates.{}", purpose.key()));
        }
        let all = self.templates.values().chain(self.tenants.values().flat_map(|own| own.templates.values()));
        match all.flat_map(|template| &template.params).find(|name| !PARAMS.contains(&name.as_str())) {
            Some(name) => Err(refuse(format!("templates: 没有名为 {name} 的参数，只有 code、minutes"))),
            None => Ok(()),
        }
    }

    /// The account these settings describe.
    pub fn account(&self, production: bool) -> Result<Account> {
        self.check(production)?;
        let carrier = self.carrier(production);
        let host = carrier.hosts().first().ok_or_else(|| refuse("provider 没有账号"))?;
        let own = || format!("https://{host}/").parse().map_err(Error::bug);
        let url = self.endpoint_override.clone().or_else(|| self.base_url.clone()).map_or_else(own, Ok)?;
        let secret = self.key_secret.clone().unwrap_or_else(|| Secret::new(""));
        Ok(Account {
            key: AccessKey { id: self.key_id.clone(), secret },
            url,
            app_id: self.app_id.clone(),
            region: if self.region.is_empty() { "ap-guangzhou".to_owned() } else { self.region.clone() },
            sm3: self.sm3,
            signature: self.signature.clone(),
            templates: self.templates.clone(),
            tenants: self.tenants.clone(),
        })
    }

    /// The carrier, behind its limiter and circuit breaker.
    pub fn open(&self, production: bool, world: &World) -> Result<Arc<dyn Sms>> {
        self.check(production)?;
        let (rate, world) = (self.per_second, world.clone());
        let key = keys::fingerprint(&self.key_id);
        Ok(match self.carrier(production) {
            #[cfg(feature = "sandbox")]
            Carrier::Sandbox => Arc::new(Sandbox),
            #[cfg(not(feature = "sandbox"))]
            Carrier::Sandbox => return Err(refuse("provider: 此程序不含演示环境，请设为 aliyun、tencent 或 off")),
            Carrier::Off => Arc::new(Closed),
            Carrier::Aliyun => Arc::new(
                Guarded::new(Aliyun::new(self.account(production)?, world.clone())?, rate, world).known_by(key),
            ),
            Carrier::Tencent => Arc::new(
                Guarded::new(Tencent::new(self.account(production)?, world.clone())?, rate, world).known_by(key),
            ),
        })
    }
}

/// The names that a template's variables may have.
const PARAMS: &[&str] = &["code", "minutes"];

impl Account {
    /// The value of the `Host` header.
    pub(crate) fn host(&self) -> String {
        acs::host(&self.url)
    }

    /// The configured signature of a tenant's messages.
    pub(crate) fn signature(&self, tenant: Option<TenantId>) -> &str {
        let own = tenant.and_then(|tenant| self.tenants.get(&tenant));
        own.and_then(|own| own.signature.as_deref()).unwrap_or(&self.signature)
    }

    /// Signature and template of a message: the tenant's own, else the installation's.
    pub(crate) fn wording<'a>(&'a self, message: &'a Message) -> Result<(&'a str, &'a Template), ProviderError> {
        let own = message.tenant.and_then(|tenant| self.tenants.get(&tenant));
        let signature = message.wording.signature.as_deref().unwrap_or_else(|| self.signature(message.tenant));
        let all = [Some(&message.wording.templates), own.map(|own| &own.templates), Some(&self.templates)];
        let template = all.into_iter().flatten().find_map(|templates| templates.get(&message.purpose));
        Ok((signature, template.ok_or_else(|| ProviderError::new(Fault::AuthConfig).with_code("template"))?))
    }
}

impl Template {
    /// The message's values for its variables, in its order.
    pub(crate) fn values<'a>(
        &'a self,
        message: &'a Message,
    ) -> Result<impl Iterator<Item = (&'a str, &'a str)>, ProviderError> {
        let value = |name: &'a String| {
            let found = message.params.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| (name.as_str(), value.expose()))
        };
        let values: Option<Vec<_>> = self.params.iter().map(value).collect();
        values.map(Vec::into_iter).ok_or_else(|| ProviderError::new(Fault::Invalid).with_code("params"))
    }
}

/// Written as its id alone, or as `{ id = "…", params = ["code", "minutes"] }`.
impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(u64),
            Id(String),
            #[serde(rename_all = "snake_case")]
            Whole {
                #[serde(deserialize_with = "written")]
                id: String,
                params: Vec<String>,
            },
        }
        let (id, params) = match Written::deserialize(from)? {
            Written::Number(id) => (id.to_string(), None),
            Written::Id(id) => (id, None),
            Written::Whole { id, params } => (id, Some(params)),
        };
        Ok(Self { id, params: params.unwrap_or_else(|| vec!["code".to_owned()]) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign::sha256;

    fn real() -> Settings {
        let templates = Purpose::ALL
            .into_iter()
            .map(|purpose| (purpose, Template { id: "SMS_100000001".to_owned(), params: vec!["code".to_owned()] }));
        Settings {
            provider: Some(Carrier::Aliyun),
            key_id: "LTAI0000000000000000".to_owned(),
            key_secret: Some(Secret::new("a real secret of an account")),
            signature: "某某支部".to_owned(),
            templates: templates.collect(),
            ..Settings::default()
        }
    }

    /// What production says to these settings.
    fn production(change: impl FnOnce(&mut Settings)) -> String {
        let mut settings = real();
        change(&mut settings);
        settings.check(true).map_or_else(|error| error.message.into_owned(), |()| "fine".to_owned())
    }

    fn url(text: &str) -> Option<Url> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn production_takes_the_real_carrier_at_its_own_addresses() {
        assert_eq!(production(|_| {}), "fine");
        assert_eq!(production(|s| s.base_url = url("https://dysmsapi.cn-hangzhou.aliyuncs.com/")), "fine");
        let account = real().account(true).unwrap();
        assert_eq!(account.url.as_str(), "https://dysmsapi.aliyuncs.com/");
        assert_eq!(account.host(), "dysmsapi.aliyuncs.com");
    }

    #[test]
    fn production_refuses_a_sandbox() {
        assert!(production(|s| s.provider = Some(Carrier::Sandbox)).contains("sandbox"));
    }

    #[test]
    fn without_a_word_production_has_no_carrier_and_a_demonstration_has_the_sandbox() {
        assert_eq!(Settings::default().carrier(true), Carrier::Off);
        assert_eq!(Settings::default().carrier(false), Carrier::Sandbox);
        assert!(!Settings::default().open(true, &World::default()).unwrap().is_open());
    }

    #[test]
    fn a_build_without_the_sandbox_opens_none() {
        let opened = Settings::default().open(false, &World::default());
        assert_eq!(opened.is_ok_and(|sms| sms.is_sandbox()), cfg!(feature = "sandbox"));
    }

    #[test]
    fn a_key_is_known_by_the_beginning_of_its_digest() {
        let sms = real().open(true, &World::default()).unwrap();
        let shown = sms.fingerprint().unwrap().to_owned();
        assert_eq!((shown.len(), sha256(real().key_id.as_bytes()).starts_with(&shown)), (16, true));
        assert_eq!(sms.last_good(), None);
    }

    #[test]
    fn production_refuses_an_address_without_tls() {
        assert!(production(|s| s.base_url = url("http://dysmsapi.aliyuncs.com/")).contains("https://"));
    }

    #[test]
    fn production_refuses_a_host_that_is_not_the_carriers() {
        for address in [
            "https://dysmsapi.aliyuncs.com.evil.test/",
            "https://127.0.0.1/",
            "https://dysmsapi.aliyuncs.com:8443/",
            "https://dysmsapi.aliyuncs.com@evil.test/",
            "https://user@dysmsapi.aliyuncs.com/",
            "https://sms.tencentcloudapi.com/",
        ] {
            assert!(production(|s| s.base_url = url(address)).contains("不是 aliyun 的服务地址"), "{address}");
        }
    }

    #[test]
    fn production_refuses_a_stand_in() {
        let stand_in = || url("https://dysmsapi.aliyuncs.com/");
        assert!(production(|s| s.endpoint_override = stand_in()).contains("endpoint_override"));
        let demonstration = Settings { endpoint_override: stand_in(), ..real() };
        assert!(demonstration.check(false).is_ok());
    }

    #[test]
    fn production_refuses_published_keys() {
        for text in [include_str!("../../vectors/aliyun.json"), include_str!("../../vectors/tencent.json")] {
            let suite: serde_json::Value = serde_json::from_str(text).unwrap();
            for key in suite["config"].as_object().unwrap().values() {
                let key = key.as_str().unwrap();
                assert!(production(|s| s.key_id = key.to_owned()).contains("key_id 是公开的测试密钥"), "{key}");
                let secret = production(|s| s.key_secret = Some(Secret::new(key)));
                assert!(secret.contains("key_secret 是公开的测试密钥") && !secret.contains(key));
            }
        }
    }

    #[test]
    fn production_refuses_keys_of_a_sandbox() {
        assert!(production(|s| s.key_id = "sbx_1".to_owned()).contains("key_id 是演示环境的密钥"));
        let long = Secret::new("sbx_0123456789012345678901234567890123456789");
        assert!(production(|s| s.key_secret = Some(long.clone())).contains("key_secret 是演示环境的密钥"));
        assert!(production(|s| s.callback_secret = Some(long)).contains("callback_secret 是演示环境的密钥"));
    }

    #[test]
    fn what_is_missing_is_named() {
        assert!(production(|s| s.key_id.clear()).contains("key_id 未设置"));
        assert!(production(|s| s.key_secret = None).contains("key_secret 未设置"));
        assert!(production(|s| s.signature.clear()).contains("signature 未设置"));
        assert!(production(|s| drop(s.templates.remove(&Purpose::Mobile))).contains("templates.mobile 未设置"));
        assert!(production(|s| s.provider = Some(Carrier::Tencent)).contains("app_id 未设置"));
        assert!(production(|s| s.callback_secret = Some(Secret::new("short"))).contains("至少 32 个字符"));
        let odd = Template { id: "SMS_1".to_owned(), params: vec!["name".to_owned()] };
        assert!(production(|s| drop(s.templates.insert(Purpose::Mobile, odd))).contains("没有名为 name 的参数"));
    }

    #[test]
    fn secrets_are_not_shown() {
        assert!(!format!("{:#?}", real()).contains("a real secret"));
    }
}
