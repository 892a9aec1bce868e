//! Which server holds meetings, and where recordings go; and what production refuses.

use std::sync::Arc;

use serde::Deserialize;
use url::Url;
use zhibu_core::{Error, Result, Secret, World};

use super::{LinkOnly, LiveKit, Video};
use crate::keys;
use crate::sign::AccessKey;
use crate::wire::written;

/// Who holds meetings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Host {
    /// A LiveKit server of ours.
    LiveKit,
    /// Nobody: a meeting is a link to somewhere else (仅链接).
    Link,
}

impl Host {
    /// Its stable name.
    pub fn key(self) -> &'static str {
        match self {
            Self::LiveKit => "livekit",
            Self::Link => "link",
        }
    }
}

/// The configuration of video meetings.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Who holds them; unset: nobody, a meeting is a link.
    #[serde(default)]
    pub provider: Option<Host>,
    /// Where browsers go, `wss://…`.
    #[serde(default)]
    pub url: Option<Url>,
    /// Where we go, `https://…`.
    #[serde(default)]
    pub api_url: Option<Url>,
    /// API key.
    #[serde(default, deserialize_with = "written")]
    pub key_id: String,
    /// API secret.
    #[serde(default)]
    pub key_secret: Option<Secret>,
    /// Where recordings go; unset: meetings are not recorded.
    #[serde(default)]
    pub recording: Option<Recording>,
}

/// The storage that the server's recorder writes into, S3 by another key than ours: it need not read.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    /// The storage's address, as the recorder reaches it.
    pub endpoint: Url,
    /// Its region.
    #[serde(default = "usual_region", deserialize_with = "written")]
    pub region: String,
    /// Its bucket.
    pub bucket: String,
    /// Access key.
    #[serde(deserialize_with = "written")]
    pub key_id: String,
    /// Secret key.
    pub key_secret: Secret,
    /// The bucket stands in the path, as at MinIO, not in the host.
    #[serde(default)]
    pub path_style: bool,
}

fn usual_region() -> String {
    "us-east-1".to_owned()
}

/// A server's account, ready for use.
#[derive(Debug, Clone)]
pub struct Account {
    pub(crate) url: Url,
    pub(crate) api_url: Url,
    pub(crate) key: AccessKey,
    pub(crate) recording: Option<Recording>,
}

fn refuse(words: impl Into<String>) -> Error {
    Error::refuse("CONFIG", format!("配置有误: video.{}", words.into()))
}

/// A base of nothing but scheme, host and port.
fn base<'a>(name: &str, url: Option<&'a Url>, schemes: &[&str]) -> Result<&'a Url> {
    let url = url.ok_or_else(|| refuse(format!("{name} 未设置，livekit 需要它")))?;
    if !schemes.contains(&url.scheme()) {
        return Err(refuse(format!("{name} 须以 {}:// 开头", schemes.join(":// 或 "))));
    }
    let plain = url.username().is_empty() && url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if plain { Ok(url) } else { Err(refuse(format!("{name} 只能是服务器地址，不含路径"))) }
}

impl Settings {
    /// Who holds the meetings of this installation.
    pub fn host(&self) -> Host {
        self.provider.unwrap_or(Host::Link)
    }

    /// Refuses what cannot work, and in production what others could read or have published.
    pub fn check(&self, production: bool) -> Result<()> {
        match self.host() {
            Host::LiveKit => self.account(production).map(drop),
            Host::Link => Ok(()),
        }
    }

    fn check_production(&self) -> Result<()> {
        keys::real("key_id", Some(&self.key_id)).map_err(refuse)?;
        keys::real("key_secret", self.key_secret.as_ref().map(Secret::expose)).map_err(refuse)?;
        keys::long("key_secret", self.key_secret.as_ref()).map_err(refuse)?;
        if let Some(recording) = &self.recording {
            keys::real("recording.key_id", Some(&recording.key_id)).map_err(refuse)?;
            keys::real("recording.key_secret", Some(recording.key_secret.expose())).map_err(refuse)?;
            base("recording.endpoint", Some(&recording.endpoint), &["https"])?;
        }
        Ok(())
    }

    /// The account these settings describe.
    pub fn account(&self, production: bool) -> Result<Account> {
        let (browsers, ours): (&[&str], &[&str]) =
            if production { (&["wss"], &["https"]) } else { (&["wss", "ws"], &["https", "http"]) };
        let (url, api_url) = (base("url", self.url.as_ref(), browsers)?, base("api_url", self.api_url.as_ref(), ours)?);
        if self.key_id.is_empty() {
            return Err(refuse("key_id 未设置，livekit 需要它"));
        }
        let secret = self.key_secret.clone().filter(|secret| !secret.expose().is_empty());
        let secret = secret.ok_or_else(|| refuse("key_secret 未设置，livekit 需要它"))?;
        if production {
            self.check_production()?;
        }
        if self.recording.as_ref().is_some_and(|to| to.bucket.is_empty() || to.key_id.is_empty()) {
            return Err(refuse("recording 须有 bucket 和 key_id"));
        }
        Ok(Account {
            url: url.clone(),
            api_url: api_url.clone(),
            key: AccessKey { id: self.key_id.clone(), secret },
            recording: self.recording.clone(),
        })
    }

    /// Whoever holds the meetings.
    pub fn open(&self, production: bool, world: &World) -> Result<Arc<dyn Video>> {
        Ok(match self.host() {
            Host::LiveKit => Arc::new(LiveKit::new(self.account(production)?, world.clone())?),
            Host::Link => Arc::new(LinkOnly),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Fault;

    fn url(text: &str) -> Option<Url> {
        Some(text.parse().unwrap())
    }

    fn production(change: impl FnOnce(&mut Settings)) -> String {
        let mut settings = Settings {
            provider: Some(Host::LiveKit),
            url: url("wss://video.example.cn"),
            api_url: url("https://video.example.cn:7881"),
            key_id: "APIreal".to_owned(),
            key_secret: Some(Secret::new("a real secret of a server, long enough")),
            recording: None,
        };
        change(&mut settings);
        settings.check(true).map_or_else(|error| error.message.into_owned(), |()| "fine".to_owned())
    }

    fn storage(endpoint: &str) -> Option<Recording> {
        let written = serde_json::json!({"endpoint": endpoint, "bucket": "media", "key_id": "rec", "key_secret": "s3"});
        Some(serde_json::from_value(written).unwrap())
    }

    #[test]
    fn production_takes_a_server_of_its_own_over_tls() {
        assert_eq!(production(|_| {}), "fine");
        assert_eq!(production(|s| s.recording = storage("https://s3.example.cn")), "fine");
        assert!(production(|s| s.recording = storage("http://s3.example.cn")).contains("recording.endpoint"));
        assert!(production(|s| s.url = url("ws://video.example.cn")).contains("url 须以 wss:// 开头"));
        assert!(production(|s| s.api_url = url("http://video.example.cn")).contains("api_url 须以 https:// 开头"));
        assert!(production(|s| s.api_url = url("https://video.example.cn/x")).contains("不含路径"));
        assert!(production(|s| s.url = None).contains("url 未设置"));
        assert!(production(|s| s.key_secret = None).contains("key_secret 未设置"));
        assert!(production(|s| s.key_secret = Some(Secret::new("short"))).contains("至少 32 个字符"));
        assert!(production(|s| s.key_secret = Some(Secret::new("secret"))).contains("公开的测试密钥"));
        assert!(production(|s| s.key_id = "devkey".to_owned()).contains("公开的测试密钥"));
        for text in ["APIvector00001", "vectorLiveKitSecret0000000000000000000001"] {
            assert!(production(|s| s.key_secret = Some(Secret::new(text))).contains("公开的测试密钥"), "{text}");
        }
    }

    #[test]
    fn without_a_word_a_meeting_is_a_link() {
        let link = Settings::default().open(true, &World::default()).unwrap();
        let now = World::default().now();
        let member =
            super::super::Member { identity: "m1".to_owned(), name: String::new(), role: super::super::Role::Member };
        assert!(!link.is_open() && !link.records());
        assert_eq!(link.join("t1-1", &member, now + chrono::Duration::hours(1), now), Ok(None));
        assert!(link.verify_webhook("", b"", now).is_err());
    }

    #[tokio::test]
    async fn a_link_cannot_be_recorded() {
        let link = Settings::default().open(true, &World::default()).unwrap();
        let error = link.start_recording("t1-1", "t1/1.mp4").await.unwrap_err();
        assert_eq!((error.kind, error.provider_code.as_deref()), (Fault::AuthConfig, Some("not_open")));
        assert_eq!(link.create("t1-1").await, Ok(()));
        assert_eq!(link.end("t1-1").await, Ok(()));
    }
}
