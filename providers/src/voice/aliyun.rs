//! Aliyun Dyvms (阿里云语音服务): `SingleCallByTts` and `QueryCallDetailByCallId`, version 2017-05-25.

use async_trait::async_trait;
use chrono::{Duration, NaiveDate, NaiveTime};
use serde_json::{Map, Value};
use zhibu_core::{Error, World};

use super::receipt::outcome;
use super::{Account, Called, Carrier, Voice, VoiceCall, VoiceOutcome};
use crate::acs::Access;
use crate::wire::Wire;
use crate::{Fault, ProviderError};

/// 语音通知, as the query wants to know it.
const NOTICE: &str = "11000000300006";
/// Bytes of a reference that come back.
const LONGEST_REFERENCE: usize = 15;
/// Characters that the values of a template stay under, as they are sent.
const MOST_PARAMS: usize = 250;

/// One account at Aliyun.
#[derive(Debug)]
pub struct AliyunVoice {
    account: Account,
    wire: Wire,
    world: World,
}

impl AliyunVoice {
    /// A client for one account.
    pub fn new(account: Account, world: World) -> Result<Self, Error> {
        Ok(Self { account, wire: Wire::new()?, world })
    }

    /// The same with another limit for a whole call.
    pub fn patient(account: Account, world: World, whole: std::time::Duration) -> Result<Self, Error> {
        Ok(Self { account, wire: Wire::patient(whole)?, world })
    }

    async fn ask(&self, action: &'static str, query: Vec<(&str, String)>) -> Result<Value, ProviderError> {
        let Account { key, url, sm3, .. } = &self.account;
        Access { key, url, sm3: *sm3 }.call(&self.wire, &self.world, action, query).await
    }
}

fn invalid(what: &str) -> ProviderError {
    ProviderError::new(Fault::Invalid).with_code(what)
}

#[async_trait]
impl Voice for AliyunVoice {
    async fn call(&self, call: &VoiceCall) -> Result<Called, ProviderError> {
        let values = call.params.iter().map(|(name, value)| (name.clone(), Value::from(value.expose())));
        let params = Value::Object(values.collect::<Map<_, _>>()).to_string();
        if call.reference.is_empty() || call.reference.len() > LONGEST_REFERENCE {
            return Err(invalid("reference"));
        }
        if params.chars().count() >= MOST_PARAMS {
            return Err(invalid("params"));
        }
        let mut query = vec![
            ("CalledNumber", call.mobile.expose().to_owned()),
            ("TtsCode", call.template.clone()),
            ("TtsParam", params),
            ("PlayTimes", self.account.play_times.to_string()),
            ("OutId", call.reference.clone()),
        ];
        // Without a number of our own the carrier takes one of those that all its customers share (公共模式).
        if !self.account.show_number.is_empty() {
            query.push(("CalledShowNumber", self.account.show_number.clone()));
        }
        let body = self.ask("SingleCallByTts", query).await?;
        let id = body.get("CallId").and_then(Value::as_str).filter(|id| !id.is_empty());
        Ok(Called { id: id.ok_or_else(|| ProviderError::new(Fault::Unknown))?.to_owned() })
    }

    async fn find(&self, id: &str, day: NaiveDate) -> Result<Option<VoiceOutcome>, ProviderError> {
        // Any moment of the day will do, and the carrier's days are China's: its noon.
        let noon = day.and_time(NaiveTime::MIN).and_utc() + Duration::hours(12 - 8);
        let query = vec![
            ("CallId", id.to_owned()),
            ("ProdId", NOTICE.to_owned()),
            ("QueryDate", noon.timestamp_millis().to_string()),
        ];
        let body = self.ask("QueryCallDetailByCallId", query).await?;
        Ok(ended(&body))
    }

    fn carrier(&self) -> Carrier {
        Carrier::Aliyun
    }
}

/// The record of a call is JSON inside the JSON, and empty while there is none.
fn ended(body: &Value) -> Option<VoiceOutcome> {
    let record: Value = serde_json::from_str(body.get("Data")?.as_str()?).ok()?;
    let written = |name: &str| match record.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    outcome(&written("state"), written("duration").parse().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_record_is_read_when_there_is_one() {
        for (data, outcome) in [
            (json!(r#"{"state":"200000","duration":17}"#), Some(VoiceOutcome::Answered { seconds: 17 })),
            (json!(r#"{"state":200002,"duration":"0"}"#), Some(VoiceOutcome::Busy)),
            (json!(r#"{"state":"502","stateDesc":"502","duration":0}"#), Some(VoiceOutcome::Failed)),
            (json!(r#"{"state":"200","duration":0}"#), None),
            (json!(""), None),
            (json!(null), None),
        ] {
            assert_eq!(ended(&json!({"Code": "OK", "Data": data})), outcome, "{data}");
        }
    }
}
