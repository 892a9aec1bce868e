//! Configuration: defaults, then a file, then the environment, then flags. Unknown keys are refused.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::{Deserialize, Serialize};
use url::Url;
use zhibu_core::{Error, Result, Secret, World};
use zhibu_providers::mini::{Alipay, AlipayAccount, Dingtalk, DingtalkAccount, Wechat, WechatAccount};
use zhibu_tenancy::{Platforms, Settings};

const DEFAULTS: &str = include_str!("../../config/default.toml");

/// What the installation is for. It has no default: a sandbox can never be on by accident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Everything on this machine, with sandboxes instead of outside services.
    Embedded,
    /// Real people: no sandbox starts.
    Production,
}

/// Everything that can be set.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// What the installation is for.
    pub profile: Profile,
    /// Where data, keys and the private cluster live.
    pub data: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where the console is reached.
    #[serde(default)]
    pub public_url: Option<Url>,
    /// Further origins that may call with cookies.
    pub origins: Vec<String>,
    /// Addresses of proxies in front of us, whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Where the mini-program's web page was built (`miniapp/dist/h5`), which is served under `/m`.
    #[serde(default)]
    pub miniapp: Option<PathBuf>,
    /// The database.
    pub database: Database,
    /// The object store; unset: the embedded one.
    #[serde(default)]
    pub storage: Option<zhibu_storage::Settings>,
    /// Text messages.
    #[serde(default)]
    pub sms: zhibu_providers::sms::Settings,
    /// Calls that read a text aloud.
    #[serde(default)]
    pub voice: zhibu_providers::voice::Settings,
    /// Video meetings.
    #[serde(default)]
    pub video: zhibu_providers::video::Settings,
    /// Sign-in at tenants' identity providers.
    #[serde(default)]
    pub oidc: zhibu_providers::oidc::Settings,
    /// Platforms of mini-programs.
    #[serde(default)]
    pub mini: Mini,
    /// Background work.
    pub jobs: Jobs,
    /// Limits and rules.
    pub settings: Settings,
}

/// The database.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// Login of requests; unset: the private cluster.
    #[serde(default)]
    pub url: Option<Secret>,
    /// Login that makes schemas; needed with `url`.
    #[serde(default)]
    pub ddl_url: Option<Secret>,
    /// Folder of PostgreSQL's programs.
    #[serde(default)]
    pub bin_dir: Option<PathBuf>,
}

/// Platforms of mini-programs; one that is not named is not open.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mini {
    /// 微信小程序
    pub wechat: Option<WechatAccount>,
    /// 支付宝小程序
    pub alipay: Option<AlipayAccount>,
    /// 钉钉第三方企业应用
    pub dingtalk: Option<DingtalkAccount>,
}

impl Mini {
    /// Real people sign in at the real hosts only.
    fn check(&self, production: bool) -> Result<()> {
        let elsewhere = [
            ("wechat", self.wechat.as_ref().is_some_and(|one| one.endpoint.is_some())),
            ("alipay", self.alipay.as_ref().is_some_and(|one| one.endpoint.is_some())),
            ("dingtalk", self.dingtalk.as_ref().is_some_and(|one| one.endpoint.is_some())),
        ];
        match elsewhere.into_iter().find(|(_, endpoint)| production && *endpoint) {
            Some((name, _)) => Err(Error::refuse("CONFIG", format!("正式环境不能设置 mini.{name}.endpoint"))),
            None => Ok(()),
        }
    }

    /// Clients of those that are named.
    pub(crate) fn open(&self, world: &World) -> Result<Platforms> {
        Ok(Platforms {
            wechat: self.wechat.clone().map(|one| Wechat::new(one, world.clone())).transpose()?,
            alipay: self.alipay.clone().map(|one| Alipay::new(one, world.clone())).transpose()?,
            dingtalk: self.dingtalk.clone().map(|one| Dingtalk::new(one, world.clone())).transpose()?,
        })
    }
}

/// Background work.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jobs {
    /// Jobs at once.
    pub concurrency: usize,
}

/// What the command line says; what it leaves out comes from file and environment.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Flags {
    /// `--profile`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
    /// `--data`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<PathBuf>,
    /// `--listen`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<SocketAddr>,
}

impl Config {
    /// Reads the configuration; `otherwise` is the profile when nobody names one.
    pub fn load(flags: &Flags, file: Option<&Path>, otherwise: Option<Profile>) -> Result<Self> {
        let data =
            flags.data.clone().or_else(|| variable("ZHIBU__DATA").map(PathBuf::from)).unwrap_or_else(data_folder);
        let given = file.is_some();
        let file = file.map_or_else(|| data.join("zhibu.toml"), Path::to_owned);
        let mut figment = Figment::from(Toml::string(DEFAULTS))
            .merge(Serialized::default("data", &data))
            .merge(Serialized::default("listen", "127.0.0.1:8080"));
        if let Some(profile) = otherwise {
            figment = figment.merge(Serialized::default("profile", profile));
        }
        if file.exists() {
            figment = figment.merge(Toml::file_exact(&file));
        } else if given {
            return Err(Error::refuse("CONFIG", format!("配置文件不存在: {}", file.display())));
        }
        let figment = figment.merge(Env::prefixed("ZHIBU__").split("__")).merge(Serialized::defaults(flags));
        let config: Self = figment.extract().map_err(|fault| Error::refuse("CONFIG", format!("配置有误: {fault}")))?;
        config.check()?;
        Ok(config)
    }

    /// Refuses settings that no installation can work with.
    fn check(&self) -> Result<()> {
        let settings = &self.settings;
        let counts = [
            ("forgiven_passwords", i64::from(settings.forgiven_passwords)),
            ("initial_password_days", settings.initial_password_days),
            ("access_minutes", settings.access_minutes),
            ("session_days", settings.session_days),
            ("sign_ins_per_address", settings.sign_ins_per_address.into()),
            ("activations_per_address", settings.activations_per_address.into()),
            ("sms_per_address", settings.sms_per_address.into()),
            ("sms_per_number", settings.sms_per_number.into()),
            ("connections", i64::try_from(settings.connections).unwrap_or(i64::MAX)),
        ];
        if let Some((name, _)) = counts.iter().find(|(_, value)| *value < 1) {
            return Err(Error::refuse("CONFIG", format!("配置有误: settings.{name} 应大于0")));
        }
        let production = self.profile == Profile::Production;
        if production && self.public_url.as_ref().is_none_or(|url| url.scheme() != "https") {
            return Err(Error::refuse("CONFIG", "正式环境须设置以 https:// 开头的 public_url（浏览器看到的网址）"));
        }
        if production && self.oidc.allow_loopback {
            return Err(Error::refuse("CONFIG", "正式环境不能设置 oidc.allow_loopback"));
        }
        self.mini.check(production)?;
        self.video.check(production)?;
        self.check_recordings()?;
        self.sms.check(production)?;
        self.calls().check(production)
    }

    /// The configuration of calls: none are made up beside real text messages.
    pub(crate) fn calls(&self) -> zhibu_providers::voice::Settings {
        let real = self.sms.carrier(self.profile == Profile::Production) != zhibu_providers::sms::Carrier::Sandbox;
        let off = real.then_some(zhibu_providers::voice::Carrier::Off);
        zhibu_providers::voice::Settings { provider: self.voice.provider.or(off), ..self.voice.clone() }
    }

    /// Recordings are taken over inside the store, so the recorder writes into the same bucket.
    fn check_recordings(&self) -> Result<()> {
        let bucket = self.storage.as_ref().map_or(crate::installation::BUCKET, |store| &store.bucket);
        match &self.video.recording {
            Some(recording) if recording.bucket != bucket => Err(Error::refuse(
                "CONFIG",
                format!("配置有误: video.recording.bucket 应与对象存储的桶相同（{bucket}）"),
            )),
            _ => Ok(()),
        }
    }

    /// The origin people reach the console under.
    pub fn public(&self) -> Result<Url> {
        match &self.public_url {
            Some(url) => Ok(url.clone()),
            None => format!("http://{}", self.listen).parse().map_err(Error::bug),
        }
    }

    /// True when nothing was ever installed here.
    pub fn is_new(&self) -> bool {
        self.database.url.is_none() && !self.data.join("keys.json").exists()
    }

    /// The configuration as TOML-like lines, secrets hidden.
    pub fn show(&self) -> String {
        format!("{self:#?}")
    }
}

/// Where data lives when nothing is said: `/var/lib/zhibu` for root, else the XDG data folder.
fn data_folder() -> PathBuf {
    let home = variable("HOME").unwrap_or_default();
    if home == "/root" || variable("USER").as_deref() == Some("root") {
        return "/var/lib/zhibu".into();
    }
    variable("XDG_DATA_HOME").map_or_else(|| Path::new(&home).join(".local/share"), PathBuf::from).join("zhibu")
}

/// A variable of the environment; this file alone reads it.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
