use std::collections::HashMap;

use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use uuid::Uuid;
use zhibu_core::{AnnouncementId, MeetingId, OrganisationId, PersonId, ScheduleId, SmsWordId};
use zhibu_tenancy::messages::MessageRow;

use crate::actions::{Plan, RungPlan};
use crate::model::{
    AnnouncementDeliveryState, AnnouncementOccasion, AnnouncementRung, AnnouncementState, DeliveryRow, ReaderRow, Rule,
    RungRow, ScheduleRepeat, ScheduleRow, ScheduleWay,
};
use crate::rules;
use crate::store::{Found, HANDED, Mine};

/// An organisation by name.
#[derive(SimpleObject)]
pub struct AnnouncementPlace {
    id: OrganisationId,
    /// 组织简称
    name: String,
}

/// A notice in a list (通知公告).
#[derive(SimpleObject)]
pub struct Announcement {
    id: AnnouncementId,
    title: String,
    occasion: AnnouncementOccasion,
    state: AnnouncementState,
    organisation: AnnouncementPlace,
    author: String,
    created_at: DateTime<Utc>,
    /// To so many.
    people: i32,
    /// So many have read it.
    read: i64,
    /// What it has cost so far, in fen.
    fen: i64,
}

impl Announcement {
    pub(super) fn of(found: Found, read: i64, fen: i64) -> Self {
        let row = found.row;
        Self {
            id: row.id.into(),
            occasion: row.occasion(),
            state: match row.withdrawn_at {
                Some(_) => AnnouncementState::Withdrawn,
                None => AnnouncementState::Sent,
            },
            title: row.title,
            organisation: AnnouncementPlace { id: row.organisation_id.into(), name: found.organisation },
            author: row.account_name,
            created_at: row.created_at,
            people: row.people,
            read,
            fen,
        }
    }
}

/// How many deliveries are in a state.
#[derive(SimpleObject)]
pub struct AnnouncementCount {
    pub(super) state: AnnouncementDeliveryState,
    pub(super) count: i64,
}

/// A rung of a notice, and what became of it.
#[derive(SimpleObject)]
pub struct AnnouncementRungState {
    rung: AnnouncementRung,
    /// Minutes after the one before.
    after_minutes: i32,
    template_name: Option<String>,
    counts: Vec<AnnouncementCount>,
    /// What it has cost so far, in fen.
    fen: i64,
}

impl AnnouncementRungState {
    pub(super) fn of(row: RungRow, counts: Vec<AnnouncementCount>, fen: i64) -> Self {
        Self { rung: row.rung(), after_minutes: row.after_minutes, template_name: row.template_name, counts, fen }
    }
}

/// A notice whole.
#[derive(SimpleObject)]
pub struct AnnouncementWhole {
    pub(super) announcement: Announcement,
    pub(super) text: String,
    pub(super) withdrawn_at: Option<DateTime<Utc>>,
    pub(super) withdrawn_by: Option<String>,
    pub(super) withdrawn_reason: Option<String>,
    /// After the message inside the system, in order.
    pub(super) rungs: Vec<AnnouncementRungState>,
    /// May be withdrawn, removed and reminded of by the caller.
    pub(super) manages: bool,
}

/// What became of a rung for one person.
#[derive(SimpleObject)]
pub struct AnnouncementDelivery {
    rung: AnnouncementRung,
    state: AnnouncementDeliveryState,
    /// `wechat`, `dingtalk`, or the carrier.
    via: Option<String>,
    /// In words: why it failed or was not sent, how a call ended.
    detail: Option<String>,
    /// What it cost, in fen.
    fen: i64,
    at: DateTime<Utc>,
    /// Seconds a call was listened to.
    seconds: Option<i32>,
}

impl AnnouncementDelivery {
    fn of(row: DeliveryRow, told: Option<&MessageRow>) -> Self {
        let rung = AnnouncementRung::from_code(&row.rung).unwrap_or(AnnouncementRung::Push);
        let state =
            |code: &str| AnnouncementDeliveryState::from_code(code).unwrap_or(AnnouncementDeliveryState::Queued);
        match told.filter(|_| row.state == HANDED) {
            Some(message) => Self {
                rung,
                state: state(&message.state),
                via: message.carrier.clone(),
                detail: message.detail.clone(),
                fen: if message.state == "cancelled" { 0 } else { message.fen },
                at: message.reported_at.or(message.sent_at).unwrap_or(message.created_at),
                seconds: message.seconds,
            },
            None => Self {
                rung,
                state: state(&row.state),
                via: row.via,
                detail: row.detail,
                fen: 0,
                at: row.settled_at.unwrap_or(row.created_at),
                seconds: None,
            },
        }
    }
}

/// Somebody a notice is for.
#[derive(SimpleObject)]
pub struct AnnouncementReader {
    person: PersonId,
    name: String,
    /// The branch at that time.
    place: String,
    read_at: Option<DateTime<Utc>>,
    deliveries: Vec<AnnouncementDelivery>,
}

impl AnnouncementReader {
    pub(super) fn of(
        row: ReaderRow,
        places: &HashMap<Uuid, String>,
        deliveries: Vec<DeliveryRow>,
        messages: &HashMap<(Uuid, String), MessageRow>,
    ) -> Self {
        let told = |one: DeliveryRow| {
            let message = messages.get(&(one.person_id, one.rung.clone()));
            AnnouncementDelivery::of(one, message)
        };
        Self {
            person: row.person_id.into(),
            name: row.name,
            place: places.get(&row.organisation_id).cloned().unwrap_or_default(),
            read_at: row.read_at,
            deliveries: deliveries.into_iter().map(told).collect(),
        }
    }
}

/// What a rung will be.
#[derive(SimpleObject)]
pub struct AnnouncementRungPlan {
    rung: AnnouncementRung,
    /// How many it can reach.
    reach: usize,
    /// Parts of text messages, or calls.
    parts: i64,
    /// Fen when everybody needs it.
    fen: i64,
    /// One real message; none for platforms.
    preview: Option<String>,
}

impl From<RungPlan> for AnnouncementRungPlan {
    fn from(plan: RungPlan) -> Self {
        Self { rung: plan.rung, reach: plan.reach, parts: plan.parts, fen: plan.fen, preview: plan.preview }
    }
}

/// What a notice will be before it is sent.
#[derive(SimpleObject)]
pub struct AnnouncementPlan {
    people: usize,
    /// Who has no account and so cannot read it inside the system.
    without_account: usize,
    without_mobile: usize,
    rungs: Vec<AnnouncementRungPlan>,
    /// Fen when everybody needs every rung.
    most_fen: i64,
    /// Fen left of the month's budget; none: no limit.
    left_fen: Option<i64>,
    /// What follows the message inside the system waits until then (免打扰时段); none: it leaves when it is due.
    waits_until: Option<DateTime<Utc>>,
}

impl From<Plan> for AnnouncementPlan {
    fn from(plan: Plan) -> Self {
        Self {
            people: plan.people,
            without_account: plan.without_account,
            without_mobile: plan.without_mobile,
            most_fen: plan.rungs.iter().map(|rung| rung.fen).sum(),
            rungs: plan.rungs.into_iter().map(Into::into).collect(),
            left_fen: plan.left_fen,
            waits_until: plan.waits_until,
        }
    }
}

/// An approved template that a rung may use.
#[derive(SimpleObject)]
pub struct AnnouncementTemplate {
    pub(super) id: SmsWordId,
    pub(super) name: String,
    pub(super) text: String,
    /// Variables the sender has to give; 姓名, 党支部, 标题, 时间, 地点, 单位 are filled in.
    pub(super) variables: Vec<String>,
    /// All its variables.
    pub(super) all: Vec<String>,
}

/// A rung of a rule's ladder.
#[derive(SimpleObject)]
pub struct AnnouncementRuleRung {
    rung: AnnouncementRung,
    /// Minutes after the one before.
    after_minutes: i32,
    template: Option<SmsWordId>,
    template_name: Option<String>,
}

/// What the tenant has decided about an occasion (通知规则).
#[derive(SimpleObject)]
pub struct AnnouncementRule {
    occasion: AnnouncementOccasion,
    /// People are told at all; notices and reminders of one's own cannot be switched off.
    on: bool,
    /// Usual ladder; for notices what the form starts with.
    ladder: Vec<AnnouncementRuleRung>,
    /// Variables that are filled in by themselves on this occasion.
    facts: Vec<String>,
}

impl AnnouncementRule {
    pub(super) fn of(occasion: AnnouncementOccasion, rule: Rule) -> Self {
        let rung = |one: crate::model::RuleRung| AnnouncementRuleRung {
            rung: one.rung,
            after_minutes: one.after_minutes,
            template: one.template_id.map(Into::into),
            template_name: one.template_name,
        };
        let own = zhibu_tenancy::messages::text::OWN.into_iter().chain(rules::FACTS);
        Self {
            occasion,
            on: rule.enabled,
            ladder: rule.ladder.into_iter().map(rung).collect(),
            facts: own.map(str::to_owned).collect(),
        }
    }
}

/// What messages may cost a month, and have cost.
#[derive(SimpleObject)]
pub struct MessageBudget {
    /// Fen a month; none: no limit but the operator's.
    pub(super) month_fen: Option<i64>,
    /// Fen this month.
    pub(super) spent_fen: i64,
}

/// A message of one's own (消息通知).
#[derive(SimpleObject)]
pub struct MyMessage {
    id: AnnouncementId,
    /// Empty words when it was withdrawn.
    title: String,
    text: String,
    occasion: AnnouncementOccasion,
    /// In whose name.
    organisation: String,
    author: String,
    created_at: DateTime<Utc>,
    read_at: Option<DateTime<Utc>>,
    withdrawn: bool,
    /// What it is about: the meeting of this id, for occasions of meetings.
    subject: Option<MeetingId>,
}

impl MyMessage {
    pub(super) fn of((row, read_at): Mine, names: &HashMap<Uuid, String>) -> Self {
        let withdrawn = row.withdrawn_at.is_some();
        let shown = |text: &str| if withdrawn { String::new() } else { text.to_owned() };
        let (id, subject_id, organisation_id, created_at) =
            (row.id, row.subject_id, row.organisation_id, row.created_at);
        Self {
            id: id.into(),
            title: shown(&row.title),
            text: shown(&row.text),
            occasion: row.occasion(),
            organisation: names.get(&organisation_id).cloned().unwrap_or_default(),
            author: row.account_name,
            created_at,
            read_at,
            withdrawn,
            subject: subject_id.filter(|_| row.occasion.starts_with("meeting")).map(Into::into),
        }
    }
}

/// A reminder of one's own (日程).
#[derive(SimpleObject)]
pub struct Schedule {
    id: ScheduleId,
    title: String,
    note: String,
    /// The first time.
    at: DateTime<Utc>,
    repeat: ScheduleRepeat,
    /// Minutes before.
    ahead_minutes: i32,
    way: ScheduleWay,
    /// When the next reminder comes; none: over.
    next_at: Option<DateTime<Utc>>,
}

impl From<ScheduleRow> for Schedule {
    fn from(row: ScheduleRow) -> Self {
        Self {
            id: row.id.into(),
            repeat: row.repeats(),
            way: row.way(),
            title: row.title,
            note: row.note,
            at: row.at,
            ahead_minutes: row.ahead_minutes,
            next_at: row.next_at,
        }
    }
}

/// How many messages of a WeChat template somebody has agreed to (订阅次数).
#[derive(SimpleObject)]
pub struct MessageConsent {
    /// WeChat's id of the template, for wx.requestSubscribeMessage.
    pub(super) template: String,
    /// Messages the caller has agreed to and not got yet.
    pub(super) left: i32,
}
