//! The import of members (PC-3.2.1b, template `member`).

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, Binary, Uuid as Id};
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{AccountId, Error, OrganisationId, Permission, PersonId, Result, check};
use zhibu_office::Row;
use zhibu_tenancy::exchange::import::{Importer, Run};
use zhibu_tenancy::{Conn, Write, tenants};

use super::actions::{Heads, Newcomer, Place, add_all, leave, not_to_be_had, seats_taken};
use super::model::{EndReason, MemberType, MembershipStatus};
use super::rules::{self, Facts};
use crate::MEMBER_EDIT;
use crate::exchange::{hint, note};
use crate::organisation::{OrgType, Reach};
use crate::schema::{organisations, people, posts};

/// The tables a member's record fills.
pub const TABLES: &[&str] =
    &["people", "memberships", "branch_assignments", "posts", "organisations", "accounts", "role_assignments"];

/// Imports members.
pub(crate) struct Members;

#[async_trait]
impl Importer for Members {
    fn template(&self) -> &'static str {
        "member"
    }

    fn permission(&self) -> Permission {
        MEMBER_EDIT
    }

    async fn lists(&self, write: &mut Write<'_>) -> Result<Vec<(&'static str, Vec<String>)>> {
        let places = Places::load(write).await?;
        let mut branches: Vec<String> = places.branches.into_keys().collect();
        branches.sort();
        Ok(vec![("branch_short_name", branches)])
    }

    async fn start(&self, write: &mut Write<'_>) -> Result<Box<dyn Run>> {
        let tenant = tenants::info(&write.cx.app, write.cx.tenant()?).await?;
        Ok(Box::new(MemberRun {
            places: Places::load(write).await?,
            demo: tenant.demo,
            today: write.cx.app.world.today(),
            numbers: HashSet::new(),
            mobiles: HashSet::new(),
            secretaries: HashSet::new(),
            ready: HashMap::new(),
            heads: Heads::default(),
        }))
    }

    fn tables(&self) -> &'static [&'static str] {
        TABLES
    }

    async fn room(&self, write: &mut Write<'_>, hold: bool) -> Result<Option<i64>> {
        let seats = tenants::seats(write, hold).await?;
        Ok(Some((i64::from(seats) - seats_taken(write.conn()?).await?).max(0)))
    }

    async fn undo(&self, write: &mut Write<'_>, objects: &[Uuid]) -> Result<Vec<Option<String>>> {
        let rows: Vec<(Uuid, i32, bool)> = people::table
            .filter(people::id.eq_any(objects))
            .select((people::id, people::version, people::left_at.is_null()))
            .for_update()
            .load(write.conn()?)
            .await?;
        let found: HashMap<Uuid, (i32, bool)> =
            rows.into_iter().map(|(id, version, here)| (id, (version, here))).collect();
        let why = |id: &Uuid| match found.get(id) {
            Some((1, true)) => None,
            Some((_, false)) => Some("该党员已移入历史库".to_owned()),
            Some(_) => Some("该党员在导入后已被修改".to_owned()),
            None => Some("该党员已不存在".to_owned()),
        };
        let answers: Vec<Option<String>> = objects.iter().map(why).collect();
        let gone: Vec<PersonId> =
            objects.iter().zip(&answers).filter(|(_, kept)| kept.is_none()).map(|(id, _)| (*id).into()).collect();
        if !gone.is_empty() {
            leave(write, &gone, EndReason::DataError, "撤销导入").await?;
        }
        Ok(answers)
    }
}

/// The branches and groups within the importer's reach, by short name.
struct Places {
    branches: HashMap<String, OrganisationId>,
    groups: HashMap<(OrganisationId, String), OrganisationId>,
}

impl Places {
    async fn load(write: &mut Write<'_>) -> Result<Self> {
        let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
        let rows: Vec<(Uuid, Option<Uuid>, String, String)> = organisations::table
            .filter(reach.condition())
            .filter(organisations::status.eq("active"))
            .select((organisations::id, organisations::parent_id, organisations::short_name, organisations::org_type))
            .load(write.conn()?)
            .await?;
        let (mut branches, mut groups) = (HashMap::new(), HashMap::new());
        for (id, parent, name, kind) in rows {
            match (OrgType::from_code(&kind), parent) {
                (Some(OrgType::PartyGroup), Some(parent)) => {
                    groups.insert((parent.into(), name), id.into());
                }
                (Some(kind), _) if rules::has_members(kind) => {
                    branches.insert(name, id.into());
                }
                _ => {}
            }
        }
        Ok(Self { branches, groups })
    }
}

/// One run over a file of members.
struct MemberRun {
    places: Places,
    demo: bool,
    today: NaiveDate,
    /// Taken by the good rows so far.
    numbers: HashSet<String>,
    mobiles: HashSet<String>,
    secretaries: HashSet<OrganisationId>,
    /// What the rows checked last will become, by row.
    ready: HashMap<u32, Newcomer>,
    /// What is written at the end of the transaction.
    heads: Heads,
}

#[async_trait]
impl Run for MemberRun {
    async fn check(&mut self, write: &mut Write<'_>, rows: &mut [Row<'static>]) -> Result<()> {
        self.ready.clear();
        let mut leads = HashMap::new();
        for row in rows.iter_mut() {
            let (led, newcomer) = self.read(row);
            leads.extend(led.map(|branch| (row.number, branch)));
            self.ready.extend(newcomer.map(|newcomer| (row.number, newcomer)));
        }
        self.compare(write, rows).await?;
        for row in rows {
            self.take(row, leads.get(&row.number).copied());
        }
        Ok(())
    }

    async fn apply(&mut self, write: &mut Write<'_>, rows: &[Row<'static>]) -> Result<Vec<Uuid>> {
        let newcomers: Option<Vec<Newcomer>> = rows.iter().map(|row| self.ready.remove(&row.number)).collect();
        let newcomers = newcomers.ok_or_else(|| Error::bug("a row that was not checked"))?;
        Ok(add_all(write, newcomers, &mut self.heads).await?.into_iter().map(|id| id.0).collect())
    }

    async fn finish(&mut self, write: &mut Write<'_>) -> Result<()> {
        std::mem::take(&mut self.heads).settle(write).await
    }
}

impl MemberRun {
    /// What a row says, and the branch it is to lead; what is wrong with it alone is noted.
    fn read(&self, row: &mut Row<'static>) -> (Option<OrganisationId>, Option<Newcomer>) {
        let facts = facts(row);
        let place = self.place(row);
        let post = row.choice("party_post").map(str::to_owned);
        let led = place.filter(|_| post.as_deref() == Some("secretary")).map(|place| place.branch);
        let facts = match facts.map(|facts| rules::accept(facts, self.today, self.demo)) {
            Some(Ok(facts)) => facts,
            Some(Err(faults)) => {
                note(row, faults);
                return (led, None);
            }
            None => return (led, None),
        };
        for (field, sentence) in rules::hints(&facts) {
            hint(row, field, sentence);
        }
        let newcomer =
            place.zip(row.text("branch_short_name")).map(|(place, branch)| Newcomer { place, branch, facts, post });
        (led, newcomer)
    }

    /// Compares a row with the good ones before it. Only one that is good itself takes its numbers and its post from
    /// those that follow.
    fn take(&mut self, row: &mut Row<'static>, led: Option<OrganisationId>) {
        let newcomer = self.ready.get(&row.number);
        let number = newcomer.and_then(|n| n.facts.id_number.clone());
        let mobile = newcomer.and_then(|n| n.facts.mobile.clone());
        if number.as_ref().is_some_and(|number| self.numbers.contains(number)) {
            row.fault("id_number", "与文件中前面的行公民身份号码重复");
        }
        if mobile.as_ref().is_some_and(|mobile| self.mobiles.contains(mobile)) {
            row.fault("mobile", "与文件中前面的行手机号重复");
        }
        if led.is_some_and(|branch| self.secretaries.contains(&branch)) {
            row.fault("party_post", "该组织已有书记");
        }
        if !row.faults().is_empty() {
            self.ready.remove(&row.number);
            return;
        }
        self.numbers.extend(number);
        self.mobiles.extend(mobile);
        self.secretaries.extend(led);
    }

    fn place(&self, row: &mut Row<'static>) -> Option<Place> {
        let branch = row.text("branch_short_name")?;
        let Some(branch) = self.places.branches.get(&branch).copied() else {
            row.fault("branch_short_name", "党支部不存在或无权限");
            return None;
        };
        let Some(group) = row.text("group_name") else { return Some(Place { branch, group: None }) };
        match self.places.groups.get(&(branch, group)) {
            Some(group) => Some(Place { branch, group: Some(*group) }),
            None => {
                row.fault("group_name", "党小组不存在或不属于该党支部");
                None
            }
        }
    }

    /// Compares with what is stored, a chunk at a time.
    async fn compare(&self, write: &mut Write<'_>, rows: &mut [Row<'static>]) -> Result<()> {
        let vault = tenants::vault(&write.cx.app, write.cx.tenant()?).await?;
        let blind = |text: &Option<String>| text.as_deref().map(|text| vault.blind(text)).unwrap_or_default();
        let keys: HashMap<u32, (Vec<u8>, Vec<u8>)> =
            self.ready.iter().map(|(row, n)| (*row, (blind(&n.facts.id_number), blind(&n.facts.mobile)))).collect();
        let taken = Taken::load(&keys, write).await?;
        let at: Vec<Uuid> = self.ready.values().map(|n| n.place.branch.0).collect();
        let led: Vec<Uuid> = posts::table
            .filter(posts::organisation_id.eq_any(at).and(posts::until.is_null()).and(posts::post.eq("secretary")))
            .select(posts::organisation_id)
            .load(write.conn()?)
            .await?;
        for row in rows {
            let (Some((number, mobile)), Some(newcomer)) = (keys.get(&row.number), self.ready.get(&row.number)) else {
                continue;
            };
            if taken.numbers.contains(number) {
                row.fault("id_number", "该公民身份号码的党员已存在");
            }
            if taken.mobiles.contains(mobile) {
                row.fault("mobile", "手机号已被其他党员使用");
            } else if taken.accounts.contains(mobile) {
                row.fault("mobile", "手机号已被账号使用");
            }
            if newcomer.post.as_deref() == Some("secretary") && led.contains(&newcomer.place.branch.0) {
                row.fault("party_post", "该组织已有书记");
            }
        }
        Ok(())
    }
}

type Blinds = HashSet<Vec<u8>>;

#[derive(QueryableByName)]
struct Blind {
    #[diesel(sql_type = Binary)]
    blind: Vec<u8>,
}

/// What of the rows' numbers is in use.
struct Taken {
    /// Identity numbers of present members.
    numbers: Blinds,
    /// Mobiles of present members.
    mobiles: Blinds,
    /// Mobiles of accounts that may not become somebody else's.
    accounts: Blinds,
}

impl Taken {
    async fn load(keys: &HashMap<u32, (Vec<u8>, Vec<u8>)>, write: &mut Write<'_>) -> Result<Self> {
        let (numbers, mobiles): (Vec<&[u8]>, Vec<&[u8]>) =
            keys.values().map(|(number, mobile)| (number.as_slice(), mobile.as_slice())).unzip();
        let accounts = accounts(write, &mobiles).await?;
        let conn = write.conn()?;
        Ok(Self {
            numbers: found("own.people WHERE id_index = wanted AND left_at IS NULL", &numbers, conn).await?,
            mobiles: found("own.people WHERE mobile_index = wanted AND left_at IS NULL", &mobiles, conn).await?,
            accounts,
        })
    }
}

/// The mobiles of accounts that may not become somebody else's.
async fn accounts(write: &mut Write<'_>, mobiles: &[&[u8]]) -> Result<Blinds> {
    let query = "SELECT wanted AS blind, id FROM unnest($1) wanted, \
        LATERAL (SELECT id FROM own.accounts WHERE mobile_index = wanted LIMIT 1) found";
    let held: Vec<Held> = diesel::sql_query(query).bind::<Array<Binary>, _>(mobiles).load(write.conn()?).await?;
    let ids: Vec<AccountId> = held.iter().map(|one| one.id.into()).collect();
    let kept = not_to_be_had(write, &ids).await?;
    Ok(held.into_iter().filter(|one| kept.contains(&one.id.into())).map(|one| one.blind).collect())
}

/// An account and its mobile.
#[derive(QueryableByName)]
struct Held {
    #[diesel(sql_type = Binary)]
    blind: Vec<u8>,
    #[diesel(sql_type = Id)]
    id: Uuid,
}

/// Which of these are found. One look into the index for each: in the middle of an import the tables' statistics are
/// those of before, and a plan for all at once reads the whole table.
async fn found(place: &'static str, wanted: &[&[u8]], conn: &mut Conn) -> Result<Blinds> {
    let query = format!("SELECT wanted AS blind FROM unnest($1) wanted, LATERAL (SELECT FROM {place} LIMIT 1) found");
    let rows: Vec<Blind> = diesel::sql_query(query).bind::<Array<Binary>, _>(wanted).load(conn).await?;
    Ok(rows.into_iter().map(|row| row.blind).collect())
}

/// The facts of a row as far as its cells can be read; every cell that cannot is noted.
fn facts(row: &mut Row<'static>) -> Option<Facts> {
    let name = row.text("name");
    let id_number = row.raw("id_number").map(|text| match check::id_number_15(&text) {
        Some(long) => {
            row.hint("id_number", "15位公民身份号码将按18位导入，请核对");
            long
        }
        None => text,
    });
    let (sex, birth_date) = (row.choice("sex"), row.date("birth_date"));
    let (ethnicity, education) = (row.choice("ethnicity"), row.choice("education_level"));
    let (native_place, degree, school) = (row.text("native_place"), row.choice("degree"), row.text("school"));
    let member_type = row.choice("member_type").and_then(MemberType::from_code);
    let (join_date, conversion_date) = (row.date("join_date"), row.date("conversion_date"));
    let (work_post, mobile) = (row.choice("work_post"), row.mobile("mobile"));
    let (landline, home_address, remark) = (row.text("landline"), row.text("home_address"), row.text("remark"));
    let status = row.choice("membership_status");
    if status == Some("ended") {
        row.fault("membership_status", "已出党或去世的人员请不要导入党员名册");
    }
    let (lost, lost_on) = (row.yes_no("is_lost"), row.date("lost_on"));
    let (floating, flow) = (row.yes_no("is_floating"), row.choice("flow_direction"));
    if lost == Some(true) && !row.has("lost_on") {
        row.fault("lost_on", "失联党员需填写失去联系日期");
    }
    if lost == Some(false) && row.has("lost_on") {
        row.fault("lost_on", "不是失联党员，不应填写失去联系日期");
    }
    Some(Facts {
        name: name?,
        id_number: Some(id_number?),
        sex: sex?.to_owned(),
        birth_date: birth_date?,
        archive_birth_date: None,
        archive_birth_reason: None,
        ethnicity: ethnicity?.to_owned(),
        native_place,
        education_level: education?.to_owned(),
        degree: degree.map(str::to_owned),
        school,
        major: None,
        first_work_date: None,
        work_post: work_post?.to_owned(),
        employer: None,
        professional_title: None,
        mobile: Some(mobile?),
        landline,
        home_address,
        special_group: None,
        remark,
        member_type: member_type?,
        join_date: join_date?,
        conversion_date,
        status: status.and_then(MembershipStatus::from_code)?,
        lost_on,
        lost_reason: None,
        floating: floating?,
        flow_direction: flow.map(str::to_owned),
    })
}
