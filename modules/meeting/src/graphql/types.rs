use std::collections::HashMap;

use async_graphql::SimpleObject;
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;
use zhibu_core::{MeetingFileId, MeetingId, MeetingPlanId, MeetingVoteId, OrganisationId, PersonId};
use zhibu_directory::graphql::OrganisationRef;
use zhibu_directory::organisation::OrgType;

use crate::model::{
    Counts, FileRow, MeetingAttend, MeetingAttendance, MeetingEvery, MeetingFileKind, MeetingLeaveKind,
    MeetingLeaveState, MeetingMode, MeetingPart, MeetingQuorum, MeetingState, MeetingVoteRule, MeetingVoteState,
    MeetingWay, MinutesRow, NoteRow, PersonRow, PlanRow, TypeRow, VoteRow, VoterRow,
};
use crate::rules::count;
use crate::rules::geo::{self, Point};
use crate::rules::periods::MeetingAlert;
use crate::store::Found;

/// A kind of meeting by its code and name.
#[derive(SimpleObject, Clone, PartialEq)]
pub struct MeetingKind {
    /// Stable key.
    pub code: String,
    /// 类型名称
    pub name: String,
}

/// A kind of meeting (会议类型).
#[derive(SimpleObject)]
pub struct MeetingType {
    code: String,
    /// Counts edits; give it back when editing.
    version: i32,
    name: String,
    attend: MeetingAttend,
    /// How often at least; nothing: as needed.
    every: Option<MeetingEvery>,
    quorum: MeetingQuorum,
    /// Kinds of organisations that may hold it.
    held_by: Vec<OrgType>,
    /// Kinds of organisations that must.
    required_of: Vec<OrgType>,
    /// The tenant made it.
    own: bool,
    /// It can be chosen for new meetings.
    active: bool,
}

impl From<TypeRow> for MeetingType {
    fn from(row: TypeRow) -> Self {
        let kinds = |codes: &[String]| codes.iter().filter_map(|code| OrgType::from_code(code)).collect();
        Self {
            attend: MeetingAttend::from_code(&row.attend).unwrap_or(MeetingAttend::Members),
            every: row.every.as_deref().and_then(MeetingEvery::from_code),
            quorum: MeetingQuorum::from_code(&row.quorum).unwrap_or(MeetingQuorum::None),
            held_by: kinds(&row.held_by),
            required_of: kinds(&row.required_of),
            code: row.code,
            version: row.version,
            name: row.name,
            own: row.own,
            active: row.active,
        }
    }
}

/// Whether one organisation may hold a kind, and who says so.
#[derive(SimpleObject)]
pub struct MeetingTypeLimit {
    pub(super) kind: MeetingType,
    /// The organisation may hold it.
    pub(super) allowed: bool,
    /// Decided for this organisation itself.
    pub(super) decided: Option<bool>,
    /// The superior whose decision it follows otherwise.
    pub(super) decided_by: Option<OrganisationRef>,
}

/// A meeting (会议).
#[derive(SimpleObject)]
pub struct Meeting {
    id: MeetingId,
    /// Counts edits; give it back when editing.
    version: i32,
    title: String,
    organisation: OrganisationRef,
    types: Vec<MeetingKind>,
    mode: MeetingMode,
    state: MeetingState,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    place: Option<String>,
    /// 应到
    should: i32,
    /// 实到, with those who were late
    attended: i32,
    late: i32,
    /// 请假
    on_leave: i32,
    absent: i32,
    /// Signing in is open.
    sign_open: bool,
    created_by: String,
    created_at: DateTime<Utc>,
    /// The caller's own place on its list.
    me: Option<MeetingPlace>,
}

/// What is needed to show meetings.
pub(super) struct Shown<'s> {
    /// Names of kinds by code.
    pub(super) kinds: &'s HashMap<String, String>,
    /// By meeting.
    pub(super) counts: &'s HashMap<Uuid, Counts>,
    /// The caller's own places, by meeting.
    pub(super) places: &'s HashMap<Uuid, PersonRow>,
}

impl Shown<'_> {
    pub(super) fn meeting(&self, found: Found) -> Meeting {
        let row = found.row;
        let counts = self.counts.get(&row.id).copied().unwrap_or_default();
        let named =
            |code: String| MeetingKind { name: self.kinds.get(&code).cloned().unwrap_or_else(|| code.clone()), code };
        Meeting {
            me: self.places.get(&row.id).cloned().map(Into::into),
            id: row.id.into(),
            version: row.version,
            state: row.state(),
            mode: MeetingMode::from_code(&row.mode).unwrap_or(MeetingMode::Offline),
            organisation: (row.organisation_id.into(), found.organisation).into(),
            title: row.title,
            types: row.types.into_iter().map(named).collect(),
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            place: row.place,
            should: counts.should,
            attended: counts.attended(),
            late: counts.late,
            on_leave: counts.leave,
            absent: counts.absent,
            sign_open: row.sign_open,
            created_by: row.account_name,
            created_at: row.created_at,
        }
    }
}

/// Somebody's place on the list of a meeting.
#[derive(SimpleObject, Clone)]
pub struct MeetingPlace {
    person: PersonId,
    name: String,
    organisation: OrganisationId,
    part: MeetingPart,
    part_reason: Option<String>,
    /// Named one by one.
    chosen: bool,
    /// Had the right to vote when the list was made.
    votes: bool,
    attendance: Option<MeetingAttendance>,
    signed_at: Option<DateTime<Utc>>,
    way: Option<MeetingWay>,
    /// Why it was recorded by hand.
    sign_note: Option<String>,
    /// Metres from the place of the meeting.
    distance: Option<i32>,
    leave_state: Option<MeetingLeaveState>,
    leave_kind: Option<MeetingLeaveKind>,
    leave_reason: Option<String>,
    leave_at: Option<DateTime<Utc>>,
    leave_answer: Option<String>,
    /// 已补学
    makeup: bool,
    /// When they came into the video meeting last.
    joined_at: Option<DateTime<Utc>>,
}

impl From<PersonRow> for MeetingPlace {
    fn from(row: PersonRow) -> Self {
        Self {
            person: row.person_id.into(),
            name: row.name,
            organisation: row.organisation_id.into(),
            part: MeetingPart::from_code(&row.part).unwrap_or(MeetingPart::Should),
            part_reason: row.part_reason,
            chosen: row.chosen,
            votes: row.votes,
            attendance: row.attendance.as_deref().and_then(MeetingAttendance::from_code),
            signed_at: row.signed_at,
            way: row.way.as_deref().and_then(MeetingWay::from_code),
            sign_note: row.sign_note,
            distance: row.distance,
            leave_state: row.leave_state.as_deref().and_then(MeetingLeaveState::from_code),
            leave_kind: row.leave_kind.as_deref().and_then(MeetingLeaveKind::from_code),
            leave_reason: row.leave_reason,
            leave_at: row.leave_at,
            leave_answer: row.leave_answer,
            makeup: row.makeup,
            joined_at: row.joined_at,
        }
    }
}

/// Somebody of a list by name.
#[derive(SimpleObject, Clone, PartialEq)]
pub struct MeetingPerson {
    /// Who.
    pub id: PersonId,
    /// 姓名
    pub name: String,
}

/// Where one may sign in.
#[derive(SimpleObject)]
pub struct MeetingFence {
    /// Degrees, WGS-84.
    latitude: f64,
    /// Degrees, WGS-84.
    longitude: f64,
    /// The same as Chinese maps have it (GCJ-02).
    gcj_latitude: f64,
    /// The same as Chinese maps have it (GCJ-02).
    gcj_longitude: f64,
    /// Metres.
    radius: i16,
}

impl MeetingFence {
    pub(super) fn of(latitude: f64, longitude: f64, radius: i16) -> Self {
        let gcj = geo::to_gcj02(Point { latitude, longitude });
        Self { latitude, longitude, gcj_latitude: gcj.latitude, gcj_longitude: gcj.longitude, radius }
    }
}

/// A vote in a meeting (会议投票).
#[derive(SimpleObject, Clone, PartialEq)]
pub struct MeetingVote {
    id: MeetingVoteId,
    /// Counts edits; give it back when editing.
    version: i32,
    title: String,
    options: Vec<String>,
    /// How many one may choose.
    most: i16,
    /// 不记名
    secret: bool,
    rule: MeetingVoteRule,
    state: MeetingVoteState,
    /// Of those who may vote, how many should attend.
    should: Option<i32>,
    /// How many were there when it began.
    roll: Option<i32>,
    /// How many have voted.
    voted: Option<i32>,
    /// Votes for each option, once it has ended.
    counts: Option<Vec<i32>>,
    /// It was secret, and so few have voted that numbers would say who voted how: nothing was counted.
    withheld: bool,
    /// Enough were there.
    quorum: Option<bool>,
    /// It was agreed to.
    passed: Option<bool>,
    /// Which options were elected, by their place.
    elected: Vec<i16>,
    opened_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    ended_by: Option<String>,
    /// The caller is on its roll.
    may_vote: bool,
    /// The caller has voted.
    has_voted: bool,
    /// What the caller has chosen in a named vote.
    chosen: Option<Vec<i16>>,
}

impl MeetingVote {
    pub(super) fn of(row: VoteRow, voted: Option<i32>, me: Option<&VoterRow>) -> Self {
        let outcome = match (&row.counts, row.should, row.roll) {
            (Some(counts), Some(should), Some(roll)) => {
                Some(count::outcome(row.rule(), should, roll, counts, row.most))
            }
            _ => None,
        };
        Self {
            id: row.id.into(),
            version: row.version,
            rule: row.rule(),
            state: row.state(),
            title: row.title,
            options: row.options,
            most: row.most,
            secret: row.secret,
            should: row.should,
            roll: row.roll,
            voted: row.voted.or(voted),
            withheld: row.ended_at.is_some() && row.counts.is_none(),
            counts: row.counts,
            quorum: outcome.as_ref().and_then(|outcome| outcome.quorum),
            passed: outcome.as_ref().and_then(|outcome| outcome.passed),
            elected: outcome.map(|outcome| outcome.elected).unwrap_or_default(),
            opened_at: row.opened_at,
            ended_at: row.ended_at,
            ended_by: row.ended_by,
            may_vote: me.is_some(),
            has_voted: me.is_some_and(|me| me.voted),
            chosen: me.and_then(|me| me.choices.clone()),
        }
    }
}

/// Somebody on the roll of a vote.
#[derive(SimpleObject)]
pub struct MeetingVoter {
    person: MeetingPerson,
    voted: bool,
    /// In a named vote.
    chosen: Option<Vec<i16>>,
}

impl From<VoterRow> for MeetingVoter {
    fn from(row: VoterRow) -> Self {
        Self {
            person: MeetingPerson { id: row.person_id.into(), name: row.name },
            voted: row.voted,
            chosen: row.choices,
        }
    }
}

/// What somebody wrote down (会议笔记).
#[derive(SimpleObject)]
pub struct MeetingNote {
    person: MeetingPerson,
    /// Give it back when writing again.
    version: i32,
    body: String,
    updated_at: Option<DateTime<Utc>>,
}

impl From<NoteRow> for MeetingNote {
    fn from(row: NoteRow) -> Self {
        Self {
            person: MeetingPerson { id: row.person_id.into(), name: row.name },
            version: row.note_version,
            body: row.note.unwrap_or_default(),
            updated_at: row.noted_at,
        }
    }
}

/// A file of a meeting (会议材料、影像).
#[derive(SimpleObject)]
pub struct MeetingFile {
    id: MeetingFileId,
    kind: MeetingFileKind,
    file_name: String,
    /// Bytes.
    size: i64,
    content_type: String,
    /// 已同步到资料库
    library: bool,
    added_by: String,
    added_at: DateTime<Utc>,
}

impl From<FileRow> for MeetingFile {
    fn from(row: FileRow) -> Self {
        Self {
            id: row.id.into(),
            kind: MeetingFileKind::from_code(&row.kind).unwrap_or(MeetingFileKind::Material),
            file_name: row.file_name,
            size: row.file_size,
            content_type: row.content_type,
            library: row.library,
            added_by: row.account_name,
            added_at: row.created_at,
        }
    }
}

/// A version of the minutes (会议纪要).
#[derive(SimpleObject)]
pub struct MeetingMinutes {
    /// From 1.
    number: i16,
    body: String,
    resolutions: Option<String>,
    tasks: Option<String>,
    /// Why an earlier version was corrected.
    reason: Option<String>,
    should: i32,
    present: i32,
    late: i32,
    on_leave: i32,
    absent: i32,
    written_by: String,
    written_at: DateTime<Utc>,
}

impl From<MinutesRow> for MeetingMinutes {
    fn from(row: MinutesRow) -> Self {
        Self {
            number: row.number,
            body: row.body,
            resolutions: row.resolutions,
            tasks: row.tasks,
            reason: row.reason,
            should: row.should,
            present: row.present,
            late: row.late,
            on_leave: row.on_leave,
            absent: row.absent,
            written_by: row.account_name,
            written_at: row.created_at,
        }
    }
}

/// The room of a video meeting (视频会议).
#[derive(SimpleObject)]
pub struct MeetingRoom {
    /// It can be entered now.
    pub(super) open: bool,
    /// It can be recorded, for those who hold the meeting.
    pub(super) records: bool,
    /// It is being recorded.
    pub(super) recording: bool,
    /// A recording is on its way into the files.
    pub(super) saving: bool,
}

/// A meeting whole.
#[derive(SimpleObject)]
pub struct MeetingWhole {
    pub(super) meeting: Meeting,
    /// The caller holds it.
    pub(super) manages: bool,
    /// 议程, an item on each line
    pub(super) agenda: String,
    /// Address of a video meeting held elsewhere.
    pub(super) link: Option<String>,
    /// Of a video meeting: where it is held, here or elsewhere.
    pub(super) room: Option<MeetingRoom>,
    pub(super) speaker: Option<String>,
    pub(super) observers: Option<String>,
    pub(super) host: Option<MeetingPerson>,
    pub(super) recorder: Option<MeetingPerson>,
    pub(super) late_minutes: i16,
    pub(super) fence: Option<MeetingFence>,
    pub(super) attend: MeetingAttend,
    /// How many must be there.
    pub(super) quorum: MeetingQuorum,
    /// So many are there.
    pub(super) quorate: bool,
    pub(super) started_at: Option<DateTime<Utc>>,
    pub(super) ended_at: Option<DateTime<Utc>>,
    pub(super) cancelled_reason: Option<String>,
    /// Requests for leave that wait for an answer; for those who hold it.
    pub(super) leave_waiting: i64,
    /// Notes that people have written; for those who hold it.
    pub(super) note_count: i64,
    pub(super) votes: Vec<MeetingVote>,
    pub(super) files: Vec<MeetingFile>,
    /// The latest version first.
    pub(super) minutes: Vec<MeetingMinutes>,
    /// The caller's own note.
    pub(super) note: Option<MeetingNote>,
}

/// A line of a yearly plan (年度计划).
#[derive(SimpleObject)]
pub struct MeetingPlan {
    id: MeetingPlanId,
    version: i32,
    year: i16,
    month: i16,
    kind: MeetingKind,
    topic: String,
    /// A meeting of the kind was held in that month.
    held: bool,
}

impl MeetingPlan {
    pub(super) fn of(row: PlanRow, kinds: &HashMap<String, String>, held: bool) -> Self {
        Self {
            id: row.id.into(),
            version: row.version,
            year: row.year,
            month: row.month,
            kind: MeetingKind {
                name: kinds.get(&row.type_code).cloned().unwrap_or_else(|| row.type_code.clone()),
                code: row.type_code,
            },
            topic: row.topic,
            held,
        }
    }
}

/// Somebody who would be on the list of a meeting.
#[derive(SimpleObject)]
pub struct MeetingCandidate {
    pub(super) person: MeetingPerson,
    pub(super) organisation: OrganisationRef,
    /// Has the right to vote.
    pub(super) votes: bool,
    /// Why they are not counted unless named.
    pub(super) away: Option<String>,
}

/// How a kind stands in a year.
#[derive(SimpleObject)]
pub struct MeetingKindScore {
    pub(super) kind: MeetingKind,
    /// 应开, periods that are over or fulfilled
    pub(super) required: i32,
    /// Of these fulfilled: what the rate counts.
    pub(super) fulfilled: i32,
    /// 实开
    pub(super) held: i32,
}

/// How an organisation stands in a year.
#[derive(SimpleObject)]
pub struct MeetingPlaceScore {
    pub(super) organisation: OrganisationRef,
    /// 应开
    pub(super) required: i32,
    /// Of these fulfilled: what the rate counts.
    pub(super) fulfilled: i32,
    /// 实开
    pub(super) held: i32,
    /// 应到人次
    pub(super) should: i64,
    /// 实到人次
    pub(super) attended: i64,
}

/// What is late at an organisation (预警).
#[derive(SimpleObject)]
pub struct MeetingWarning {
    pub(super) organisation: OrganisationRef,
    /// What has not been held.
    pub(super) kind: String,
    pub(super) level: MeetingAlert,
    /// The period it is due in.
    pub(super) from: NaiveDate,
    /// The period it is due in.
    pub(super) to: NaiveDate,
}

/// A month of a year.
#[derive(SimpleObject)]
pub struct MeetingMonth {
    /// 1 to 12
    pub(super) month: i32,
    pub(super) held: i64,
}

/// 开展情况 of a year.
#[derive(SimpleObject)]
pub struct MeetingStatistics {
    /// Meetings that were held.
    pub(super) held: i64,
    /// Meetings that are announced or go on.
    pub(super) open: i64,
    /// 应开
    pub(super) required: i32,
    /// Of these fulfilled.
    pub(super) fulfilled: i32,
    /// 应到人次
    pub(super) should: i64,
    /// 实到人次
    pub(super) attended: i64,
    /// Members who came at least once.
    pub(super) taught: i64,
    /// Members there are.
    pub(super) members: i64,
    /// All twelve.
    pub(super) months: Vec<MeetingMonth>,
    pub(super) kinds: Vec<MeetingKindScore>,
    /// Those with the lowest rate first, at most 500.
    pub(super) organisations: Vec<MeetingPlaceScore>,
    /// The most urgent first, at most 500; of this year only.
    pub(super) warnings: Vec<MeetingWarning>,
}
