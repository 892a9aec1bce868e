//! What is done with proposals: load, decide, write, in one transaction.

use chrono::Duration;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, PersonId, PurgeId, Result, check};
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::{Write, identity};

use super::erase;
use super::store::{self, Proposal, ProposalState};
use crate::member;
use crate::organisation::Reach;
use crate::schema::{people, purges};

/// Days that a proposal can be confirmed.
const DAYS: i64 = 7;

/// Proposes that a former member's record is removed for ever.
pub async fn propose(write: &mut Write<'_>, person: PersonId, reason: &str) -> Result<PurgeId> {
    let reason = check::text("reason", "原因", reason, 4, 200)?;
    let by = identity::must_be_account(write.cx)?.clone();
    former(write, person).await?;
    let now = write.cx.now();
    let past = purges::person_id.eq(person.0).and(purges::state.eq("waiting")).and(purges::expires_at.le(now));
    diesel::update(purges::table.filter(past))
        .set((purges::state.eq("expired"), purges::decided_at.eq(now)))
        .execute(write.conn()?)
        .await?;
    let id: PurgeId = write.cx.app.world.id();
    diesel::insert_into(purges::table)
        .values((
            purges::id.eq(id.0),
            purges::person_id.eq(person.0),
            purges::state.eq("waiting"),
            purges::reason.eq(&reason),
            purges::proposed_by.eq(by.account.0),
            purges::proposed_name.eq(&by.display_name),
            purges::proposed_at.eq(now),
            purges::expires_at.eq(now + Duration::days(DAYS)),
        ))
        .execute(write.conn()?)
        .await
        .map_err(taken)?;
    // Of whom is not told in the audit: the row stays when nothing else of them does.
    write.audit(Entry::new("purge.proposed", "purge", id.0).note("reason", reason)).await?;
    Ok(id)
}

fn taken(error: diesel::result::Error) -> Error {
    let error = Error::from(error);
    match error.field.as_deref() {
        Some("purges_waiting") => Error::refuse("PURGE_PROPOSED", "该党员已有待确认的彻底删除申请"),
        _ => error,
    }
}

/// The former member inside the reach, held until the end of the transaction.
async fn former(write: &mut Write<'_>, person: PersonId) -> Result<member::Entry> {
    let row = people::table.find(person.0).select(people::id).for_update();
    row.first::<Uuid>(write.conn()?).await.optional()?;
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    let entry = member::latest(&reach, person, write.conn()?).await?;
    if entry.person.left_at.is_none() {
        return Err(Error::refuse("NOT_LEFT", "该党员不在历史库中，请先移入历史库"));
    }
    Ok(entry)
}

/// A proposal that waits, held until the end of the transaction.
async fn waiting(write: &mut Write<'_>, id: PurgeId) -> Result<Proposal> {
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    let found = store::one(&reach, id, true, write.conn()?).await?;
    match found.state(write.cx.now()) {
        ProposalState::Waiting => Ok(found),
        ProposalState::Expired => Err(Error::refuse("PURGE_EXPIRED", "申请已超过7天，请重新申请")),
        ProposalState::Done | ProposalState::Refused | ProposalState::Withdrawn => {
            Err(Error::refuse("ALREADY_DECIDED", "该申请已处理"))
        }
    }
}

async fn decide(write: &mut Write<'_>, id: PurgeId, state: ProposalState, refusal: Option<&str>) -> Result<()> {
    let by = identity::must_be_account(write.cx)?.clone();
    diesel::update(purges::table.find(id.0))
        .set((
            purges::state.eq(state.code()),
            purges::decided_by.eq(by.account.0),
            purges::decided_name.eq(&by.display_name),
            purges::decided_at.eq(write.cx.now()),
            purges::refusal.eq(refusal),
        ))
        .execute(write.conn()?)
        .await?;
    Ok(())
}

/// Confirms a proposal of somebody else: the record goes, now and for ever.
pub async fn confirm(write: &mut Write<'_>, id: PurgeId) -> Result<()> {
    let by = identity::must_be_account(write.cx)?.account;
    let proposal = waiting(write, id).await?;
    if proposal.proposed_by == by.0 {
        return Err(Error::refuse("SAME_PERSON", "不能确认本人提出的申请，请由另一名有此权限的管理员确认"));
    }
    let entry = former(write, proposal.person_id.into()).await?;
    decide(write, id, ProposalState::Done, None).await?;
    let emptied = erase::erase(write, &entry, id).await?;
    let entry = Entry::new("purge.confirmed", "purge", id.0);
    write.audit(entry.note("reason", proposal.reason).note("rows", emptied)).await
}

/// Refuses a proposal.
pub async fn refuse(write: &mut Write<'_>, id: PurgeId, reason: &str) -> Result<()> {
    let reason = check::text("reason", "原因", reason, 2, 200)?;
    waiting(write, id).await?;
    decide(write, id, ProposalState::Refused, Some(&reason)).await?;
    write.audit(Entry::new("purge.refused", "purge", id.0).note("reason", reason)).await
}

/// Takes the own proposal back.
pub async fn withdraw(write: &mut Write<'_>, id: PurgeId) -> Result<()> {
    let by = identity::must_be_account(write.cx)?.account;
    let proposal = waiting(write, id).await?;
    if proposal.proposed_by != by.0 {
        return Err(Error::refuse("NOT_YOURS", "只能撤回本人提出的申请"));
    }
    decide(write, id, ProposalState::Withdrawn, None).await?;
    write.audit(Entry::new("purge.withdrawn", "purge", id.0).note("reason", proposal.reason)).await
}
