use async_graphql::InputObject;
use chrono::{DateTime, Utc};
use zhibu_core::{OrganisationId, PersonId, SmsWordId};

use crate::actions::{Form, ScheduleForm};
use crate::model::{
    AnnouncementDeliveryState, AnnouncementOccasion, AnnouncementRung, AnnouncementState, ScheduleRepeat, ScheduleWay,
};
use crate::rules::Step;
use crate::store;

/// Which notices a list shows.
#[derive(InputObject, Default)]
pub struct AnnouncementFilter {
    /// Of this organisation and those below.
    pub under: Option<OrganisationId>,
    /// Part of title or text.
    pub search: Option<String>,
    /// Why people were told.
    pub occasion: Option<AnnouncementOccasion>,
    /// Where it stands.
    pub state: Option<AnnouncementState>,
}

impl From<AnnouncementFilter> for store::Filter {
    fn from(filter: AnnouncementFilter) -> Self {
        Self { under: filter.under, search: filter.search, occasion: filter.occasion, state: filter.state }
    }
}

/// Which readers a list shows.
#[derive(InputObject, Default)]
pub struct AnnouncementReaderFilter {
    /// Only those who have read it, or have not.
    pub read: Option<bool>,
    /// Part of the name.
    pub name: Option<String>,
    /// Only those to whom this became of some rung.
    pub state: Option<AnnouncementDeliveryState>,
}

impl From<AnnouncementReaderFilter> for store::ReaderFilter {
    fn from(filter: AnnouncementReaderFilter) -> Self {
        Self { read: filter.read, name: filter.name, state: filter.state }
    }
}

/// The sender's value for a variable of a template.
#[derive(InputObject)]
pub struct AnnouncementValueInput {
    /// The variable.
    pub name: String,
    /// Up to 35 characters.
    pub value: String,
}

/// A rung of a notice's ladder.
#[derive(InputObject)]
pub struct AnnouncementRungInput {
    /// Which.
    pub rung: AnnouncementRung,
    /// Minutes after the message inside the system or the rung before, 0 to 10080.
    pub after_minutes: i32,
    /// For text messages and calls.
    pub template: Option<SmsWordId>,
    /// The sender's values for the template's variables that are not known from the notice or the member.
    pub values: Option<Vec<AnnouncementValueInput>>,
}

impl From<AnnouncementRungInput> for Step {
    fn from(input: AnnouncementRungInput) -> Self {
        let given = input.values.unwrap_or_default().into_iter().map(|one| (one.name, one.value)).collect();
        Self { rung: input.rung, after_minutes: input.after_minutes, template: input.template.map(|id| id.0), given }
    }
}

/// A notice as somebody writes it.
#[derive(InputObject)]
pub struct AnnouncementInput {
    /// In whose name, and whose superior administrators see it.
    pub organisation: OrganisationId,
    /// 2 to 60 characters
    pub title: String,
    /// 2 to 2000 characters, in lines
    pub text: String,
    /// The members of these organisations and of those below.
    pub organisations: Option<Vec<OrganisationId>>,
    /// These members.
    pub people: Option<Vec<PersonId>>,
    /// After the message inside the system, in this order, for those who have not read it.
    pub ladder: Vec<AnnouncementRungInput>,
}

impl From<AnnouncementInput> for Form {
    fn from(input: AnnouncementInput) -> Self {
        Self {
            organisation: input.organisation,
            title: input.title,
            text: input.text,
            organisations: input.organisations.unwrap_or_default(),
            people: input.people.unwrap_or_default(),
            ladder: input.ladder.into_iter().map(Into::into).collect(),
        }
    }
}

/// A rung of a rule's ladder.
#[derive(InputObject)]
pub struct AnnouncementRuleRungInput {
    /// Which.
    pub rung: AnnouncementRung,
    /// Minutes after the one before.
    pub after_minutes: i32,
    /// For text messages and calls.
    pub template: Option<SmsWordId>,
}

/// What a tenant decides about an occasion.
#[derive(InputObject)]
pub struct AnnouncementRuleInput {
    /// People are told.
    pub on: bool,
    /// And how.
    pub ladder: Vec<AnnouncementRuleRungInput>,
}

impl AnnouncementRuleInput {
    pub(super) fn steps(self) -> Vec<Step> {
        let step = |one: AnnouncementRuleRungInput| Step {
            rung: one.rung,
            after_minutes: one.after_minutes,
            template: one.template.map(|id| id.0),
            given: Vec::new(),
        };
        self.ladder.into_iter().map(step).collect()
    }
}

/// A reminder as somebody writes it.
#[derive(InputObject)]
pub struct ScheduleInput {
    /// 1 to 40 characters
    pub title: String,
    /// Up to 200 characters
    pub note: Option<String>,
    /// The first time.
    pub at: DateTime<Utc>,
    /// How often.
    pub repeat: ScheduleRepeat,
    /// Minutes before, 0 to 10080.
    pub ahead_minutes: i32,
    /// How.
    pub way: ScheduleWay,
}

impl From<ScheduleInput> for ScheduleForm {
    fn from(input: ScheduleInput) -> Self {
        Self {
            title: input.title,
            note: input.note.unwrap_or_default(),
            at: input.at,
            repeats: input.repeat,
            ahead_minutes: input.ahead_minutes,
            way: input.way,
        }
    }
}
