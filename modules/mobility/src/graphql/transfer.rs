use std::collections::HashMap;

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chrono::{DateTime, Days, NaiveDate, Utc};
use uuid::Uuid;
use zhibu_core::{
    Error, LetterId, OrganisationId, Page, PageArgs, PersonId, ReceivingCodeId, Result, TransferId, dictionary, mask,
};
use zhibu_directory::graphql::{MemberInput, OrganisationRef};
use zhibu_directory::organisation::{self, Reach};
use zhibu_graphql::{Listed, Request};
use zhibu_tenancy::purge::NAMELESS;
use zhibu_tenancy::{Conn, Cx, letters};

use crate::transfer::papers::{self, CODE, Code};
use crate::transfer::rules::{self, MobilityLevel};
use crate::transfer::store::{self, Filter};
use crate::transfer::{
    self, CodeRow, InboxRow, InboxState, LetterForm, LetterRow, Record, Row, TransferKind, TransferSide, TransferStatus,
};
use crate::{TRANSFER_ACCEPT, TRANSFER_READ, TRANSFER_START};

/// A transfer of a membership (党员调动).
#[derive(SimpleObject)]
pub struct Transfer {
    id: TransferId,
    /// Counts what was done; give it back when doing something.
    version: i32,
    kind: TransferKind,
    status: TransferStatus,
    /// Whose turn it is; none when it has ended.
    side: Option<TransferSide>,
    /// At which organisation it waits.
    waits_at: Option<OrganisationRef>,
    person: Option<PersonId>,
    name: String,
    /// 转出党组织
    from_name: String,
    /// 接收党组织
    to_name: String,
    /// Dictionary `transfer_reason`
    reason: String,
    note: Option<String>,
    /// 党费交至, year and month
    dues_paid_to: Option<String>,
    returns: i32,
    letter_no: Option<String>,
    issued_on: Option<NaiveDate>,
    valid_until: Option<NaiveDate>,
    /// The letter goes to another tenant as a signed text.
    electronic: bool,
    /// The receipt is missed.
    alert: Option<MobilityLevel>,
    /// It waits for the caller.
    mine: bool,
    started_at: DateTime<Utc>,
    closed_at: Option<DateTime<Utc>>,
}

/// What the caller may do with a transfer.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub enum TransferAct {
    /// 审核通过
    Approve,
    /// 审核通过并开具介绍信
    IssueLetter,
    /// 接收
    Accept,
    /// 退回
    SendBack,
    /// 重新提交
    Resubmit,
    /// 撤回
    Withdraw,
    /// 重开介绍信
    Reissue,
    /// 登记回执
    FileReceipt,
    /// 打印介绍信
    PrintLetter,
}

/// What happened in a transfer, for its timeline.
#[derive(SimpleObject)]
pub struct TransferMoment {
    id: String,
    /// `started`, `approved`, `accepted`, `returned`, `resubmitted`, `withdrawn`, `letter_issued`, `reissued`, `expired`,
    /// `refused`, `receipt_filed`, `receipt_refused`, `rerouted`
    event: String,
    organisation: String,
    note: String,
    by: String,
    at: DateTime<Utc>,
}

/// A letter that was issued for a transfer.
#[derive(SimpleObject)]
pub struct TransferLetter {
    id: LetterId,
    number: String,
    committee: String,
    issued_on: NaiveDate,
    valid_until: NaiveDate,
    issuer: String,
    /// The signed text to hand over, of an electronic letter.
    document: Option<String>,
    receipt_no: Option<String>,
    receipt_on: Option<NaiveDate>,
}

/// A line of what a letter says.
#[derive(SimpleObject, Clone)]
pub struct LetterFact {
    label: String,
    value: String,
}

/// Where a committee that issues letters is found.
#[derive(SimpleObject)]
pub struct Letterhead {
    /// 通讯地址
    address: String,
    /// 联系电话
    phone: String,
}

/// What goes along with a member, such as the case of development.
#[derive(SimpleObject)]
pub struct LetterAlong {
    title: String,
    lines: Vec<String>,
}

/// A transfer with all that is known of it. What is sensitive is masked.
#[derive(SimpleObject)]
pub struct TransferFile {
    transfer: Transfer,
    acts: Vec<TransferAct>,
    /// What should be looked at before deciding.
    warnings: Vec<String>,
    /// What the letter says of somebody from outside.
    facts: Vec<LetterFact>,
    along: Vec<LetterAlong>,
    /// What the committee's last letter said of where it is, for the next one; nothing where none may be issued.
    letterhead: Option<Letterhead>,
    timeline: Vec<TransferMoment>,
    letters: Vec<TransferLetter>,
    /// Whether an electronic letter reaches its tenant by itself.
    delivered: bool,
    /// The signed receipt to hand back, where an electronic letter was taken in.
    receipt: Option<String>,
}

/// A letter in full, for printing.
#[derive(SimpleObject)]
pub struct PrintedLetter {
    number: String,
    committee: String,
    to: String,
    from: String,
    name: String,
    /// Dictionary `sex`
    sex: String,
    age: Option<u32>,
    /// Dictionary `ethnicity`
    ethnicity: String,
    id_number: String,
    mobile: String,
    formal: bool,
    dues_paid_to: Option<String>,
    issued_on: NaiveDate,
    valid_days: i64,
    valid_until: NaiveDate,
    issuer: String,
    address: String,
    phone: String,
}

/// A receiving code (接收码).
#[derive(SimpleObject)]
pub struct ReceivingCode {
    id: ReceivingCodeId,
    organisation: OrganisationRef,
    /// The signed text that others paste.
    document: String,
    /// The key of this installation, as people compare it.
    fingerprint: String,
    expires_on: NaiveDate,
    open: bool,
    by: String,
    at: DateTime<Utc>,
}

/// Who a receiving code of others is for.
#[derive(SimpleObject)]
pub struct ReadCode {
    tenant_name: String,
    organisation_name: String,
    address: String,
    fingerprint: String,
    expires_on: NaiveDate,
    /// It is a tenant of this installation; letters reach it by themselves.
    here: bool,
}

/// An electronic letter that has arrived (电子介绍信).
#[derive(SimpleObject)]
pub struct ArrivedLetter {
    id: LetterId,
    organisation: OrganisationRef,
    state: InboxState,
    name: String,
    number: String,
    from_name: String,
    issued_on: NaiveDate,
    valid_until: NaiveDate,
    expired: bool,
    arrived_at: DateTime<Utc>,
    transfer: Option<TransferId>,
}

/// An electronic letter with all that it says. What is sensitive is masked.
#[derive(SimpleObject)]
pub struct ArrivedFile {
    letter: ArrivedLetter,
    facts: Vec<LetterFact>,
    along: Vec<LetterAlong>,
    warnings: Vec<String>,
    /// The installation that signed it, as people compare it.
    fingerprint: String,
    /// It was signed by this installation.
    here: bool,
    /// The signed receipt to hand back.
    receipt: Option<String>,
    /// Why it was refused.
    note: Option<String>,
    /// The caller may take it or refuse it.
    open: bool,
}

/// What wants attention of transfers, in numbers.
#[derive(SimpleObject)]
pub struct TransferSummary {
    /// Transfers that wait for the caller.
    waiting: i64,
    /// Electronic letters that wait for the caller.
    arrived: i64,
    /// Letters that run out within a week.
    expiring: i64,
    /// Letters that have run out.
    expired: i64,
    /// Receipts missed for 30 days.
    late: i64,
    /// Receipts missed for 90 days.
    very_late: i64,
}

/// A branch that can take a member in, and what it belongs to.
#[derive(SimpleObject)]
pub struct ReceivingBranch {
    id: OrganisationId,
    short_name: String,
    above: String,
}

/// Which of some members have a transfer under way.
#[derive(SimpleObject)]
pub struct Transferring {
    person: PersonId,
    transfer: TransferId,
}

/// Which transfers a list shows.
#[derive(InputObject, Default)]
pub struct TransferFilter {
    /// Part of the name or its pinyin, a whole mobile or identity number.
    search: Option<String>,
    /// That concern this organisation or what is below.
    under: Option<OrganisationId>,
    kind: Option<TransferKind>,
    status: Option<TransferStatus>,
    /// Open or ended.
    open: Option<bool>,
    /// Only those that wait for a decision.
    waiting: Option<bool>,
    /// Only those whose receipt has been missed for so many days.
    missed_days: Option<i32>,
    started_from: Option<NaiveDate>,
    started_to: Option<NaiveDate>,
}

impl TransferFilter {
    /// The same for the query; those that wait for a decision wait with anybody until it is said with whom.
    pub(crate) fn read(self, today: NaiveDate) -> Result<Filter> {
        for (field, day) in [("startedFrom", self.started_from), ("startedTo", self.started_to)] {
            day.map_or(Ok(()), |day| zhibu_core::check::day(field, day))?;
        }
        let missed = self.missed_days.map(|days| u64::try_from(days).ok().filter(|days| *days <= 3650));
        let missed = missed.map(|days| days.ok_or_else(|| Error::invalid("missedDays", "天数应为0至3650")));
        Ok(Filter {
            search: self.search,
            under: self.under,
            kind: self.kind,
            status: self.status,
            open: self.open,
            waiting: self.waiting.unwrap_or_default().then_some(None),
            missed: missed.transpose()?.and_then(|days| today.checked_sub_days(Days::new(days))),
            from: self.started_from,
            to: self.started_to,
        })
    }
}

#[derive(InputObject)]
struct InternalTransferInput {
    person: PersonId,
    /// 接收党支部
    to: OrganisationId,
    /// Dictionary `transfer_reason`
    reason: String,
    note: Option<String>,
    /// Year and month, as `2026-10`.
    dues_paid_to: Option<String>,
}

#[derive(InputObject)]
struct OutboundTransferInput {
    person: PersonId,
    /// 接收党组织, where there is no receiving code
    to_name: Option<String>,
    /// The receiver's code, for an electronic letter.
    receiver: Option<String>,
    /// Dictionary `transfer_reason`
    reason: String,
    note: Option<String>,
    dues_paid_to: Option<String>,
}

#[derive(InputObject)]
struct InboundTransferInput {
    /// What the letter says of the member, with the branch that receives.
    member: MemberInput,
    from_name: String,
    letter_no: String,
    issued_on: NaiveDate,
    valid_days: i32,
    /// Dictionary `transfer_reason`
    reason: String,
    note: Option<String>,
    dues_paid_to: Option<String>,
}

/// What is corrected before a transfer is sent on again; what is left out stays.
#[derive(InputObject)]
struct ResubmitTransferInput {
    /// Another branch that receives, within the tenant.
    to: Option<OrganisationId>,
    /// Another receiving code.
    receiver: Option<String>,
    dues_paid_to: Option<String>,
    note: String,
}

#[derive(InputObject)]
struct TransferLetterInput {
    /// 1 to 90
    valid_days: i32,
    address: String,
    phone: String,
}

impl From<TransferLetterInput> for LetterForm {
    fn from(input: TransferLetterInput) -> Self {
        Self { valid_days: input.valid_days, address: input.address, phone: input.phone }
    }
}

/// What rows of transfers are shown with.
struct Shown {
    places: HashMap<Uuid, (String, String)>,
    accept: Reach,
    start: Reach,
    today: NaiveDate,
}

impl Shown {
    async fn of(cx: &Cx, rows: &[Row], conn: &mut Conn) -> Result<Self> {
        let at: Vec<Uuid> = rows.iter().flat_map(store::places_of).collect();
        Ok(Self {
            places: organisation::places(&at, conn).await?,
            accept: Reach::held(cx, TRANSFER_ACCEPT, conn).await?,
            start: Reach::held(cx, TRANSFER_START, conn).await?,
            today: cx.app.world.today(),
        })
    }

    fn covers(&self, reach: &Reach, at: Option<Uuid>) -> bool {
        at.and_then(|at| self.places.get(&at)).is_some_and(|(_, path)| reach.covers(path))
    }

    fn mine(&self, row: &Row) -> bool {
        match row.side() {
            Some(TransferSide::Starter) => self.covers(&self.start, row.waits_at),
            Some(TransferSide::Source | TransferSide::TargetCommittee | TransferSide::TargetBranch) => {
                self.covers(&self.accept, row.waits_at)
            }
            Some(TransferSide::Receipt) | None => false,
        }
    }

    fn transfer(&self, row: &Row) -> Transfer {
        let status = row.status_on(self.today);
        let out = row.side() == Some(TransferSide::Receipt);
        Transfer {
            id: row.id.into(),
            version: row.version,
            kind: row.kind(),
            status,
            side: row.side(),
            waits_at: row.waits_at.map(|at| {
                let name = self.places.get(&at).map(|(name, _)| name.clone()).unwrap_or_default();
                (OrganisationId::from(at), name).into()
            }),
            person: row.person_id.map(Into::into),
            name: row.name.clone(),
            from_name: row.from_name.clone(),
            to_name: row.to_name.clone(),
            reason: row.reason.clone(),
            note: row.note.clone(),
            dues_paid_to: row.dues_paid_to.clone(),
            returns: row.returns.into(),
            letter_no: row.letter_no.clone(),
            issued_on: row.issued_on,
            valid_until: row.valid_until,
            electronic: row.receiver.is_some(),
            alert: row.issued_on.filter(|_| out).and_then(|day| rules::overdue(day, self.today)),
            mine: self.mine(row),
            started_at: row.created_at,
            closed_at: row.closed_at,
        }
    }

    fn acts(&self, row: &Row) -> Vec<TransferAct> {
        use TransferAct as A;
        let mut acts = Vec::new();
        let decides = self.covers(&self.accept, row.waits_at);
        match row.side() {
            Some(TransferSide::Source) if decides && row.kind() == TransferKind::Outbound => acts.push(A::IssueLetter),
            Some(TransferSide::Source | TransferSide::TargetCommittee) if decides => acts.push(A::Approve),
            Some(TransferSide::TargetBranch) if decides => acts.push(A::Accept),
            Some(TransferSide::Receipt) if decides => {
                acts.push(A::FileReceipt);
                if row.status_on(self.today) == TransferStatus::Expired {
                    acts.push(A::Reissue);
                }
            }
            Some(TransferSide::Starter) if self.covers(&self.start, row.waits_at) => acts.push(A::Resubmit),
            Some(_) | None => {}
        }
        let review = !matches!(row.side(), None | Some(TransferSide::Starter | TransferSide::Receipt));
        if decides && review && row.returns < rules::MOST_RETURNS {
            acts.push(A::SendBack);
        }
        let out = row.status_on(self.today) == TransferStatus::LetterIssued && row.receiver.is_some();
        if row.closed_at.is_none() && !out && self.covers(&self.start, row.starter()) {
            acts.push(A::Withdraw);
        }
        if row.letter_id.is_some() && row.name != NAMELESS && self.covers(&self.accept, row.source_id) {
            acts.push(A::PrintLetter);
        }
        acts
    }
}

/// What a letter says of a member, masked where it is sensitive.
fn facts(record: &Record, today: NaiveDate) -> Vec<LetterFact> {
    let facts = &record.facts;
    let label = |kind: &str, code: &str| dictionary::words(kind, code);
    let day = |day: NaiveDate| day.to_string();
    let mut told: Vec<LetterFact> = Vec::new();
    let mut say = |label: &str, value: Option<String>| {
        let value = value.filter(|value| !value.is_empty());
        told.extend(value.map(|value| LetterFact { label: label.to_owned(), value }));
    };
    say("公民身份号码", Some(mask::id_number(&record.id_number)));
    say("性别", Some(label("sex", &facts.sex)));
    let age = today.years_since(facts.birth_date).map(|age| format!("（{age}岁）")).unwrap_or_default();
    say("出生日期", Some(format!("{}{age}", facts.birth_date)));
    say("民族", Some(label("ethnicity", &facts.ethnicity)));
    say("人员类别", Some(label("member_type", facts.member_type.code())));
    say("加入党组织日期", Some(day(facts.join_date)));
    say("转为正式党员日期", facts.conversion_date.map(day));
    say("党费交至", record.dues_paid_to.clone());
    say("手机号", Some(mask::phone(&record.mobile)));
    say("固定电话", record.landline.as_deref().map(mask::phone));
    say("家庭住址", record.home_address.as_deref().map(mask::address));
    say("籍贯", facts.native_place.clone());
    say("学历", Some(label("education_level", &facts.education_level)));
    say("学位", facts.degree.as_deref().map(|code| label("degree", code)));
    say("毕业院校", facts.school.clone());
    say("专业", facts.major.clone());
    say("参加工作时间", facts.first_work_date.map(day));
    say("工作岗位", Some(label("work_post", &facts.work_post)));
    say("工作单位及职务", facts.employer.clone());
    say("职称", facts.professional_title.clone());
    say("备注", facts.remark.clone());
    say("原党支部", Some(record.branch.clone()));
    say("介绍信写明的接收组织", Some(record.to.clone()).filter(|_| !record.branch.is_empty()));
    say("调动原因", Some(label("transfer_reason", &record.reason)));
    say("转出党委地址", Some(record.address.clone()));
    say("转出党委电话", Some(record.phone.clone()));
    told
}

fn along(record: Option<&Record>) -> Vec<LetterAlong> {
    let all = record.map(|record| record.along.clone()).unwrap_or_default();
    all.into_iter().map(|one| LetterAlong { title: one.title, lines: one.lines }).collect()
}

/// What whoever decides should look at.
fn warnings(paid_to: Option<&str>, until: Option<NaiveDate>, record: Option<&Record>, today: NaiveDate) -> Vec<String> {
    let mut told = Vec::new();
    told.extend(rules::arrears(paid_to, today).map(|months| format!("党费已有{months}个月未交，请先核实")));
    match until.map(|day| (day, (day - today).num_days())) {
        Some((_, days)) if days < 0 => told.push("介绍信已超过有效期，请转出方重新开具".to_owned()),
        Some((day, days)) if days <= 7 => told.push(format!("介绍信有效期至{day}，请尽快办理")),
        Some(_) | None => {}
    }
    if let Some(facts) = record.map(|record| &record.facts)
        && facts.member_type == zhibu_directory::member::MemberType::Probationary
    {
        let end = zhibu_directory::member::rules::probation_end(facts.join_date);
        told.push(format!("该同志为预备党员，预备期至{end}，接收后请按期办理转正"));
    }
    told
}

async fn file(cx: &Cx, id: TransferId) -> Result<TransferFile> {
    let mut read = cx.read(TRANSFER_READ).await?;
    let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
    let row = store::load(&reach, id, false, read.conn()?).await?;
    let today = cx.app.world.today();
    let record = match &row.record {
        Some(sealed) => Some(transfer::record_of(cx, sealed).await?),
        None => None,
    };
    let shown = Shown::of(cx, std::slice::from_ref(&row), read.conn()?).await?;
    let arrived = store::inbox_of(row.id, read.conn()?).await?;
    let given = shown.covers(&shown.accept, row.source_id);
    let letter = |letter: LetterRow| TransferLetter {
        id: letter.id.into(),
        number: letter.number,
        committee: letter.committee_name,
        issued_on: letter.issued_on,
        valid_until: letter.valid_until,
        issuer: letter.issuer,
        document: letter.document.filter(|_| given),
        receipt_no: letter.receipt_no,
        receipt_on: letter.receipt_on,
    };
    let code = row.receiver.as_deref().and_then(|text| letters::read::<Code>(CODE, text));
    let open = row.closed_at.is_none();
    let until = row.valid_until.filter(|_| open && row.kind() == TransferKind::Inbound);
    let acts = shown.acts(&row);
    let issues = acts.iter().any(|act| matches!(act, TransferAct::IssueLetter | TransferAct::Reissue));
    let letterhead = match row.source_id.filter(|_| issues) {
        Some(committee) => store::letterhead(committee, read.conn()?).await?,
        None => None,
    };
    Ok(TransferFile {
        acts,
        letterhead: letterhead.map(|(address, phone)| Letterhead { address, phone }),
        warnings: warnings(
            row.dues_paid_to.as_deref().filter(|_| open),
            until,
            record.as_ref().filter(|_| open),
            today,
        ),
        facts: record.as_ref().map(|record| facts(record, today)).unwrap_or_default(),
        along: along(record.as_ref()),
        timeline: store::events(row.id, read.conn()?)
            .await?
            .into_iter()
            .map(|event| TransferMoment {
                id: event.id.to_string(),
                event: event.event,
                organisation: event.organisation_name,
                note: event.note,
                by: event.account_name,
                at: event.created_at,
            })
            .collect(),
        letters: store::letters(row.id, read.conn()?).await?.into_iter().map(letter).collect(),
        delivered: code.is_some_and(|code| letters::ours(&cx.app, &code.key).unwrap_or_default()),
        receipt: arrived.and_then(|letter| letter.receipt).filter(|_| shown.covers(&shown.accept, row.target_id)),
        transfer: shown.transfer(&row),
    })
}

fn arrived(row: &InboxRow, names: &HashMap<Uuid, String>, today: NaiveDate) -> ArrivedLetter {
    let name = names.get(&row.organisation_id).cloned().unwrap_or_default();
    ArrivedLetter {
        id: row.id.into(),
        organisation: (OrganisationId::from(row.organisation_id), name).into(),
        state: InboxState::from_code(&row.state).unwrap_or(InboxState::Waiting),
        name: row.name.clone(),
        number: row.number.clone(),
        from_name: row.from_name.clone(),
        issued_on: row.issued_on,
        valid_until: row.valid_until,
        expired: row.closed_at.is_none() && rules::expired(row.valid_until, today),
        arrived_at: row.arrived_at,
        transfer: row.transfer_id.map(Into::into),
    }
}

async fn arrived_file(cx: &Cx, id: LetterId) -> Result<ArrivedFile> {
    let mut read = cx.read(TRANSFER_ACCEPT).await?;
    let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
    let row = store::inbox_one(&reach, id, false, read.conn()?).await?;
    let names = organisation::names(&[row.organisation_id], read.conn()?).await?;
    let today = cx.app.world.today();
    let record = match row.record.as_slice() {
        [] => None,
        sealed => Some(transfer::record_of(cx, sealed).await?),
    };
    let paid_to = record.as_ref().and_then(|record| record.dues_paid_to.as_deref());
    let until = Some(row.valid_until).filter(|_| row.closed_at.is_none());
    Ok(ArrivedFile {
        letter: arrived(&row, &names, today),
        facts: record.as_ref().map(|record| facts(record, today)).unwrap_or_default(),
        warnings: warnings(paid_to, until, record.as_ref(), today),
        along: along(record.as_ref()),
        fingerprint: papers::fingerprint(&row.signer),
        here: row.here,
        receipt: row.receipt,
        note: row.note,
        open: row.state == "waiting",
    })
}

async fn code(cx: &Cx, rows: Vec<CodeRow>, conn: &mut Conn) -> Result<Vec<ReceivingCode>> {
    let at: Vec<Uuid> = rows.iter().map(|row| row.organisation_id).collect();
    let names = organisation::names(&at, conn).await?;
    let (fingerprint, today) = (papers::fingerprint(&letters::own_key(&cx.app)?), cx.app.world.today());
    let shown = |row: CodeRow| ReceivingCode {
        id: row.id.into(),
        organisation: (
            OrganisationId::from(row.organisation_id),
            names.get(&row.organisation_id).cloned().unwrap_or_default(),
        )
            .into(),
        document: row.document,
        fingerprint: fingerprint.clone(),
        expires_on: row.expires_on,
        open: row.closed_at.is_none() && today <= row.expires_on,
        by: row.account_name,
        at: row.created_at,
    };
    Ok(rows.into_iter().map(shown).collect())
}

/// 党员调动
#[derive(Default)]
pub struct TransferQuery;

#[Object]
impl TransferQuery {
    /// Transfers that concern the caller's scope, the newest first (PC-3.2.3).
    async fn transfers(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
        filter: Option<TransferFilter>,
    ) -> Result<Listed<Transfer>> {
        let (cx, args) = (ctx.cx()?, PageArgs::new(first, after, offset)?);
        let mut filter = filter.unwrap_or_default().read(cx.app.world.today())?;
        let mut read = cx.read(TRANSFER_READ).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        if filter.waiting.is_some() {
            filter.waiting = Some(deciding(cx, read.conn()?).await?);
        }
        let total = if ctx.shows(&["totalCount"]) {
            Some(store::count(cx, &reach, &filter, read.conn()?).await?)
        } else {
            None
        };
        let page = store::list(cx, &reach, &filter, &args, read.conn()?).await?;
        let shown = Shown::of(cx, &page.nodes, read.conn()?).await?;
        let nodes = page.nodes.iter().map(|row| shown.transfer(row)).collect();
        Ok(Listed::new(Page { nodes, info: page.info }, total))
    }

    /// One transfer with its way so far.
    async fn transfer(&self, ctx: &Context<'_>, id: TransferId) -> Result<TransferFile> {
        file(ctx.cx()?, id).await
    }

    /// What wants attention, in numbers.
    async fn transfer_summary(&self, ctx: &Context<'_>, under: Option<OrganisationId>) -> Result<TransferSummary> {
        let cx = ctx.cx()?;
        let mut read = cx.read(TRANSFER_READ).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let places = organisation::part(&reach, under, read.conn()?).await?;
        let found = store::summary(places, cx.app.world.today(), read.conn()?).await?;
        let waiting = Some(deciding(cx, read.conn()?).await?);
        let filter = Filter { under, waiting, ..Filter::default() };
        let waiting = store::count(cx, &reach, &filter, read.conn()?).await?;
        let accept = Reach::held(cx, TRANSFER_ACCEPT, read.conn()?).await?;
        let args = PageArgs::new(Some(1), None, None)?;
        let state = Some(InboxState::Waiting);
        let (_, arrived) = store::inbox(&accept, under, state, &args, read.conn()?).await?;
        Ok(TransferSummary {
            waiting,
            arrived,
            expiring: found.expiring,
            expired: found.expired,
            late: found.late,
            very_late: found.very_late,
        })
    }

    /// Branches anywhere in the tenant that can take a member in, by a part of their name.
    async fn receiving_branches(&self, ctx: &Context<'_>, search: String) -> Result<Vec<ReceivingBranch>> {
        let mut read = ctx.cx()?.read(TRANSFER_START).await?;
        Reach::of(&read.scope.clone(), read.conn()?).await?;
        let search = zhibu_core::check::text("search", "党支部名称", &search, 1, 60)?;
        let found = store::branches(&search, read.conn()?).await?;
        let shown =
            |(id, short_name, above): (Uuid, String, String)| ReceivingBranch { id: id.into(), short_name, above };
        Ok(found.into_iter().map(shown).collect())
    }

    /// Which of these members have a transfer under way.
    async fn transferring(&self, ctx: &Context<'_>, people: Vec<PersonId>) -> Result<Vec<Transferring>> {
        if people.len() > 100 {
            return Err(Error::invalid("people", "一次最多查询100名党员"));
        }
        let mut read = ctx.cx()?.read(TRANSFER_READ).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let ids: Vec<Uuid> = people.into_iter().map(|id| id.0).collect();
        let found = store::transferring(&reach, &ids, read.conn()?).await?;
        let shown =
            |(person, transfer): (Uuid, Uuid)| Transferring { person: person.into(), transfer: transfer.into() };
        Ok(found.into_iter().map(shown).collect())
    }

    /// Receiving codes of the caller's scope, the newest first.
    async fn receiving_codes(&self, ctx: &Context<'_>) -> Result<Vec<ReceivingCode>> {
        let cx = ctx.cx()?;
        let mut read = cx.read(TRANSFER_ACCEPT).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let rows = store::codes(&reach, read.conn()?).await?;
        code(cx, rows, read.conn()?).await
    }

    /// Who a receiving code of others is for.
    async fn read_receiving_code(&self, ctx: &Context<'_>, text: String) -> Result<ReadCode> {
        let cx = ctx.cx()?;
        crate::may(cx, TRANSFER_START)?;
        let code = papers::code(&text, cx.app.world.today())?;
        Ok(ReadCode {
            here: letters::ours(&cx.app, &code.key)?,
            fingerprint: papers::fingerprint(&code.key),
            tenant_name: code.body.tenant_name,
            organisation_name: code.body.organisation_name,
            address: code.body.address,
            expires_on: code.body.expires_on,
        })
    }

    /// Electronic letters that have arrived, the newest first.
    async fn arrived_letters(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
        under: Option<OrganisationId>,
        state: Option<InboxState>,
    ) -> Result<Listed<ArrivedLetter>> {
        let (cx, args) = (ctx.cx()?, PageArgs::new(first, after, offset)?);
        let mut read = cx.read(TRANSFER_ACCEPT).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let (page, total) = store::inbox(&reach, under, state, &args, read.conn()?).await?;
        let at: Vec<Uuid> = page.nodes.iter().map(|row| row.organisation_id).collect();
        let names = organisation::names(&at, read.conn()?).await?;
        let today = cx.app.world.today();
        let nodes = page.nodes.iter().map(|row| arrived(row, &names, today)).collect();
        Ok(Listed::new(Page { nodes, info: page.info }, Some(total)))
    }

    /// One electronic letter with all that it says.
    async fn arrived_letter(&self, ctx: &Context<'_>, id: LetterId) -> Result<ArrivedFile> {
        arrived_file(ctx.cx()?, id).await
    }
}

/// Where the caller decides: organisations, or everywhere.
async fn deciding(cx: &Cx, conn: &mut Conn) -> Result<Option<Vec<Uuid>>> {
    let accept = Reach::held(cx, TRANSFER_ACCEPT, conn).await?;
    let start = Reach::held(cx, TRANSFER_START, conn).await?;
    let (accept, start) =
        (organisation::part(&accept, None, conn).await?, organisation::part(&start, None, conn).await?);
    Ok(match (accept, start) {
        (None, _) => None,
        (Some(accept), start) if accept.is_empty() => start.or(Some(accept)),
        (accept, _) => accept,
    })
}

/// 党员调动
#[derive(Default)]
pub struct TransferMutation;

#[Object]
impl TransferMutation {
    /// Starts a transfer within the tenant (PC-3.2.3).
    async fn start_internal(&self, ctx: &Context<'_>, input: InternalTransferInput) -> Result<TransferFile> {
        let cx = ctx.cx()?;
        let form = transfer::Internal {
            person: input.person,
            to: input.to,
            reason: input.reason,
            note: input.note,
            dues_paid_to: input.dues_paid_to,
        };
        file(cx, transfer::start_internal(cx, form).await?).await
    }

    /// Starts a transfer out of the tenant.
    async fn start_outbound(&self, ctx: &Context<'_>, input: OutboundTransferInput) -> Result<TransferFile> {
        let cx = ctx.cx()?;
        let form = transfer::Outbound {
            person: input.person,
            to_name: input.to_name,
            receiver: input.receiver,
            reason: input.reason,
            note: input.note,
            dues_paid_to: input.dues_paid_to,
        };
        file(cx, transfer::start_outbound(cx, form).await?).await
    }

    /// Starts a transfer into the tenant from a letter on paper.
    async fn start_inbound(&self, ctx: &Context<'_>, input: InboundTransferInput) -> Result<TransferFile> {
        let cx = ctx.cx()?;
        crate::may(cx, TRANSFER_START)?;
        let (place, facts) = input.member.accept(ctx)?;
        let form = transfer::Inbound {
            branch: place.branch,
            facts,
            from_name: input.from_name,
            letter_no: input.letter_no,
            issued_on: input.issued_on,
            valid_days: input.valid_days,
            reason: input.reason,
            note: input.note,
            dues_paid_to: input.dues_paid_to,
        };
        file(cx, transfer::start_inbound(cx, form).await?).await
    }

    /// Agrees for the organisation whose turn it is. The committee that lets a member out of the tenant issues the letter.
    async fn approve(
        &self,
        ctx: &Context<'_>,
        id: TransferId,
        version: i32,
        #[graphql(default)] note: String,
        letter: Option<TransferLetterInput>,
    ) -> Result<TransferFile> {
        let cx = ctx.cx()?;
        transfer::approve(cx, id, version, &note, letter.map(Into::into)).await?;
        file(cx, id).await
    }

    /// Sends a transfer back for correction, with a reason.
    async fn send_back(&self, ctx: &Context<'_>, id: TransferId, version: i32, reason: String) -> Result<TransferFile> {
        transfer::send_back(ctx.cx()?, id, version, &reason).await?;
        file(ctx.cx()?, id).await
    }

    /// Sends a transfer on again after it was returned.
    async fn resubmit(
        &self,
        ctx: &Context<'_>,
        id: TransferId,
        version: i32,
        input: ResubmitTransferInput,
    ) -> Result<TransferFile> {
        let ResubmitTransferInput { to, receiver, dues_paid_to, note } = input;
        transfer::resubmit(ctx.cx()?, id, version, (to, receiver, dues_paid_to), &note).await?;
        file(ctx.cx()?, id).await
    }

    /// Takes a transfer back, with a reason.
    async fn withdraw(&self, ctx: &Context<'_>, id: TransferId, version: i32, reason: String) -> Result<TransferFile> {
        transfer::withdraw(ctx.cx()?, id, version, &reason).await?;
        file(ctx.cx()?, id).await
    }

    /// Issues another letter for one that has run out.
    async fn reissue(
        &self,
        ctx: &Context<'_>,
        id: TransferId,
        version: i32,
        reason: String,
        receiver: Option<String>,
        letter: TransferLetterInput,
    ) -> Result<TransferFile> {
        transfer::reissue(ctx.cx()?, id, version, (&reason, receiver), letter.into()).await?;
        file(ctx.cx()?, id).await
    }

    /// Files a receipt on paper: the membership ends here. For an electronic letter the note says why it is paper.
    async fn file_receipt(
        &self,
        ctx: &Context<'_>,
        id: TransferId,
        version: i32,
        received_on: NaiveDate,
        receipt_no: String,
        #[graphql(default)] note: String,
    ) -> Result<TransferFile> {
        transfer::file_receipt(ctx.cx()?, id, version, (received_on, &receipt_no, &note)).await?;
        file(ctx.cx()?, id).await
    }

    /// Files a signed receipt.
    async fn read_receipt(&self, ctx: &Context<'_>, text: String) -> Result<TransferFile> {
        let id = transfer::read_receipt(ctx.cx()?, &text).await?;
        file(ctx.cx()?, id).await
    }

    /// A letter in full, to be printed; who printed it is recorded.
    async fn print_letter(&self, ctx: &Context<'_>, id: TransferId) -> Result<PrintedLetter> {
        let cx = ctx.cx()?;
        let (row, letter, record) = transfer::printed(cx, id).await?;
        Ok(PrintedLetter {
            number: letter.number,
            committee: letter.committee_name,
            to: row.to_name,
            from: row.from_name,
            age: letter.issued_on.years_since(record.facts.birth_date),
            formal: record.facts.member_type == zhibu_directory::member::MemberType::Formal,
            name: record.facts.name,
            sex: record.facts.sex,
            ethnicity: record.facts.ethnicity,
            id_number: record.id_number,
            mobile: record.mobile,
            dues_paid_to: record.dues_paid_to,
            valid_days: (letter.valid_until - letter.issued_on).num_days(),
            issued_on: letter.issued_on,
            valid_until: letter.valid_until,
            issuer: letter.issuer,
            address: letter.address,
            phone: letter.phone,
        })
    }

    /// Gives out a receiving code for a committee.
    async fn make_receiving_code(
        &self,
        ctx: &Context<'_>,
        organisation: OrganisationId,
        days: i32,
    ) -> Result<ReceivingCode> {
        let cx = ctx.cx()?;
        let id = transfer::new_code(cx, organisation, days).await?;
        let mut read = cx.read(TRANSFER_ACCEPT).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let rows = store::codes(&reach, read.conn()?).await?.into_iter().filter(|row| row.id == id.0).collect();
        code(cx, rows, read.conn()?).await?.pop().ok_or_else(Error::missing)
    }

    /// Ends a receiving code: letters that are sealed for it no longer open.
    async fn close_receiving_code(&self, ctx: &Context<'_>, id: ReceivingCodeId) -> Result<bool> {
        transfer::close_code(ctx.cx()?, id).await?;
        Ok(true)
    }

    /// Takes an electronic letter into the inbox.
    async fn read_letter(&self, ctx: &Context<'_>, text: String) -> Result<ArrivedFile> {
        let id = transfer::read_letter(ctx.cx()?, &text).await?;
        arrived_file(ctx.cx()?, id).await
    }

    /// Agrees to an electronic letter and chooses the branch, which then takes the member in.
    async fn take_letter(&self, ctx: &Context<'_>, id: LetterId, branch: OrganisationId) -> Result<TransferFile> {
        let transfer = transfer::take_letter(ctx.cx()?, id, branch).await?;
        file(ctx.cx()?, transfer).await
    }

    /// Refuses an electronic letter with a reason.
    async fn refuse_letter(&self, ctx: &Context<'_>, id: LetterId, reason: String) -> Result<ArrivedFile> {
        transfer::refuse_letter(ctx.cx()?, id, &reason).await?;
        arrived_file(ctx.cx()?, id).await
    }
}
