use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;
use zhibu_core::{ChangeId, PageArgs, PageInfo, Result, dictionary};
use zhibu_tenancy::{Conn, audit};

/// One recorded change (变更记录).
#[derive(SimpleObject)]
pub struct Change {
    id: ChangeId,
    at: DateTime<Utc>,
    /// Who, by the name at the time.
    pub by: String,
    /// What was done, in words.
    pub action: String,
    fields: Vec<FieldChange>,
}

/// One field of a change.
#[derive(SimpleObject)]
pub struct FieldChange {
    field: String,
    label: String,
    before: Option<String>,
    after: Option<String>,
}

/// A page of changes.
#[derive(SimpleObject)]
pub struct ChangeConnection {
    nodes: Vec<Change>,
    page_info: PageInfo,
}

impl ChangeConnection {
    /// The changes of one object, newest first.
    pub(super) async fn of(kind: &str, id: Uuid, args: &PageArgs, conn: &mut Conn) -> Result<Self> {
        let rows = audit::history(kind, id, args.after()?, args.limit(), conn).await?;
        let page = args.page(rows, |row| row.id);
        Ok(Self { nodes: page.nodes.into_iter().map(Change::from).collect(), page_info: page.info })
    }
}

impl Change {
    /// Every field before and after, in one line.
    pub fn in_words(&self) -> String {
        let side = |text: &Option<String>| text.clone().unwrap_or_else(|| "（空）".to_owned());
        let told = |field: &FieldChange| match (&field.before, &field.after) {
            (None, Some(after)) => format!("{}：{after}", field.label),
            (before, after) => format!("{}：{} → {}", field.label, side(before), side(after)),
        };
        self.fields.iter().map(told).collect::<Vec<_>>().join("；")
    }
}

impl From<audit::Row> for Change {
    fn from(row: audit::Row) -> Self {
        let fields = row.changes.as_object().into_iter().flatten().map(|(field, pair)| {
            let kind = kind_of(field, &row.action);
            let side = |at: usize| pair.get(at).and_then(words).map(|text| translate(kind, text));
            FieldChange { field: field.clone(), label: label("audit_field", field), before: side(0), after: side(1) }
        });
        Self {
            id: row.id.into(),
            at: row.at,
            by: row.actor_name,
            action: label("audit_action", &row.action),
            fields: fields.collect(),
        }
    }
}

fn label(kind: &str, code: &str) -> String {
    dictionary::label(kind, code).unwrap_or(code).to_owned()
}

fn words(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(yes) => Some(if *yes { "是" } else { "否" }.to_owned()),
        other => Some(other.to_string()),
    }
}

fn translate(kind: Option<&str>, text: String) -> String {
    kind.and_then(|kind| dictionary::label(kind, &text)).map_or(text, str::to_owned)
}

/// The dictionary that a field's values come from.
fn kind_of(field: &str, action: &str) -> Option<&'static str> {
    Some(match field {
        "type" => "org_type",
        "unitRelation" => "org_unit_relation",
        "sex" => "sex",
        "ethnicity" => "ethnicity",
        "educationLevel" => "education_level",
        "degree" => "degree",
        "workPost" => "work_post",
        "specialGroup" => "special_group",
        "memberType" => "member_type",
        "lostReason" => "lost_contact_reason",
        "flowDirection" => "flow_direction",
        "by" => "audit_way",
        "reason" if action == "member.left" => "membership_end_reason",
        _ => return None,
    })
}
