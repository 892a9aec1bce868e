//! Kinds of meetings (会议类型): what they are in the tenant, and which ones organisations may hold.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, OrganisationId, Result, check};
use zhibu_directory::organisation::{self, OrgType, Reach};
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::{Conn, Cx};

use super::Checked;
use crate::model::{MeetingAttend, MeetingEvery, MeetingQuorum, TypeRow};
use crate::schema::meeting_types as types;
use crate::{TYPES_EDIT, store};

/// Most kinds of a tenant.
const MOST: usize = 60;

/// What was filled in.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields of the form, as in the interface")]
pub struct Kind {
    pub name: String,
    pub attend: MeetingAttend,
    pub every: Option<MeetingEvery>,
    pub quorum: MeetingQuorum,
    pub held_by: Vec<OrgType>,
    pub required_of: Vec<OrgType>,
    pub active: bool,
}

/// The kinds an organisation may hold now: active, for its kind of organisation, not forbidden from above.
pub(super) async fn allowed(path: &str, org_type: &str, conn: &mut Conn) -> Result<Vec<TypeRow>> {
    let decided = store::limits(path, &mut *conn).await?;
    let mut kinds = store::types(conn).await?;
    kinds.retain(|kind| {
        let usual = kind.held_by.iter().any(|held| held == org_type);
        kind.active && decided.get(&kind.code).map_or(usual, |(_, allowed)| *allowed)
    });
    Ok(kinds)
}

/// Makes a kind of the tenant's own, or changes one as it was at a version. For whoever administers the whole tenant.
pub async fn save_kind(cx: &Cx, which: Option<(&str, i32)>, kind: &Kind) -> Result<Checked<String>> {
    let mut faults = Vec::new();
    let name = check::text("name", "类型名称", &kind.name, 2, 20).map_err(|fault| faults.push(fault));
    if kind.held_by.is_empty() {
        faults.push(Error::invalid("heldBy", "请选择可召开的组织类别"));
    }
    if kind.required_of.iter().any(|of| !kind.held_by.contains(of)) {
        faults.push(Error::invalid("requiredOf", "须召开的组织应在可召开的组织之内"));
    }
    if kind.every.is_none() && !kind.required_of.is_empty() {
        faults.push(Error::invalid("every", "请选择召开频次"));
    }
    let (Ok(name), true) = (name, faults.is_empty()) else { return Ok(Err(faults)) };
    let mut write = cx.write(TYPES_EDIT).await?;
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    let roots = organisation::roots(&Reach::everything(), write.conn()?).await?;
    if !roots.iter().all(|root| reach.covers(&root.path)) {
        return Err(Error::denied());
    }
    let all = store::types(write.conn()?).await?;
    let codes = |of: &[OrgType]| of.iter().map(|one| one.code().to_owned()).collect::<Vec<String>>();
    let columns = (
        types::name.eq(&name),
        types::attend.eq(kind.attend.code()),
        types::every.eq(kind.every.map(MeetingEvery::code)),
        types::quorum.eq(kind.quorum.code()),
        types::held_by.eq(codes(&kind.held_by)),
        types::required_of.eq(codes(&kind.required_of)),
        types::active.eq(kind.active),
    );
    let taken = |code: &str| all.iter().any(|other| other.name == name && other.code != code);
    let code = match which {
        None => {
            if taken("") {
                return Ok(Err(vec![Error::invalid("name", "已有同名的会议类型")]));
            }
            if all.len() >= MOST {
                return Err(Error::refuse("TYPES_MANY", "会议类型最多60个"));
            }
            let code = format!("own_{}", cx.app.world.id::<uuid::Uuid>().simple());
            let sort = all.iter().map(|other| other.sort).max().unwrap_or_default() + 1;
            diesel::insert_into(types::table)
                .values((types::code.eq(&code), types::sort.eq(sort), types::own.eq(true), columns))
                .execute(write.conn()?)
                .await?;
            code
        }
        Some((code, version)) => {
            let Some(before) = all.iter().find(|other| other.code == code) else { return Err(Error::missing()) };
            if before.version != version {
                return Err(Error::conflict());
            }
            if taken(code) {
                return Ok(Err(vec![Error::invalid("name", "已有同名的会议类型")]));
            }
            let changed = diesel::update(types::table.find(code).filter(types::version.eq(version)))
                .set((types::version.eq(version + 1), columns))
                .execute(write.conn()?)
                .await?;
            if changed == 0 {
                return Err(Error::conflict());
            }
            code.to_owned()
        }
    };
    write
        .audit(Entry::new("meeting_type.saved", "meeting_type", None).note("name", name).note("code", code.clone()))
        .await?;
    write.commit().await?;
    Ok(Ok(code))
}

/// Decides whether an organisation and all below it may hold a kind; nothing: as the next one above has decided.
pub async fn limit(cx: &Cx, at: OrganisationId, code: &str, allowed: Option<bool>) -> Result<()> {
    let mut write = cx.write(TYPES_EDIT).await?;
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    let row = organisation::get(&reach, at, write.conn()?).await?;
    let kinds = store::types(write.conn()?).await?;
    let Some(kind) = kinds.iter().find(|kind| kind.code == code) else { return Err(Error::missing()) };
    let held: TypeRow = types::table.find(code).select(TypeRow::as_select()).for_update().first(write.conn()?).await?;
    if let Some((at, is_allowed)) = store::limits(&row.path, write.conn()?).await?.get(code) {
        // What a superior beyond the caller's reach has decided for the organisation stays, and so does below what it forbade.
        let stands = *at == row.id || (!is_allowed && allowed == Some(true));
        let by = held.decider(*at);
        if stands && organisation::places(&[by], write.conn()?).await?.get(&by).is_some_and(|(_, at)| !reach.covers(at))
        {
            return Err(Error::refuse("FORBIDDEN_ABOVE", "上级党组织对此类会议已有规定，请联系上级党组织更改"));
        }
    }
    let above = store::chain(&row.path, write.conn()?).await?;
    // Whoever decides does so in the name of the highest organisation they administer there.
    let by = above.iter().find(|(_, path)| reach.covers(path)).map_or(row.id, |(id, _)| *id);
    let with = |places: &[Uuid], on: bool| {
        let others = places.iter().copied().filter(|place| *place != at.0);
        others.chain(on.then_some(at.0)).collect::<Vec<Uuid>>()
    };
    let mut deciders = held.deciders.as_object().cloned().unwrap_or_default();
    deciders.remove(&at.0.to_string());
    if allowed.is_some() && by != at.0 {
        deciders.insert(at.0.to_string(), by.to_string().into());
    }
    let decision = (
        types::allowed_at.eq(with(&held.allowed_at, allowed == Some(true))),
        types::forbidden_at.eq(with(&held.forbidden_at, allowed == Some(false))),
        types::deciders.eq(serde_json::Value::Object(deciders)),
    );
    diesel::update(types::table.find(code)).set(decision).execute(write.conn()?).await?;
    let words = match allowed {
        Some(true) => "允许",
        Some(false) => "不允许",
        None => "按上级规定",
    };
    let told = Entry::new("meeting_type.limited", "organisation", at.0)
        .note("name", row.short_name)
        .note("type", kind.name.clone())
        .note("decision", words);
    write.audit(told).await?;
    write.commit().await
}
