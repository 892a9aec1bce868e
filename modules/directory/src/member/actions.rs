//! What is done with members: load, decide, write, in one transaction.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, Integer, Uuid as Id};
use diesel_async::RunQueryDsl;
use serde_json::json;
use uuid::Uuid;
use zhibu_core::{AccountId, Error, OrganisationId, PersonId, Result, Secret, check, mask};
use zhibu_tenancy::audit;
use zhibu_tenancy::holdings::{self, Left};
use zhibu_tenancy::keys::Vault;
use zhibu_tenancy::{Conn, Write, identity, tenants};

use super::model::{EndReason, Entry, PersonRow};
use super::rules::{self, Facts};
use super::store;
use crate::organisation::{self, Reach};
use crate::schema::{branch_assignments, memberships, organisations, people, posts};

/// The role every member holds on the own branch.
const ROLE: &str = "member";

/// Where a member belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// 所在党支部
    pub branch: OrganisationId,
    /// 党小组
    pub group: Option<OrganisationId>,
}

/// The columns of a person that a form decides.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = people, treat_none_as_null = true)]
struct Columns {
    name: String,
    pinyin: String,
    search: Vec<String>,
    id_number: Vec<u8>,
    id_index: Vec<u8>,
    sex: String,
    birth_date: NaiveDate,
    archive_birth_date: Option<NaiveDate>,
    archive_birth_reason: Option<String>,
    ethnicity: String,
    native_place: Option<String>,
    education_level: String,
    degree: Option<String>,
    school: Option<String>,
    major: Option<String>,
    first_work_date: Option<NaiveDate>,
    work_post: String,
    employer: Option<String>,
    professional_title: Option<String>,
    mobile: Vec<u8>,
    mobile_index: Vec<u8>,
    landline: Option<Vec<u8>>,
    home_address: Option<Vec<u8>>,
    special_group: Option<String>,
    remark: Option<String>,
}

/// The columns of a membership that a form decides.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = memberships, treat_none_as_null = true)]
struct Membership {
    member_type: String,
    join_date: NaiveDate,
    conversion_date: Option<NaiveDate>,
    lost_on: Option<NaiveDate>,
    lost_reason: Option<String>,
    floating: bool,
    flow_direction: Option<String>,
}

impl Membership {
    fn of(facts: &Facts) -> Self {
        Self {
            member_type: facts.member_type.code().to_owned(),
            join_date: facts.join_date,
            conversion_date: facts.conversion_date,
            lost_on: facts.lost_on,
            lost_reason: facts.lost_reason.clone(),
            floating: facts.floating,
            flow_direction: facts.flow_direction.clone(),
        }
    }
}

/// A membership episode that begins.
#[derive(Insertable)]
#[diesel(table_name = memberships)]
struct Episode {
    id: Uuid,
    person_id: Uuid,
    status: String,
    since: NaiveDate,
    #[diesel(embed)]
    terms: Membership,
}

/// What a record holds sealed, in the open, for as long as it is worked on.
struct Opened {
    id_number: Secret,
    mobile: Secret,
    landline: Option<Secret>,
    home_address: Option<Secret>,
}

impl Opened {
    fn of(row: &PersonRow, vault: &Vault) -> Result<Self> {
        let text = |sealed: &Option<Vec<u8>>| sealed.as_ref().map(|sealed| vault.open_text(sealed)).transpose();
        Ok(Self {
            id_number: vault.open_text(&row.id_number)?,
            mobile: vault.open_text(&row.mobile)?,
            landline: text(&row.landline)?,
            home_address: text(&row.home_address)?,
        })
    }

    /// What the record will hold: the form's values, else those there are; an empty text takes one away.
    fn after(before: Option<&Self>, facts: &Facts) -> Result<Self> {
        let must = |given: &Option<String>, known: Option<&Secret>, field: &str, words: &'static str| {
            let given = given.clone().map(Secret::new);
            given.or_else(|| known.cloned()).ok_or_else(|| Error::invalid(field, words))
        };
        let may = |given: &Option<String>, known: Option<&Secret>| match given.as_deref().map(str::trim) {
            None => known.cloned(),
            Some("") => None,
            Some(text) => Some(Secret::new(text)),
        };
        Ok(Self {
            id_number: must(&facts.id_number, before.map(|b| &b.id_number), "idNumber", "公民身份号码不能为空")?,
            mobile: must(&facts.mobile, before.map(|b| &b.mobile), "mobile", "手机号不能为空")?,
            landline: may(&facts.landline, before.and_then(|b| b.landline.as_ref())),
            home_address: may(&facts.home_address, before.and_then(|b| b.home_address.as_ref())),
        })
    }
}

fn columns(facts: &Facts, opened: &Opened, vault: &Vault) -> Result<Columns> {
    let seal = |text: &Option<Secret>| text.as_ref().map(|text| vault.seal(text.expose().as_bytes())).transpose();
    Ok(Columns {
        name: facts.name.clone(),
        pinyin: rules::pinyin(&facts.name),
        search: rules::search_parts(&facts.name),
        id_number: vault.seal(opened.id_number.expose().as_bytes())?,
        id_index: vault.blind(opened.id_number.expose()),
        sex: facts.sex.clone(),
        birth_date: facts.birth_date,
        archive_birth_date: facts.archive_birth_date,
        archive_birth_reason: facts.archive_birth_reason.clone(),
        ethnicity: facts.ethnicity.clone(),
        native_place: facts.native_place.clone(),
        education_level: facts.education_level.clone(),
        degree: facts.degree.clone(),
        school: facts.school.clone(),
        major: facts.major.clone(),
        first_work_date: facts.first_work_date,
        work_post: facts.work_post.clone(),
        employer: facts.employer.clone(),
        professional_title: facts.professional_title.clone(),
        mobile: vault.seal(opened.mobile.expose().as_bytes())?,
        mobile_index: vault.blind(opened.mobile.expose()),
        landline: seal(&opened.landline)?,
        home_address: seal(&opened.home_address)?,
        special_group: facts.special_group.clone(),
        remark: facts.remark.clone(),
    })
}

fn taken(error: diesel::result::Error) -> Error {
    let error = Error::from(error);
    match error.field.as_deref() {
        Some("people_id_number") => Error::invalid("idNumber", "该公民身份号码的党员已存在"),
        Some("people_mobile" | "people_account") => Error::invalid("mobile", "手机号已被其他党员使用"),
        Some("posts_one_secretary") => Error::invalid("post", "该组织已有书记"),
        _ => error,
    }
}

async fn reach(write: &mut Write<'_>) -> Result<Reach> {
    Reach::of(&write.scope.clone(), write.conn()?).await
}

/// How many members came into each branch: written at the end of a transaction, since whoever adds others to the
/// same branch waits from then on.
#[derive(Debug, Default)]
pub struct Heads(BTreeMap<Uuid, i32>);

impl Heads {
    fn of(places: &[(Uuid, Place)]) -> Self {
        let mut heads = Self::default();
        for (_, place) in places {
            *heads.0.entry(place.branch.0).or_default() += 1;
        }
        heads
    }

    fn add(&mut self, other: &Self) {
        for (branch, by) in &other.0 {
            *self.0.entry(*branch).or_default() += by;
        }
    }

    fn total(&self) -> i64 {
        self.0.values().copied().map(i64::from).sum()
    }

    /// Writes them, if the tenant has places for so many: additions wait for each other here.
    pub async fn settle(self, write: &mut Write<'_>) -> Result<()> {
        let seats = tenants::seats(write, true).await?;
        enough(write, seats, self.total()).await?;
        head_counts(write, &self.0).await
    }
}

/// Refuses more members than the tenant has places for.
async fn enough(write: &mut Write<'_>, seats: i32, more: i64) -> Result<()> {
    if seats_taken(write.conn()?).await? + more > i64::from(seats) {
        return Err(Error::refuse("SEATS", format!("党员席位共{seats}个，已用完，请联系服务商增加席位")));
    }
    Ok(())
}

/// How many places are taken.
pub async fn seats_taken(conn: &mut Conn) -> Result<i64> {
    let used: Option<i64> =
        organisations::table.select(diesel::dsl::sum(organisations::member_count)).first(conn).await?;
    Ok(used.unwrap_or_default())
}

/// A member to be added, checked: where, what, and the short name of the branch for the audit.
#[derive(Debug, Clone)]
pub struct Newcomer {
    /// Where.
    pub place: Place,
    /// 所在党支部, 组织简称
    pub branch: String,
    /// What.
    pub facts: Facts,
    /// 党内职务 in the branch, dictionary code
    pub post: Option<String>,
}

fn in_use() -> Error {
    Error::invalid("mobile", "手机号已被使用")
}

/// Those of these accounts that may not become somebody else's, the one rule for forms, files and whoever comes back: a
/// present member's, and those that are ungoverned.
pub(super) async fn not_to_be_had(write: &mut Write<'_>, accounts: &[AccountId]) -> Result<HashSet<AccountId>> {
    let mut kept = ungoverned(write, accounts).await?;
    let ids: Vec<Uuid> = accounts.iter().map(|id| id.0).collect();
    // One look into the index for each, as in an import's other comparisons.
    let query = "SELECT wanted AS id FROM unnest($1) wanted, \
        LATERAL (SELECT FROM own.people WHERE account_id = wanted AND left_at IS NULL LIMIT 1) found";
    let members: Vec<Owned> = diesel::sql_query(query).bind::<Array<Id>, _>(ids).load(write.conn()?).await?;
    kept.extend(members.into_iter().map(|one| AccountId::from(one.id)));
    Ok(kept)
}

/// An account that is a member's.
#[derive(QueryableByName)]
struct Owned {
    #[diesel(sql_type = Id)]
    id: Uuid,
}

/// Those of these accounts that also do other work, which is not the caller's to decide about: neither may such an
/// account become a member's, nor may its number be changed, since whoever has the number has what the account may do.
async fn ungoverned(write: &mut Write<'_>, accounts: &[AccountId]) -> Result<HashSet<AccountId>> {
    let accounts: Vec<Uuid> = accounts.iter().map(|id| id.0).collect();
    let reach = reach(write).await?;
    if accounts.is_empty() || reach.is_all() {
        return Ok(HashSet::new());
    }
    let app = write.cx.app.clone();
    let held = identity::assignments(&app, Some(&accounts), None, write.conn()?).await?;
    let at: Vec<Uuid> = held.iter().map(|one| one.organisation).collect();
    let paths: HashMap<Uuid, String> = organisations::table
        .filter(organisations::id.eq_any(at))
        .select((organisations::id, organisations::path))
        .load::<(Uuid, String)>(write.conn()?)
        .await?
        .into_iter()
        .collect();
    // Posts of a branch are its secretary's business, administrators are not.
    let decides =
        |one: &identity::Assignment, path: &str| if one.by_post { reach.covers(path) } else { reach.governs(path) };
    let beyond = held.into_iter().filter(|one| one.role != ROLE).filter(|one| {
        let there = paths.get(&one.organisation).is_some_and(|path| decides(one, path));
        one.role == "tenant_admin" || one.is_own() || !there
    });
    Ok(beyond.map(|one| one.account.into()).collect())
}

/// Adds a member with an account that has the initial password (新增党员, PC-3.2.1a).
pub async fn create(write: &mut Write<'_>, place: Place, facts: &Facts) -> Result<PersonId> {
    let reach = reach(write).await?;
    let branch = store::branch(&reach, place.branch, place.group, write.conn()?).await?.short_name;
    let newcomer = Newcomer { place, branch, facts: facts.clone(), post: None };
    create_all(write, vec![newcomer]).await?.pop().ok_or_else(|| Error::bug("no member"))
}

/// Adds many members at once; the branches were looked up within the caller's reach.
pub async fn create_all(write: &mut Write<'_>, newcomers: Vec<Newcomer>) -> Result<Vec<PersonId>> {
    let mut heads = Heads::default();
    let ids = add_all(write, newcomers, &mut heads).await?;
    heads.settle(write).await?;
    Ok(ids)
}

/// The same in portions: the heads are to be settled before the transaction ends.
pub async fn add_all(write: &mut Write<'_>, newcomers: Vec<Newcomer>, heads: &mut Heads) -> Result<Vec<PersonId>> {
    let opened = newcomers.iter().map(|n| Opened::after(None, &n.facts)).collect::<Result<Vec<_>>>()?;
    // Whoever has too few places is told now and not after the last portion; settling decides.
    let seats = tenants::seats(write, false).await?;
    enough(write, seats, heads.total() + i64::try_from(newcomers.len()).map_err(Error::bug)?).await?;
    let vault = tenants::vault(&write.cx.app, write.cx.tenant()?).await?;
    let app = write.cx.app.clone();
    let known: Vec<_> = newcomers.iter().zip(&opened).map(|(n, o)| (n.facts.name.as_str(), &o.mobile)).collect();
    let enrolled = identity::enrol_all(write, &known).await?;
    let there: Vec<AccountId> = enrolled.iter().filter(|one| one.known).map(|one| one.account).collect();
    if !not_to_be_had(write, &there).await?.is_empty() {
        return Err(in_use());
    }
    let accounts: Vec<AccountId> = enrolled.iter().map(|one| one.account).collect();
    let ids: Vec<PersonId> = newcomers.iter().map(|_| app.world.id()).collect();
    let mut people_rows = Vec::new();
    for (((newcomer, opened), id), account) in newcomers.iter().zip(&opened).zip(&ids).zip(&accounts) {
        people_rows.push((
            people::id.eq(id.0),
            people::account_id.eq(account.0),
            people::created_at.eq(write.cx.now()),
            columns(&newcomer.facts, opened, &vault)?,
        ));
    }
    diesel::insert_into(people::table).values(people_rows).execute(write.conn()?).await.map_err(taken)?;
    let episodes: Vec<_> = newcomers
        .iter()
        .zip(&ids)
        .map(|(n, id)| (*id, n.place, Membership::of(&n.facts), n.facts.status.code().to_owned()))
        .collect();
    heads.add(&begin(write, episodes).await?);
    let held: Vec<_> = accounts.iter().copied().zip(newcomers.iter().map(|n| n.place.branch)).collect();
    identity::assign_all(write, ROLE, &held).await?;
    appoint(write, &newcomers, &ids).await?;
    let entries = newcomers.iter().zip(&ids).map(|(n, id)| {
        audit::Entry::new("member.created", "person", id.0)
            .note("name", n.facts.name.clone())
            .note("branch", n.branch.clone())
            .note("memberType", n.facts.member_type.code())
    });
    write.audit_all(entries.collect()).await?;
    Ok(ids)
}

/// Records the posts that newcomers bring with them.
async fn appoint(write: &mut Write<'_>, newcomers: &[Newcomer], ids: &[PersonId]) -> Result<()> {
    let app = write.cx.app.clone();
    let rows: Vec<_> = newcomers
        .iter()
        .zip(ids)
        .filter_map(|(n, id)| Some((n.post.as_ref()?, n.place.branch, id)))
        .map(|(post, at, id)| {
            (
                posts::id.eq(app.world.id::<Uuid>()),
                posts::person_id.eq(id.0),
                posts::organisation_id.eq(at.0),
                posts::post.eq(post),
                posts::since.eq(app.world.today()),
            )
        })
        .collect();
    if !rows.is_empty() {
        diesel::insert_into(posts::table).values(rows).execute(write.conn()?).await.map_err(taken)?;
    }
    Ok(())
}

/// Opens membership episodes with their assignments, from today.
async fn begin(write: &mut Write<'_>, episodes: Vec<(PersonId, Place, Membership, String)>) -> Result<Heads> {
    let app = write.cx.app.clone();
    let since = app.world.today();
    let ids: Vec<Uuid> = episodes.iter().map(|_| app.world.id()).collect();
    let places: Vec<(Uuid, Place)> = ids.iter().copied().zip(episodes.iter().map(|episode| episode.1)).collect();
    let rows: Vec<Episode> = episodes
        .into_iter()
        .zip(ids)
        .map(|((person, _, terms, status), id)| Episode { id, person_id: person.0, status, since, terms })
        .collect();
    diesel::insert_into(memberships::table).values(rows).execute(write.conn()?).await?;
    assign(write, &places).await
}

/// Puts memberships into branches from today.
async fn assign(write: &mut Write<'_>, places: &[(Uuid, Place)]) -> Result<Heads> {
    let app = write.cx.app.clone();
    let rows: Vec<_> = places
        .iter()
        .map(|(membership, place)| {
            (
                branch_assignments::id.eq(app.world.id::<Uuid>()),
                branch_assignments::membership_id.eq(membership),
                branch_assignments::organisation_id.eq(place.branch.0),
                branch_assignments::group_id.eq(place.group.map(|group| group.0)),
                branch_assignments::since.eq(app.world.today()),
            )
        })
        .collect();
    diesel::insert_into(branch_assignments::table).values(rows).execute(write.conn()?).await?;
    Ok(Heads::of(places))
}

/// Ends the present assignment of a membership today.
async fn withdraw(write: &mut Write<'_>, membership: Uuid, branch: Uuid) -> Result<Heads> {
    let today = write.cx.app.world.today();
    diesel::update(branch_assignments::table)
        .filter(branch_assignments::membership_id.eq(membership).and(branch_assignments::until.is_null()))
        .set(branch_assignments::until.eq(today))
        .execute(write.conn()?)
        .await?;
    Ok(Heads(BTreeMap::from([(branch, -1)])))
}

/// Changes the numbers of members that branches have, by one statement for all of them.
async fn head_counts(write: &mut Write<'_>, by: &BTreeMap<Uuid, i32>) -> Result<()> {
    let changed = by.iter().filter(|(_, by)| **by != 0);
    let (branches, changes): (Vec<Uuid>, Vec<i32>) = changed.map(|(branch, by)| (*branch, *by)).unzip();
    // Always in the same order, and last in a transaction: two that cross wait for each other and never for ever.
    let held = organisations::table.filter(organisations::id.eq_any(&branches)).order(organisations::id);
    let held: Vec<(Uuid, String)> =
        held.select((organisations::id, organisations::status)).for_no_key_update().load(write.conn()?).await?;
    // It may have been closed while the members were on their way to it.
    if held.iter().any(|(id, status)| by.get(id).is_some_and(|by| *by > 0) && status != "active") {
        return Err(Error::refuse("BRANCH_GONE", "该党支部刚刚被撤销或合并，请选择其他党支部").at("branch"));
    }
    diesel::sql_query(
        "UPDATE own.organisations SET member_count = member_count + change \
         FROM unnest($1, $2) AS t(branch, change) WHERE id = branch",
    )
    .bind::<Array<Id>, _>(branches)
    .bind::<Array<Integer>, _>(changes)
    .execute(write.conn()?)
    .await?;
    Ok(())
}

/// Holds a person's row, if there is one: before anything that hangs on the person.
pub async fn locked(write: &mut Write<'_>, id: PersonId) -> Result<()> {
    let row = people::table.find(id.0).select(people::id).for_update();
    row.first::<Uuid>(write.conn()?).await.optional()?;
    Ok(())
}

/// Edits a member as it was at `version`; what changed goes into the history. Another branch or group counts as a
/// new assignment from today.
pub async fn update(
    write: &mut Write<'_>,
    id: PersonId,
    version: i32,
    place: Place,
    facts: &Facts,
) -> Result<PersonRow> {
    locked(write, id).await?;
    let reach = reach(write).await?;
    let before = store::get(&reach, id, write.conn()?).await?;
    if before.person.version != version {
        return Err(Error::conflict());
    }
    let vault = tenants::vault(&write.cx.app, write.cx.tenant()?).await?;
    let known = Opened::of(&before.person, &vault)?;
    let opened = Opened::after(Some(&known), facts)?;
    number_fits(facts, &opened)?;
    let changed = known.mobile != opened.mobile;
    let account = before.person.account_id.map(AccountId::from);
    let theirs = match account {
        Some(account) => ungoverned(write, &[account]).await?.is_empty(),
        None => false,
    };
    if changed && account.is_some() {
        let own = write.cx.identity().is_ok_and(|identity| Some(identity.account) == account);
        if own {
            return Err(Error::invalid("mobile", "本人的手机号请在“账号设置”中修改，新号码需要验证"));
        }
        if !theirs {
            return Err(Error::invalid("mobile", "该党员还担任其他组织的管理工作，手机号请由本人或上级管理员修改"));
        }
    }
    let (moved, heads) = move_to(write, &reach, &before, place).await?;
    let terms = Membership::of(facts);
    let entry = differences(&before, facts, (&known, &opened), moved);
    if entry.is_empty() {
        return Ok(before.person);
    }
    diesel::update(people::table.find(id.0))
        .set((columns(facts, &opened, &vault)?, people::version.eq(version + 1)))
        .execute(write.conn()?)
        .await
        .map_err(taken)?;
    diesel::update(memberships::table.find(before.membership.id)).set(terms).execute(write.conn()?).await?;
    if let Some(account) = account.filter(|_| theirs) {
        // Only what this form has changed: people change their own number too.
        identity::rename(write, account, &facts.name, Some(&opened.mobile).filter(|_| changed)).await?;
    }
    write.audit(entry).await?;
    head_counts(write, &heads.0).await?;
    Ok(store::get(&reach, id, write.conn()?).await?.person)
}

/// A number that was left out still has to agree with the sex and day of birth that were given.
fn number_fits(facts: &Facts, opened: &Opened) -> Result<()> {
    let number = opened.id_number.expose();
    let birth = facts.birth_date.format("%Y%m%d").to_string();
    if number.get(6..14) != Some(birth.as_str()) {
        return Err(Error::invalid("birthDate", "出生日期与公民身份号码不一致"));
    }
    let odd = number.as_bytes().get(16).is_some_and(|digit| digit % 2 == 1);
    if odd != (facts.sex == "1") {
        return Err(Error::invalid("sex", "性别与公民身份号码不一致"));
    }
    Ok(())
}

/// Changes branch or group when they differ; the result names the branches before and after.
async fn move_to(
    write: &mut Write<'_>,
    reach: &Reach,
    before: &Entry,
    place: Place,
) -> Result<(Option<(String, String)>, Heads)> {
    let present = &before.assignment;
    if present.organisation_id == place.branch.0 && present.group_id == place.group.map(|group| group.0) {
        return Ok((None, Heads::default()));
    }
    let branch = store::branch(reach, place.branch, place.group, write.conn()?).await?;
    let mut heads = withdraw(write, before.membership.id, present.organisation_id).await?;
    heads.add(&assign(write, &[(before.membership.id, place)]).await?);
    let ids: Vec<Uuid> =
        [Some(present.organisation_id), present.group_id, place.group.map(|g| g.0)].into_iter().flatten().collect();
    let names = organisation::names(&ids, write.conn()?).await?;
    let name = |id: Uuid| names.get(&id).cloned().unwrap_or_default();
    if present.organisation_id != place.branch.0
        && let Some(account) = before.person.account_id.map(AccountId::from)
    {
        identity::unassign(write, account, ROLE, present.organisation_id.into()).await?;
        identity::assign(write, account, ROLE, place.branch).await?;
    }
    if present.organisation_id != place.branch.0 {
        // A post is one of the branch or of its groups: whoever leaves it leaves the post.
        end_posts(write, before.person.id, Some(present.organisation_id)).await?;
    } else if let Some(group) = present.group_id {
        end_posts(write, before.person.id, Some(group)).await?;
    }
    let told = (
        place_words(name(present.organisation_id), present.group_id.map(name)),
        place_words(branch.short_name, place.group.map(|group| name(group.0))),
    );
    Ok((Some(told), heads))
}

/// A branch and group as the audit tells them.
pub(super) fn place_words(branch: String, group: Option<String>) -> String {
    match group {
        Some(group) => format!("{branch} {group}"),
        None => branch,
    }
}

fn differences(
    before: &Entry,
    facts: &Facts,
    (known, opened): (&Opened, &Opened),
    moved: Option<(String, String)>,
) -> audit::Entry {
    let (person, terms) = (&before.person, &before.membership);
    let mut entry = audit::Entry::new("member.updated", "person", person.id)
        .change("name", person.name.clone(), facts.name.clone())
        .change("sex", person.sex.clone(), facts.sex.clone())
        .change("birthDate", json!(person.birth_date), json!(facts.birth_date))
        .change("archiveBirthDate", json!(person.archive_birth_date), json!(facts.archive_birth_date))
        .change("archiveBirthReason", json!(person.archive_birth_reason), json!(facts.archive_birth_reason))
        .change("ethnicity", person.ethnicity.clone(), facts.ethnicity.clone())
        .change("nativePlace", json!(person.native_place), json!(facts.native_place))
        .change("educationLevel", person.education_level.clone(), facts.education_level.clone())
        .change("degree", json!(person.degree), json!(facts.degree))
        .change("school", json!(person.school), json!(facts.school))
        .change("major", json!(person.major), json!(facts.major))
        .change("firstWorkDate", json!(person.first_work_date), json!(facts.first_work_date))
        .change("workPost", person.work_post.clone(), facts.work_post.clone())
        .change("employer", json!(person.employer), json!(facts.employer))
        .change("professionalTitle", json!(person.professional_title), json!(facts.professional_title))
        .change("specialGroup", json!(person.special_group), json!(facts.special_group))
        .change("remark", json!(person.remark), json!(facts.remark))
        .change("memberType", terms.member_type.clone(), facts.member_type.code())
        .change("joinDate", json!(terms.join_date), json!(facts.join_date))
        .change("conversionDate", json!(terms.conversion_date), json!(facts.conversion_date))
        .change("lostOn", json!(terms.lost_on), json!(facts.lost_on))
        .change("lostReason", json!(terms.lost_reason), json!(facts.lost_reason))
        .change("floating", terms.floating, facts.floating)
        .change("flowDirection", json!(terms.flow_direction), json!(facts.flow_direction));
    if let Some((from, to)) = moved {
        entry = entry.change("branch", from, to);
    }
    entry = sealed(entry, "idNumber", Some(&known.id_number), Some(&opened.id_number), mask::id_number);
    entry = sealed(entry, "mobile", Some(&known.mobile), Some(&opened.mobile), mask::phone);
    entry = sealed(entry, "landline", known.landline.as_ref(), opened.landline.as_ref(), mask::phone);
    sealed(entry, "homeAddress", known.home_address.as_ref(), opened.home_address.as_ref(), mask::address)
}

/// Notes the change of a sealed value, masked; two values may look the same then, so the new one says that it is new.
fn sealed(
    entry: audit::Entry,
    field: &str,
    before: Option<&Secret>,
    after: Option<&Secret>,
    mask: fn(&str) -> String,
) -> audit::Entry {
    if before == after {
        return entry;
    }
    let old = before.map(|value| mask(value.expose()));
    let new = after.map(|value| format!("{}（已更换）", mask(value.expose())));
    entry.change(field, json!(old), json!(new))
}

/// Somebody has changed the number of the own account: the record says the same (PC-2.1).
pub async fn follow_account(write: &mut Write<'_>, account: AccountId, mobile: &Secret) -> Result<()> {
    let vault = tenants::vault(&write.cx.app, write.cx.tenant()?).await?;
    let id: Option<Uuid> = diesel::update(people::table)
        .filter(people::account_id.eq(account.0).and(people::left_at.is_null()))
        .set((
            people::mobile.eq(vault.seal(mobile.expose().as_bytes())?),
            people::mobile_index.eq(vault.blind(mobile.expose())),
            people::version.eq(people::version + 1),
        ))
        .returning(people::id)
        .get_result(write.conn()?)
        .await
        .optional()
        .map_err(taken)?;
    let Some(id) = id else { return Ok(()) };
    let entry = audit::Entry::new("member.updated", "person", id);
    write.audit(sealed(entry, "mobile", None, Some(mobile), mask::phone)).await
}

/// Ends somebody's posts today, in one organisation with its groups or in all; one that has not begun never does.
async fn end_posts(write: &mut Write<'_>, person: Uuid, at: Option<Uuid>) -> Result<()> {
    let today = write.cx.app.world.today();
    let mut held = posts::table
        .filter(posts::person_id.eq(person).and(posts::until.is_null().or(posts::until.gt(today))))
        .select((posts::id, posts::since))
        .into_boxed();
    if let Some(at) = at {
        held = held.filter(posts::organisation_id.eq(at).or(posts::organisation_id.eq_any(organisation::groups(at))));
    }
    let held: Vec<(Uuid, NaiveDate)> = held.load(write.conn()?).await?;
    let begun: Vec<Uuid> = held.iter().filter(|(_, since)| *since <= today).map(|(id, _)| *id).collect();
    diesel::update(posts::table.filter(posts::id.eq_any(begun)))
        .set((posts::until.eq(today), at.map(|_| posts::end_reason.eq("transferred"))))
        .execute(write.conn()?)
        .await?;
    let ahead: Vec<Uuid> = held.into_iter().filter(|(_, since)| *since > today).map(|(id, _)| id).collect();
    diesel::delete(posts::table.filter(posts::id.eq_any(ahead))).execute(write.conn()?).await?;
    Ok(())
}

/// Moves members to the history library (删除, PC-3.2.5): membership, assignment and posts end today, the account
/// closes unless it has other work. All of them, or none.
pub async fn leave(write: &mut Write<'_>, ids: &[PersonId], reason: EndReason, note: &str) -> Result<usize> {
    let note = check::text("note", "说明", note, 2, 200)?;
    let mut ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    ids.sort_unstable();
    ids.dedup();
    if !(1..=100).contains(&ids.len()) {
        return Err(Error::invalid("ids", "每次可删除1至100名党员"));
    }
    let held: Vec<Uuid> = people::table
        .filter(people::id.eq_any(&ids))
        .order(people::id)
        .select(people::id)
        .for_update()
        .load(write.conn()?)
        .await?;
    let reach = reach(write).await?;
    let members = store::several(&reach, &held, write.conn()?).await?;
    if members.len() != ids.len() {
        return Err(Error::missing());
    }
    let mut heads = Heads::default();
    for member in &members {
        heads.add(&end(write, member, reason, &note).await?);
    }
    head_counts(write, &heads.0).await?;
    holdings::left(write, &Left { people: held, reason: reason.code(), note }).await?;
    Ok(members.len())
}

async fn end(write: &mut Write<'_>, member: &Entry, reason: EndReason, note: &str) -> Result<Heads> {
    let (today, now, id) = (write.cx.app.world.today(), write.cx.now(), member.person.id);
    diesel::update(memberships::table.find(member.membership.id))
        .set((memberships::until.eq(today), memberships::end_reason.eq(reason.code()), memberships::end_note.eq(note)))
        .execute(write.conn()?)
        .await?;
    let heads = withdraw(write, member.membership.id, member.assignment.organisation_id).await?;
    end_posts(write, id, None).await?;
    diesel::update(people::table.find(id))
        .set((people::left_at.eq(now), people::version.eq(people::version + 1)))
        .execute(write.conn()?)
        .await?;
    if let Some(account) = member.person.account_id.map(AccountId::from) {
        identity::unassign(write, account, ROLE, member.assignment.organisation_id.into()).await?;
        identity::retire(write, account).await?;
    }
    let entry = audit::Entry::new("member.left", "person", id).note("reason", reason.code()).note("note", note);
    write.audit(entry).await?;
    Ok(heads)
}

/// Takes a former member back (还原): to the branch they left if it is still there, else to the one that is named.
pub async fn restore(write: &mut Write<'_>, id: PersonId, place: Option<Place>) -> Result<()> {
    locked(write, id).await?;
    let reach = reach(write).await?;
    let Entry { person, membership, assignment } = store::latest(&reach, id, write.conn()?).await?;
    if person.left_at.is_none() {
        return Err(Error::refuse("NOT_LEFT", "该党员不在历史库中"));
    }
    let wanted = place
        .unwrap_or(Place { branch: assignment.organisation_id.into(), group: assignment.group_id.map(Into::into) });
    let mut wanted = wanted;
    let branch = match store::branch(&reach, wanted.branch, wanted.group, write.conn()?).await {
        Err(error) if place.is_none() && error.field.as_deref() == Some("group") => {
            // The group is gone, the branch is not.
            wanted.group = None;
            store::branch(&reach, wanted.branch, None, write.conn()?).await?
        }
        Err(error) if place.is_none() && error.field.as_deref() == Some("branch") => {
            return Err(Error::refuse("BRANCH_GONE", "原党支部已撤销或不在您的管理范围，请选择接收党支部").at("branch"));
        }
        other => other?,
    };
    let vault = tenants::vault(&write.cx.app, write.cx.tenant()?).await?;
    let mobile = vault.open_text(&person.mobile)?;
    let enrolled = identity::revive(write, person.account_id.map(Into::into), &person.name, &mobile).await?;
    let account = enrolled.account;
    let other = enrolled.known && person.account_id != Some(account.0);
    if other && !not_to_be_had(write, &[account]).await?.is_empty() {
        return Err(in_use());
    }
    diesel::update(people::table.find(id.0))
        .set((
            people::left_at.eq(None::<chrono::DateTime<chrono::Utc>>),
            people::account_id.eq(account.0),
            people::version.eq(people::version + 1),
        ))
        .execute(write.conn()?)
        .await
        .map_err(taken)?;
    let terms = Membership {
        member_type: membership.member_type,
        join_date: membership.join_date,
        conversion_date: membership.conversion_date,
        lost_on: membership.lost_on,
        lost_reason: membership.lost_reason,
        floating: membership.floating,
        flow_direction: membership.flow_direction,
    };
    let heads = begin(write, vec![(id, wanted, terms, membership.status)]).await?;
    identity::assign(write, account, ROLE, wanted.branch).await?;
    let entry = audit::Entry::new("member.restored", "person", id.0).note("branch", branch.short_name);
    write.audit(entry).await?;
    heads.settle(write).await?;
    holdings::returned(write, id.0).await
}

/// What can be revealed of a member.
#[derive(Debug, Clone, Default)]
pub struct Revealed {
    /// 公民身份号码
    pub id_number: Option<Secret>,
    /// 手机号
    pub mobile: Option<Secret>,
    /// 固定电话
    pub landline: Option<Secret>,
    /// 家庭住址
    pub home_address: Option<Secret>,
}

/// Shows what is masked of a member, present or former, to somebody who says why; leaves an audit row.
pub async fn reveal(write: &mut Write<'_>, id: PersonId, reason: &str) -> Result<Revealed> {
    let reason = check::text("reason", "查看原因", reason, 2, 100)?;
    let reach = reach(write).await?;
    let entry = store::latest(&reach, id, write.conn()?).await?;
    let vault = tenants::vault(&write.cx.app, write.cx.tenant()?).await?;
    let opened = Opened::of(&entry.person, &vault)?;
    write.audit(audit::Entry::new("member.revealed", "person", id.0).note("reason", reason)).await?;
    Ok(Revealed {
        id_number: Some(opened.id_number),
        mobile: Some(opened.mobile),
        landline: opened.landline,
        home_address: opened.home_address,
    })
}

/// Everything of a member in the open, as a form would give it: what goes along to another Party organisation.
pub fn in_the_open(entry: &Entry, vault: &Vault) -> Result<Facts> {
    let (p, m) = (&entry.person, &entry.membership);
    let opened = Opened::of(p, vault)?;
    let text = |secret: Secret| secret.expose().to_owned();
    Ok(Facts {
        name: p.name.clone(),
        id_number: Some(text(opened.id_number)),
        sex: p.sex.clone(),
        birth_date: p.birth_date,
        archive_birth_date: p.archive_birth_date,
        archive_birth_reason: p.archive_birth_reason.clone(),
        ethnicity: p.ethnicity.clone(),
        native_place: p.native_place.clone(),
        education_level: p.education_level.clone(),
        degree: p.degree.clone(),
        school: p.school.clone(),
        major: p.major.clone(),
        first_work_date: p.first_work_date,
        work_post: p.work_post.clone(),
        employer: p.employer.clone(),
        professional_title: p.professional_title.clone(),
        mobile: Some(text(opened.mobile)),
        landline: opened.landline.map(text),
        home_address: opened.home_address.map(text),
        special_group: p.special_group.clone(),
        remark: p.remark.clone(),
        member_type: m.kind(),
        join_date: m.join_date,
        conversion_date: m.conversion_date,
        status: super::MembershipStatus::from_code(&m.status).unwrap_or(super::MembershipStatus::Normal),
        lost_on: m.lost_on,
        lost_reason: m.lost_reason.clone(),
        floating: m.floating,
        flow_direction: m.flow_direction.clone(),
    })
}

/// A present member wherever in the tenant, held for the transaction: for what two organisations agree on.
pub async fn hold(write: &mut Write<'_>, id: PersonId) -> Result<Entry> {
    locked(write, id).await?;
    store::get(&Reach::everything(), id, write.conn()?).await
}

/// Moves a member to another branch, as two organisations have agreed (党员调动): neither needs to reach both. Answers with
/// the names of the branches before and after.
pub async fn relocate(write: &mut Write<'_>, id: PersonId, to: OrganisationId) -> Result<(String, String)> {
    let before = hold(write, id).await?;
    let place = Place { branch: to, group: None };
    let (moved, heads) = Box::pin(move_to(write, &Reach::everything(), &before, place)).await?;
    let (from, there) = moved.ok_or_else(|| Error::refuse("SAME_BRANCH", "该党员已在接收党支部"))?;
    diesel::update(people::table.find(id.0))
        .set(people::version.eq(people::version + 1))
        .execute(write.conn()?)
        .await?;
    let entry = audit::Entry::new("member.relocated", "person", id.0).change("branch", from.clone(), there.clone());
    write.audit(entry).await?;
    head_counts(write, &heads.0).await?;
    Ok((from, there))
}

/// Something about a membership that is decided elsewhere than in the form.
#[derive(Debug, Clone)]
pub enum Mark {
    /// 流动: where to, or back again.
    Floating(Option<String>),
    /// 失去联系: since when and why, or found again.
    Lost(Option<(NaiveDate, String)>),
    /// 停止党籍, or no longer.
    Status(super::MembershipStatus),
}

/// Marks a present member inside the reach of the transaction.
pub async fn mark(write: &mut Write<'_>, id: PersonId, mark: Mark) -> Result<()> {
    locked(write, id).await?;
    let reach = reach(write).await?;
    let terms = store::get(&reach, id, write.conn()?).await?.membership;
    let row = memberships::table.find(terms.id);
    let entry = audit::Entry::new("member.marked", "person", id.0);
    let entry = match mark {
        Mark::Floating(direction) => {
            let floating = direction.is_some();
            let set = (memberships::floating.eq(floating), memberships::flow_direction.eq(&direction));
            diesel::update(row).set(set).execute(write.conn()?).await?;
            entry.change("floating", terms.floating, floating).change(
                "flowDirection",
                json!(terms.flow_direction),
                json!(direction),
            )
        }
        Mark::Lost(lost) => {
            let (on, why) = lost.unzip();
            let set = (memberships::lost_on.eq(on), memberships::lost_reason.eq(&why));
            diesel::update(row).set(set).execute(write.conn()?).await?;
            entry.change("lostOn", json!(terms.lost_on), json!(on)).change(
                "lostReason",
                json!(terms.lost_reason),
                json!(why),
            )
        }
        Mark::Status(status) => {
            diesel::update(row).set(memberships::status.eq(status.code())).execute(write.conn()?).await?;
            entry.change("status", terms.status, status.code())
        }
    };
    if entry.is_empty() {
        return Ok(());
    }
    diesel::update(people::table.find(id.0))
        .set(people::version.eq(people::version + 1))
        .execute(write.conn()?)
        .await?;
    write.audit(entry).await
}
