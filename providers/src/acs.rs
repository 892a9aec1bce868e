//! How Aliyun's products are called in RPC style, and what their codes mean.

use serde_json::Value;
use url::Url;
use zhibu_core::World;

use crate::sign::{AccessKey, Acs, Hash, acs3, hex};
use crate::wire::Wire;
use crate::{Fault, ProviderError};

const VERSION: &str = "2017-05-25";

/// Who asks, and where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Access<'a> {
    pub(crate) key: &'a AccessKey,
    pub(crate) url: &'a Url,
    /// 国密
    pub(crate) sm3: bool,
}

impl Access<'_> {
    /// The parameters stand in the query of a POST with an empty body. Date and nonce are new every time.
    pub(crate) async fn call(
        &self,
        wire: &Wire,
        world: &World,
        action: &'static str,
        query: Vec<(&str, String)>,
    ) -> Result<Value, ProviderError> {
        let headers = vec![
            ("host", host(self.url)),
            ("x-acs-action", action.to_owned()),
            ("x-acs-version", VERSION.to_owned()),
            ("x-acs-date", world.now().format("%Y-%m-%dT%H:%M:%SZ").to_string()),
            ("x-acs-signature-nonce", hex(&world.bytes::<16>())),
        ];
        let hash = if self.sm3 { Hash::Sm3 } else { Hash::Sha256 };
        let request = Acs { method: "POST", path: "/", query, headers, body: b"" };
        let signed = acs3(hash, self.key, &request);
        let mut url = self.url.clone();
        url.set_query(Some(&signed.canonical_query));
        let mut call = wire.post(url);
        for (name, value) in request.headers.iter().filter(|(name, _)| *name != "host") {
            call = call.header(*name, value);
        }
        let call = call
            .header("x-acs-content-sha256", &signed.body_hash)
            .header("authorization", &signed.authorization)
            .header("accept", "application/json");
        let (http, body) = wire.json(call).await?;
        judge(http, body)
    }
}

/// The value of the `Host` header.
pub(crate) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
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
        "isv.BILLID_NOT_EXIST",
        "isv.DISPLAY_NUMBER_ILLEGAL",
        "isv.OUT_OF_SERVICE",
        "isv.PRODUCT_UN",
        "isv.SMS_SIGNATURE",
        "isv.SMS_SIGN_ILLEGAL",
        "isv.SMS_TEMPLATE",
        "isv.TEMPLATE_ILLEGAL",
        "isv.TTS_TEMPLATE_ILLEGAL",
    ];
    // We never send a nonce twice, so somebody repeated the request for us: the first copy may have been obeyed.
    const UNKNOWN: &[&str] = &["SignatureNonceUsed", "InternalError", "ServiceUnavailable", "isp.SYSTEM_ERROR"];
    const INVALID: &[&str] =
        &["isv.TEMPLATE_", "isv.INVALID_", "isv.PARAM_", "Missing", "Invalid", "UnsupportedOperation"];
    let is = |list: &[&str]| list.iter().any(|start| code.starts_with(start));
    match code {
        _ if code.starts_with("Throttling") => Fault::RateLimited { retry_after: None },
        _ if is(CONFIG) => Fault::AuthConfig,
        _ if is(UNKNOWN) => Fault::Unknown,
        _ if is(INVALID) => Fault::Invalid,
        _ => Fault::Rejected,
    }
}
