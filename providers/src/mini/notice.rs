//! Work notices of DingTalk (工作通知) by template, the only ones that an app of many organisations may send.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use zhibu_core::Secret;

use super::{Dingtalk, ours};
use crate::{Fault, ProviderError};

/// People that one call reaches.
const MOST: usize = 1000;

/// One notice to people of an organisation. DingTalk drops, without a word, the second one of a day in the same words to the
/// same person: the values should name a time or a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The app's number in the organisation (agentId).
    pub agent: i64,
    /// 消息模板
    pub template: String,
    /// To whom, at most a thousand.
    pub userids: Vec<String>,
    /// The template's values by name.
    pub values: BTreeMap<String, String>,
}

/// What became of a notice, for a day. Whoever stands nowhere has not been reached yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NoticeResult {
    /// Held back, each with the limit that did it: 143105 too many today, 143106 the same words again.
    pub forbidden: Vec<(String, String)>,
    /// Nobody of that name.
    pub invalid: Vec<String>,
    /// It did not work.
    pub failed: Vec<String>,
    /// Delivered and read.
    pub read: Vec<String>,
    /// Delivered.
    pub unread: Vec<String>,
}

impl Dingtalk {
    /// Hands a notice over and gives the number of the task; that it was taken does not say that it arrives. `ticket` is the
    /// newest that was pushed.
    pub async fn send_notice(&self, corp: &str, ticket: &Secret, notice: &Notice) -> Result<i64, ProviderError> {
        let plain = |id: &String| !id.is_empty() && !id.contains(',');
        if !(1..=MOST).contains(&notice.userids.len()) || !notice.userids.iter().all(plain) {
            return Err(ours(Fault::Invalid, "USERIDS"));
        }
        let values: Map<String, Value> =
            notice.values.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
        // The list is one text with commas, the values are JSON inside the JSON.
        let asked = json!({"agent_id": notice.agent, "template_id": notice.template,
            "userid_list": notice.userids.join(","), "data": Value::Object(values).to_string()});
        let body = self.with_token("topapi/message/corpconversation/sendbytemplate", corp, ticket, &asked).await?;
        body.get("task_id").and_then(Value::as_i64).ok_or_else(|| ProviderError::new(Fault::Unknown))
    }

    /// What became of the notice of a task.
    pub async fn notice_result(
        &self,
        corp: &str,
        ticket: &Secret,
        agent: i64,
        task: i64,
    ) -> Result<NoticeResult, ProviderError> {
        let asked = json!({"agent_id": agent, "task_id": task});
        let body = self.with_token("topapi/message/corpconversation/getsendresult", corp, ticket, &asked).await?;
        read(&body).ok_or_else(|| ProviderError::new(Fault::Unknown))
    }
}

fn read(body: &Value) -> Option<NoticeResult> {
    let result = body.get("send_result")?;
    let listed =
        |name: &str| -> Vec<&Value> { result.get(name).and_then(Value::as_array).into_iter().flatten().collect() };
    let people = |name: &str| -> Vec<String> {
        listed(name).into_iter().filter_map(|id| id.as_str().map(str::to_owned)).collect()
    };
    let reasons = listed("forbidden_list");
    let reason = |userid: &str| {
        let of = reasons.iter().find(|one| one.get("userid").and_then(Value::as_str) == Some(userid));
        of.and_then(|one| match one.get("code")? {
            Value::String(code) => Some(code.clone()),
            Value::Number(code) => Some(code.to_string()),
            _ => None,
        })
    };
    let mut forbidden = people("forbidden_user_id_list");
    forbidden.extend(reasons.iter().filter_map(|one| Some(one.get("userid")?.as_str()?.to_owned())));
    forbidden.sort();
    forbidden.dedup();
    let held = |id: String| {
        let why = reason(&id).unwrap_or_default();
        (id, why)
    };
    Some(NoticeResult {
        forbidden: forbidden.into_iter().map(held).collect(),
        invalid: people("invalid_user_id_list"),
        failed: people("failed_user_id_list"),
        read: people("read_user_id_list"),
        unread: people("unread_user_id_list"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_read_with_their_reasons() {
        let body = json!({"errcode": 0, "send_result": {"invalid_user_id_list": ["u0"], "failed_user_id_list": [],
            "forbidden_user_id_list": ["u1", "u2"], "read_user_id_list": ["u3"], "unread_user_id_list": ["u4"],
            "forbidden_list": [{"code": "143106", "count": 1, "userid": "u2"}, {"code": 143_105, "userid": "u5"}]}});
        let result = read(&body).unwrap();
        let pair = |id: &str, why: &str| (id.to_owned(), why.to_owned());
        assert_eq!(result.forbidden, [pair("u1", ""), pair("u2", "143106"), pair("u5", "143105")]);
        assert_eq!((result.invalid, result.failed), (vec!["u0".to_owned()], vec![]));
        assert_eq!((result.read, result.unread), (vec!["u3".to_owned()], vec!["u4".to_owned()]));
        assert_eq!(read(&json!({"errcode": 0})), None);
    }
}
