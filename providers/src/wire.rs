//! One way out for every client: no proxy from the environment, no redirects, caps on time and size; and what a broken
//! call means for the work it asked for.

use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use zhibu_core::Error;

use crate::{Fault, ProviderError};

const CONNECT: Duration = Duration::from_secs(5);
const WHOLE: Duration = Duration::from_secs(10);
/// Somebody waits in front of a phone.
const BRIEF: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(5));
const LARGEST: usize = 256 * 1024;

/// An HTTP client to one service.
#[derive(Debug, Clone)]
pub(crate) struct Wire(reqwest::Client);

impl Wire {
    pub(crate) fn new() -> Result<Self, Error> {
        Self::patient(WHOLE)
    }

    /// With another limit for the whole call.
    pub(crate) fn patient(whole: Duration) -> Result<Self, Error> {
        Self::within(CONNECT, whole)
    }

    /// For calls that a person waits for.
    pub(crate) fn brief() -> Result<Self, Error> {
        Self::within(BRIEF.0, BRIEF.1)
    }

    fn within(connect: Duration, whole: Duration) -> Result<Self, Error> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(connect)
            .timeout(whole)
            .user_agent("zhibu")
            .build()
            .map_err(Error::bug)?;
        Ok(Self(client))
    }

    pub(crate) fn get(&self, url: url::Url) -> reqwest::RequestBuilder {
        self.0.get(url)
    }

    pub(crate) fn post(&self, url: url::Url) -> reqwest::RequestBuilder {
        self.0.post(url)
    }

    /// Sends and reads a JSON answer together with its status. Statuses that say enough by themselves are faults here.
    pub(crate) async fn json(&self, request: reqwest::RequestBuilder) -> Result<(u16, Value), ProviderError> {
        let (status, body) = self.bytes(request).await?;
        match serde_json::from_slice(&body) {
            Ok(body) => Ok((status, body)),
            Err(_) => Err(unread(status)),
        }
    }

    /// The same before the answer is read as anything, for what is signed as it stands.
    pub(crate) async fn bytes(&self, request: reqwest::RequestBuilder) -> Result<(u16, Vec<u8>), ProviderError> {
        let mut answer = request.send().await.map_err(|fault| lost(&fault))?;
        let status = answer.status().as_u16();
        let at = |kind| ProviderError { http: Some(status), ..ProviderError::new(kind) };
        if status == 429 {
            let wait = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
            return Err(at(Fault::RateLimited { retry_after: wait }));
        }
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(|_| at(Fault::Unknown))? {
            if body.len() + part.len() > LARGEST {
                return Err(at(Fault::Unknown));
            }
            body.extend_from_slice(&part);
        }
        // A gateway in front may fail after the work was done.
        if status >= 500 || status == 408 {
            return Err(at(Fault::Unknown));
        }
        Ok((status, body))
    }
}

/// An answer that is not what was announced: a page for people, half a text.
pub(crate) fn unread(status: u16) -> ProviderError {
    let kind = if (400..500).contains(&status) { Fault::Invalid } else { Fault::Unknown };
    ProviderError { http: Some(status), ..ProviderError::new(kind) }
}

/// A call without an answer: harmless only when no connection came about.
fn lost(fault: &reqwest::Error) -> ProviderError {
    if fault.is_connect() || fault.is_builder() {
        ProviderError::new(Fault::Unavailable)
    } else {
        ProviderError::new(Fault::Unknown)
    }
}

/// The environment turns digits into numbers; ids are text.
pub(crate) fn written<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Number(u64),
        Text(String),
    }
    Ok(match Written::deserialize(from)? {
        Written::Number(number) => number.to_string(),
        Written::Text(text) => text,
    })
}

#[cfg(test)]
mod tests {
    use crate::mini::{AlipayAccount, WechatAccount};

    #[test]
    fn m_0_2_an_id_of_digits_is_taken_as_text_however_the_environment_gives_it() {
        let written = serde_json::json!({"app_id": 2021000000000000_u64, "private_key": "k", "alipay_public_key": "p", "aes_key": "a"});
        let account: AlipayAccount = serde_json::from_value(written).unwrap();
        assert_eq!(account.app_id, "2021000000000000");
        let written = serde_json::json!({"appid": "wx0123", "secret": "s"});
        let account: WechatAccount = serde_json::from_value(written).unwrap();
        assert_eq!(account.appid, "wx0123");
    }
}
