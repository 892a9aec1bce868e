use async_graphql::{Context, Object, SimpleObject};
use zhibu_core::{MeetingFileId, MeetingId, MeetingPlanId, MeetingVoteId, OrganisationId, PersonId, Result};
use zhibu_graphql::{Request, all_faults};

use super::input::{
    MeetingFixInput, MeetingInput, MeetingMinutesInput, MeetingPlanInput, MeetingTypeInput, MeetingUploadInput,
    MeetingVoteInput,
};
use super::query::whole;
use super::types::MeetingWhole;
use crate::actions::{self, By, Which};
use crate::model::{MeetingAttendance, MeetingLeaveKind, MeetingPart};
use crate::rules::geo;
use crate::{ATTEND, MANAGE, TYPES_EDIT};

/// Where a client puts a file of a meeting.
#[derive(SimpleObject)]
pub struct MeetingTicket {
    id: MeetingFileId,
    /// Signed link for one PUT of just this length and type; nothing when it comes in parts.
    url: Option<String>,
    /// The type to name.
    content_type: String,
    /// Bytes of a part, when it comes in parts.
    part: Option<i64>,
}

/// A part of an upload that is not there.
#[derive(SimpleObject)]
pub struct MeetingFilePart {
    /// From 1.
    number: i32,
    /// Bytes it has to have.
    size: i64,
    /// Signed link for one PUT.
    url: String,
}

/// How far an upload in parts is.
#[derive(SimpleObject)]
pub struct MeetingFileParts {
    /// Bytes that are there.
    there: i64,
    /// The next parts that are not; none: all are there.
    missing: Vec<MeetingFilePart>,
}

/// A link to a file of a meeting, for a few minutes.
#[derive(SimpleObject)]
pub struct MeetingFileLink {
    url: String,
    file_name: String,
}

/// Where somebody enters a video meeting.
#[derive(SimpleObject)]
pub struct MeetingEntrance {
    /// The page to open; whoever has it enters as the caller.
    page: String,
    /// The server of the room; nothing when the meeting is held elsewhere.
    url: Option<String>,
    /// The caller's ticket into it.
    token: Option<String>,
}

/// 组织生活
#[derive(Default)]
pub struct MeetingMutation;

#[Object(serial)]
impl MeetingMutation {
    /// Plans a meeting, or edits one that has not begun as it was at `version`; with `publish` it is announced (PC-4.3c). The same
    /// `key` makes no second meeting.
    async fn save(
        &self,
        ctx: &Context<'_>,
        id: Option<MeetingId>,
        version: Option<i32>,
        input: MeetingInput,
        publish: Option<bool>,
        key: Option<MeetingId>,
    ) -> Result<MeetingWhole> {
        let cx = ctx.cx()?;
        cx.allow(MANAGE)?;
        let which = id.map_or(Which::New(key), |id| Which::Old(id, version.unwrap_or_default()));
        match actions::save(cx, which, &input.into(), publish.unwrap_or_default()).await? {
            Ok(id) => whole(ctx, id).await,
            Err(faults) => Err(all_faults(ctx, faults)),
        }
    }

    /// Announces a draft to those on its list.
    async fn publish(&self, ctx: &Context<'_>, id: MeetingId, version: i32) -> Result<MeetingWhole> {
        actions::publish(ctx.cx()?, id, version).await?;
        whole(ctx, id).await
    }

    /// Removes a draft.
    async fn remove(&self, ctx: &Context<'_>, id: MeetingId, version: i32) -> Result<bool> {
        actions::drop_draft(ctx.cx()?, id, version).await?;
        Ok(true)
    }

    /// Calls a meeting off that has not begun.
    async fn cancel(&self, ctx: &Context<'_>, id: MeetingId, version: i32, reason: String) -> Result<MeetingWhole> {
        actions::cancel(ctx.cx()?, id, version, &reason).await?;
        whole(ctx, id).await
    }

    /// Begins a meeting.
    async fn start(&self, ctx: &Context<'_>, id: MeetingId) -> Result<MeetingWhole> {
        actions::start(ctx.cx()?, id).await?;
        whole(ctx, id).await
    }

    /// Opens signing in (PC-4.3d).
    async fn open_sign_in(&self, ctx: &Context<'_>, id: MeetingId) -> Result<MeetingWhole> {
        actions::open_sign_in(ctx.cx()?, id).await?;
        whole(ctx, id).await
    }

    /// Closes signing in; where people were is forgotten.
    async fn close_sign_in(&self, ctx: &Context<'_>, id: MeetingId) -> Result<MeetingWhole> {
        actions::close_sign_in(ctx.cx()?, id).await?;
        whole(ctx, id).await
    }

    /// Ends a meeting (散会); its minutes are still to be written.
    async fn end(&self, ctx: &Context<'_>, id: MeetingId) -> Result<MeetingWhole> {
        actions::end(ctx.cx()?, id).await?;
        whole(ctx, id).await
    }

    /// Signs the caller in by the code on the screen; again is the same (PC-4.3e, M-9.6).
    async fn sign_in(&self, ctx: &Context<'_>, id: MeetingId, code: String) -> Result<MeetingWhole> {
        actions::sign_in(ctx.cx()?, id, &By::Code(code)).await?;
        whole(ctx, id).await
    }

    /// Signs the caller in by where the phone is; again is the same (M-2.1).
    async fn sign_in_here(&self, ctx: &Context<'_>, id: MeetingId, fix: MeetingFixInput) -> Result<MeetingWhole> {
        let cx = ctx.cx()?;
        cx.allow(ATTEND)?;
        let point = geo::point(fix.latitude, fix.longitude, fix.frame)?;
        let fix = geo::fix(point, fix.accuracy, fix.mock.unwrap_or_default())?;
        actions::sign_in(cx, id, &By::Place(fix)).await?;
        whole(ctx, id).await
    }

    /// Lets the caller into the video meeting, while it goes on (PC-4.3c).
    async fn enter_video(&self, ctx: &Context<'_>, id: MeetingId) -> Result<MeetingEntrance> {
        let entrance = actions::enter(ctx.cx()?, id).await?;
        Ok(MeetingEntrance {
            page: entrance.page,
            url: entrance.url,
            token: entrance.token.map(|token| token.expose().to_owned()),
        })
    }

    /// Begins to record the video meeting; the recording becomes one of its files (PC-4.3h).
    async fn start_recording(&self, ctx: &Context<'_>, id: MeetingId) -> Result<MeetingWhole> {
        actions::start_recording(ctx.cx()?, id).await?;
        whole(ctx, id).await
    }

    /// Ends the recording of the video meeting.
    async fn stop_recording(&self, ctx: &Context<'_>, id: MeetingId) -> Result<MeetingWhole> {
        actions::stop_recording(ctx.cx()?, id).await?;
        whole(ctx, id).await
    }

    /// Records by hand who was there, or with no attendance takes that back; present and late need a reason.
    async fn record_attendance(
        &self,
        ctx: &Context<'_>,
        id: MeetingId,
        people: Vec<PersonId>,
        attendance: Option<MeetingAttendance>,
        note: Option<String>,
    ) -> Result<MeetingWhole> {
        let cx = ctx.cx()?;
        cx.allow(MANAGE)?;
        actions::record(cx, id, &people, attendance, note.as_deref()).await?;
        whole(ctx, id).await
    }

    /// Adds members to the list of a meeting that is announced or goes on.
    async fn add_people(
        &self,
        ctx: &Context<'_>,
        id: MeetingId,
        people: Vec<PersonId>,
        part: MeetingPart,
    ) -> Result<MeetingWhole> {
        actions::add(ctx.cx()?, id, &people, part).await?;
        whole(ctx, id).await
    }

    /// Asks for leave before the meeting begins.
    async fn ask_leave(
        &self,
        ctx: &Context<'_>,
        id: MeetingId,
        kind: MeetingLeaveKind,
        reason: String,
    ) -> Result<MeetingWhole> {
        actions::ask_leave(ctx.cx()?, id, kind, &reason).await?;
        whole(ctx, id).await
    }

    /// Takes a request for leave back before the meeting begins.
    async fn take_back_leave(&self, ctx: &Context<'_>, id: MeetingId) -> Result<MeetingWhole> {
        actions::take_back_leave(ctx.cx()?, id).await?;
        whole(ctx, id).await
    }

    /// Grants or refuses leave.
    async fn answer_leave(
        &self,
        ctx: &Context<'_>,
        id: MeetingId,
        person: PersonId,
        granted: bool,
        answer: Option<String>,
    ) -> Result<MeetingWhole> {
        let cx = ctx.cx()?;
        cx.allow(MANAGE)?;
        actions::answer_leave(cx, id, person, granted, answer.as_deref()).await?;
        whole(ctx, id).await
    }

    /// Prepares a vote, or edits one that has not begun as it was at `version` (PC-4.3f).
    async fn prepare_vote(
        &self,
        ctx: &Context<'_>,
        meeting: MeetingId,
        id: Option<MeetingVoteId>,
        version: Option<i32>,
        input: MeetingVoteInput,
    ) -> Result<MeetingWhole> {
        let cx = ctx.cx()?;
        cx.allow(MANAGE)?;
        let which = id.map(|id| (id, version.unwrap_or_default()));
        match actions::prepare(cx, meeting, which, &input.into()).await? {
            Ok(_) => whole(ctx, meeting).await,
            Err(faults) => Err(all_faults(ctx, faults)),
        }
    }

    /// Removes a vote that has not begun.
    async fn remove_vote(&self, ctx: &Context<'_>, id: MeetingVoteId) -> Result<MeetingWhole> {
        let meeting = actions::drop_vote(ctx.cx()?, id).await?;
        whole(ctx, meeting).await
    }

    /// Begins a vote: those who are there now are its roll.
    async fn start_vote(&self, ctx: &Context<'_>, id: MeetingVoteId) -> Result<MeetingWhole> {
        let meeting = actions::start_vote(ctx.cx()?, id).await?;
        whole(ctx, meeting).await
    }

    /// Casts the caller's ballot: places of the options chosen, from 0.
    async fn vote(&self, ctx: &Context<'_>, id: MeetingVoteId, choices: Vec<i16>) -> Result<MeetingWhole> {
        let meeting = actions::cast(ctx.cx()?, id, &choices).await?;
        whole(ctx, meeting).await
    }

    /// Ends a vote and counts it.
    async fn end_vote(&self, ctx: &Context<'_>, id: MeetingVoteId) -> Result<MeetingWhole> {
        let meeting = actions::end_vote(ctx.cx()?, id).await?;
        whole(ctx, meeting).await
    }

    /// Writes the caller's note, as it was at `version` when there was one; an empty text removes it.
    async fn write_note(
        &self,
        ctx: &Context<'_>,
        id: MeetingId,
        version: Option<i32>,
        body: String,
    ) -> Result<MeetingWhole> {
        actions::write_note(ctx.cx()?, id, version, &body).await?;
        whole(ctx, id).await
    }

    /// Writes the minutes, which ends the meeting; afterwards it corrects them (PC-4.3i).
    async fn write_minutes(
        &self,
        ctx: &Context<'_>,
        id: MeetingId,
        version: i32,
        input: MeetingMinutesInput,
    ) -> Result<MeetingWhole> {
        let cx = ctx.cx()?;
        cx.allow(MANAGE)?;
        match actions::write_minutes(cx, id, version, &input.into()).await? {
            Ok(()) => whole(ctx, id).await,
            Err(faults) => Err(all_faults(ctx, faults)),
        }
    }

    /// Notes that people who were not there have caught up (补学), or takes that back.
    async fn record_makeup(
        &self,
        ctx: &Context<'_>,
        id: MeetingId,
        people: Vec<PersonId>,
        on: bool,
    ) -> Result<MeetingWhole> {
        actions::makeup(ctx.cx()?, id, &people, on).await?;
        whole(ctx, id).await
    }

    /// Opens an upload of a material, photo or video (PC-4.3h).
    async fn request_file(
        &self,
        ctx: &Context<'_>,
        meeting: MeetingId,
        input: MeetingUploadInput,
    ) -> Result<MeetingTicket> {
        let cx = ctx.cx()?;
        cx.allow(MANAGE)?;
        let ticket = actions::request(cx, meeting, &input.into()).await?;
        Ok(MeetingTicket { id: ticket.id, url: ticket.url, content_type: ticket.content_type, part: ticket.part })
    }

    /// How far an upload in parts is, with links for what is missing: for going on after a break as well.
    async fn file_parts(&self, ctx: &Context<'_>, id: MeetingFileId) -> Result<MeetingFileParts> {
        let cx = ctx.cx()?;
        cx.allow(MANAGE)?;
        let (there, missing) = actions::parts(cx, id).await?;
        Ok(MeetingFileParts {
            there: there.iter().map(|part| part.size).sum(),
            missing: missing
                .into_iter()
                .map(|part| MeetingFilePart { number: part.number, size: part.size, url: part.url })
                .collect(),
        })
    }

    /// Looks an uploaded file through and keeps it.
    async fn keep_file(&self, ctx: &Context<'_>, id: MeetingFileId) -> Result<MeetingWhole> {
        let cx = ctx.cx()?;
        cx.allow(MANAGE)?;
        let meeting = actions::keep(cx, id).await?;
        whole(ctx, meeting).await
    }

    /// Takes a file away.
    async fn remove_file(&self, ctx: &Context<'_>, id: MeetingFileId) -> Result<MeetingWhole> {
        let cx = ctx.cx()?;
        cx.allow(MANAGE)?;
        let meeting = actions::remove(cx, id).await?;
        whole(ctx, meeting).await
    }

    /// Marks a photo or video for the library (同步到资料库), or takes that back.
    async fn file_to_library(&self, ctx: &Context<'_>, id: MeetingFileId, on: bool) -> Result<MeetingWhole> {
        let cx = ctx.cx()?;
        cx.allow(MANAGE)?;
        let meeting = actions::to_library(cx, id, on).await?;
        whole(ctx, meeting).await
    }

    /// A link to a file, for five minutes; who opened it is recorded.
    async fn open_file(&self, ctx: &Context<'_>, id: MeetingFileId) -> Result<MeetingFileLink> {
        let link = actions::link(ctx.cx()?, id).await?;
        Ok(MeetingFileLink { url: link.url, file_name: link.file_name })
    }

    /// Makes a kind of meeting of the tenant's own, or changes one as it was at `version`; its code (PC-4.3b).
    async fn save_type(
        &self,
        ctx: &Context<'_>,
        code: Option<String>,
        version: Option<i32>,
        input: MeetingTypeInput,
    ) -> Result<String> {
        let cx = ctx.cx()?;
        cx.allow(TYPES_EDIT)?;
        let which = code.as_deref().map(|code| (code, version.unwrap_or_default()));
        match actions::save_kind(cx, which, &input.into()).await? {
            Ok(code) => Ok(code),
            Err(faults) => Err(all_faults(ctx, faults)),
        }
    }

    /// Decides whether an organisation and all below it may hold a kind; nothing: as its superior has decided.
    async fn limit_type(
        &self,
        ctx: &Context<'_>,
        organisation: OrganisationId,
        code: String,
        allowed: Option<bool>,
    ) -> Result<bool> {
        actions::limit(ctx.cx()?, organisation, &code, allowed).await?;
        Ok(true)
    }

    /// Adds a line to a yearly plan, or changes one as it was at `version`.
    async fn save_plan(
        &self,
        ctx: &Context<'_>,
        id: Option<MeetingPlanId>,
        version: Option<i32>,
        input: MeetingPlanInput,
    ) -> Result<MeetingPlanId> {
        let cx = ctx.cx()?;
        cx.allow(MANAGE)?;
        let which = id.map(|id| (id, version.unwrap_or_default()));
        match actions::save_plan(cx, which, &input.into()).await? {
            Ok(id) => Ok(id),
            Err(faults) => Err(all_faults(ctx, faults)),
        }
    }

    /// Removes a line of a yearly plan.
    async fn remove_plan(&self, ctx: &Context<'_>, id: MeetingPlanId, version: i32) -> Result<bool> {
        actions::remove_plan(ctx.cx()?, id, version).await?;
        Ok(true)
    }
}
