//! The platforms whose mini-programs this installation has (小程序): their clients, and what their refusals mean here.

use zhibu_core::{Error, Result, Secret};
use zhibu_providers::mini::{Alipay, Dingtalk, Person, PhoneReply, Wechat};
use zhibu_providers::{Fault, ProviderError};

use crate::cx::Cx;
use crate::identity::Client;

/// The platforms that are configured.
#[derive(Debug, Default)]
pub struct Platforms {
    /// 微信
    pub wechat: Option<Wechat>,
    /// 支付宝
    pub alipay: Option<Alipay>,
    /// 钉钉
    pub dingtalk: Option<Dingtalk>,
}

fn closed() -> Error {
    Error::refuse("MINI_NOT_OPEN", "本平台登录未开通，请用其他方式登录")
}

/// What a platform's refusal means for who wants to come in. Codes are good for one time; nothing is repeated here.
pub(crate) fn refused(fault: ProviderError) -> Error {
    match fault.kind {
        Fault::Rejected => Error::refuse("MINI_CODE", "授权已失效，请重试").at("code"),
        Fault::RateLimited { retry_after } => Error::too_many(retry_after.unwrap_or(60), "登录人数较多，请稍后再试"),
        Fault::Unknown | Fault::Unavailable => Error::unavailable(fault),
        Fault::AuthConfig | Fault::Invalid => {
            tracing::error!(%fault, "a platform refuses us");
            Error::unavailable(fault)
        }
    }
}

impl Platforms {
    /// Where people can sign in.
    pub fn open(&self) -> Vec<Client> {
        let all = [
            (Client::Wechat, self.wechat.is_some()),
            (Client::Alipay, self.alipay.is_some()),
            (Client::Dingtalk, self.dingtalk.is_some()),
        ];
        all.into_iter().filter_map(|(client, open)| open.then_some(client)).collect()
    }

    /// Who a login code belongs to.
    pub(crate) async fn sign_in(&self, cx: &Cx, client: Client, code: &Secret, corp: Option<&str>) -> Result<Person> {
        let person = match client {
            Client::Wechat => self.wechat.as_ref().ok_or_else(closed)?.sign_in(code).await,
            Client::Alipay => self.alipay.as_ref().ok_or_else(closed)?.sign_in(code).await,
            Client::Dingtalk => {
                let dingtalk = self.dingtalk.as_ref().ok_or_else(closed)?;
                let corp = corp.ok_or_else(|| Error::invalid("corp", "请在企业的钉钉中打开"))?;
                crate::dingtalk::must_be_ours(cx, corp).await?;
                dingtalk.sign_in(corp, code, &crate::dingtalk::ticket(cx).await?).await
            }
            Client::Console | Client::H5 => return Err(closed()),
        };
        person.map_err(refused)
    }

    /// The number behind the code of WeChat's button.
    pub(crate) async fn wechat_phone(&self, code: &Secret) -> Result<String> {
        self.wechat.as_ref().ok_or_else(closed)?.phone(code).await.map_err(refused)
    }

    /// The number in Alipay's sealed answer.
    pub(crate) async fn alipay_phone(&self, reply: &PhoneReply) -> Result<String> {
        self.alipay.as_ref().ok_or_else(closed)?.phone(reply).await.map_err(refused)
    }
}
