use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::{DateTime, Days, NaiveDate, Utc};
use uuid::Uuid;
use zhibu_core::{Error, FlowId, LostCaseId, OrganisationId, Page, PageArgs, PersonId, Result, mask};
use zhibu_directory::graphql::OrganisationRef;
use zhibu_directory::organisation::{self, Reach};
use zhibu_graphql::{Listed, Request, all_faults};
use zhibu_tenancy::keys::Vault;
use zhibu_tenancy::{Conn, Cx, tenants};

use crate::flow::store::{self, Filter, LostFilter};
use crate::flow::{
    self, ContactRow, FlowForm, FlowKind, FlowRow, FlowStatus, LostDecision, LostRow, LostState, Person, rules,
};
use crate::transfer::rules::MobilityLevel;
use crate::{FLOW_EDIT, FLOW_READ};

/// A floating member (流动党员). What is sensitive is masked.
#[derive(SimpleObject)]
pub struct Flow {
    id: FlowId,
    /// Counts what was done; give it back when doing something.
    version: i32,
    kind: FlowKind,
    status: FlowStatus,
    /// The member of ours who flows out.
    person: Option<PersonId>,
    name: String,
    /// 公民身份号码, masked
    id_number: String,
    /// 手机号, masked
    mobile: String,
    /// 本系统党支部
    branch: OrganisationRef,
    other_name: Option<String>,
    other_contact: Option<String>,
    /// Dictionary `flow_direction`
    direction: String,
    /// Dictionary `flow_reason`
    reason: String,
    started_on: NaiveDate,
    expected_on: Option<NaiveDate>,
    certificate_no: Option<String>,
    /// The last contact; the start when there was none.
    contacted_on: NaiveDate,
    ended_on: Option<NaiveDate>,
    note: Option<String>,
    /// A contact is missed.
    alert: Option<MobilityLevel>,
    /// They were expected back before today.
    overdue: bool,
    /// They have been away for long at a fixed place: the membership should be transferred.
    should_transfer: bool,
    /// Abroad for more than five years: whether to suspend the membership is to be decided.
    should_suspend: bool,
    editable: bool,
    recorded_at: DateTime<Utc>,
    closed_at: Option<DateTime<Utc>>,
}

/// How somebody was kept in contact with, or looked for.
#[derive(SimpleObject)]
pub struct MobilityContact {
    id: String,
    on: NaiveDate,
    /// Dictionary `contact_way`; else `returned`, `opened`, `found`, `suspend`, `strike`.
    way: String,
    words: String,
    by: String,
    at: DateTime<Utc>,
}

/// A floating member with the contacts, the newest first.
#[derive(SimpleObject)]
pub struct FlowFile {
    flow: Flow,
    contacts: Vec<MobilityContact>,
}

/// Floating members in numbers. Those who flow in are counted for themselves and in no branch's total.
#[derive(SimpleObject)]
pub struct FlowSummary {
    /// 流出
    out: i64,
    /// 流入
    come_in: i64,
    /// Without contact for 90 days.
    silent: i64,
    /// Without contact for 180 days.
    very_silent: i64,
    /// Expected back before today.
    overdue: i64,
    /// Lost members about whom something could be decided.
    lost: i64,
}

/// The case of a member who is out of contact (失联党员).
#[derive(SimpleObject)]
pub struct LostCase {
    id: LostCaseId,
    version: i32,
    person: PersonId,
    name: String,
    branch: OrganisationRef,
    state: LostState,
    lost_on: NaiveDate,
    /// Dictionary `lost_contact_reason`
    reason: String,
    suspended_on: Option<NaiveDate>,
    /// What could be decided today; somebody decides.
    suggestion: Option<LostDecision>,
    /// From when the next decision is possible.
    decidable_on: Option<NaiveDate>,
    editable: bool,
    closed_at: Option<DateTime<Utc>>,
}

/// A lost member with what was tried and decided, the newest first.
#[derive(SimpleObject)]
pub struct LostFile {
    case: LostCase,
    contacts: Vec<MobilityContact>,
}

/// Which floating members a list shows.
#[derive(InputObject, Default)]
pub struct FlowFilter {
    /// Part of the name or its pinyin, a whole mobile or identity number.
    search: Option<String>,
    /// This organisation and everything below.
    under: Option<OrganisationId>,
    kind: Option<FlowKind>,
    status: Option<FlowStatus>,
    /// Dictionary `flow_direction`
    direction: Option<String>,
    /// Only those without contact for more than so many days.
    silent_days: Option<i32>,
    /// Only those who were expected back before today.
    overdue: Option<bool>,
    /// Those that have ended, instead of those that go on.
    closed: Option<bool>,
}

impl FlowFilter {
    /// The same for the query.
    pub(crate) fn read(self, today: NaiveDate) -> Result<Filter> {
        let days = self.silent_days.map(|days| u64::try_from(days).ok().filter(|days| *days <= 3650));
        let days = days.map(|days| days.ok_or_else(|| Error::invalid("silentDays", "天数应为0至3650"))).transpose()?;
        Ok(Filter {
            search: self.search,
            under: self.under,
            kind: self.kind,
            status: self.status,
            direction: self.direction,
            silent: days.and_then(|days| today.checked_sub_days(Days::new(days))),
            overdue: self.overdue.unwrap_or_default().then_some(today),
            closed: self.closed.unwrap_or_default(),
        })
    }
}

/// Which lost members a list shows.
#[derive(InputObject, Default)]
pub struct LostCaseFilter {
    /// Part of the name or its pinyin.
    search: Option<String>,
    /// This organisation and everything below.
    under: Option<OrganisationId>,
    state: Option<LostState>,
    /// Those that have ended, instead of those that go on.
    closed: Option<bool>,
}

impl From<LostCaseFilter> for LostFilter {
    fn from(LostCaseFilter { search, under, state, closed }: LostCaseFilter) -> Self {
        Self { search, under, state, closed: closed.unwrap_or_default() }
    }
}

#[derive(InputObject)]
struct FlowInput {
    other_name: Option<String>,
    other_contact: Option<String>,
    direction: String,
    reason: String,
    started_on: NaiveDate,
    expected_on: Option<NaiveDate>,
    certificate_no: Option<String>,
    note: Option<String>,
}

#[derive(InputObject)]
struct FlowInPersonInput {
    /// 本系统党支部 that looks after them
    branch: OrganisationId,
    name: String,
    id_number: String,
    mobile: String,
}

impl From<FlowInput> for FlowForm {
    fn from(input: FlowInput) -> Self {
        Self {
            other_name: input.other_name,
            other_contact: input.other_contact,
            direction: input.direction,
            reason: input.reason,
            started_on: input.started_on,
            expected_on: input.expected_on,
            certificate_no: input.certificate_no,
            note: input.note,
        }
    }
}

/// What rows are shown with.
struct Shown {
    places: HashMap<Uuid, (String, String)>,
    edit: Reach,
    vault: Arc<Vault>,
    today: NaiveDate,
}

impl Shown {
    async fn of(cx: &Cx, at: &[Uuid], conn: &mut Conn) -> Result<Self> {
        let edit = match cx.allow(FLOW_EDIT) {
            Ok(scope) if !scope.is_own_only() => Reach::of(&scope, conn).await?,
            Ok(_) | Err(_) => Reach::default(),
        };
        let vault = tenants::vault(&cx.app, cx.tenant()?).await?;
        Ok(Self { places: organisation::places(at, conn).await?, edit, vault, today: cx.app.world.today() })
    }

    fn place(&self, at: Uuid) -> (OrganisationRef, bool) {
        let (name, path) = self.places.get(&at).cloned().unwrap_or_default();
        ((OrganisationId::from(at), name).into(), self.edit.covers(&path))
    }

    fn flow(&self, row: &FlowRow) -> Result<Flow> {
        let masked =
            |sealed: &[u8], mask: fn(&str) -> String| self.vault.open_text(sealed).map(|text| mask(text.expose()));
        let (branch, editable) = self.place(row.organisation_id);
        let open = row.closed_at.is_none();
        Ok(Flow {
            id: row.id.into(),
            version: row.version,
            kind: row.kind(),
            status: row.status(),
            person: row.person_id.map(Into::into),
            name: row.name.clone(),
            id_number: masked(&row.id_number, mask::id_number)?,
            mobile: masked(&row.mobile, mask::phone)?,
            branch,
            other_name: row.other_name.clone(),
            other_contact: row.other_contact.clone(),
            direction: row.direction.clone(),
            reason: row.reason.clone(),
            started_on: row.started_on,
            expected_on: row.expected_on,
            certificate_no: row.certificate_no.clone(),
            contacted_on: row.contacted_on,
            ended_on: row.ended_on,
            note: row.note.clone(),
            alert: rules::silence(row.contacted_on, self.today).filter(|_| open),
            overdue: open && row.expected_on.is_some_and(|day| day < self.today),
            should_transfer: open
                && row.kind() == FlowKind::Out
                && rules::should_transfer(&row.direction, row.started_on, self.today),
            should_suspend: open
                && row.kind() == FlowKind::Out
                && rules::should_suspend(&row.direction, row.started_on, self.today),
            editable: editable && open,
            recorded_at: row.created_at,
            closed_at: row.closed_at,
        })
    }

    fn lost(&self, row: &LostRow) -> LostCase {
        let (branch, editable) = self.place(row.organisation_id);
        let next = match row.state() {
            LostState::Open => Some(LostDecision::Suspend),
            LostState::Suspended => Some(LostDecision::Strike),
            LostState::Found | LostState::Struck => None,
        };
        LostCase {
            id: row.id.into(),
            version: row.version,
            person: row.person_id.into(),
            name: row.name.clone(),
            branch,
            state: row.state(),
            lost_on: row.lost_on,
            reason: row.reason.clone(),
            suspended_on: row.suspended_on,
            suggestion: rules::suggestion(row.state(), row.lost_on, row.suspended_on, self.today),
            decidable_on: next.and_then(|next| rules::decidable(next, row.lost_on, row.suspended_on)),
            editable: editable && row.closed_at.is_none(),
            closed_at: row.closed_at,
        }
    }
}

fn contacts(rows: Vec<ContactRow>) -> Vec<MobilityContact> {
    let shown = |row: ContactRow| MobilityContact {
        id: row.id.to_string(),
        on: row.happened_on,
        way: row.way,
        words: row.words,
        by: row.account_name,
        at: row.created_at,
    };
    rows.into_iter().map(shown).collect()
}

async fn file(cx: &Cx, id: FlowId) -> Result<FlowFile> {
    let mut read = cx.read(FLOW_READ).await?;
    let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
    let row = store::load(&reach, id, false, read.conn()?).await?;
    let shown = Shown::of(cx, &[row.organisation_id], read.conn()?).await?;
    let found = store::contacts_of(row.id, read.conn()?).await?;
    Ok(FlowFile { flow: shown.flow(&row)?, contacts: contacts(found) })
}

async fn lost_file(cx: &Cx, id: LostCaseId) -> Result<LostFile> {
    let mut read = cx.read(FLOW_READ).await?;
    let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
    let row = store::lost_one(&reach, id, false, read.conn()?).await?;
    let shown = Shown::of(cx, &[row.organisation_id], read.conn()?).await?;
    let found = store::contacts_of_lost(row.id, read.conn()?).await?;
    Ok(LostFile { case: shown.lost(&row), contacts: contacts(found) })
}

/// 党员流动
#[derive(Default)]
pub struct FlowQuery;

#[Object]
impl FlowQuery {
    /// Floating members inside the caller's scope, those unheard of for longest first (PC-3.2.2).
    async fn flows(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
        filter: Option<FlowFilter>,
    ) -> Result<Listed<Flow>> {
        let (cx, args) = (ctx.cx()?, PageArgs::new(first, after, offset)?);
        let filter = filter.unwrap_or_default().read(cx.app.world.today())?;
        let mut read = cx.read(FLOW_READ).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let total = if ctx.shows(&["totalCount"]) {
            Some(store::count(cx, &reach, &filter, read.conn()?).await?)
        } else {
            None
        };
        let page = store::list(cx, &reach, &filter, &args, read.conn()?).await?;
        let at: Vec<Uuid> = page.nodes.iter().map(|row| row.organisation_id).collect();
        let shown = Shown::of(cx, &at, read.conn()?).await?;
        let nodes = page.nodes.iter().map(|row| shown.flow(row)).collect::<Result<Vec<_>>>()?;
        Ok(Listed::new(Page { nodes, info: page.info }, total))
    }

    /// One floating member with the contacts.
    async fn flow(&self, ctx: &Context<'_>, id: FlowId) -> Result<FlowFile> {
        file(ctx.cx()?, id).await
    }

    /// Floating members in numbers.
    async fn flow_summary(&self, ctx: &Context<'_>, under: Option<OrganisationId>) -> Result<FlowSummary> {
        let cx = ctx.cx()?;
        let mut read = cx.read(FLOW_READ).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let places = organisation::part(&reach, under, read.conn()?).await?;
        let found = store::summary(places.clone(), cx.app.world.today(), read.conn()?).await?;
        Ok(FlowSummary {
            out: found.out,
            come_in: found.come_in,
            silent: found.silent,
            very_silent: found.very_silent,
            overdue: found.overdue,
            lost: store::decidable(places, cx.app.world.today(), read.conn()?).await?,
        })
    }

    /// Members out of contact inside the caller's scope, those lost for longest first.
    async fn lost_cases(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
        filter: Option<LostCaseFilter>,
    ) -> Result<Listed<LostCase>> {
        let (cx, args) = (ctx.cx()?, PageArgs::new(first, after, offset)?);
        let mut read = cx.read(FLOW_READ).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let filter = filter.unwrap_or_default().into();
        let total = if ctx.shows(&["totalCount"]) {
            Some(store::count_lost(&reach, &filter, read.conn()?).await?)
        } else {
            None
        };
        let page = store::lost(&reach, &filter, &args, read.conn()?).await?;
        let at: Vec<Uuid> = page.nodes.iter().map(|row| row.organisation_id).collect();
        let shown = Shown::of(cx, &at, read.conn()?).await?;
        let nodes = page.nodes.iter().map(|row| shown.lost(row)).collect();
        Ok(Listed::new(Page { nodes, info: page.info }, total))
    }

    /// One lost member with what was tried and decided.
    async fn lost_case(&self, ctx: &Context<'_>, id: LostCaseId) -> Result<LostFile> {
        lost_file(ctx.cx()?, id).await
    }
}

/// 党员流动
#[derive(Default)]
pub struct FlowMutation;

#[Object]
impl FlowMutation {
    /// Records that a member flows out (PC-3.2.2).
    async fn start_flow_out(&self, ctx: &Context<'_>, person: PersonId, input: FlowInput) -> Result<FlowFile> {
        let cx = ctx.cx()?;
        match flow::start(cx, Person::Ours(person), input.into()).await? {
            Ok(id) => file(cx, id).await,
            Err(faults) => Err(all_faults(ctx, faults)),
        }
    }

    /// Records that a member of others flows in.
    async fn start_flow_in(&self, ctx: &Context<'_>, person: FlowInPersonInput, input: FlowInput) -> Result<FlowFile> {
        let cx = ctx.cx()?;
        let FlowInPersonInput { branch, name, id_number, mobile } = person;
        match flow::start(cx, Person::Theirs { branch, name, id_number, mobile }, input.into()).await? {
            Ok(id) => file(cx, id).await,
            Err(faults) => Err(all_faults(ctx, faults)),
        }
    }

    /// Corrects a record that goes on.
    async fn edit_flow(&self, ctx: &Context<'_>, id: FlowId, version: i32, input: FlowInput) -> Result<FlowFile> {
        let cx = ctx.cx()?;
        match flow::edit(cx, id, version, input.into()).await? {
            Ok(()) => file(cx, id).await,
            Err(faults) => Err(all_faults(ctx, faults)),
        }
    }

    /// Records a contact with a floating member.
    async fn record_contact(
        &self,
        ctx: &Context<'_>,
        id: FlowId,
        version: i32,
        on: NaiveDate,
        way: String,
        words: String,
    ) -> Result<FlowFile> {
        flow::contact(ctx.cx()?, id, version, (on, &way, &words)).await?;
        file(ctx.cx()?, id).await
    }

    /// They have come back, or those who flowed in have gone.
    async fn close_flow(
        &self,
        ctx: &Context<'_>,
        id: FlowId,
        version: i32,
        on: NaiveDate,
        #[graphql(default)] note: String,
    ) -> Result<FlowFile> {
        flow::close_flow(ctx.cx()?, id, version, (on, &note)).await?;
        file(ctx.cx()?, id).await
    }

    /// Records that a member is out of contact.
    async fn open_lost(
        &self,
        ctx: &Context<'_>,
        person: PersonId,
        lost_on: NaiveDate,
        reason: String,
        #[graphql(default)] note: String,
    ) -> Result<LostFile> {
        let id = flow::open_lost(ctx.cx()?, person, (lost_on, &reason, &note)).await?;
        lost_file(ctx.cx()?, id).await
    }

    /// Records how a lost member was looked for.
    async fn record_search(
        &self,
        ctx: &Context<'_>,
        id: LostCaseId,
        version: i32,
        on: NaiveDate,
        way: String,
        words: String,
    ) -> Result<LostFile> {
        flow::lost_contact(ctx.cx()?, id, version, (on, &way, &words)).await?;
        lost_file(ctx.cx()?, id).await
    }

    /// The member is in contact again.
    async fn find_lost(
        &self,
        ctx: &Context<'_>,
        id: LostCaseId,
        version: i32,
        on: NaiveDate,
        note: String,
    ) -> Result<LostFile> {
        flow::find_lost(ctx.cx()?, id, version, (on, &note)).await?;
        lost_file(ctx.cx()?, id).await
    }

    /// Records what the Party organisation has decided about a lost member.
    async fn decide_lost(
        &self,
        ctx: &Context<'_>,
        id: LostCaseId,
        version: i32,
        decision: LostDecision,
        on: NaiveDate,
        note: String,
    ) -> Result<LostFile> {
        flow::decide(ctx.cx()?, id, version, decision, (on, &note)).await?;
        lost_file(ctx.cx()?, id).await
    }
}
