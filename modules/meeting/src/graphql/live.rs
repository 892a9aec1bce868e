use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Context, SimpleObject, Subscription};
use chrono::{DateTime, Utc};
use futures_util::Stream;
use uuid::Uuid;
use zhibu_core::{Error, MeetingId, MeetingVoteId, Result};
use zhibu_graphql::{May, Pace, Request, follow_shared};
use zhibu_tenancy::{Cx, tenants};

use super::types::{MeetingPerson, MeetingVote};
use crate::actions::{self, topic};
use crate::model::{MeetingState, MeetingVoteState, MeetingWay};
use crate::rules::token;
use crate::{LIST_READ, store};

/// Those who signed in last, as many as a screen has room for.
const LATEST: i64 = 60;
/// What participants follow: told at once, and not more often than so many times a second.
const PARTICIPANT: Pace = Pace { again: Duration::from_secs(2), rest: Duration::from_millis(250) };
/// The screen has a beat, by which it knows that it is not cut off.
const SCREEN: Pace = Pace { again: Duration::from_secs(1), rest: Duration::from_millis(300) };

/// A vote as participants follow it.
#[derive(SimpleObject, Clone, PartialEq)]
pub struct LiveVote {
    id: MeetingVoteId,
    /// Changes with every step.
    version: i32,
    title: String,
    state: MeetingVoteState,
}

/// What participants follow of a meeting: the same for all, so it says nothing of anybody.
#[derive(SimpleObject, Clone, PartialEq)]
pub struct MeetingLive {
    /// Changes with every step.
    version: i32,
    state: MeetingState,
    sign_open: bool,
    /// Those that have begun.
    votes: Vec<LiveVote>,
}

/// Somebody who has signed in.
#[derive(SimpleObject, Clone, PartialEq)]
pub struct MeetingSigned {
    person: MeetingPerson,
    at: Option<DateTime<Utc>>,
    late: bool,
    way: Option<MeetingWay>,
}

/// The big screen (签到大屏).
#[derive(SimpleObject, Clone, PartialEq)]
pub struct MeetingScreen {
    title: String,
    organisation: String,
    state: MeetingState,
    sign_open: bool,
    /// The code that stands now, when signing in is open.
    code: Option<String>,
    /// Until when it is shown.
    code_until: Option<DateTime<Utc>>,
    should: i32,
    attended: i32,
    late: i32,
    on_leave: i32,
    /// Who signed in last, the latest first, at most 60.
    latest: Vec<MeetingSigned>,
    /// Votes that have begun, with how many have voted, and what came of them.
    votes: Vec<MeetingVote>,
    /// The server's time: a beat.
    at: DateTime<Utc>,
}

async fn participants(cx: Arc<Cx>, id: MeetingId) -> Result<MeetingLive> {
    let mut read = cx.read(LIST_READ).await?;
    let row = store::one(id, read.conn()?).await?.row;
    let votes = store::votes(id, read.conn()?).await?;
    Ok(MeetingLive {
        version: row.version,
        state: row.state(),
        sign_open: row.sign_open,
        votes: votes
            .into_iter()
            .filter(|vote| vote.opened_at.is_some())
            .map(|vote| LiveVote { id: vote.id.into(), version: vote.version, state: vote.state(), title: vote.title })
            .collect(),
    })
}

async fn screen(cx: Arc<Cx>, id: MeetingId) -> Result<MeetingScreen> {
    let vault = tenants::vault(&cx.app, cx.tenant()?).await?;
    let mut read = cx.read(LIST_READ).await?;
    let found = store::one(id, read.conn()?).await?;
    let row = found.row;
    let counts = store::counts(&[id.0], read.conn()?).await?.remove(&id.0).unwrap_or_default();
    let latest = store::signed(id, LATEST, read.conn()?).await?;
    let votes: Vec<_> =
        store::votes(id, read.conn()?).await?.into_iter().filter(|vote| vote.opened_at.is_some()).collect();
    let open: Vec<Uuid> = votes.iter().map(|vote| vote.id).collect();
    let voted = store::voted(&open, read.conn()?).await?;
    let step = token::step(cx.now());
    let code = row.sign_open.then(|| token::make(id.0, row.sign_round, step, |text| vault.blind(text)));
    Ok(MeetingScreen {
        state: row.state(),
        sign_open: row.sign_open,
        code_until: code.is_some().then(|| token::until(step)),
        code,
        title: row.title,
        organisation: found.organisation,
        should: counts.should,
        attended: counts.attended(),
        late: counts.late,
        on_leave: counts.leave,
        latest: latest
            .into_iter()
            .map(|row| MeetingSigned {
                late: row.attendance.as_deref() == Some("late"),
                way: row.way.as_deref().and_then(MeetingWay::from_code),
                at: row.signed_at,
                person: MeetingPerson { id: row.person_id.into(), name: row.name },
            })
            .collect(),
        votes: votes
            .into_iter()
            .map(|vote| {
                let cast = voted.get(&vote.id).copied().unwrap_or_default();
                MeetingVote::of(vote, Some(cast), None)
            })
            .collect(),
        at: cx.now(),
    })
}

/// Whether somebody sees a meeting, or holds it.
fn may(id: MeetingId, manages: bool) -> May {
    Box::new(move |cx| {
        Box::pin(async move {
            let seen = actions::see(&cx, id, &mut actions::reading(&cx).await?).await?;
            if manages && !seen.manages { Err(Error::missing()) } else { Ok(()) }
        })
    })
}

fn shows_meeting(ctx: &Context<'_>) -> bool {
    zhibu_graphql::holds_module(ctx, "meeting")
}

/// 组织生活, as it changes.
#[derive(Default)]
pub struct MeetingSubscription;

#[Subscription]
impl MeetingSubscription {
    /// What participants follow of a meeting: for those on its list and those who hold it (PC-4.3f).
    #[graphql(visible = "shows_meeting")]
    async fn meeting_live(
        &self,
        ctx: &Context<'_>,
        id: MeetingId,
    ) -> Result<impl Stream<Item = Result<MeetingLive>> + use<>> {
        let topic = topic(ctx.cx()?.tenant()?, id);
        let over = |live: &MeetingLive| matches!(live.state, MeetingState::Finished | MeetingState::Cancelled);
        follow_shared(ctx, &topic, "live", PARTICIPANT, may(id, false), move |cx| participants(cx, id), over).await
    }

    /// The big screen of a meeting: for those who hold it (PC-4.3e).
    #[graphql(visible = "shows_meeting")]
    async fn meeting_screen(
        &self,
        ctx: &Context<'_>,
        id: MeetingId,
    ) -> Result<impl Stream<Item = Result<MeetingScreen>> + use<>> {
        let topic = topic(ctx.cx()?.tenant()?, id);
        let over = |screen: &MeetingScreen| matches!(screen.state, MeetingState::Finished | MeetingState::Cancelled);
        follow_shared(ctx, &topic, "screen", SCREEN, may(id, true), move |cx| screen(cx, id), over).await
    }
}
