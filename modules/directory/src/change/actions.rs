//! Asking for a command, deciding about it, and doing it on its day.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, Kind as Fault, OrganisationCommandId, Result, check};
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::{Cx, Space, Write, identity};

use super::apply::{blocked, carry_out};
use super::model::{CommandRow, CommandState, OrganisationCommandKind as Kind};
use super::preview::look;
use super::rules::{self, Plan};
use super::store;
use crate::organisation::Reach;
use crate::organisation::past::{Hold, hold_tree};
use crate::schema::organisation_commands as commands;
use crate::{ORG_CHANGE, ORG_EDIT};

/// The permission that asking for a command of this kind needs.
pub(crate) fn permission(kind: Kind) -> zhibu_core::Permission {
    match kind {
        Kind::Migrate | Kind::Delete => ORG_EDIT,
        Kind::Merge | Kind::Split | Kind::Dissolve => ORG_CHANGE,
    }
}

/// Asks for a command. It is carried out at once when its day is today and nobody else has to confirm it.
pub async fn request(write: &mut Write<'_>, plan: Plan) -> Result<OrganisationCommandId> {
    identity::must_be_account(write.cx)?;
    let today = write.cx.app.world.today();
    let plan = rules::accept(plan, today)?;
    hold_tree(write, Hold::Alone).await?;
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    let cx = write.cx;
    let looked = look(cx, &reach, &plan, write.conn()?).await?;
    if !looked.preview.blockers.is_empty() {
        return Err(blocked(&looked.preview.blockers));
    }
    let id: OrganisationCommandId = cx.app.world.id();
    let waits = looked.preview.needs_confirmation;
    let state = if waits { CommandState::Waiting } else { CommandState::Confirmed };
    let who = cx.identity()?;
    let split = plan.split.as_ref().map(serde_json::to_value).transpose().map_err(Error::bug)?;
    let row = (
        (
            commands::id.eq(id.0),
            commands::kind.eq(plan.kind.code()),
            commands::state.eq(state.code()),
            commands::organisation_id.eq(plan.organisation.0),
            commands::organisation_name.eq(&looked.subject.short_name),
            commands::into_id.eq(plan.into.map(|into| into.0)),
            commands::into_name.eq(looked.into.as_ref().map(|into| into.short_name.clone())),
            commands::split.eq(split),
        ),
        (
            commands::effective_on.eq(plan.effective_on),
            commands::approval_no.eq(&plan.approval_no),
            commands::reason.eq(&plan.reason),
            commands::asked_by.eq(Some(who.account.0).filter(|_| who.guest.is_none())),
            commands::asked_name.eq(&who.display_name),
            commands::asked_at.eq(cx.now()),
        ),
    );
    diesel::insert_into(commands::table).values(row).execute(write.conn()?).await?;
    let entry = Entry::new("organisation.command_asked", "organisation", plan.organisation.0)
        .note("kind", plan.kind.code())
        .note("into", looked.into.map(|into| into.short_name))
        .note("effectiveOn", plan.effective_on.to_string())
        .note("reason", plan.reason.clone());
    write.audit(entry).await?;
    if !waits && plan.effective_on <= today {
        let plan = Plan { command: Some(id), ..plan };
        carry_out(write, &reach, &plan).await?;
        done(write, id).await?;
    }
    Ok(id)
}

/// Marks a command as carried out.
async fn done(write: &mut Write<'_>, id: OrganisationCommandId) -> Result<()> {
    let now = write.cx.now();
    diesel::update(commands::table.find(id.0))
        .set((
            commands::state.eq(CommandState::Done.code()),
            commands::version.eq(commands::version + 1),
            commands::done_at.eq(now),
            commands::obstacle.eq(None::<String>),
        ))
        .execute(write.conn()?)
        .await?;
    Ok(())
}

/// The command as somebody saw it, held; the tree is held before it.
async fn seen(write: &mut Write<'_>, id: OrganisationCommandId, version: i32) -> Result<(Reach, CommandRow)> {
    hold_tree(write, Hold::Alone).await?;
    let row: CommandRow =
        commands::table.find(id.0).select(CommandRow::as_select()).for_update().first(write.conn()?).await?;
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    let ids: Vec<Uuid> = [Some(row.organisation_id), row.into_id].into_iter().flatten().collect();
    let places = crate::organisation::places(&ids, write.conn()?).await?;
    if !reach.is_all() && !places.values().any(|(_, path)| reach.covers_below(path)) {
        return Err(Error::missing());
    }
    if row.version != version {
        return Err(Error::conflict());
    }
    Ok((reach, row))
}

/// The same for whoever decides for the receiving organisation.
async fn to_decide(write: &mut Write<'_>, id: OrganisationCommandId, version: i32) -> Result<CommandRow> {
    identity::must_be_account(write.cx)?;
    let (reach, row) = seen(write, id, version).await?;
    if row.state() != CommandState::Waiting {
        return Err(Error::refuse("DECIDED", "该组织变更已经处理过"));
    }
    let into = row.into_id.ok_or_else(|| Error::bug("nothing to confirm"))?;
    let place = crate::organisation::places(&[into], write.conn()?).await?.remove(&into);
    if !place.is_some_and(|(_, path)| reach.covers_below(&path)) {
        return Err(Error::refuse("NOT_RECEIVER", "由接收组织的管理员确认"));
    }
    Ok(row)
}

async fn decide(write: &mut Write<'_>, row: &CommandRow, state: CommandState, refusal: Option<&str>) -> Result<()> {
    let who = write.cx.identity()?;
    let change = (
        commands::state.eq(state.code()),
        commands::version.eq(row.version + 1),
        commands::decided_by.eq(Some(who.account.0).filter(|_| who.guest.is_none())),
        commands::decided_name.eq(&who.display_name),
        commands::decided_at.eq(write.cx.now()),
        commands::refusal.eq(refusal),
    );
    diesel::update(commands::table.find(row.id)).set(change).execute(write.conn()?).await?;
    Ok(())
}

fn told(action: &'static str, row: &CommandRow) -> Entry {
    Entry::new(action, "organisation", row.organisation_id)
        .note("kind", row.kind.clone())
        .note("effectiveOn", row.effective_on.to_string())
}

/// The receiving organisation agrees; when the day has come, the command is carried out.
pub async fn confirm(write: &mut Write<'_>, id: OrganisationCommandId, version: i32) -> Result<()> {
    let row = to_decide(write, id, version).await?;
    decide(write, &row, CommandState::Confirmed, None).await?;
    write.audit(told("organisation.command_confirmed", &row)).await?;
    if row.effective_on <= write.cx.app.world.today() {
        carry_out(write, &Reach::everything(), &row.plan()).await?;
        done(write, id).await?;
    }
    Ok(())
}

/// The receiving organisation does not agree, and says why.
pub async fn refuse(write: &mut Write<'_>, id: OrganisationCommandId, version: i32, reason: &str) -> Result<()> {
    let reason = check::text("reason", "拒绝原因", reason, 2, 200)?;
    let row = to_decide(write, id, version).await?;
    decide(write, &row, CommandState::Refused, Some(&reason)).await?;
    write.audit(told("organisation.command_refused", &row).note("reason", reason)).await
}

/// Whoever administers the organisation takes the command back before its day.
pub async fn withdraw(write: &mut Write<'_>, id: OrganisationCommandId, version: i32) -> Result<()> {
    identity::must_be_account(write.cx)?;
    let (reach, row) = seen(write, id, version).await?;
    if row.state() != CommandState::Waiting && row.state() != CommandState::Confirmed {
        return Err(Error::refuse("DECIDED", "该组织变更已经完成或终止"));
    }
    let place = crate::organisation::places(&[row.organisation_id], write.conn()?).await?;
    if !reach.is_all() && !place.values().any(|(_, path)| reach.covers(path)) {
        return Err(Error::refuse("NOT_ASKER", "由申请方的管理员撤回"));
    }
    decide(write, &row, CommandState::Withdrawn, None).await?;
    write.audit(told("organisation.command_withdrawn", &row)).await
}

/// Carries out whatever has become due. One that something is in the way of says so and is tried again every hour.
pub async fn hourly(cx: &Cx) -> Result<()> {
    let today = cx.app.world.today();
    let rows = store::due(today, cx.read(ORG_CHANGE).await?.conn()?).await?;
    cx.close().await;
    for row in rows {
        let done = Box::pin(one_due(cx, &row, today)).await;
        let Err(error) = done else { continue };
        if error.kind != Fault::Refused {
            tracing::warn!(command = %row.id, code = error.code, cause = ?error.cause, "a command was not carried out");
        }
        let mut write = cx.write(ORG_CHANGE).await?;
        diesel::update(commands::table.find(row.id).filter(commands::state.eq(CommandState::Confirmed.code())))
            .set(commands::obstacle.eq(error.message.to_string()))
            .execute(write.conn()?)
            .await?;
        write.commit_quietly().await?;
    }
    Ok(())
}

async fn one_due(cx: &Cx, row: &CommandRow, today: NaiveDate) -> Result<()> {
    let mut cx = Cx::system(cx.app.clone(), Space::Tenant(cx.tenant()?));
    if let Some(asker) = row.asked_by {
        cx = cx.on_behalf(asker.into(), row.asked_name.clone());
    }
    let mut write = cx.write(ORG_CHANGE).await?;
    hold_tree(&mut write, Hold::Alone).await?;
    let row: CommandRow =
        commands::table.find(row.id).select(CommandRow::as_select()).for_update().first(write.conn()?).await?;
    if row.state() != CommandState::Confirmed || row.effective_on > today {
        return Ok(());
    }
    // Who asked must still be allowed to, and whoever receives must have agreed if they are somebody else by now.
    let plan = row.plan();
    let scope = match row.asked_by {
        Some(asker) => identity::scope_of(&cx, asker.into(), permission(plan.kind), write.conn()?).await?,
        None => None,
    };
    let scope = scope.ok_or_else(|| Error::refuse("ASKER_GONE", "申请人已没有该权限，请撤回后由现任管理员重新申请"))?;
    let reach = Reach::of(&scope, write.conn()?).await?;
    if row.decided_name.is_none() && look(&cx, &reach, &plan, write.conn()?).await?.preview.needs_confirmation {
        return Err(Error::refuse("NOT_CONFIRMED", "接收组织已不在申请人的管理范围内，请撤回后重新申请"));
    }
    carry_out(&mut write, &Reach::everything(), &plan).await?;
    done(&mut write, OrganisationCommandId(row.id)).await?;
    write.commit().await
}
