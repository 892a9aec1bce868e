//! Subscribe messages of WeChat (订阅消息): somebody who agrees once gets one message.

use serde_json::{Map, Value, json};

use super::wechat::is_template_value;
use super::{Wechat, ours};
use crate::{Fault, ProviderError};

/// Which of its versions a message opens the mini-program in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// 正式版
    Formal,
    /// 体验版
    Trial,
    /// 开发版
    Developer,
}

impl State {
    /// Its name on the wire.
    pub fn key(self) -> &'static str {
        match self {
            Self::Formal => "formal",
            Self::Trial => "trial",
            Self::Developer => "developer",
        }
    }
}

/// What WeChat did with a message; what it refuses for good or for now is a [`ProviderError`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subscribed {
    /// It is on its way, by this number.
    Sent(String),
    /// They have not agreed, or not once more (43101): daily life, nobody's fault. What we counted was wrong.
    NoConsent,
}

impl Wechat {
    /// Sends one message of an approved template to somebody who agreed to it. `page` stands without a slash before it, a
    /// query may follow. [`Fault::Rejected`] is about the person, [`Fault::AuthConfig`] about template or page,
    /// [`Fault::Invalid`] with `VALUE` about a value that no message can carry.
    pub async fn send_subscribed(
        &self,
        openid: &str,
        template: &str,
        page: &str,
        values: &[(&str, &str)],
        state: State,
    ) -> Result<Subscribed, ProviderError> {
        if values.iter().any(|(key, value)| !is_template_value(key, value)) {
            return Err(ours(Fault::Invalid, "VALUE"));
        }
        let data: Map<_, _> = values.iter().map(|(key, value)| ((*key).to_owned(), json!({"value": value}))).collect();
        let asked = json!({"touser": openid, "template_id": template, "page": page, "miniprogram_state": state.key(),
            "lang": "zh_CN", "data": data});
        read(self.with_token("cgi-bin/message/subscribe/send", &asked).await)
    }
}

fn read(outcome: Result<Value, ProviderError>) -> Result<Subscribed, ProviderError> {
    match outcome {
        Ok(body) => match body.get("msgid") {
            Some(Value::Number(id)) => Ok(Subscribed::Sent(id.to_string())),
            Some(Value::String(id)) => Ok(Subscribed::Sent(id.clone())),
            // `errcode` 0 alone has been seen; an answer without either is none.
            _ if body.get("errcode").is_some() => Ok(Subscribed::Sent(String::new())),
            _ => Err(ProviderError::new(Fault::Unknown)),
        },
        Err(error) if error.provider_code.as_deref() == Some("43101") => Ok(Subscribed::NoConsent),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::super::wechat::judge;
    use super::*;

    #[test]
    fn answers_are_told_apart() {
        let outcome = |body: Value| read(judge(200, body)).map_err(|error| error.kind);
        assert_eq!(outcome(json!({"errcode": 0, "errmsg": "ok", "msgid": 12})), Ok(Subscribed::Sent("12".to_owned())));
        assert_eq!(outcome(json!({"errcode": 43101, "errmsg": "user refuse"})), Ok(Subscribed::NoConsent));
        for (code, kind) in [
            (40_003, Fault::Rejected),
            (40_037, Fault::AuthConfig),
            (41_030, Fault::AuthConfig),
            (43_107, Fault::AuthConfig),
            (47_003, Fault::Invalid),
            (45_009, Fault::RateLimited { retry_after: None }),
            (-1, Fault::Unavailable),
        ] {
            assert_eq!(outcome(json!({"errcode": code})), Err(kind), "{code}");
        }
        assert_eq!(outcome(json!({"ok": [1]})), Err(Fault::Unknown));
    }
}
