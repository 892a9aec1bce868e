//! The parameters of a request, as JSON or in a query string.

use async_graphql::{Extensions, Value, Variables};
use serde::Deserialize;

use crate::{
    refusal::Refusal,
    scan::{bad_text, check_text},
};

/// Parameters by the GraphQL-over-HTTP specification, and the id of a persisted document.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Params {
    pub(crate) query: Option<String>,
    pub(crate) document_id: Option<String>,
    pub(crate) operation_name: Option<String>,
    #[serde(default)]
    pub(crate) variables: Variables,
    #[serde(default)]
    pub(crate) extensions: Extensions,
}

impl Params {
    /// Reads one JSON object. What was wrong is not echoed: it may be personal.
    pub(crate) fn from_json(body: &[u8]) -> Result<Self, Refusal> {
        let text = std::str::from_utf8(body).map_err(|_| Refusal::bad_request("请求体不是 UTF-8 编码"))?;
        // A list would pass for the fields in order, and is a batch.
        if !text.trim_start_matches([' ', '\t', '\n', '\r']).starts_with('{') {
            return Err(Refusal::bad_request("请求体必须是一个 JSON 对象，不支持批量请求"));
        }
        serde_json::from_str(text).map_err(|error| malformed(&error))
    }

    /// Reads a query string; variables and extensions are JSON in it.
    pub(crate) fn from_query(query: &str) -> Result<Self, Refusal> {
        let mut params = Self::default();
        let mut seen = Vec::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            if seen.contains(&name) {
                return Err(Refusal::bad_request("请求参数重复"));
            }
            match &*name {
                "query" => params.query = Some(value.into_owned()),
                "documentId" => params.document_id = Some(value.into_owned()),
                "operationName" => {
                    params.operation_name = Some(value.into_owned()).filter(|name| !name.is_empty());
                }
                "variables" => params.variables = json(&value)?,
                "extensions" => params.extensions = json(&value)?,
                _ => continue,
            }
            seen.push(name);
        }
        Ok(params)
    }

    /// Refuses characters that no input may have; the document is scanned on its own.
    pub(crate) fn check_text(&self) -> Result<(), Refusal> {
        if let Some(name) = &self.operation_name {
            check_text(name)?;
        }
        self.variables.iter().try_for_each(|(name, value)| {
            check_text(name)?;
            check_value(value)
        })?;
        self.extensions.iter().try_for_each(|(name, value)| {
            check_text(name)?;
            check_value(value)
        })
    }
}

fn json<T: Default + for<'de> Deserialize<'de>>(text: &str) -> Result<T, Refusal> {
    if text.is_empty() {
        return Ok(T::default());
    }
    serde_json::from_str(text).map_err(|error| malformed(&error))
}

/// A lone surrogate cannot be written in UTF-8: the JSON reader meets it first.
fn malformed(error: &serde_json::Error) -> Refusal {
    let text = error.to_string();
    if text.contains("surrogate") || text.contains("hex escape") {
        return Refusal { of_document: false, ..bad_text() };
    }
    Refusal::bad_request(if error.is_data() {
        "请求参数的类型不正确"
    } else {
        "请求体不是有效的 JSON"
    })
}

fn check_value(value: &Value) -> Result<(), Refusal> {
    match value {
        Value::String(text) => check_text(text),
        Value::List(items) => items.iter().try_for_each(check_value),
        Value::Object(fields) => fields.iter().try_for_each(|(name, value)| {
            check_text(name)?;
            check_value(value)
        }),
        Value::Enum(name) => check_text(name),
        Value::Null | Value::Number(_) | Value::Boolean(_) | Value::Binary(_) => Ok(()),
    }
}
