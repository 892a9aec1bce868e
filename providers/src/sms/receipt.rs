//! Receipts (回执): what carriers push about messages they took. They are **not signed**, so they may change nothing but
//! the delivery status of a message that we know by the carrier's number and the telephone number.

use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

/// What a carrier says became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The carrier's number for the message.
    pub id: String,
    /// The telephone number.
    pub mobile: String,
    /// Whether it reached the telephone.
    pub delivered: bool,
    /// The carrier's code.
    pub code: String,
    /// Our reference, where the carrier gives it back.
    pub reference: Option<String>,
}

#[derive(Deserialize)]
struct AliyunSms {
    #[serde(deserialize_with = "text")]
    phone_number: String,
    #[serde(deserialize_with = "flag")]
    success: bool,
    #[serde(default, deserialize_with = "text")]
    err_code: String,
    #[serde(deserialize_with = "text")]
    biz_id: String,
    #[serde(default, deserialize_with = "text")]
    out_id: String,
}

#[derive(Deserialize)]
struct TencentSms {
    #[serde(deserialize_with = "text")]
    mobile: String,
    #[serde(deserialize_with = "text")]
    report_status: String,
    #[serde(default, deserialize_with = "text")]
    errmsg: String,
    #[serde(deserialize_with = "text")]
    sid: String,
}

/// Aliyun's `SmsReport`.
pub fn aliyun(body: &[u8]) -> serde_json::Result<Vec<Receipt>> {
    let items: Vec<AliyunSms> = serde_json::from_slice(body)?;
    let receipt = |item: AliyunSms| Receipt {
        id: item.biz_id,
        mobile: item.phone_number,
        delivered: item.success,
        code: item.err_code,
        reference: given(item.out_id),
    };
    Ok(items.into_iter().map(receipt).collect())
}

/// Tencent Cloud's status push.
pub fn tencent(body: &[u8]) -> serde_json::Result<Vec<Receipt>> {
    let items: Vec<TencentSms> = serde_json::from_slice(body)?;
    let receipt = |item: TencentSms| Receipt {
        id: item.sid,
        mobile: item.mobile,
        delivered: item.report_status == "SUCCESS",
        code: item.errmsg,
        reference: None,
    };
    Ok(items.into_iter().map(receipt).collect())
}

/// What Aliyun wants to hear, or it pushes again.
pub fn aliyun_thanks() -> Value {
    json!({"code": 0, "msg": "接收成功"})
}

/// What Tencent Cloud wants to hear.
pub fn tencent_thanks() -> Value {
    json!({"result": 0, "errmsg": "OK"})
}

pub(crate) fn given(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

/// Carriers send numbers now as text, now as numbers.
pub(crate) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    match Value::deserialize(from)? {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        Value::Null => Ok(String::new()),
        _ => Err(serde::de::Error::custom("text or number expected")),
    }
}

fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    match Value::deserialize(from)? {
        Value::Bool(flag) => Ok(flag),
        Value::String(text) => Ok(text == "true"),
        _ => Err(serde::de::Error::custom("true or false expected")),
    }
}
