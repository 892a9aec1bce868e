//! Receipts of calls (呼叫记录). They are **not signed**, so they may change nothing but the outcome of a call that we know
//! by the carrier's number and the telephone number.

use serde::Deserialize;
use serde_json::Value;

use super::VoiceOutcome;
pub use crate::sms::receipt::aliyun_thanks;
use crate::sms::receipt::{given, text};

/// What a carrier says became of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoiceReceipt {
    /// The carrier's number for the call.
    pub id: String,
    /// The telephone number.
    pub mobile: String,
    /// How it ended.
    pub outcome: VoiceOutcome,
    /// The carrier's code.
    pub code: String,
    /// Our reference.
    pub reference: Option<String>,
}

#[derive(Deserialize)]
struct Report {
    #[serde(deserialize_with = "text")]
    call_id: String,
    #[serde(deserialize_with = "text")]
    callee: String,
    #[serde(deserialize_with = "text")]
    status_code: String,
    #[serde(default, deserialize_with = "text")]
    smart_status_code: String,
    #[serde(default, deserialize_with = "text")]
    duration: String,
    #[serde(default, deserialize_with = "text")]
    b_duration: String,
    #[serde(default, deserialize_with = "text")]
    out_id: String,
}

/// Aliyun's `VoiceReport`. Somebody who enters our address there sends an object instead, to try it: that tells nothing.
pub fn aliyun(body: &[u8]) -> serde_json::Result<Vec<VoiceReceipt>> {
    let body: Value = serde_json::from_slice(body)?;
    if body.is_object() {
        return Ok(Vec::new());
    }
    let reports: Vec<Report> = serde_json::from_value(body)?;
    Ok(reports.into_iter().filter_map(receipt).collect())
}

fn receipt(report: Report) -> Option<VoiceReceipt> {
    let seconds = [&report.duration, &report.b_duration].into_iter().find_map(|text| text.parse().ok()).unwrap_or(0);
    Some(VoiceReceipt {
        outcome: smart(&report.smart_status_code).or_else(|| outcome(&report.status_code, seconds))?,
        id: report.call_id,
        mobile: report.callee,
        code: report.status_code,
        reference: given(report.out_id),
    })
}

/// What a code of the telephone network says; nothing while the call goes on, or is not yet booked (200).
pub(crate) fn outcome(code: &str, seconds: u32) -> Option<VoiceOutcome> {
    Some(match code {
        "" | "200" | "200100" | "200101" | "200102" | "200103" | "200201" | "9996" => return None,
        // Heard to the end, hung up before, no key pressed: somebody was there.
        "200000" | "200001" | "200008" => VoiceOutcome::Answered { seconds },
        "200002" => VoiceOutcome::Busy,
        "200003" | "408" => VoiceOutcome::NoAnswer,
        "200111" => VoiceOutcome::Refused,
        // 200005 is everything that the network does not tell apart, refusal among it.
        "200005" | "200007" | "200010" | "200011" | "200012" => VoiceOutcome::Unreachable,
        _ => VoiceOutcome::Failed,
    })
}

/// The better word where the carrier knows one; how long somebody listened stands only beside the code.
fn smart(word: &str) -> Option<VoiceOutcome> {
    Some(match word {
        "CALL_REJECTED" => VoiceOutcome::Refused,
        "USER_BUSY" => VoiceOutcome::Busy,
        "NO_ANSWER" => VoiceOutcome::NoAnswer,
        "POWERED_OFF" | "SUSPEND" | "NO_USER_RESPONDING" | "UNAVAILABLE" | "INCOMING_CALL_BARRED" => {
            VoiceOutcome::Unreachable
        }
        "INVALID_NUMBER" | "OPERATOR_BLOCK" | "NETWORK_BUSY" => VoiceOutcome::Failed,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(report: Value) -> Option<VoiceOutcome> {
        let mut whole = serde_json::json!({"call_id": 1, "callee": 13_800_000_001_u64});
        whole.as_object_mut().unwrap().extend(report.as_object().unwrap().clone());
        let read = aliyun(Value::from(vec![whole]).to_string().as_bytes()).unwrap();
        read.first().map(|receipt| receipt.outcome)
    }

    #[test]
    fn a_call_ends_as_its_code_says_or_better_its_word() {
        use serde_json::json;
        for (report, outcome) in [
            (json!({"status_code": "200000", "duration": "17"}), Some(VoiceOutcome::Answered { seconds: 17 })),
            (json!({"status_code": 200_001, "b_duration": 3}), Some(VoiceOutcome::Answered { seconds: 3 })),
            (json!({"status_code": "200002"}), Some(VoiceOutcome::Busy)),
            (json!({"status_code": "200003"}), Some(VoiceOutcome::NoAnswer)),
            (json!({"status_code": "200005"}), Some(VoiceOutcome::Unreachable)),
            (json!({"status_code": "200005", "smart_status_code": "CALL_REJECTED"}), Some(VoiceOutcome::Refused)),
            (json!({"status_code": "200010", "smart_status_code": "POWERED_OFF"}), Some(VoiceOutcome::Unreachable)),
            (json!({"status_code": "200004"}), Some(VoiceOutcome::Failed)),
            (json!({"status_code": "999999", "smart_status_code": "OTHER"}), Some(VoiceOutcome::Failed)),
            (json!({"status_code": "200101"}), None),
        ] {
            assert_eq!(read(report.clone()), outcome, "{report}");
        }
    }

    #[test]
    fn the_address_is_tried_with_an_object() {
        assert_eq!(aliyun(br#"{"json":"test-content"}"#).unwrap(), []);
        assert!(aliyun(b"[1]").is_err());
    }
}
