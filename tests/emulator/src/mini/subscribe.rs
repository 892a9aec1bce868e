//! Subscribe messages (订阅消息), strict: every value keeps the rule of its kind, and one agreement is one message.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::wechat::Refusal;
use super::{Mini, Told, subject};
use crate::state::State;

/// Approved templates and the kinds of their values.
pub(crate) const TEMPLATES: &[(&str, &[&str])] = &[
    ("EmulatedMeetingTemplate00000000000000000001", &["thing1", "time2", "thing3"]),
    ("EmulatedResultTemplate000000000000000000002", &["thing1", "phrase2", "date3"]),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    touser: String,
    template_id: String,
    #[serde(default)]
    page: String,
    #[serde(default)]
    miniprogram_state: String,
    #[serde(default)]
    lang: String,
    data: Map<String, Value>,
}

pub(crate) fn send(state: &mut State, body: &[u8]) -> Result<Value, Refusal> {
    let asked: Asked = serde_json::from_slice(body).map_err(|_| (47_001, "data format error", true))?;
    if !state.mini.users.keys().any(|mobile| subject(Mini::Wechat, mobile) == asked.touser) {
        return Err((40_003, "invalid openid", false));
    }
    let keys = state.mini.templates.get(&asked.template_id).ok_or((40_037, "invalid template_id", false))?;
    if !is_page(&asked.page) {
        return Err((41_030, "invalid page", true));
    }
    if !["", "formal", "trial", "developer"].contains(&asked.miniprogram_state.as_str())
        || !["", "zh_CN", "en_US", "zh_HK", "zh_TW"].contains(&asked.lang.as_str())
    {
        return Err((47_003, "argument invalid! state or lang", true));
    }
    let value = |key: &String| asked.data.get(key)?.as_object()?.get("value")?.as_str();
    if asked.data.len() != keys.len() || !keys.iter().all(|key| value(key).is_some_and(|value| keeps(key, value))) {
        return Err((47_003, "argument invalid! data", true));
    }
    let pair = (asked.touser.clone(), asked.template_id.clone());
    let left = state.mini.consents.get_mut(&pair).filter(|left| **left > 0);
    *left.ok_or((43_101, "user refuse to accept the msg", false))? -= 1;
    let id = state.next();
    let at = state.now();
    state.mini.told.push(Told {
        platform: Mini::Wechat,
        to: asked.touser,
        template: asked.template_id,
        page: asked.page,
        values: Value::Object(asked.data),
        id: id.to_string(),
        at,
    });
    Ok(json!({"errcode": 0, "errmsg": "ok", "msgid": id}))
}

/// No slash before it; a query may follow.
fn is_page(page: &str) -> bool {
    let path = page.split('?').next().unwrap_or_default();
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-_/".contains(&byte);
    page.is_empty() || (!path.is_empty() && !path.starts_with('/') && path.bytes().all(legal))
}

/// Whether a value keeps the rule of its kind, which is its key without the number.
fn keeps(key: &str, value: &str) -> bool {
    let kind: String = key.chars().take_while(|letter| !letter.is_ascii_digit()).collect();
    let count = value.chars().count();
    let (some, ascii) = (count > 0, value.is_ascii());
    let digits = |more: &str| value.chars().all(|letter| letter.is_ascii_digit() || more.contains(letter));
    some && match kind.as_str() {
        "thing" => count <= 20,
        "phrase" => {
            count <= 5 && value.chars().all(|letter| u32::from(letter) >= 0x4e00 && u32::from(letter) <= 0x9fff)
        }
        "name" => count <= 10 || (ascii && count <= 20),
        "character_string" => count <= 32 && ascii,
        "letter" => count <= 32 && value.chars().all(|letter| letter.is_ascii_alphabetic()),
        "symbol" => count <= 5,
        "number" => count <= 32 && digits("."),
        "amount" => count <= 12 && digits(".￥¥元"),
        "phone_number" => count <= 17 && digits("+-"),
        "car_number" => count <= 8,
        "date" | "time" => value.split('~').all(|one| is_moment(one.trim())),
        _ => false,
    }
}

/// `2027年1月1日`, `2027-01-01`, perhaps with `08:00`, or that alone.
fn is_moment(text: &str) -> bool {
    let plain = text.replace(['年', '月'], "-").replace('日', "");
    let mut halves = plain.splitn(2, ' ');
    let (first, second) = (halves.next().unwrap_or_default(), halves.next());
    let numbers = |text: &str, by: char, most: &[u32]| {
        let parts: Vec<Option<u32>> = text.split(by).map(|part| part.parse().ok()).collect();
        parts.len() <= most.len()
            && parts.len() >= 2
            && parts.iter().zip(most).all(|(part, most)| part.is_some_and(|part| part <= *most))
    };
    let day = |text: &str| text.split('-').count() == 3 && numbers(text, '-', &[9999, 12, 31]);
    let time = |text: &str| numbers(text, ':', &[23, 59, 59]);
    match second {
        None => day(first) || time(first),
        Some(second) => day(first) && time(second),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_the_examples_are_judged() {
        let suite: Value =
            serde_json::from_str(include_str!("../../../../providers/vectors/wechat_mini.json")).unwrap();
        let cases = suite["cases"].as_array().unwrap().iter().filter(|case| case["kind"] == "subscribe_value");
        let judged = cases.map(|case| {
            let of = |name: &str| case["input"][name].as_str().unwrap();
            assert_eq!(keeps(of("key"), of("value")), case["expect"]["ok"], "{}", case["id"]);
        });
        assert_eq!(judged.count(), 12);
    }

    #[test]
    fn pages_have_no_slash_before_them() {
        for (page, good) in
            [("pages/index/index", true), ("pages/a/b?id=1", true), ("/pages/a/b", false), ("页", false)]
        {
            assert_eq!(is_page(page), good, "{page}");
        }
    }
}
