//! What is done with organisations: load, decide, write, in one transaction.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;
use uuid::Uuid;
use zhibu_core::{AccountId, Error, OrganisationId, Result, Secret, check, mask};
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::identity::{self, NewAccount};
use zhibu_tenancy::{Start, Write, holdings, tenants};

use super::model::{OrgType, Row, Unit};
use super::past::{self, Hold};
use super::rules::{self, Facts};
use super::scope::Reach;
use super::store;
use crate::schema::{branch_assignments, organisation_parents, organisation_units, organisations};

/// The first organisation of a tenant, named as activated; the administrator completes it.
pub async fn seed(write: &mut Write<'_>, start: &Start) -> Result<()> {
    let kind = rules::guess_type(&start.organisation_name);
    let short: String = start.organisation_name.chars().take(30).collect();
    diesel::insert_into(organisations::table)
        .values((
            organisations::id.eq(start.root.0),
            organisations::path.eq("001"),
            organisations::depth.eq(1),
            organisations::code.eq("001"),
            organisations::full_name.eq(&start.organisation_name),
            organisations::short_name.eq(&short),
            organisations::org_type.eq(kind.code()),
            organisations::status.eq("active"),
            organisations::term_years.eq(rules::term_years(kind, false)),
            organisations::created_at.eq(write.cx.now()),
        ))
        .execute(write.conn()?)
        .await?;
    record_parent(write, start.root.0, None).await?;
    past::note_new(write, start.root.0).await?;
    write
        .audit(
            Entry::new("organisation.created", "organisation", start.root.0)
                .note("fullName", start.organisation_name.clone()),
        )
        .await
}

async fn record_parent(write: &mut Write<'_>, id: Uuid, parent: Option<Uuid>) -> Result<()> {
    let row = (
        organisation_parents::id.eq(write.cx.app.world.id::<Uuid>()),
        organisation_parents::organisation_id.eq(id),
        organisation_parents::parent_id.eq(parent),
        organisation_parents::since.eq(write.cx.app.world.today()),
    );
    diesel::insert_into(organisation_parents::table).values(row).execute(write.conn()?).await?;
    Ok(())
}

/// Adds a subordinate (新增下级). The superior's row is locked, so two additions at once get two places.
pub async fn create(write: &mut Write<'_>, parent: OrganisationId, facts: &Facts) -> Result<Row> {
    past::hold_tree(write, Hold::Beside).await?;
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    let above: Option<(Row, i16)> = organisations::table
        .find(parent.0)
        .select((Row::as_select(), organisations::last_child))
        .for_update()
        .first(write.conn()?)
        .await
        .optional()?;
    let Some((above, last)) = above.filter(|(row, _)| reach.covers_below(&row.path)) else {
        return Err(Error::missing().at("parent"));
    };
    if above.status != "active" && above.status != "preparing" {
        return Err(Error::invalid("parent", "上级组织已撤销或合并"));
    }
    if !rules::children(above.kind()).contains(&facts.org_type) {
        return Err(Error::invalid("type", "该类别不能设置在所选上级之下"));
    }
    if above.depth >= rules::DEEPEST {
        return Err(Error::invalid("parent", "组织层级最多9级"));
    }
    if last >= rules::MOST_CHILDREN {
        return Err(Error::invalid("parent", "一个组织最多999个下级"));
    }
    let id: OrganisationId = write.cx.app.world.id();
    let path = format!("{}.{:03}", above.path, last + 1);
    let row = (
        (
            organisations::id.eq(id.0),
            organisations::parent_id.eq(parent.0),
            organisations::path.eq(&path),
            organisations::depth.eq(above.depth + 1),
            organisations::code.eq(path.replace('.', "")),
            organisations::status.eq("active"),
            organisations::created_at.eq(write.cx.now()),
        ),
        columns(write, facts).await?,
    );
    diesel::insert_into(organisations::table).values(row).execute(write.conn()?).await.map_err(taken)?;
    diesel::update(organisations::table.find(parent.0))
        .set((organisations::last_child.eq(last + 1), organisations::child_count.eq(organisations::child_count + 1)))
        .execute(write.conn()?)
        .await?;
    record_parent(write, id.0, Some(parent.0)).await?;
    past::note_new(write, id.0).await?;
    store_units(write, id.0, &facts.units).await?;
    let entry = Entry::new("organisation.created", "organisation", id.0)
        .note("fullName", facts.full_name.clone())
        .note("shortName", facts.short_name.clone())
        .note("type", facts.org_type.code())
        .note("parent", above.short_name);
    write.audit(entry).await?;
    Ok(organisations::table.find(id.0).select(Row::as_select()).first(write.conn()?).await?)
}

/// The columns a form decides.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = organisations, treat_none_as_null = true)]
struct Columns {
    full_name: String,
    short_name: String,
    org_type: &'static str,
    external_code: Option<String>,
    founded_on: chrono::NaiveDate,
    approval_no: Option<String>,
    unit_relation: &'static str,
    division_code: String,
    contact_name: String,
    contact_phone: Option<Vec<u8>>,
    term_years: Option<i16>,
    term_start: Option<chrono::NaiveDate>,
    sort: i16,
    can_approve_members: bool,
    village_or_community: bool,
}

async fn columns(write: &Write<'_>, facts: &Facts) -> Result<Columns> {
    let vault = tenants::vault(&write.cx.app, write.cx.tenant()?).await?;
    let phone = facts.contact_phone.as_ref().map(|phone| vault.seal(phone.as_bytes())).transpose()?;
    Ok(Columns {
        full_name: facts.full_name.clone(),
        short_name: facts.short_name.clone(),
        org_type: facts.org_type.code(),
        external_code: facts.external_code.clone(),
        founded_on: facts.founded_on,
        approval_no: facts.approval_no.clone(),
        unit_relation: facts.unit_relation.code(),
        division_code: facts.division_code.clone(),
        contact_name: facts.contact_name.clone(),
        contact_phone: phone,
        term_years: facts.term_years.or_else(|| rules::term_years(facts.org_type, facts.village_or_community)),
        term_start: facts.term_start,
        sort: facts.sort,
        can_approve_members: facts.can_approve_members,
        village_or_community: facts.village_or_community,
    })
}

pub(crate) fn taken(error: diesel::result::Error) -> Error {
    let error = Error::from(error);
    match error.field.as_deref() {
        Some("organisations_short_name") => Error::invalid("shortName", "组织简称重复"),
        Some("organisations_full_name") => Error::invalid("fullName", "同级已存在相同的组织全称"),
        Some("organisations_code") => Error::invalid("parent", "组织代码重复"),
        _ => error,
    }
}

async fn store_units(write: &mut Write<'_>, id: Uuid, units: &[Unit]) -> Result<()> {
    diesel::delete(organisation_units::table.filter(organisation_units::organisation_id.eq(id)))
        .execute(write.conn()?)
        .await?;
    let rows: Vec<_> = units
        .iter()
        .zip(0i16..)
        .map(|(unit, position)| {
            (
                organisation_units::organisation_id.eq(id),
                organisation_units::position.eq(position),
                organisation_units::name.eq(&unit.name),
                organisation_units::uscc.eq(&unit.uscc),
                organisation_units::nature.eq(&unit.nature),
                organisation_units::party_presence.eq(&unit.party_presence),
            )
        })
        .collect();
    diesel::insert_into(organisation_units::table).values(rows).execute(write.conn()?).await?;
    Ok(())
}

/// Edits an organisation as it was at `version`; every changed field goes into its history.
pub async fn update(write: &mut Write<'_>, id: OrganisationId, version: i32, facts: &Facts) -> Result<Row> {
    // Another kind is another committee for what is below.
    let kind: Option<String> =
        organisations::table.find(id.0).select(organisations::org_type).first(write.conn()?).await.optional()?;
    let other_kind = kind.is_some_and(|kind| kind != facts.org_type.code());
    past::hold_tree(write, if other_kind { Hold::Alone } else { Hold::Beside }).await?;
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    let before: Option<Row> =
        organisations::table.find(id.0).select(Row::as_select()).for_update().first(write.conn()?).await.optional()?;
    let before = before.filter(|row| reach.covers(&row.path)).ok_or_else(Error::missing)?;
    if before.closed_on.is_some() {
        return Err(Error::refuse("CLOSED", "该组织已合并或撤销，不能修改"));
    }
    if before.version != version {
        return Err(Error::conflict());
    }
    fits(write, &before, facts.org_type).await?;
    let mut set = columns(write, facts).await?;
    if facts.contact_phone.is_none() {
        set.contact_phone.clone_from(&before.contact_phone);
    }
    if set.contact_phone.is_none() {
        return Err(Error::invalid("contactPhone", "联系电话不能为空"));
    }
    let units = store::units(id.0, write.conn()?).await?;
    let entry = differences(write, &before, &set, facts, &units).await?;
    if entry.is_empty() {
        return Ok(before);
    }
    diesel::update(organisations::table.find(id.0))
        .set((set, organisations::version.eq(version + 1)))
        .execute(write.conn()?)
        .await
        .map_err(taken)?;
    past::note(write, &[id.0]).await?;
    if other_kind {
        let below = store::ids(&Reach::everything(), Some(id), write.conn()?).await?;
        holdings::reroute(write, &below).await?;
    }
    if units != facts.units {
        store_units(write, id.0, &facts.units).await?;
    }
    write.audit(entry).await?;
    Ok(organisations::table.find(id.0).select(Row::as_select()).first(write.conn()?).await?)
}

/// A changed kind must fit between the superior and the subordinates.
async fn fits(write: &mut Write<'_>, before: &Row, kind: OrgType) -> Result<()> {
    if before.kind() == kind {
        return Ok(());
    }
    let allowed = match before.parent_id {
        None => rules::ROOTS,
        Some(parent) => {
            let code: String = organisations::table
                .find(parent)
                .select(organisations::org_type)
                .for_share()
                .first(write.conn()?)
                .await?;
            rules::children(OrgType::from_code(&code).ok_or_else(|| Error::bug("organisation type"))?)
        }
    };
    if !allowed.contains(&kind) {
        return Err(Error::invalid("type", "该类别不能设置在所选上级之下"));
    }
    let below = store::children_types(before.id, write.conn()?).await?;
    if below.iter().any(|child| !rules::children(kind).contains(child)) {
        return Err(Error::invalid("type", "现有下级组织不能隶属于该类别"));
    }
    Ok(())
}

async fn differences(write: &Write<'_>, before: &Row, set: &Columns, facts: &Facts, units: &[Unit]) -> Result<Entry> {
    let day = |date: Option<chrono::NaiveDate>| date.map(|d| d.to_string());
    let list = |units: &[Unit]| {
        units
            .iter()
            .map(|u| format!("{} {}", u.name, u.uscc.clone().unwrap_or_default()).trim().to_owned())
            .collect::<Vec<_>>()
            .join("；")
    };
    let vault = tenants::vault(&write.cx.app, write.cx.tenant()?).await?;
    let phone = before.contact_phone.as_ref().map(|sealed| vault.open_text(sealed)).transpose()?;
    let mut entry = Entry::new("organisation.updated", "organisation", before.id)
        .change("fullName", before.full_name.clone(), set.full_name.clone())
        .change("shortName", before.short_name.clone(), set.short_name.clone())
        .change("type", before.org_type.clone(), set.org_type)
        .change("externalCode", json!(before.external_code), json!(set.external_code))
        .change("foundedOn", json!(day(before.founded_on)), json!(set.founded_on.to_string()))
        .change("approvalNo", json!(before.approval_no), json!(set.approval_no))
        .change("unitRelation", json!(before.unit_relation), set.unit_relation)
        .change("units", list(units), list(&facts.units))
        .change("divisionCode", json!(before.division_code), set.division_code.clone())
        .change("contactName", json!(before.contact_name), set.contact_name.clone())
        .change("termYears", json!(before.term_years), json!(set.term_years))
        .change("termStart", json!(day(before.term_start)), json!(day(set.term_start)))
        .change("sort", before.sort, set.sort)
        .change("canApproveMembers", before.can_approve_members, set.can_approve_members)
        .change("villageOrCommunity", before.village_or_community, set.village_or_community);
    let old = phone.as_ref().map(|p| p.expose().to_owned());
    if let Some(new) = facts.contact_phone.clone().filter(|new| old.as_ref() != Some(new)) {
        let shown = old.map(|p| mask::phone(&p));
        // Two numbers may look the same when masked; the change must still show.
        entry = entry.change("contactPhone", json!(shown), format!("{}（已更换）", mask::phone(&new)));
    }
    Ok(entry)
}

/// Takes an organisation out again that an import made and nobody has used: no subordinates, members or
/// administrators, never edited. Otherwise says why it stays.
pub async fn remove(write: &mut Write<'_>, id: OrganisationId) -> Result<Option<String>> {
    past::hold_tree(write, Hold::Alone).await?;
    let row: Option<(Row, i32)> = organisations::table
        .find(id.0)
        .select((Row::as_select(), organisations::member_count))
        .for_update()
        .first(write.conn()?)
        .await
        .optional()?;
    let Some((row, members)) = row else { return Ok(Some("该组织已不存在".to_owned())) };
    let app = write.cx.app.clone();
    let held = identity::assignments(&app, None, Some(&[id.0]), write.conn()?).await?;
    // Somebody left here once: the history of that person needs the organisation.
    let once: i64 = branch_assignments::table
        .filter(branch_assignments::organisation_id.eq(id.0).or(branch_assignments::group_id.eq(id.0)))
        .count()
        .get_result(write.conn()?)
        .await?;
    let why = match () {
        () if row.parent_id.is_none() => "根组织的信息已更新，不能撤销",
        () if row.version > 1 => "该组织在导入后已被修改",
        () if row.child_count > 0 => "该组织下已有下级组织",
        () if members > 0 => "该组织下已有党员",
        () if !held.is_empty() => "该组织已设置管理员",
        () if once > 0 => "该组织下曾有党员",
        () => "",
    };
    if !why.is_empty() {
        return Ok(Some(why.to_owned()));
    }
    erase(write, &row).await?;
    write.audit(Entry::new("organisation.removed", "organisation", id.0).note("shortName", row.short_name)).await?;
    Ok(None)
}

/// Takes an organisation out as if it had never been.
pub(crate) async fn erase(write: &mut Write<'_>, row: &Row) -> Result<()> {
    diesel::delete(organisation_units::table.filter(organisation_units::organisation_id.eq(row.id)))
        .execute(write.conn()?)
        .await?;
    past::forget(write, row.id).await?;
    diesel::update(organisations::table.find(row.parent_id.unwrap_or_default()))
        .set(organisations::child_count.eq(organisations::child_count - 1))
        .execute(write.conn()?)
        .await?;
    Ok(())
}

/// Who is to administer an organisation.
#[derive(Debug, Clone)]
pub enum Candidate {
    /// An account of the tenant.
    Known(AccountId),
    /// Somebody new, who gets an account with the initial password.
    New(NewAccount),
}

/// An account that was made on the way.
#[derive(Debug, Clone)]
pub struct Made {
    /// Its initial password where that is random.
    pub one_time_password: Option<Secret>,
}

/// Sets an administrator (设置管理员), and says when an account was made.
pub async fn add_administrator(
    write: &mut Write<'_>,
    id: OrganisationId,
    who: &Candidate,
) -> Result<(Row, Option<Made>)> {
    let row = reachable(write, id).await?;
    let (account, created) = match who {
        Candidate::Known(account) => {
            identity::account(write.cx, *account, write.conn()?).await.map_err(|e| e.at("account"))?;
            known_to(write, *account).await.map_err(|e| e.at("account"))?;
            (*account, None)
        }
        Candidate::New(new) => {
            let (account, password) = identity::create(write, new).await?;
            (account, Some(Made { one_time_password: password }))
        }
    };
    identity::assign(write, account, "org_admin", id).await?;
    write
        .audit(Entry::new("organisation.administrator_set", "organisation", id.0).note("account", account.to_string()))
        .await?;
    Ok((row, created))
}

/// Somebody else's people look like nobody: an account counts only when all it administers is in the caller's reach.
async fn known_to(write: &mut Write<'_>, account: AccountId) -> Result<()> {
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    if reach.is_all() {
        return Ok(());
    }
    let app = write.cx.app.clone();
    let held = identity::assignments(&app, Some(&[account.0]), None, write.conn()?).await?;
    if held.is_empty() {
        return Err(Error::missing());
    }
    for assignment in held {
        store::get(&reach, assignment.organisation.into(), write.conn()?).await?;
    }
    Ok(())
}

/// Takes an administrator's role away.
pub async fn remove_administrator(write: &mut Write<'_>, id: OrganisationId, account: AccountId) -> Result<Row> {
    let row = reachable(write, id).await?;
    identity::unassign(write, account, "org_admin", id).await?;
    write
        .audit(Entry::new("organisation.administrator_removed", "organisation", id.0).change(
            "account",
            account.to_string(),
            None::<String>,
        ))
        .await?;
    Ok(row)
}

/// A contact's telephone number in full, with an audit row.
pub async fn reveal_phone(write: &mut Write<'_>, id: OrganisationId, reason: &str) -> Result<Secret> {
    let reason = check::text("reason", "查看原因", reason, 2, 100)?;
    let row = reachable(write, id).await?;
    let vault = tenants::vault(&write.cx.app, write.cx.tenant()?).await?;
    let phone = vault.open_text(&row.contact_phone.ok_or_else(Error::missing)?)?;
    write.audit(Entry::new("organisation.phone_revealed", "organisation", id.0).note("reason", reason)).await?;
    Ok(phone)
}

async fn reachable(write: &mut Write<'_>, id: OrganisationId) -> Result<Row> {
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    store::get(&reach, id, write.conn()?).await
}
