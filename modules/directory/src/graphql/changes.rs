use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;
use zhibu_core::{ChangeId, PageArgs, PageInfo, Result, dictionary};
use zhibu_tenancy::{Conn, audit, identity};

/// One recorded change (变更记录).
#[derive(SimpleObject)]
pub struct Change {
    id: ChangeId,
    at: DateTime<Utc>,
    /// Who, by the name at the time.
    pub by: String,
    /// What was done, in words.
    pub action: String,
    /// The change that this one has taken back.
    pub undoes: Option<ChangeId>,
    fields: Vec<FieldChange>,
}

/// One field of a change.
#[derive(SimpleObject, Clone)]
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
        let undoes = self.undoes.map(|_| "撤销之前的变更".to_owned());
        undoes.into_iter().chain(self.fields.iter().map(told)).collect::<Vec<_>>().join("；")
    }

    /// What would become what if the change were taken back; circumstances stay.
    pub fn reverse(&self) -> Vec<FieldChange> {
        let changed = self.fields.iter().filter(|field| !NOTED.contains(&field.field.as_str()));
        changed
            .map(|field| FieldChange { before: field.after.clone(), after: field.before.clone(), ..field.clone() })
            .collect()
    }
}

/// Fields by which a change only says of what it is one.
const NOTED: &[&str] = &["menu", "key", "role"];

impl From<audit::Row> for Change {
    fn from(row: audit::Row) -> Self {
        let undoes = row.undoes().map(Into::into);
        let told = row.changes.as_object().into_iter().flatten().filter(|(field, _)| *field != audit::UNDOES);
        let fields = told.map(|(field, pair)| {
            let kind = kind_of(field, &row.action);
            // What was told has been taken out; the mark beside says that it was done here.
            if field == audit::PURGED {
                let after = Some("个人信息已彻底删除".to_owned());
                return FieldChange {
                    field: field.clone(),
                    label: dictionary::words("audit_field", field),
                    before: None,
                    after,
                };
            }
            let side = |at: usize| pair.get(at).and_then(|value| words(kind, value));
            FieldChange {
                field: field.clone(),
                label: dictionary::words("audit_field", field),
                before: side(0),
                after: side(1),
            }
        });
        Self {
            id: row.id.into(),
            at: row.at,
            by: row.actor_name,
            action: dictionary::words("audit_action", &row.action),
            undoes,
            fields: fields.collect(),
        }
    }
}

fn words(kind: Option<&str>, value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(translate(kind, text).to_owned()),
        Value::Bool(yes) => Some(if *yes { "是" } else { "否" }.to_owned()),
        Value::Array(all) => {
            let all: Vec<String> = all.iter().filter_map(|one| words(kind, one)).collect();
            Some(all.join("、")).filter(|text| !text.is_empty())
        }
        other => Some(other.to_string()),
    }
}

fn translate<'a>(kind: Option<&str>, code: &'a str) -> &'a str {
    match kind {
        Some(MINI_MENU) => identity::usual_label(code).unwrap_or(code),
        Some(kind) => dictionary::label(kind, code).unwrap_or(code),
        None => code,
    }
}

/// The catalogue of the mini-program's menus, which is no dictionary.
const MINI_MENU: &str = "mini_menu";

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
        "kind" if action.starts_with("organisation.command_") => "organisation_command",
        "contributionKind" => "contribution_kind",
        "by" => "audit_way",
        "reach" => "reach",
        "permissions" => "permission",
        "fields" => "audit_field",
        "order" => MINI_MENU,
        "reason" if action == "member.left" => "membership_end_reason",
        _ => return None,
    })
}
