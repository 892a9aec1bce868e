//! Aliyun Dysms (阿里云短信): `SendSms` and `QuerySendDetails`, version 2017-05-25.

use async_trait::async_trait;
use chrono::Duration;
use serde_json::{Map, Value};
use zhibu_core::{Error, TenantId, World};

use super::{Account, Carrier, Found, Handed, Message, Sms};
use crate::sign::{Acs, Hash, acs3, hex};
use crate::wire::Wire;
use crate::{Fault, ProviderError};

const VERSION: &str = "2017-05-25";
/// More than any number gets in a day.
const PAGE: &str = "50";

/// One account at Aliyun.
#[derive(Debug)]
pub struct Aliyun {
    account: Account,
    wire: Wire,
    world: World,
}

impl Aliyun {
    /// A client for one account.
    pub fn new(account: Account, world: World) -> Result<Self, Error> {
        Ok(Self { account, wire: Wire::new()?, world })
    }

    /// The same with another limit for a whole call.
    pub fn patient(account: Account, world: World, whole: std::time::Duration) -> Result<Self, Error> {
        Ok(Self { account, wire: Wire::patient(whole)?, world })
    }

    /// RPC style: the parameters stand in the query of a POST with an empty body. Date and nonce are new every time.
    async fn call(&self, action: &'static str, query: Vec<(&str, String)>) -> Result<Value, ProviderError> {
        let now = self.world.now();
        let headers = vec![
            ("host", self.account.host()),
            ("x-acs-action", action.to_owned()),
            ("x-acs-version", VERSION.to_owned()),
            ("x-acs-date", now.format("%Y-%m-%dT%H:%M:%SZ").to_string()),
            ("x-acs-signature-nonce", hex(&self.world.bytes::<16>())),
        ];
        let hash = if self.account.sm3 { Hash::Sm3 } else { Hash::Sha256 };
        let request = Acs { method: "POST", path: "/", query, headers, body: b"" };
        let signed = acs3(hash, &self.account.key, &request);
        let mut url = self.account.url.clone();
        url.set_query(Some(&signed.canonical_query));
        let mut call = self.wire.post(url);
        for (name, value) in request.headers.iter().filter(|(name, _)| *name != "host") {
            call = call.header(*name, value);
        }
        let call = call
            .header("x-acs-content-sha256", &signed.body_hash)
            .header("authorization", &signed.authorization)
            .header("accept", "application/json");
        let (http, body) = self.wire.json(call).await?;
        judge(http, body)
    }

    async fn listed(&self, message: &Message, day: String) -> Result<bool, ProviderError> {
        let query = vec![
            ("PhoneNumber", message.mobile.expose().to_owned()),
            ("SendDate", day),
            ("PageSize", PAGE.to_owned()),
            ("CurrentPage", "1".to_owned()),
        ];
        let body = self.call("QuerySendDetails", query).await?;
        let Some(list) = body.pointer("/SmsSendDetailDTOs/SmsSendDetailDTO").and_then(Value::as_array) else {
            return Err(ProviderError::new(Fault::Unknown));
        };
        let reference = message.reference.to_string();
        Ok(list.iter().any(|item| item.get("OutId").and_then(Value::as_str) == Some(&reference)))
    }
}

#[async_trait]
impl Sms for Aliyun {
    async fn send(&self, message: &Message) -> Result<Handed, ProviderError> {
        let (signature, template) = self.account.wording(message)?;
        let params: Map<String, Value> =
            template.values(message)?.map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
        let query = vec![
            ("PhoneNumbers", message.mobile.expose().to_owned()),
            ("SignName", signature.to_owned()),
            ("TemplateCode", template.id.clone()),
            ("TemplateParam", Value::Object(params).to_string()),
            ("OutId", message.reference.to_string()),
        ];
        let body = self.call("SendSms", query).await?;
        Ok(Handed { id: body.get("BizId").and_then(Value::as_str).map(str::to_owned) })
    }

    /// Asks by number and day, and looks for our `OutId`. The list tells no `BizId`.
    async fn find(&self, message: &Message) -> Result<Found, ProviderError> {
        // The carrier's days are China's, and a message may have left after midnight.
        let day = |at: chrono::DateTime<chrono::Utc>| (at + Duration::hours(8)).format("%Y%m%d").to_string();
        let (first, last) = (day(message.made_at), day(self.world.now()));
        let taken = self.listed(message, first.clone()).await? || (last != first && self.listed(message, last).await?);
        Ok(if taken { Found::Taken(Handed::default()) } else { Found::Absent })
    }

    fn carrier(&self) -> Carrier {
        Carrier::Aliyun
    }

    fn signature(&self, tenant: Option<TenantId>) -> &str {
        self.account.signature(tenant)
    }
}

/// Every code but `OK` is a failure, whatever the HTTP status.
fn judge(http: u16, body: Value) -> Result<Value, ProviderError> {
    let text = |name| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let code = text("Code");
    let kind = match code.as_deref() {
        Some("OK") if http < 400 => return Ok(body),
        None | Some("OK") => Fault::Unknown,
        Some(code) => fault(code),
    };
    Err(ProviderError { kind, provider_code: code, http: Some(http), request_id: text("RequestId") })
}

fn fault(code: &str) -> Fault {
    const CONFIG: &[&str] = &[
        "Forbidden",
        "InvalidAccessKeyId",
        "InvalidTimeStamp",
        "SignatureDoesNotMatch",
        "isp.RAM_PERMISSION_DENY",
        "isv.ACCOUNT_",
        "isv.AMOUNT_NOT_ENOUGH",
        "isv.OUT_OF_SERVICE",
        "isv.PRODUCT_UN",
        "isv.SMS_SIGNATURE",
        "isv.SMS_SIGN_ILLEGAL",
        "isv.SMS_TEMPLATE",
    ];
    // We never send a nonce twice, so somebody repeated the request for us: the first copy may have been obeyed.
    const UNKNOWN: &[&str] = &["SignatureNonceUsed", "InternalError", "ServiceUnavailable", "isp.SYSTEM_ERROR"];
    const INVALID: &[&str] = &["isv.TEMPLATE_", "isv.INVALID_", "Missing", "Invalid", "UnsupportedOperation"];
    let is = |list: &[&str]| list.iter().any(|start| code.starts_with(start));
    match code {
        _ if code.starts_with("Throttling") => Fault::RateLimited { retry_after: None },
        _ if is(CONFIG) => Fault::AuthConfig,
        _ if is(UNKNOWN) => Fault::Unknown,
        _ if is(INVALID) => Fault::Invalid,
        _ => Fault::Rejected,
    }
}
