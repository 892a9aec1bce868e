use async_graphql::InputObject;
use chrono::{DateTime, NaiveDate, Utc};
use zhibu_core::{OrganisationId, PersonId, Result, check};
use zhibu_directory::organisation::OrgType;

use crate::actions::{Kind, Minutes, PlanForm, Upload};
use crate::model::{
    MeetingAttend, MeetingAttendance, MeetingEvery, MeetingFileKind, MeetingMode, MeetingPart, MeetingQuorum,
    MeetingState, MeetingVoteRule,
};
use crate::rules::form::{Exempt, Fence, Form, VoteForm};
use crate::rules::geo::GeoFrame;
use crate::store::{Filter, PeopleFilter};

/// Which meetings are looked for.
#[derive(InputObject, Default)]
pub struct MeetingFilter {
    /// Part of the title.
    search: Option<String>,
    /// This organisation and everything below.
    under: Option<OrganisationId>,
    /// Of this kind.
    kind: Option<String>,
    /// In any of these states.
    states: Option<Vec<MeetingState>>,
    mode: Option<MeetingMode>,
    /// Beginning on this day or later.
    from: Option<NaiveDate>,
    /// Beginning on this day or earlier.
    to: Option<NaiveDate>,
}

impl MeetingFilter {
    /// What the list's query takes.
    pub(crate) fn read(self) -> Result<Filter> {
        for (field, day) in [("from", self.from), ("to", self.to)] {
            if let Some(day) = day {
                check::day(field, day)?;
            }
        }
        Ok(Filter {
            search: self.search,
            under: self.under,
            kind: self.kind,
            states: self.states.unwrap_or_default(),
            mode: self.mode,
            from: self.from,
            to: self.to,
        })
    }
}

/// Who on a list is looked for.
#[derive(InputObject, Default)]
pub(super) struct MeetingPeopleFilter {
    /// Part of the name or its pinyin.
    search: Option<String>,
    part: Option<MeetingPart>,
    attendance: Option<MeetingAttendance>,
    /// Only those of whom nothing is known yet.
    open: Option<bool>,
    /// Only those who wait for an answer to their request for leave.
    asking: Option<bool>,
}

impl From<MeetingPeopleFilter> for PeopleFilter {
    fn from(filter: MeetingPeopleFilter) -> Self {
        Self {
            search: filter.search,
            part: filter.part,
            attendance: filter.attendance,
            open: filter.open.unwrap_or_default(),
            asking: filter.asking.unwrap_or_default(),
        }
    }
}

/// Somebody who is not counted.
#[derive(InputObject)]
pub(super) struct MeetingExemptInput {
    person: PersonId,
    reason: String,
}

/// Where one may sign in.
#[derive(InputObject)]
pub(super) struct MeetingFenceInput {
    /// Degrees.
    latitude: f64,
    /// Degrees.
    longitude: f64,
    frame: GeoFrame,
    /// Metres, 50 to 5000.
    radius: i16,
}

#[derive(InputObject)]
pub(super) struct MeetingInput {
    organisation: OrganisationId,
    /// Codes of kinds, one to four.
    types: Vec<String>,
    title: String,
    mode: MeetingMode,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    place: Option<String>,
    /// Address of a video meeting held elsewhere, https only.
    link: Option<String>,
    /// An item on each line.
    agenda: String,
    speaker: Option<String>,
    /// People who are no members here, as a text.
    observers: Option<String>,
    host: Option<PersonId>,
    recorder: Option<PersonId>,
    /// Minutes after the beginning from which one is late; 10 unless said.
    late_minutes: Option<i16>,
    fence: Option<MeetingFenceInput>,
    /// Who should attend.
    attend: MeetingAttend,
    /// Members who should attend besides, or with NAMED only these.
    named: Option<Vec<PersonId>>,
    /// Members who attend without being counted (列席).
    guests: Option<Vec<PersonId>>,
    /// Who is not counted, and why; who floats or is out of contact is not counted anyway.
    exempt: Option<Vec<MeetingExemptInput>>,
}

impl From<MeetingInput> for Form {
    fn from(input: MeetingInput) -> Self {
        Self {
            organisation: input.organisation,
            types: input.types,
            title: input.title,
            mode: input.mode,
            starts_at: input.starts_at,
            ends_at: input.ends_at,
            place: input.place,
            link: input.link,
            agenda: input.agenda,
            speaker: input.speaker,
            observers: input.observers,
            host: input.host,
            recorder: input.recorder,
            late_minutes: input.late_minutes.unwrap_or(10),
            fence: input.fence.map(|fence| Fence {
                latitude: fence.latitude,
                longitude: fence.longitude,
                frame: fence.frame,
                radius: fence.radius,
            }),
            attend: input.attend,
            named: input.named.unwrap_or_default(),
            guests: input.guests.unwrap_or_default(),
            exempt: input
                .exempt
                .unwrap_or_default()
                .into_iter()
                .map(|exempt| Exempt { person: exempt.person, reason: exempt.reason })
                .collect(),
        }
    }
}

#[derive(InputObject)]
pub(super) struct MeetingVoteInput {
    title: String,
    /// Two to twenty; a vote that decides has 赞成, 反对, 弃权 instead.
    options: Vec<String>,
    /// How many one may choose; one unless said.
    most: Option<i16>,
    /// 不记名
    secret: bool,
    rule: MeetingVoteRule,
}

impl From<MeetingVoteInput> for VoteForm {
    fn from(input: MeetingVoteInput) -> Self {
        Self {
            title: input.title,
            options: input.options,
            most: input.most.unwrap_or(1),
            secret: input.secret,
            rule: input.rule,
        }
    }
}

#[derive(InputObject)]
pub(super) struct MeetingMinutesInput {
    /// 会议内容
    body: String,
    /// 会议决议
    resolutions: Option<String>,
    /// 待办事项
    tasks: Option<String>,
    /// 更正原因, once the meeting is over.
    reason: Option<String>,
}

impl From<MeetingMinutesInput> for Minutes {
    fn from(input: MeetingMinutesInput) -> Self {
        Self { body: input.body, resolutions: input.resolutions, tasks: input.tasks, reason: input.reason }
    }
}

/// Where a phone says it is.
#[derive(InputObject)]
pub(super) struct MeetingFixInput {
    /// Degrees.
    pub(super) latitude: f64,
    /// Degrees.
    pub(super) longitude: f64,
    pub(super) frame: GeoFrame,
    /// Metres.
    pub(super) accuracy: f64,
    /// The phone says that somebody made it up.
    pub(super) mock: Option<bool>,
}

#[derive(InputObject)]
pub(super) struct MeetingUploadInput {
    kind: MeetingFileKind,
    /// With its ending.
    file_name: String,
    /// Bytes.
    size: i64,
}

impl From<MeetingUploadInput> for Upload {
    fn from(input: MeetingUploadInput) -> Self {
        Self { kind: input.kind, file_name: input.file_name, size: input.size }
    }
}

#[derive(InputObject)]
pub(super) struct MeetingTypeInput {
    name: String,
    attend: MeetingAttend,
    /// How often at least; nothing: as needed.
    every: Option<MeetingEvery>,
    quorum: MeetingQuorum,
    /// Kinds of organisations that may hold it.
    held_by: Vec<OrgType>,
    /// Of these those that must as often as `every` says.
    required_of: Vec<OrgType>,
    active: bool,
}

impl From<MeetingTypeInput> for Kind {
    fn from(input: MeetingTypeInput) -> Self {
        Self {
            name: input.name,
            attend: input.attend,
            every: input.every,
            quorum: input.quorum,
            held_by: input.held_by,
            required_of: input.required_of,
            active: input.active,
        }
    }
}

#[derive(InputObject)]
pub(super) struct MeetingPlanInput {
    organisation: OrganisationId,
    year: i16,
    /// 1 to 12
    month: i16,
    /// Code of a kind.
    kind: String,
    topic: String,
}

impl From<MeetingPlanInput> for PlanForm {
    fn from(input: MeetingPlanInput) -> Self {
        Self {
            organisation: input.organisation,
            year: input.year,
            month: input.month,
            kind: input.kind,
            topic: input.topic,
        }
    }
}
