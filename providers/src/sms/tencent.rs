//! Tencent Cloud SMS (腾讯云短信): `SendSms`, version 2021-01-11.

use async_trait::async_trait;
use serde_json::{Value, json};
use zhibu_core::{Error, TenantId, World};

use super::{Account, Carrier, Found, Handed, Message, Sms};
use crate::sign::{TC_JSON, Tc, tc3};
use crate::wire::Wire;
use crate::{Fault, ProviderError};

const VERSION: &str = "2021-01-11";

/// One account at Tencent Cloud.
#[derive(Debug)]
pub struct Tencent {
    account: Account,
    wire: Wire,
    world: World,
}

impl Tencent {
    /// A client for one account.
    pub fn new(account: Account, world: World) -> Result<Self, Error> {
        Ok(Self { account, wire: Wire::new()?, world })
    }

    /// The same with another limit for a whole call.
    pub fn patient(account: Account, world: World, whole: std::time::Duration) -> Result<Self, Error> {
        Ok(Self { account, wire: Wire::patient(whole)?, world })
    }

    async fn call(&self, action: &str, payload: String) -> Result<Value, ProviderError> {
        let host = self.account.host();
        let at = self.world.now();
        let request = Tc { host: &host, service: "sms", action: Some(action), payload: &payload, at };
        let signed = tc3(&self.account.key, &request);
        let call = self
            .wire
            .post(self.account.url.clone())
            .header("content-type", TC_JSON)
            .header("authorization", signed.authorization)
            .header("x-tc-action", action)
            .header("x-tc-version", VERSION)
            .header("x-tc-timestamp", at.timestamp().to_string())
            .header("x-tc-region", &self.account.region)
            .body(payload);
        let (http, mut body) = self.wire.json(call).await?;
        judge(http, body.get_mut("Response").map(Value::take).unwrap_or_default())
    }
}

#[async_trait]
impl Sms for Tencent {
    async fn send(&self, message: &Message) -> Result<Handed, ProviderError> {
        let (signature, template) = self.account.wording(message)?;
        let params: Vec<&str> = template.values(message)?.map(|(_, value)| value).collect();
        let payload = json!({
            "PhoneNumberSet": [format!("+86{}", message.mobile.expose())],
            "SmsSdkAppId": self.account.app_id,
            "SignName": signature,
            "TemplateId": template.id,
            "TemplateParamSet": params,
            "SessionContext": message.reference.to_string(),
        });
        let body = self.call("SendSms", payload.to_string()).await?;
        outcome(&body)
    }

    /// Its lists do not give our reference back.
    async fn find(&self, _: &Message) -> Result<Found, ProviderError> {
        Ok(Found::NotAskable)
    }

    fn carrier(&self) -> Carrier {
        Carrier::Tencent
    }

    fn signature(&self, tenant: Option<TenantId>) -> &str {
        self.account.signature(tenant)
    }
}

/// Errors come with HTTP 200.
pub(crate) fn judge(http: u16, response: Value) -> Result<Value, ProviderError> {
    let request_id = response.get("RequestId").and_then(Value::as_str).map(str::to_owned);
    let Some(error) = response.get("Error") else {
        let known = response.get("SendStatusSet").is_some() && http < 400;
        let unknown = ProviderError { http: Some(http), request_id, ..ProviderError::new(Fault::Unknown) };
        return if known { Ok(response) } else { Err(unknown) };
    };
    let code = error.get("Code").and_then(Value::as_str).unwrap_or_default();
    Err(ProviderError { kind: fault(code), provider_code: Some(code.to_owned()), http: Some(http), request_id })
}

/// A good answer may still hold a number that was refused: each number has a status of its own.
pub(crate) fn statuses(response: &Value) -> impl Iterator<Item = (&str, Result<Handed, ProviderError>)> {
    let items = response.get("SendStatusSet").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    items.iter().map(|item| {
        let text = |name| item.get(name).and_then(Value::as_str).unwrap_or_default();
        let outcome = match text("Code") {
            "Ok" => Ok(Handed { id: Some(text("SerialNo").to_owned()) }),
            code => Err(ProviderError::new(fault(code)).with_code(code)),
        };
        (text("PhoneNumber"), outcome)
    })
}

/// We send to one number at a time.
fn outcome(response: &Value) -> Result<Handed, ProviderError> {
    match statuses(response).next() {
        Some((_, outcome)) => outcome,
        None => Err(ProviderError::new(Fault::Unknown)),
    }
}

fn fault(code: &str) -> Fault {
    const CONFIG: &[&str] = &[
        "AuthFailure",
        "UnauthorizedOperation",
        "FailedOperation.InsufficientBalanceInSmsPackage",
        "FailedOperation.SignatureIncorrectOrUnapproved",
        "FailedOperation.TemplateIncorrectOrUnapproved",
        "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
        "FailedOperation.TemplateUnapprovedOrNotExist",
        "UnsupportedOperation",
    ];
    let is = |list: &[&str]| list.iter().any(|start| code.starts_with(start));
    match code {
        _ if code.starts_with("RequestLimitExceeded") => Fault::RateLimited { retry_after: None },
        _ if is(CONFIG) => Fault::AuthConfig,
        _ if is(&["InternalError", "FailedOperation.FailResolvePacket"]) || code.is_empty() => Fault::Unknown,
        _ if is(&["InvalidParameter", "MissingParameter", "UnknownParameter"]) => Fault::Invalid,
        _ => Fault::Rejected,
    }
}
