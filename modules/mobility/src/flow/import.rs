//! The imports of floating members (templates `flow_out`, `flow_in`).

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, OrganisationId, Permission, Result, check};
use zhibu_directory::member::{self, Mark, rules as member_rules};
use zhibu_directory::organisation::{OrgType, Reach};
use zhibu_directory::schema::{branch_assignments, memberships, organisations, people};
use zhibu_office::Row;
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::exchange::import::{Importer, Run};
use zhibu_tenancy::{Write, tenants};

use super::actions::{self, FlowForm, Person};
use super::model::FlowKind;
use crate::FLOW_EDIT;
use crate::schema::{flows, mobility_contacts};

/// Imports floating members of one kind.
pub(crate) struct Flows(FlowKind);

/// 流出党员
pub(crate) static OUT: Flows = Flows(FlowKind::Out);
/// 流入党员
pub(crate) static IN: Flows = Flows(FlowKind::In);

#[async_trait]
impl Importer for Flows {
    fn template(&self) -> &'static str {
        if self.0 == FlowKind::Out { "flow_out" } else { "flow_in" }
    }

    fn permission(&self) -> Permission {
        FLOW_EDIT
    }

    async fn lists(&self, write: &mut Write<'_>) -> Result<Vec<(&'static str, Vec<String>)>> {
        let mut names: Vec<String> = branches(write).await?.into_keys().collect();
        names.sort();
        Ok(vec![("branch_short_name", names)])
    }

    async fn start(&self, write: &mut Write<'_>) -> Result<Box<dyn Run>> {
        let tenant = tenants::info(&write.cx.app, write.cx.tenant()?).await?;
        Ok(Box::new(FlowRun {
            kind: self.0,
            branches: branches(write).await?,
            demo: tenant.demo,
            today: write.cx.app.world.today(),
            taken: HashSet::new(),
            ready: HashMap::new(),
        }))
    }

    fn tables(&self) -> &'static [&'static str] {
        &["flows"]
    }

    async fn undo(&self, write: &mut Write<'_>, objects: &[Uuid]) -> Result<Vec<Option<String>>> {
        let rows: Vec<(Uuid, i32, String, Option<Uuid>)> = flows::table
            .filter(flows::id.eq_any(objects))
            .select((flows::id, flows::version, flows::name, flows::person_id))
            .order(flows::id)
            .for_update()
            .load(write.conn()?)
            .await?;
        let found: HashMap<Uuid, i32> = rows.iter().map(|(id, version, ..)| (*id, *version)).collect();
        let why = |id: &Uuid| match found.get(id) {
            Some(1) => None,
            Some(_) => Some("该流动记录在导入后已有变动".to_owned()),
            None => Some("该流动记录已不存在".to_owned()),
        };
        let answers: Vec<Option<String>> = objects.iter().map(why).collect();
        let gone: HashSet<Uuid> =
            objects.iter().zip(&answers).filter(|(_, kept)| kept.is_none()).map(|(id, _)| *id).collect();
        let ids: Vec<Uuid> = gone.iter().copied().collect();
        diesel::delete(mobility_contacts::table.filter(mobility_contacts::flow_id.eq_any(&ids)))
            .execute(write.conn()?)
            .await?;
        diesel::delete(flows::table.filter(flows::id.eq_any(&ids))).execute(write.conn()?).await?;
        let mut told = Vec::new();
        for (id, _, name, person) in rows.into_iter().filter(|(id, ..)| gone.contains(id)) {
            if let Some(person) = person {
                match member::mark(write, person.into(), Mark::Floating(None)).await {
                    Err(error) if error.code != "NOT_FOUND" => return Err(error),
                    Ok(()) | Err(_) => {}
                }
            }
            told.push(Entry::new("flow.removed", "flow", id).note("name", name));
        }
        write.audit_all(told).await?;
        Ok(answers)
    }
}

/// The branches within the importer's reach, by short name.
async fn branches(write: &mut Write<'_>) -> Result<HashMap<String, OrganisationId>> {
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    let rows: Vec<(Uuid, String, String)> = organisations::table
        .filter(reach.condition())
        .filter(organisations::status.eq("active"))
        .select((organisations::id, organisations::short_name, organisations::org_type))
        .load(write.conn()?)
        .await?;
    let own = rows.into_iter().filter(|(_, _, kind)| OrgType::from_code(kind).is_some_and(member_rules::has_members));
    Ok(own.map(|(id, name, _)| (name, id.into())).collect())
}

/// What a good row becomes.
struct Newcomer {
    branch: OrganisationId,
    name: String,
    number: String,
    mobile: String,
    person: Option<Uuid>,
    form: FlowForm,
}

/// One run over a file of floating members.
struct FlowRun {
    kind: FlowKind,
    branches: HashMap<String, OrganisationId>,
    demo: bool,
    today: NaiveDate,
    /// Numbers and certificates of the good rows so far.
    taken: HashSet<String>,
    ready: HashMap<u32, Newcomer>,
}

#[async_trait]
impl Run for FlowRun {
    async fn check(&mut self, write: &mut Write<'_>, rows: &mut [Row<'static>]) -> Result<()> {
        self.ready.clear();
        for row in rows.iter_mut() {
            if let Some(newcomer) = self.read(row) {
                self.ready.insert(row.number, newcomer);
            }
        }
        self.compare(write, rows).await?;
        for row in rows {
            let Some(newcomer) = self.ready.get(&row.number) else { continue };
            let (number, certificate) = (newcomer.number.clone(), newcomer.form.certificate_no.clone());
            let twice = certificate.is_some_and(|no| !self.taken.insert(format!("证{no}")));
            if twice {
                row.fault("certificate_no", "与文件中前面的行活动证编号重复");
            }
            if !self.taken.insert(number) {
                row.fault("id_number", "与文件中前面的行公民身份号码重复");
            }
            if !row.faults().is_empty() {
                self.ready.remove(&row.number);
            }
        }
        Ok(())
    }

    async fn apply(&mut self, write: &mut Write<'_>, rows: &[Row<'static>]) -> Result<Vec<Uuid>> {
        let mut made = Vec::new();
        for row in rows {
            let one = self.ready.remove(&row.number).ok_or_else(|| Error::bug("a row that was not checked"))?;
            let person = match one.person {
                Some(person) => Person::Ours(person.into()),
                None => {
                    let Newcomer { branch, name, number, mobile, .. } = one;
                    Person::Theirs { branch, name, id_number: number, mobile }
                }
            };
            let first = |faults: Vec<Error>| faults.into_iter().next().unwrap_or_else(|| Error::bug("no fault"));
            made.push(actions::open(write, person, one.form).await?.map_err(first)?.0);
        }
        Ok(made)
    }
}

impl FlowRun {
    /// What a row says; what is wrong with it alone is noted.
    fn read(&self, row: &mut Row<'static>) -> Option<Newcomer> {
        let branch = row.text("branch_short_name").and_then(|name| match self.branches.get(&name) {
            Some(branch) => Some(*branch),
            None => {
                row.fault("branch_short_name", "党支部不存在或无权限");
                None
            }
        });
        let (name, number, mobile) = (row.text("name"), row.raw("id_number"), row.mobile("mobile"));
        let (other_name, other_contact) = (row.text("other_org_name"), row.text("other_contact"));
        let (direction, reason) = (row.choice("flow_direction"), row.choice("flow_reason"));
        let (started_on, expected_on) = (row.date("started_on"), row.date("expected_return_on"));
        let certificate_no = row.text("certificate_no");
        let number = match check::id_number(&number?, self.today, self.demo) {
            Ok(number) => number.text,
            Err(words) => {
                row.fault("id_number", words);
                return None;
            }
        };
        let form = FlowForm {
            other_name,
            other_contact,
            direction: direction?.to_owned(),
            reason: reason?.to_owned(),
            started_on: started_on?,
            expected_on,
            certificate_no,
            note: None,
        };
        let form = match form.accept(self.kind, self.today) {
            Ok(form) => form,
            Err(faults) => {
                for fault in faults {
                    row.fault(column(fault.field.as_deref().unwrap_or_default()), fault.message);
                }
                return None;
            }
        };
        let newcomer = Newcomer { branch: branch?, name: name?, number, mobile: mobile?, person: None, form };
        row.faults().is_empty().then_some(newcomer)
    }

    /// Compares with what is stored, a chunk at a time.
    async fn compare(&mut self, write: &mut Write<'_>, rows: &mut [Row<'static>]) -> Result<()> {
        let vault = tenants::vault(&write.cx.app, write.cx.tenant()?).await?;
        let blinds: HashMap<u32, Vec<u8>> =
            self.ready.iter().map(|(row, newcomer)| (*row, vault.blind(&newcomer.number))).collect();
        let wanted: Vec<Vec<u8>> = blinds.values().cloned().collect();
        let open: Vec<Vec<u8>> = flows::table
            .filter(flows::closed_at.is_null().and(flows::kind.eq(self.kind.code())))
            .filter(flows::id_index.eq_any(&wanted))
            .select(flows::id_index)
            .load(write.conn()?)
            .await?;
        let certificates: Vec<String> =
            self.ready.values().filter_map(|newcomer| newcomer.form.certificate_no.clone()).collect();
        let certificates: Vec<Option<String>> = flows::table
            .filter(flows::closed_at.is_null().and(flows::certificate_no.eq_any(certificates)))
            .select(flows::certificate_no)
            .load(write.conn()?)
            .await?;
        let members: Vec<(Vec<u8>, Uuid, String, Uuid, NaiveDate)> = people::table
            .inner_join(memberships::table.inner_join(branch_assignments::table))
            .filter(people::left_at.is_null().and(people::id_index.eq_any(&wanted)))
            .filter(memberships::until.is_null().and(branch_assignments::until.is_null()))
            .select((
                people::id_index,
                people::id,
                people::name,
                branch_assignments::organisation_id,
                memberships::join_date,
            ))
            .load(write.conn()?)
            .await?;
        let members: HashMap<Vec<u8>, _> =
            members.into_iter().map(|(blind, id, name, at, join)| (blind, (id, name, at, join))).collect();
        let open: HashSet<_> = open.into_iter().collect();
        let certificates: HashSet<String> = certificates.into_iter().flatten().collect();
        for row in rows {
            let (Some(blind), Some(one)) = (blinds.get(&row.number), self.ready.get_mut(&row.number)) else { continue };
            if open.contains(blind) {
                row.fault("id_number", "该党员已有流动中的记录");
            }
            if one.form.certificate_no.as_ref().is_some_and(|no| certificates.contains(no)) {
                row.fault("certificate_no", "活动证编号重复");
            }
            match (self.kind, members.get(blind)) {
                (FlowKind::In, Some(_)) => row.fault("id_number", "该人员是本系统党员，不需要登记流入"),
                (FlowKind::In, None) => {}
                (FlowKind::Out, Some((id, name, at, join))) if *name == one.name && *at == one.branch.0 => {
                    one.person = Some(*id);
                    if one.form.started_on < *join {
                        row.fault("started_on", "流动日期不能早于入党日期");
                    }
                }
                (FlowKind::Out, Some(_) | None) => row.fault("name", "该党支部找不到该党员"),
            }
            if !row.faults().is_empty() {
                self.ready.remove(&row.number);
            }
        }
        Ok(())
    }
}

/// The column of the template in which a field of the form stands.
fn column(field: &str) -> &'static str {
    match field {
        "otherName" => "other_org_name",
        "otherContact" => "other_contact",
        "certificateNo" => "certificate_no",
        "direction" => "flow_direction",
        "reason" => "flow_reason",
        "expectedOn" => "expected_return_on",
        _ => "started_on",
    }
}
