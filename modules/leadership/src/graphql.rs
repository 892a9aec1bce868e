//! Terms and elections in GraphQL.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;
use zhibu_core::{
    ElectionDocumentId, ElectionId, Error, OrganisationId, Page, PageArgs, PersonId, PostId, Result, dictionary,
};
use zhibu_directory::graphql::OrganisationRef;
use zhibu_directory::member::{self, HeldPost};
use zhibu_directory::organisation::{self, OrgType, Reach, Row};
use zhibu_graphql::{Listed, Request, all_faults};
use zhibu_tenancy::{Cx, identity};

use crate::actions::{self, Draft, Outcome, Reply, Report};
use crate::model::{DocumentRow, ElectionExcuse, ElectionKind, ElectionPaper, ElectionRow, ElectionState, TermLevel};
use crate::papers::{self, Upload};
use crate::rules::{self, Act, Division, Figures, Standing, Verdict};
use crate::store::{self, Beside, Filter, Loaded, TermAttention};
use crate::{APPROVE, EDIT, READ};

/// So many past posts a page shows.
const PAST: i64 = 200;

/// An organisation with its term (班子任期).
#[derive(SimpleObject)]
pub struct Term {
    organisation: OrganisationRef,
    full_name: String,
    org_type: OrgType,
    /// 届期, years
    years: Option<i16>,
    /// 本届起始日期
    start: Option<NaiveDate>,
    /// 届满日期
    end: Option<NaiveDate>,
    /// It was put off to that day.
    extended: bool,
    /// Days until the end; negative after it.
    days_left: Option<i64>,
    /// How urgent the end is.
    level: Option<TermLevel>,
    /// 书记
    secretary: Option<String>,
    /// 班子职数
    posts: usize,
    /// 书记空缺自
    vacant_since: Option<NaiveDate>,
    /// How urgent the empty post is.
    vacancy: Option<TermLevel>,
    /// The election under way.
    election: Option<ElectionBrief>,
}

/// An election in a line.
#[derive(SimpleObject)]
pub struct ElectionBrief {
    id: ElectionId,
    /// 届次, of a term that was taken over.
    term_no: Option<i32>,
    kind: ElectionKind,
    state: ElectionState,
    planned_on: Option<NaiveDate>,
    assembly_on: Option<NaiveDate>,
    confirmed_on: Option<NaiveDate>,
    /// The term that began with it.
    term_start: Option<NaiveDate>,
    /// Its end, or the end that was put off.
    term_end: Option<NaiveDate>,
    created_by: String,
    created_at: DateTime<Utc>,
}

/// Somebody in the leadership, now or once (班子成员).
#[derive(SimpleObject)]
pub struct LeadershipPost {
    id: PostId,
    person: PersonId,
    name: String,
    /// Dictionary `post`
    post: String,
    since: NaiveDate,
    until: Option<NaiveDate>,
    /// Dictionary `post_end_reason`
    end_reason: Option<String>,
    /// 上级任命
    appointed: bool,
    /// What the post lets its holder do: the role that follows from it, in words; none without an account.
    role: Option<String>,
}

/// Who may vote, in numbers.
#[derive(SimpleObject)]
pub struct LeadershipElectorate {
    /// 有选举权的党员
    eligible: i64,
    /// 预备党员
    probationary: i64,
    /// 党员权利受限的正式党员
    limited: i64,
    /// Who may not vote and why, at most two hundred.
    voteless: Vec<Voteless>,
}

/// Somebody who may not vote.
#[derive(SimpleObject)]
pub struct Voteless {
    person: PersonId,
    name: String,
    /// In words.
    reason: String,
}

/// The leadership of an organisation (领导班子): who is in it, the terms so far.
#[derive(SimpleObject)]
pub struct Leadership {
    term: Term,
    /// The rule by which the next term lasts.
    rule: Option<TermRule>,
    members: Vec<LeadershipPost>,
    /// The newest first.
    past: Vec<LeadershipPost>,
    /// The newest first.
    elections: Vec<ElectionBrief>,
    /// The caller may open an election.
    may_edit: bool,
    /// The caller replies as the superior.
    may_approve: bool,
}

/// How long a term lasts and where that is laid down.
#[derive(SimpleObject)]
pub struct TermRule {
    years: i16,
    source: String,
}

/// What may be done with an election.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "ElectionAct")]
pub enum ElectionAct {
    /// 修改
    Edit,
    /// 上报请示
    Request,
    /// 批复同意
    Approve,
    /// 不予批准
    Refuse,
    /// 登记选举结果
    Hold,
    /// 报告选举结果
    Report,
    /// 批准选举结果
    Confirm,
    /// 撤回
    Withdraw,
}

impl From<Act> for ElectionAct {
    fn from(act: Act) -> Self {
        match act {
            Act::Edit => Self::Edit,
            Act::Request => Self::Request,
            Act::Approve => Self::Approve,
            Act::Refuse => Self::Refuse,
            Act::Hold => Self::Hold,
            Act::Report => Self::Report,
            Act::Confirm => Self::Confirm,
            Act::Withdraw => Self::Withdraw,
        }
    }
}

/// How many are to be elected to a post.
#[derive(SimpleObject)]
pub struct ElectionSeat {
    /// Dictionary `post`
    post: String,
    seats: i16,
}

/// Somebody who stands for a post (候选人), with the votes.
#[derive(SimpleObject)]
pub struct ElectionCandidate {
    id: String,
    person: PersonId,
    name: String,
    /// Dictionary `post`
    post: String,
    yes: Option<i32>,
    no: Option<i32>,
    abstain: Option<i32>,
    elected: Option<bool>,
    /// As many votes as another one for the last seat.
    tied: bool,
    /// 分工, dictionary `post`
    duty: Option<String>,
}

/// Somebody of the committee who stays beside an election within a term.
#[derive(SimpleObject)]
pub struct ElectionStaying {
    person: PersonId,
    name: String,
    /// Dictionary `post`
    post: String,
}

/// Somebody who is not counted (不计入应到会人数).
#[derive(SimpleObject)]
pub struct ElectionUncounted {
    person: PersonId,
    name: String,
    reason: Option<ElectionExcuse>,
}

/// A post that ends with an election.
#[derive(SimpleObject)]
pub struct ElectionEnding {
    post: PostId,
    /// Dictionary `post_end_reason`
    reason: String,
}

/// A paper of an election.
#[derive(SimpleObject)]
pub struct ElectionDocument {
    id: ElectionDocumentId,
    kind: ElectionPaper,
    file_name: String,
    /// Bytes.
    file_size: i32,
    by: String,
    at: DateTime<Utc>,
    removable: bool,
}

/// The committee's vote on who does what (分工会议).
#[derive(SimpleObject)]
pub struct ElectionDivision {
    on: NaiveDate,
    present: i32,
    yes: i32,
    no: i32,
    abstain: i32,
}

/// An election of a leadership (换届记录).
#[derive(SimpleObject)]
pub struct Election {
    id: ElectionId,
    /// Counts the changes; give it back when changing.
    version: i32,
    organisation: OrganisationRef,
    org_type: OrgType,
    kind: ElectionKind,
    state: ElectionState,
    reason: Option<String>,
    planned_on: Option<NaiveDate>,
    postponed_to: Option<NaiveDate>,
    by_delegates: bool,
    requested_on: Option<NaiveDate>,
    request_no: Option<String>,
    replied_on: Option<NaiveDate>,
    reply_no: Option<String>,
    reply_note: Option<String>,
    assembly_on: Option<NaiveDate>,
    should: Option<i32>,
    present: Option<i32>,
    issued: Option<i32>,
    returned: Option<i32>,
    valid: Option<i32>,
    division: Option<ElectionDivision>,
    reported_on: Option<NaiveDate>,
    confirmed_on: Option<NaiveDate>,
    confirm_no: Option<String>,
    term_start: Option<NaiveDate>,
    term_end: Option<NaiveDate>,
    /// The end of the term it is about.
    old_end: Option<NaiveDate>,
    seats: Vec<ElectionSeat>,
    candidates: Vec<ElectionCandidate>,
    uncounted: Vec<ElectionUncounted>,
    /// Who stays beside it: with the elected the committee that divides its work.
    staying: Vec<ElectionStaying>,
    endings: Vec<ElectionEnding>,
    documents: Vec<ElectionDocument>,
    /// What to look at again; nothing of it is in the way.
    warnings: Vec<String>,
    /// What the caller may do now.
    acts: Vec<ElectionAct>,
    created_by: String,
    created_at: DateTime<Utc>,
}

/// How many organisations something is the matter with.
#[derive(SimpleObject)]
pub struct TermSummary {
    elected: i64,
    /// 半年内届满
    ending: i64,
    /// 一个月内届满
    soon: i64,
    /// 已届满
    over: i64,
    /// 书记空缺
    vacant: i64,
    /// 换届办理中
    electing: i64,
    /// 未登记任期
    unset: i64,
}

/// Something the caller was reminded of (到期提醒).
#[derive(SimpleObject)]
pub struct TermReminder {
    id: String,
    organisation: OrganisationRef,
    level: TermLevel,
    /// In words.
    words: String,
    /// The day it is about.
    about: NaiveDate,
    at: DateTime<Utc>,
}

/// Where a browser puts the file.
#[derive(SimpleObject)]
pub struct ElectionTicket {
    id: ElectionDocumentId,
    /// Signed link for one PUT of just this length and type.
    url: String,
    content_type: &'static str,
}

/// A link to a paper, for a few minutes.
#[derive(SimpleObject)]
pub struct ElectionLink {
    url: String,
    file_name: String,
}

#[derive(InputObject, Default)]
pub(crate) struct TermFilter {
    /// Part of a name.
    search: Option<String>,
    /// This organisation and everything below.
    under: Option<OrganisationId>,
    /// Those of which this is true.
    attention: Option<TermAttention>,
}

#[derive(InputObject)]
struct ElectionSeatInput {
    /// Dictionary `post`
    post: String,
    seats: i16,
}

#[derive(InputObject)]
struct ElectionCandidateInput {
    person: PersonId,
    /// Dictionary `post`
    post: String,
}

#[derive(InputObject)]
struct ElectionEndingInput {
    post: PostId,
    /// Dictionary `post_end_reason`
    reason: String,
}

#[derive(InputObject)]
struct ElectionInput {
    kind: ElectionKind,
    reason: Option<String>,
    planned_on: Option<NaiveDate>,
    postponed_to: Option<NaiveDate>,
    by_delegates: Option<bool>,
    seats: Option<Vec<ElectionSeatInput>>,
    candidates: Option<Vec<ElectionCandidateInput>>,
    /// Posts that end with it, within a term.
    endings: Option<Vec<ElectionEndingInput>>,
}

#[derive(InputObject)]
struct ElectionReplyInput {
    approved: bool,
    on: NaiveDate,
    number: Option<String>,
    note: Option<String>,
}

#[derive(InputObject)]
struct ElectionVoteInput {
    candidate: String,
    yes: i32,
    no: i32,
    abstain: i32,
}

#[derive(InputObject)]
struct ElectionUncountedInput {
    person: PersonId,
    reason: ElectionExcuse,
}

#[derive(InputObject)]
struct ElectionResultInput {
    on: NaiveDate,
    /// 应到会有选举权人数
    should: i32,
    /// 实到会有选举权人数
    present: i32,
    /// 发出选票
    issued: i32,
    /// 收回选票
    returned: i32,
    /// 有效选票
    valid: i32,
    votes: Vec<ElectionVoteInput>,
    uncounted: Option<Vec<ElectionUncountedInput>>,
}

#[derive(InputObject)]
struct ElectionDivisionInput {
    on: NaiveDate,
    present: i32,
    yes: i32,
    no: i32,
    abstain: i32,
}

#[derive(InputObject)]
struct ElectionDutyInput {
    candidate: String,
    /// Dictionary `post`
    post: String,
}

#[derive(InputObject)]
struct ElectionReportInput {
    on: NaiveDate,
    division: Option<ElectionDivisionInput>,
    duties: Option<Vec<ElectionDutyInput>>,
}

#[derive(InputObject)]
struct ElectionUpload {
    kind: ElectionPaper,
    /// With its ending.
    file_name: String,
    /// Bytes.
    size: i64,
}

impl TermFilter {
    pub(crate) fn read(self) -> Filter {
        Filter { search: self.search, under: self.under, attention: self.attention }
    }
}

impl ElectionInput {
    fn read(self) -> Draft {
        Draft {
            kind: self.kind,
            reason: self.reason,
            planned_on: self.planned_on,
            postponed_to: self.postponed_to,
            by_delegates: self.by_delegates.unwrap_or_default(),
            seats: self.seats.unwrap_or_default().into_iter().map(|one| (one.post, one.seats)).collect(),
            candidates: self.candidates.unwrap_or_default().into_iter().map(|one| (one.person, one.post)).collect(),
            endings: self.endings.unwrap_or_default().into_iter().map(|one| (one.post, one.reason)).collect(),
        }
    }
}

impl ElectionReplyInput {
    fn read(self) -> Reply {
        Reply { approved: self.approved, on: self.on, number: self.number, note: self.note }
    }
}

fn candidate(id: &str) -> Result<Uuid> {
    id.parse().map_err(|_| Error::invalid("candidate", "候选人不存在"))
}

impl ElectionResultInput {
    fn read(self) -> Result<Outcome> {
        let Self { on, should, present, issued, returned, valid, votes, uncounted } = self;
        let votes = votes.into_iter().map(|one| Ok((candidate(&one.candidate)?, [one.yes, one.no, one.abstain])));
        Ok(Outcome {
            on,
            figures: Figures { should, present, issued, returned, valid },
            votes: votes.collect::<Result<_>>()?,
            excused: uncounted.unwrap_or_default().into_iter().map(|one| (one.person, one.reason)).collect(),
        })
    }
}

impl ElectionReportInput {
    fn read(self) -> Result<Report> {
        let duties = self.duties.unwrap_or_default().into_iter().map(|one| Ok((candidate(&one.candidate)?, one.post)));
        let division = self.division.map(|d| {
            let ElectionDivisionInput { on, present, yes, no, abstain } = d;
            Division { on, present, yes, no, abstain }
        });
        Ok(Report { on: self.on, division, duties: duties.collect::<Result<_>>()? })
    }
}

impl From<&ElectionRow> for ElectionBrief {
    fn from(row: &ElectionRow) -> Self {
        Self {
            id: row.id.into(),
            term_no: row.term_no.map(i32::from),
            kind: row.kind(),
            state: row.state(),
            planned_on: row.planned_on,
            assembly_on: row.assembly_on,
            confirmed_on: row.confirmed_on,
            term_start: row.term_start,
            term_end: row.term_end,
            created_by: row.created_by.clone(),
            created_at: row.created_at,
        }
    }
}

/// The role that follows from a post, in words.
fn role(post: &HeldPost) -> Option<String> {
    let role = member::role_of(&post.post).filter(|_| post.account.is_some() && post.until.is_none())?;
    dictionary::label("role", role).map(str::to_owned)
}

impl From<HeldPost> for LeadershipPost {
    fn from(post: HeldPost) -> Self {
        Self {
            role: role(&post),
            id: post.id.into(),
            person: post.person.into(),
            name: post.name,
            post: post.post,
            since: post.since,
            until: post.until,
            end_reason: post.end_reason,
            appointed: post.appointed,
        }
    }
}

pub(crate) fn term(row: &Row, beside: &Beside, today: NaiveDate) -> Term {
    let held = beside.posts.get(&row.id).map(Vec::as_slice).unwrap_or_default();
    let vacant_since = beside.vacant.get(&row.id).copied();
    Term {
        organisation: (OrganisationId::from(row.id), row.short_name.clone()).into(),
        full_name: row.full_name.clone(),
        org_type: row.kind(),
        years: row.term_years,
        start: row.term_start,
        end: row.term_end(),
        extended: row.term_end() > store::own_end(row),
        days_left: row.term_end().map(|end| (end - today).num_days()),
        level: row.term_end().and_then(|end| rules::level(end, today)),
        secretary: held.iter().find(|post| post.post == "secretary").map(|post| post.name.clone()),
        posts: held.len(),
        vacant_since,
        vacancy: vacant_since.and_then(|since| rules::vacancy(since, today)),
        election: beside.open.get(&row.id).map(Into::into),
    }
}

async fn leadership(cx: &Cx, id: OrganisationId) -> Result<Leadership> {
    let today = cx.app.world.today();
    let mut read = cx.read(READ).await?;
    let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
    let row = organisation::get(&reach, id, read.conn()?).await?;
    let (edit, approve) = (Reach::held(cx, EDIT, read.conn()?).await?, Reach::held(cx, APPROVE, read.conn()?).await?);
    let beside = store::beside(&[row.id], read.conn()?).await?;
    let past = member::past_on(row.id, PAST, read.conn()?).await?;
    let elections = store::history(row.id, read.conn()?).await?;
    let village = row.village_or_community;
    let rule = organisation::rules::term_length(row.kind(), today)
        .zip(organisation::rules::term_years_on(row.kind(), village, today))
        .map(|(rule, years)| TermRule { years, source: rule.source.clone() });
    Ok(Leadership {
        term: term(&row, &beside, today),
        rule,
        members: beside.posts.get(&row.id).cloned().unwrap_or_default().into_iter().map(Into::into).collect(),
        past: past.into_iter().map(Into::into).collect(),
        elections: elections.iter().map(Into::into).collect(),
        may_edit: edit.covers(&row.path) && row.status == "active",
        may_approve: approve.covers(&row.path),
    })
}

fn document(row: &DocumentRow, loaded: &Loaded, acts: bool) -> ElectionDocument {
    ElectionDocument {
        id: row.id.into(),
        kind: ElectionPaper::from_code(&row.kind).unwrap_or(ElectionPaper::Other),
        file_name: row.file_name.clone(),
        file_size: row.file_size,
        by: row.account_name.clone(),
        at: row.created_at,
        removable: acts && loaded.removable(row),
    }
}

/// How the recorded votes come out, candidate by candidate; nothing before they are recorded.
fn verdicts(loaded: &Loaded) -> Vec<Verdict> {
    let row = &loaded.row;
    let figures = (row.should, row.present, row.issued, row.returned, row.valid);
    let (Some(should), Some(present), Some(issued), Some(returned), Some(valid)) = figures else { return Vec::new() };
    let standing = |one: &crate::model::CandidateRow| {
        Some(Standing { post: one.post.clone(), yes: one.yes?, no: one.no?, abstain: one.abstain? })
    };
    let standing: Vec<Standing> = loaded.candidates.iter().filter_map(standing).collect();
    let figures = Figures { should, present, issued, returned, valid };
    rules::count(&figures, &loaded.seats(), &standing).unwrap_or_default()
}

async fn election(cx: &Cx, id: ElectionId) -> Result<Election> {
    let mut read = cx.read(READ).await?;
    let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
    let place = store::place(id, read.conn()?).await?;
    let at = organisation::get(&reach, place, read.conn()?).await?;
    let loaded = store::load(at, id, false, read.conn()?).await?;
    let (edit, approve) = (Reach::held(cx, EDIT, read.conn()?).await?, Reach::held(cx, APPROVE, read.conn()?).await?);
    let warnings = store::warnings(&loaded, read.conn()?).await?;
    let acts: Vec<ElectionAct> = actions::acts(&edit, &approve, &loaded).into_iter().map(Into::into).collect();
    let verdicts = verdicts(&loaded);
    let staying = store::staying(&loaded, read.conn()?).await?;
    let works = edit.covers(&loaded.at.path) || approve.covers(&loaded.at.path);
    let documents = loaded.documents.iter().filter(|_| works).map(|row| document(row, &loaded, works)).collect();
    let candidates = loaded.candidates.iter().enumerate().map(|(n, one)| ElectionCandidate {
        id: one.id.to_string(),
        person: one.person_id.into(),
        name: loaded.name(one.person_id),
        post: one.post.clone(),
        yes: one.yes,
        no: one.no,
        abstain: one.abstain,
        elected: one.elected,
        tied: verdicts.get(n).is_some_and(|verdict| verdict.tied),
        duty: one.duty.clone(),
    });
    let division = loaded.row.division.clone().map(serde_json::from_value::<Division>);
    let division = division.transpose().map_err(Error::bug)?.map(|d| {
        let Division { on, present, yes, no, abstain } = d;
        ElectionDivision { on, present, yes, no, abstain }
    });
    let uncounted = loaded.excused.iter().map(|(person, reason)| ElectionUncounted {
        person: (*person).into(),
        name: loaded.name(*person),
        reason: ElectionExcuse::from_code(reason),
    });
    let row = &loaded.row;
    Ok(Election {
        id,
        version: row.version,
        organisation: (place, loaded.at.short_name.clone()).into(),
        org_type: loaded.at.kind(),
        kind: row.kind(),
        state: row.state(),
        reason: row.reason.clone(),
        planned_on: row.planned_on,
        postponed_to: row.postponed_to,
        by_delegates: row.by_delegates,
        requested_on: row.requested_on,
        request_no: row.request_no.clone(),
        replied_on: row.replied_on,
        reply_no: row.reply_no.clone(),
        reply_note: row.reply_note.clone(),
        assembly_on: row.assembly_on,
        should: row.should,
        present: row.present,
        issued: row.issued,
        returned: row.returned,
        valid: row.valid,
        division,
        reported_on: row.reported_on,
        confirmed_on: row.confirmed_on,
        confirm_no: row.confirm_no.clone(),
        term_start: row.term_start,
        term_end: row.term_end,
        old_end: loaded.at.term_end(),
        seats: loaded.seats.iter().map(|(post, seats)| ElectionSeat { post: post.clone(), seats: *seats }).collect(),
        candidates: candidates.collect(),
        uncounted: uncounted.collect(),
        staying: staying
            .into_iter()
            .map(|held| ElectionStaying { person: held.person.into(), name: held.name, post: held.post })
            .collect(),
        endings: loaded
            .endings
            .iter()
            .map(|(post, reason)| ElectionEnding { post: (*post).into(), reason: reason.clone() })
            .collect(),
        documents,
        warnings,
        acts,
        created_by: row.created_by.clone(),
        created_at: row.created_at,
    })
}

/// A reminder in words, as of today.
fn words(rule: &str, about: NaiveDate, today: NaiveDate) -> String {
    let days = (about - today).num_days();
    match rule {
        "secretary_vacant" => format!("书记自{about}起空缺，已{}天", -days),
        _ if days > 0 => format!("本届将于{about}届满，还有{days}天，请按期换届"),
        _ if days == 0 => format!("本届今天（{about}）届满，请及时换届"),
        _ => format!("本届已于{about}届满，超期{}天，请尽快换届或报批延期", -days),
    }
}

/// 班子换届
#[derive(Default)]
pub struct LeadershipQuery;

#[Object]
impl LeadershipQuery {
    /// Organisations with their terms, those that end first (PC-3.1.2).
    async fn terms(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
        filter: Option<TermFilter>,
    ) -> Result<Listed<Term>> {
        let (cx, args) = (ctx.cx()?, PageArgs::new(first, after, offset)?);
        let (filter, today) = (filter.unwrap_or_default().read(), cx.app.world.today());
        let mut read = cx.read(READ).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let total = if ctx.shows(&["totalCount"]) {
            Some(store::count(&reach, &filter, today, read.conn()?).await?)
        } else {
            None
        };
        let page = store::list(&reach, &filter, today, &args, read.conn()?).await?;
        let ids: Vec<Uuid> = page.nodes.iter().map(|row| row.id).collect();
        let beside = store::beside(&ids, read.conn()?).await?;
        let nodes = page.nodes.iter().map(|row| term(row, &beside, today)).collect();
        Ok(Listed::new(Page { nodes, info: page.info }, total))
    }

    /// How many organisations something is the matter with.
    async fn summary(&self, ctx: &Context<'_>, under: Option<OrganisationId>) -> Result<TermSummary> {
        let cx = ctx.cx()?;
        let mut read = cx.read(READ).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let counted = store::summary(&reach, under, cx.app.world.today(), read.conn()?).await?;
        let store::Summary { elected, ending, soon, over, vacant, electing, unset } = counted;
        Ok(TermSummary { elected, ending, soon, over, vacant, electing, unset })
    }

    /// Who leads an organisation, who did, and its elections.
    async fn leadership(&self, ctx: &Context<'_>, organisation: OrganisationId) -> Result<Leadership> {
        leadership(ctx.cx()?, organisation).await
    }

    /// Who may vote in an organisation.
    async fn electorate(&self, ctx: &Context<'_>, organisation: OrganisationId) -> Result<LeadershipElectorate> {
        let cx = ctx.cx()?;
        let mut read = cx.read(EDIT).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let path = organisation::get(&reach, organisation, read.conn()?).await?.path;
        let store::Electorate { eligible, probationary, limited } = store::electorate(&path, read.conn()?).await?;
        let voteless = store::voteless(&path, read.conn()?).await?;
        let reason = |code: &str| match code {
            "probationary" => "预备党员",
            "suspended" => "已停止党籍",
            code => dictionary::label("member_right_limit", code).unwrap_or("党员权利受限"),
        };
        let told = |(id, name, code): (Uuid, String, String)| Voteless {
            person: id.into(),
            name,
            reason: reason(&code).to_owned(),
        };
        Ok(LeadershipElectorate { eligible, probationary, limited, voteless: voteless.into_iter().map(told).collect() })
    }

    /// One election with its candidates, votes and papers.
    async fn election(&self, ctx: &Context<'_>, id: ElectionId) -> Result<Election> {
        election(ctx.cx()?, id).await
    }

    /// What the caller was reminded of within a week, the most urgent first.
    async fn reminders(&self, ctx: &Context<'_>) -> Result<Vec<TermReminder>> {
        let cx = ctx.cx()?;
        let (today, account) = (cx.app.world.today(), identity::must_be_account(cx)?.account);
        let mut read = cx.read(READ).await?;
        let rows = store::reminders(account.0, today, read.conn()?).await?;
        // Whoever lost the right since is told nothing, and what was settled since is left out.
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.organisation_id).collect();
        let places = organisation::places(&ids, read.conn()?).await?;
        let open = store::open_abouts(&ids, read.conn()?).await?;
        let mut seen = std::collections::HashSet::new();
        let mut told = Vec::new();
        for row in rows {
            let Some((name, path)) = places.get(&row.organisation_id) else { continue };
            let still = open.contains(&(row.organisation_id, row.rule == "secretary_vacant", row.about));
            if !reach.covers(path) || !still || !seen.insert((row.organisation_id, row.about)) {
                continue;
            }
            told.push(TermReminder {
                id: row.id.to_string(),
                organisation: (OrganisationId::from(row.organisation_id), name.clone()).into(),
                level: TermLevel::from_code(&row.level).unwrap_or(TermLevel::Blue),
                words: words(&row.rule, row.about, today),
                about: row.about,
                at: row.created_at,
            });
        }
        // The most urgent first, the newest first among those.
        told.sort_by_key(|one| match one.level {
            TermLevel::Red => 0,
            TermLevel::Yellow => 1,
            TermLevel::Blue => 2,
        });
        Ok(told)
    }
}

/// 班子换届
#[derive(Default)]
pub struct LeadershipMutation;

#[Object(serial)]
impl LeadershipMutation {
    /// Opens an election as a draft (新建换届).
    async fn start_election(
        &self,
        ctx: &Context<'_>,
        organisation: OrganisationId,
        input: ElectionInput,
    ) -> Result<Election> {
        let cx = ctx.cx()?;
        match actions::start(cx, organisation, input.read()).await? {
            Ok(id) => election(cx, id).await,
            Err(faults) => Err(all_faults(ctx, faults)),
        }
    }

    /// Changes a draft.
    async fn edit_election(
        &self,
        ctx: &Context<'_>,
        id: ElectionId,
        version: i32,
        input: ElectionInput,
    ) -> Result<Election> {
        let cx = ctx.cx()?;
        match actions::edit(cx, id, version, input.read()).await? {
            Ok(()) => election(cx, id).await,
            Err(faults) => Err(all_faults(ctx, faults)),
        }
    }

    /// Sends the request to the superior (上报请示).
    async fn request_election(
        &self,
        ctx: &Context<'_>,
        id: ElectionId,
        version: i32,
        on: NaiveDate,
        number: Option<String>,
    ) -> Result<Election> {
        actions::request(ctx.cx()?, id, version, on, number).await?;
        election(ctx.cx()?, id).await
    }

    /// Replies to the request as the superior (批复).
    async fn reply_election(
        &self,
        ctx: &Context<'_>,
        id: ElectionId,
        version: i32,
        input: ElectionReplyInput,
    ) -> Result<Election> {
        Box::pin(actions::reply(ctx.cx()?, id, version, input.read())).await?;
        election(ctx.cx()?, id).await
    }

    /// Records what the assembly voted (登记选举结果).
    async fn hold_election(
        &self,
        ctx: &Context<'_>,
        id: ElectionId,
        version: i32,
        input: ElectionResultInput,
    ) -> Result<Election> {
        let cx = ctx.cx()?;
        match actions::hold(cx, id, version, input.read()?).await? {
            Ok(()) => election(cx, id).await,
            Err(faults) => Err(all_faults(ctx, faults)),
        }
    }

    /// Reports the result to the superior (报告选举结果).
    async fn report_election(
        &self,
        ctx: &Context<'_>,
        id: ElectionId,
        version: i32,
        input: ElectionReportInput,
    ) -> Result<Election> {
        actions::report(ctx.cx()?, id, version, input.read()?).await?;
        election(ctx.cx()?, id).await
    }

    /// Confirms the result as the superior (批准选举结果); posts and term begin.
    async fn confirm_election(
        &self,
        ctx: &Context<'_>,
        id: ElectionId,
        version: i32,
        input: ElectionReplyInput,
    ) -> Result<Election> {
        Box::pin(actions::confirm(ctx.cx()?, id, version, input.read())).await?;
        election(ctx.cx()?, id).await
    }

    /// Takes an election back, with a reason (撤回).
    async fn withdraw_election(
        &self,
        ctx: &Context<'_>,
        id: ElectionId,
        version: i32,
        reason: String,
    ) -> Result<Election> {
        actions::withdraw(ctx.cx()?, id, version, &reason).await?;
        election(ctx.cx()?, id).await
    }

    /// Ends a post within a term (结束职务).
    async fn end_post(&self, ctx: &Context<'_>, id: PostId, on: NaiveDate, reason: String) -> Result<Leadership> {
        let at = actions::end_post(ctx.cx()?, id, on, &reason).await?;
        leadership(ctx.cx()?, at).await
    }

    /// Opens the upload of a paper.
    async fn request_document(
        &self,
        ctx: &Context<'_>,
        id: ElectionId,
        input: ElectionUpload,
    ) -> Result<ElectionTicket> {
        let upload = Upload { kind: input.kind, file_name: input.file_name, size: input.size };
        let ticket = papers::request(ctx.cx()?, id, upload).await?;
        Ok(ElectionTicket { id: ticket.id, url: ticket.url, content_type: ticket.content_type })
    }

    /// Looks an uploaded file through and keeps it.
    async fn keep_document(&self, ctx: &Context<'_>, id: ElectionDocumentId) -> Result<Election> {
        let of = papers::keep(ctx.cx()?, id).await?;
        election(ctx.cx()?, of).await
    }

    /// Takes away a paper whose step is not done yet.
    async fn remove_document(&self, ctx: &Context<'_>, id: ElectionDocumentId) -> Result<Election> {
        let of = papers::remove(ctx.cx()?, id).await?;
        election(ctx.cx()?, of).await
    }

    /// A short link to a paper; who opened it is recorded.
    async fn open_document(&self, ctx: &Context<'_>, id: ElectionDocumentId) -> Result<ElectionLink> {
        let (url, file_name) = papers::link(ctx.cx()?, id).await?;
        Ok(ElectionLink { url, file_name })
    }
}
