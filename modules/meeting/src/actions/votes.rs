//! Live votes (投票): prepared, begun with a fixed roll, ended by hand.
//!
//! A ballot of a secret vote is sealed under the tenant's key, which the database does not hold, and stands under a random id
//! without person or time; the roll only says who has voted. Counting opens the ballots and removes them: what stays are sums
//! (ADR 0027).

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, MeetingId, MeetingVoteId, Result};
use zhibu_directory::member::{self, Whom};
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::{Cx, Write, tenants};

use super::{Checked, entry, managed, me, must, touch};
use crate::model::{
    MeetingAttend, MeetingAttendance, MeetingPart, MeetingState, MeetingVoteRule, MeetingVoteState, VoteRow,
};
use crate::rules::count::SECRET_LEAST;
use crate::rules::form::{self, VoteForm};
use crate::schema::{
    meeting_ballots as ballots, meeting_people as people, meeting_voters as voters, meeting_votes as votes,
};
use crate::store::{self, Found};
use crate::{ATTEND, MANAGE};

/// Most votes of one meeting.
const MOST: usize = 50;
/// People of one list.
const LISTED: i64 = 5_001;
/// Options there can be; a sealed ballot is as long as that, whatever was chosen.
const OPTIONS: usize = 20;

/// Prepares a vote, or edits one that has not begun, as it was at `version`.
pub async fn prepare(
    cx: &Cx,
    id: MeetingId,
    which: Option<(MeetingVoteId, i32)>,
    form: &VoteForm,
) -> Result<Checked<MeetingVoteId>> {
    let form = match form::accept_vote(form.clone()) {
        Ok(form) => form,
        Err(faults) => return Ok(Err(faults)),
    };
    let mut write = cx.write(MANAGE).await?;
    let found = managed(&mut write, id).await?;
    must(&found, &[MeetingState::Draft, MeetingState::Published, MeetingState::Running])?;
    let columns = (
        votes::title.eq(&form.title),
        votes::options.eq(&form.options),
        votes::most.eq(form.most),
        votes::secret.eq(form.secret),
        votes::rule.eq(form.rule.code()),
    );
    let vote = match which {
        None => {
            if store::votes(id, write.conn()?).await?.len() >= MOST {
                return Err(Error::refuse("VOTES_MANY", "一次会议最多50项投票"));
            }
            let new: Uuid = cx.app.world.id();
            diesel::insert_into(votes::table)
                .values((
                    votes::id.eq(new),
                    votes::meeting_id.eq(id.0),
                    votes::state.eq(MeetingVoteState::Prepared.code()),
                    votes::created_at.eq(cx.now()),
                    columns,
                ))
                .execute(write.conn()?)
                .await?;
            new
        }
        Some((vote, version)) => {
            let row = own(&mut write, &found, vote).await?;
            prepared(&row)?;
            if row.version != version {
                return Err(Error::conflict());
            }
            diesel::update(votes::table.find(vote.0))
                .set((votes::version.eq(row.version + 1), columns))
                .execute(write.conn()?)
                .await?;
            vote.0
        }
    };
    write.audit(entry("meeting.vote_prepared", &found).note("vote", form.title)).await?;
    write.commit().await?;
    touch(cx, id);
    Ok(Ok(vote.into()))
}

/// A vote of a meeting, held.
async fn own(write: &mut Write<'_>, found: &Found, vote: MeetingVoteId) -> Result<VoteRow> {
    let row = store::held_vote(vote, write.conn()?).await?;
    if row.meeting_id == found.row.id { Ok(row) } else { Err(Error::missing()) }
}

fn prepared(row: &VoteRow) -> Result<()> {
    if row.state() == MeetingVoteState::Prepared {
        return Ok(());
    }
    Err(Error::refuse("VOTE_BEGUN", "投票已经开始，不能修改或删除"))
}

/// The meeting of a vote, held before the vote: whoever holds both takes them in this order.
async fn meeting_of(write: &mut Write<'_>, vote: MeetingVoteId) -> Result<(Found, VoteRow)> {
    let at = store::vote(vote, write.conn()?).await?.meeting_id;
    let found = managed(write, at.into()).await?;
    let row = own(write, &found, vote).await?;
    Ok((found, row))
}

/// Removes a vote that has not begun.
pub async fn drop_vote(cx: &Cx, vote: MeetingVoteId) -> Result<MeetingId> {
    let mut write = cx.write(MANAGE).await?;
    let (found, row) = meeting_of(&mut write, vote).await?;
    prepared(&row)?;
    diesel::delete(votes::table.find(vote.0)).execute(write.conn()?).await?;
    write.audit(entry("meeting.vote_removed", &found).note("vote", row.title)).await?;
    write.commit().await?;
    touch(cx, found.row.id.into());
    Ok(found.row.id.into())
}

/// Begins a vote: those of the list who are there now, and may vote on it by what they are today, are its roll.
pub async fn start(cx: &Cx, vote: MeetingVoteId) -> Result<MeetingId> {
    let mut write = cx.write(MANAGE).await?;
    let (found, row) = meeting_of(&mut write, vote).await?;
    if row.state() == MeetingVoteState::Open {
        return Ok(found.row.id.into());
    }
    prepared(&row)?;
    must(&found, &[MeetingState::Running])?;
    let formal = row.rule() != MeetingVoteRule::None;
    rights(&mut write, &found).await?;
    let mut electors = people::table
        .filter(people::meeting_id.eq(found.row.id).and(people::part.eq(MeetingPart::Should.code())))
        .select((people::person_id, people::name, people::attendance))
        .order(people::person_id)
        .into_boxed();
    if formal {
        electors = electors.filter(people::votes);
    }
    let all: Vec<(Uuid, String, Option<String>)> = electors.load(write.conn()?).await?;
    let there = |attendance: &Option<String>| {
        let attendance = attendance.as_deref().and_then(MeetingAttendance::from_code);
        matches!(attendance, Some(MeetingAttendance::Present | MeetingAttendance::Late))
    };
    let should = i32::try_from(all.len()).map_err(Error::bug)?;
    let roll: Vec<(Uuid, String)> =
        all.into_iter().filter(|(.., at)| there(at)).map(|(person, name, _)| (person, name)).collect();
    let present = i32::try_from(roll.len()).map_err(Error::bug)?;
    if present == 0 {
        return Err(Error::refuse("NOBODY_THERE", "还没有可投票的人员签到，不能开始投票"));
    }
    if row.secret && present < SECRET_LEAST {
        return Err(Error::refuse("SECRET_TOO_FEW", "不记名投票至少需要3人到会，否则能推知谁投了什么"));
    }
    for chunk in roll.chunks(500) {
        let rows: Vec<_> = chunk
            .iter()
            .map(|(person, name)| (voters::vote_id.eq(vote.0), voters::person_id.eq(*person), voters::name.eq(name)))
            .collect();
        diesel::insert_into(voters::table).values(rows).execute(write.conn()?).await?;
    }
    diesel::update(votes::table.find(vote.0))
        .set((
            votes::state.eq(MeetingVoteState::Open.code()),
            votes::version.eq(row.version + 1),
            votes::should.eq(should),
            votes::roll.eq(present),
            votes::opened_at.eq(cx.now()),
        ))
        .execute(write.conn()?)
        .await?;
    write.audit(entry("meeting.vote_started", &found).note("vote", row.title).note("roll", present)).await?;
    write.commit().await?;
    touch(cx, found.row.id.into());
    Ok(found.row.id.into())
}

/// Id, name, may vote, named one by one.
type Seat = (Uuid, String, bool, bool);

/// Who may vote is asked anew: since the list was made people may have become full members, have moved, or have left.
async fn rights(write: &mut Write<'_>, found: &Found) -> Result<()> {
    let counted = || people::meeting_id.eq(found.row.id).and(people::part.eq(MeetingPart::Should.code()));
    let listed: Vec<Seat> = people::table
        .filter(counted())
        .select((people::person_id, people::name, people::votes, people::chosen))
        .load(write.conn()?)
        .await?;
    let all = match MeetingAttend::from_code(&found.row.attend) {
        Some(MeetingAttend::Members) => Some(Whom::Members(found.row.organisation_id)),
        Some(MeetingAttend::Committee) => Some(Whom::Committee(found.row.organisation_id)),
        Some(MeetingAttend::Named) | None => None,
    };
    // Whoever was named one by one may belong elsewhere.
    let named: Vec<Uuid> = listed.iter().filter(|seat| seat.3 || all.is_none()).map(|seat| seat.0).collect();
    let mut today: HashMap<Uuid, bool> = HashMap::new();
    for whom in [Some(Whom::People(named)), all].into_iter().flatten() {
        let found = member::attenders(&whom, LISTED, write.conn()?).await?;
        today.extend(found.into_iter().map(|who| (who.person, who.votes())));
    }
    let mut said = Vec::new();
    for (now, word) in [(None, "不再计入应到"), (Some(true), "有表决权"), (Some(false), "无表决权")] {
        let changed: Vec<&Seat> =
            listed.iter().filter(|seat| today.get(&seat.0).copied() == now && now != Some(seat.2)).collect();
        if changed.is_empty() {
            continue;
        }
        let ids: Vec<Uuid> = changed.iter().map(|seat| seat.0).collect();
        let rows = people::table.filter(counted().and(people::person_id.eq_any(ids)));
        match now {
            Some(may) => diesel::update(rows).set(people::votes.eq(may)).execute(write.conn()?).await?,
            None => {
                let left = (people::part.eq(MeetingPart::Exempt.code()), people::part_reason.eq("已不在本组织"));
                diesel::update(rows).set(left).execute(write.conn()?).await?
            }
        };
        let names: Vec<&str> = changed.iter().map(|seat| seat.1.as_str()).collect();
        said.push(format!("{word}：{}", names.join("、")));
    }
    if !said.is_empty() {
        write.audit(entry("meeting.edited", found).note("people", said.join("；"))).await?;
    }
    Ok(())
}

/// Casts the caller's ballot. A named one that is sent again is the same; of a secret one nobody knows.
pub async fn cast(cx: &Cx, vote: MeetingVoteId, choices: &[i16]) -> Result<MeetingId> {
    cx.allow(ATTEND)?;
    let vault = tenants::vault(&cx.app, cx.tenant()?).await?;
    let mut write = cx.write(ATTEND).await?;
    let row = store::kept_vote(vote, write.conn()?).await?;
    let meeting: MeetingId = row.meeting_id.into();
    let place = me(&mut write, meeting).await.map_err(|_| Error::missing())?;
    let on_roll = store::voter(&[vote.0], place.person_id, write.conn()?).await?.remove(&vote.0);
    match row.state() {
        MeetingVoteState::Prepared => return Err(Error::missing()),
        MeetingVoteState::Ended => return Err(Error::refuse("VOTE_ENDED", "投票已结束")),
        MeetingVoteState::Open => {}
    }
    let Some(voter) = on_roll else {
        return Err(Error::refuse("NOT_ON_ROLL", "投票开始时您未签到或没有表决权，不能参加本次投票"));
    };
    let chosen = form::accept_choices(choices, row.options.len(), row.most)?;
    if voter.voted {
        let same = voter.choices.as_deref() == Some(&chosen[..]);
        return if same { Ok(meeting) } else { Err(voted()) };
    }
    let mine = voters::table.find((vote.0, place.person_id)).filter(voters::voted.eq(false));
    let named = (!row.secret).then(|| chosen.clone());
    let marked =
        diesel::update(mine).set((voters::voted.eq(true), voters::choices.eq(named))).execute(write.conn()?).await?;
    if marked == 0 {
        return Err(voted());
    }
    if row.secret {
        let sealed = vault.seal_for(&vote.0.into_bytes(), &ballot(&chosen))?;
        // An id with a time in it would say who it was.
        let id = uuid::Builder::from_random_bytes(cx.app.world.bytes::<16>()).into_uuid();
        diesel::insert_into(ballots::table)
            .values((ballots::id.eq(id), ballots::vote_id.eq(vote.0), ballots::sealed.eq(sealed)))
            .execute(write.conn()?)
            .await?;
    }
    let told = Entry::new("meeting.voted", "meeting", meeting.0).note("vote", row.title).note("name", place.name);
    write.audit(told).await?;
    write.commit().await?;
    touch(cx, meeting);
    Ok(meeting)
}

fn voted() -> Error {
    Error::refuse("ALREADY_VOTED", "您已投票，不能重复投票")
}

/// What is sealed: a byte for each option there can be.
fn ballot(chosen: &[i16]) -> [u8; OPTIONS] {
    let mut marks = [0; OPTIONS];
    for at in chosen {
        if let Some(mark) = usize::try_from(*at).ok().and_then(|at| marks.get_mut(at)) {
            *mark = 1;
        }
    }
    marks
}

/// Ends a vote and counts it. Ending twice is ending once. Of a secret vote that one or two have cast in nothing is counted: the
/// numbers would say who voted how.
pub async fn end(cx: &Cx, vote: MeetingVoteId) -> Result<MeetingId> {
    let vault = tenants::vault(&cx.app, cx.tenant()?).await?;
    let mut write = cx.write(MANAGE).await?;
    let (found, row) = meeting_of(&mut write, vote).await?;
    match row.state() {
        MeetingVoteState::Ended => return Ok(found.row.id.into()),
        MeetingVoteState::Prepared => return Err(Error::refuse("VOTE_NOT_BEGUN", "投票尚未开始")),
        MeetingVoteState::Open => {}
    }
    let mut counts = vec![0i32; row.options.len()];
    let mut add = |at: usize| {
        if let Some(count) = counts.get_mut(at) {
            *count += 1;
        }
    };
    let named: Vec<Option<Vec<i16>>> = voters::table
        .filter(voters::vote_id.eq(vote.0).and(voters::voted))
        .select(voters::choices)
        .load(write.conn()?)
        .await?;
    let cast = i32::try_from(named.len()).map_err(Error::bug)?;
    let withheld = row.secret && (1..SECRET_LEAST).contains(&cast);
    if row.secret {
        let sealed: Vec<Vec<u8>> = diesel::delete(ballots::table.filter(ballots::vote_id.eq(vote.0)))
            .returning(ballots::sealed)
            .get_results(write.conn()?)
            .await?;
        if sealed.len() != named.len() {
            return Err(Error::bug("ballots and voters of a secret vote differ"));
        }
        for ballot in sealed.iter().filter(|_| !withheld) {
            let marks = vault.open_for(&vote.0.into_bytes(), ballot)?;
            marks.iter().enumerate().filter(|(_, mark)| **mark == 1).for_each(|(at, _)| add(at));
        }
    } else {
        named.into_iter().flatten().flatten().filter_map(|at| usize::try_from(at).ok()).for_each(&mut add);
    }
    diesel::update(votes::table.find(vote.0))
        .set((
            votes::state.eq(MeetingVoteState::Ended.code()),
            votes::version.eq(row.version + 1),
            votes::voted.eq(cast),
            votes::counts.eq((!withheld).then_some(counts)),
            votes::ended_at.eq(cx.now()),
            votes::ended_by.eq(cx.actor()),
        ))
        .execute(write.conn()?)
        .await?;
    write.audit(entry("meeting.vote_ended", &found).note("vote", row.title).note("voted", cast)).await?;
    write.commit().await?;
    touch(cx, found.row.id.into());
    Ok(found.row.id.into())
}
