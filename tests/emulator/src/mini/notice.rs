//! Work notices of DingTalk (工作通知) by template, strict: what is dropped is dropped without a word.

use std::collections::HashSet;

use chrono::{DateTime, Duration, Utc};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Mini, Told};
use crate::state::State;

/// The suite's number in every organisation.
pub(crate) const AGENT: i64 = 948_060_598;
/// Approved templates and their variables.
pub(crate) const TEMPLATES: &[(&str, &[&str])] = &[("emulatednoticetemplate0000000001", &["title", "time", "text"])];
/// Notices that one person gets in a day.
const MOST: usize = 100;

/// What became of one call.
#[derive(Debug)]
pub(crate) struct Task {
    id: u64,
    corp: String,
    at: DateTime<Utc>,
    reached: Vec<String>,
    /// With the code of the limit.
    forbidden: Vec<(String, &'static str)>,
    invalid: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    agent_id: i64,
    template_id: String,
    userid_list: String,
    /// JSON inside the JSON.
    data: String,
}

fn day(at: DateTime<Utc>) -> chrono::NaiveDate {
    (at + Duration::hours(8)).date_naive()
}

fn wrong(state: &mut State, what: &str) -> i64 {
    state.report.push(format!("dingtalk: sendbytemplate: {what}"));
    40_035
}

/// As many notices of today as there may be, in one stroke.
pub(crate) fn fill(state: &mut State, to: &str) {
    for at in 0..MOST {
        let told = Told {
            platform: Mini::Dingtalk,
            to: to.to_owned(),
            template: String::new(),
            page: String::new(),
            values: json!({"number": at}),
            id: format!("earlier-{at}"),
            at: state.now(),
        };
        state.mini.told.push(told);
    }
}

pub(crate) fn send(state: &mut State, corp: &str, body: &Value) -> Result<Value, i64> {
    let Ok(asked) = serde_json::from_value::<Asked>(body.clone()) else {
        return Err(wrong(state, "four fields, the list a text with commas, the data a text"));
    };
    let Ok(values) = serde_json::from_str::<Map<String, Value>>(&asked.data) else {
        return Err(wrong(state, "the data is JSON inside the JSON"));
    };
    if asked.agent_id != AGENT {
        return Err(wrong(state, "no such agent"));
    }
    let Some((_, variables)) = TEMPLATES.iter().find(|(id, _)| *id == asked.template_id) else {
        return Err(400_037);
    };
    if !values.values().all(Value::is_string) || !variables.iter().all(|name| values.contains_key(*name)) {
        return Err(wrong(state, "a text for every variable"));
    }
    let people: Vec<&str> = asked.userid_list.split(',').collect();
    if people.len() > 1000 || people.iter().any(|one| one.is_empty() || one.contains(['[', '"', ' '])) {
        return Err(wrong(state, "the list of people"));
    }
    let (id, at) = (state.next(), state.now());
    let mut task =
        Task { id, corp: corp.to_owned(), at, reached: Vec::new(), forbidden: Vec::new(), invalid: Vec::new() };
    let values = Value::Object(values);
    for one in people.into_iter().collect::<HashSet<_>>() {
        if !state.mini.users.values().any(|user| user == one) {
            task.invalid.push(one.to_owned());
            continue;
        }
        let today: Vec<&Told> =
            state.mini.told.iter().filter(|told| told.to == one && day(told.at) == day(at)).collect();
        if today.iter().any(|told| told.template == asked.template_id && told.values == values) {
            task.forbidden.push((one.to_owned(), "143106"));
        } else if today.len() >= MOST {
            task.forbidden.push((one.to_owned(), "143105"));
        } else {
            task.reached.push(one.to_owned());
            state.mini.told.push(Told {
                platform: Mini::Dingtalk,
                to: one.to_owned(),
                template: asked.template_id.clone(),
                page: String::new(),
                values: values.clone(),
                id: id.to_string(),
                at,
            });
        }
    }
    state.mini.tasks.push(task);
    Ok(json!({"task_id": id}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    agent_id: i64,
    task_id: u64,
}

/// For a day.
pub(crate) fn result(state: &mut State, corp: &str, body: &Value) -> Result<Value, i64> {
    let which = serde_json::from_value::<Which>(body.clone()).ok().filter(|which| which.agent_id == AGENT);
    let Some(which) = which else { return Err(wrong(state, "agent_id and task_id are numbers")) };
    let fresh = state.now() - Duration::hours(24);
    let fits = |task: &&Task| task.id == which.task_id && task.corp == corp && task.at > fresh;
    let task = state.mini.tasks.iter().find(fits).ok_or(400_041)?;
    let (read, unread): (Vec<&String>, Vec<&String>) =
        task.reached.iter().partition(|one| state.mini.readers.contains(*one));
    let names: Vec<&String> = task.forbidden.iter().map(|(one, _)| one).collect();
    let reasons: Vec<Value> =
        task.forbidden.iter().map(|(one, code)| json!({"code": code, "count": 1, "userid": one})).collect();
    Ok(json!({"send_result": {"invalid_user_id_list": task.invalid, "forbidden_user_id_list": names,
        "failed_user_id_list": [], "read_user_id_list": read, "unread_user_id_list": unread,
        "invalid_dept_id_list": [], "forbidden_list": reasons}}))
}
