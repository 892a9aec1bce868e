use std::collections::HashMap;

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;
use zhibu_core::{Error, OrganisationCommandId, OrganisationId, Page, PageArgs, PersonId, Result, check};
use zhibu_graphql::{Listed, Request};
use zhibu_tenancy::{Conn, Cx};

use super::OrganisationRef;
use crate::change::{self, CommandRow, CommandState, Filter, OrganisationCommandKind, Plan, Preview, Split};
use crate::organisation::{self, OrgStatus, OrgType, Reach, Then};
use crate::{ORG_EDIT, ORG_READ};

/// A command that changes organisations (组织变更).
#[derive(SimpleObject)]
pub struct OrganisationCommand {
    id: OrganisationCommandId,
    /// Counts decisions; give it back when deciding.
    version: i32,
    kind: OrganisationCommandKind,
    state: CommandState,
    /// With which organisation; by the name of then when it was deleted.
    organisation: OrganisationRef,
    /// The new superior, or the organisation that takes the members.
    into: Option<OrganisationRef>,
    /// What a split makes.
    split: Option<SplitResult>,
    /// 生效日期
    effective_on: NaiveDate,
    /// 批准文号
    approval_no: Option<String>,
    /// 变更原因
    reason: String,
    asked_by: String,
    asked_at: DateTime<Utc>,
    decided_by: Option<String>,
    decided_at: Option<DateTime<Utc>>,
    /// Why it was refused.
    refusal: Option<String>,
    /// What was in the way when its day had come; it is tried again every hour.
    obstacle: Option<String>,
    done_at: Option<DateTime<Utc>>,
    /// The caller may confirm or refuse it.
    decidable: bool,
    /// The caller may take it back.
    withdrawable: bool,
}

/// The new organisation of a split.
#[derive(SimpleObject)]
pub struct SplitResult {
    /// 组织全称
    full_name: String,
    /// 组织简称
    short_name: String,
    /// How many members go there.
    count: i32,
}

/// What is to be done with an organisation.
#[derive(InputObject)]
pub struct OrganisationCommandInput {
    kind: OrganisationCommandKind,
    organisation: OrganisationId,
    /// The new superior, or the organisation that takes the members.
    into: Option<OrganisationId>,
    /// What a split makes.
    split: Option<SplitInput>,
    /// 生效日期, today or later
    effective_on: NaiveDate,
    /// 批准文号
    approval_no: Option<String>,
    /// 变更原因
    reason: String,
}

/// The new organisation of a split, and who goes there.
#[derive(InputObject)]
pub struct SplitInput {
    full_name: String,
    short_name: String,
    members: Vec<PersonId>,
}

impl From<OrganisationCommandInput> for Plan {
    fn from(input: OrganisationCommandInput) -> Self {
        let split = |s: SplitInput| Split { full_name: s.full_name, short_name: s.short_name, members: s.members };
        Self {
            kind: input.kind,
            organisation: input.organisation,
            into: input.into,
            split: input.split.map(split),
            effective_on: input.effective_on,
            approval_no: input.approval_no,
            reason: input.reason,
            command: None,
        }
    }
}

/// Which commands a list shows.
#[derive(InputObject)]
pub struct OrganisationCommandFilter {
    state: Option<CommandState>,
    kind: Option<OrganisationCommandKind>,
    /// About this organisation, or into it.
    organisation: Option<OrganisationId>,
    /// Part of a name.
    search: Option<String>,
}

impl From<OrganisationCommandFilter> for Filter {
    fn from(filter: OrganisationCommandFilter) -> Self {
        let OrganisationCommandFilter { state, kind, organisation, search } = filter;
        Self { state, kind, organisation, search }
    }
}

/// An organisation that may receive another, wherever it stands.
#[derive(SimpleObject)]
pub struct Receiver {
    id: OrganisationId,
    short_name: String,
    full_name: String,
}

/// An organisation as it was on a day (历史组织架构).
#[derive(SimpleObject)]
pub struct OrganisationThen {
    id: OrganisationId,
    /// 组织代码
    code: String,
    /// 组织全称
    full_name: String,
    /// 组织简称
    short_name: String,
    #[graphql(name = "type")]
    kind: OrgType,
    status: OrgStatus,
    /// Level, 1 for the root.
    depth: i32,
    /// Short name of the superior of that day.
    parent: Option<String>,
    /// Members assigned to it at the end of that day.
    member_count: i64,
}

async fn show(cx: &Cx, rows: Vec<CommandRow>, conn: &mut Conn) -> Result<Vec<OrganisationCommand>> {
    let edits = match cx.allow(ORG_EDIT) {
        Ok(scope) => Reach::of(&scope, conn).await?,
        Err(_) => Reach::default(),
    };
    let ids: Vec<Uuid> = rows.iter().flat_map(|row| [Some(row.organisation_id), row.into_id]).flatten().collect();
    let places = organisation::places(&ids, conn).await?;
    Ok(rows.into_iter().map(|row| one(row, &edits, &places)).collect())
}

fn one(row: CommandRow, edits: &Reach, places: &HashMap<Uuid, (String, String)>) -> OrganisationCommand {
    let path = |id: Uuid| places.get(&id).map(|(_, path)| path.as_str());
    let name = |id: Uuid, then: &str| OrganisationRef {
        id: id.into(),
        short_name: places.get(&id).map_or_else(|| then.to_owned(), |(name, _)| name.clone()),
    };
    let (kind, state) = (row.kind(), row.state());
    let open = matches!(state, CommandState::Waiting | CommandState::Confirmed);
    let receives = row.into_id.and_then(path).is_some_and(|path| edits.covers_below(path));
    let split = row.split().map(|split| SplitResult {
        full_name: split.full_name,
        short_name: split.short_name,
        count: i32::try_from(split.members.len()).unwrap_or(i32::MAX),
    });
    OrganisationCommand {
        id: row.id.into(),
        version: row.version,
        kind,
        state,
        decidable: state == CommandState::Waiting && receives,
        withdrawable: open && path(row.organisation_id).is_some_and(|path| edits.covers(path)),
        organisation: name(row.organisation_id, &row.organisation_name),
        into: row.into_id.map(|id| name(id, row.into_name.as_deref().unwrap_or_default())),
        split,
        effective_on: row.effective_on,
        approval_no: row.approval_no,
        reason: row.reason,
        asked_by: row.asked_name,
        asked_at: row.asked_at,
        decided_by: row.decided_name,
        decided_at: row.decided_at,
        refusal: row.refusal,
        obstacle: row.obstacle,
        done_at: row.done_at,
    }
}

/// One command, read anew.
async fn command(cx: &Cx, id: OrganisationCommandId) -> Result<OrganisationCommand> {
    let mut read = cx.read(ORG_READ).await?;
    let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
    let row = match change::get(&reach, id, read.conn()?).await {
        Ok(row) => row,
        // Moved out of the own range by this very command.
        Err(error) => match change::get(&Reach::everything(), id, read.conn()?).await {
            Ok(row) if row.asked_by.is_some() && row.asked_by == cx.identity().ok().map(|who| who.account.0) => row,
            Ok(_) | Err(_) => return Err(error),
        },
    };
    show(cx, vec![row], read.conn()?).await?.pop().ok_or_else(Error::missing)
}

/// 组织变更
#[derive(Default)]
pub struct CommandQuery;

#[Object]
impl CommandQuery {
    /// What a command would do, and what is in its way (PC-3.1.1b to d).
    async fn preview_organisation_command(
        &self,
        ctx: &Context<'_>,
        input: OrganisationCommandInput,
    ) -> Result<Preview> {
        let cx = ctx.cx()?;
        cx.allow(change::permission(input.kind))?;
        let plan = change::rules::accept(input.into(), cx.app.world.today())?;
        let mut read = cx.read(change::permission(plan.kind)).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        change::preview(cx, &reach, &plan, read.conn()?).await
    }

    /// Commands that concern the caller's organisations, the latest first.
    async fn organisation_commands(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
        filter: Option<OrganisationCommandFilter>,
    ) -> Result<Listed<OrganisationCommand>> {
        let args = PageArgs::new(first, after, offset)?;
        let cx = ctx.cx()?;
        let filter: Filter = filter.map(Into::into).unwrap_or_default();
        let mut read = cx.read(ORG_READ).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let total = match ctx.shows(&["totalCount"]) {
            true => Some(change::count(&reach, &filter, read.conn()?).await?),
            false => None,
        };
        let page = change::list(&reach, &filter, &args, read.conn()?).await?;
        let nodes = show(cx, page.nodes, read.conn()?).await?;
        Ok(Listed::new(Page { nodes, info: page.info }, total))
    }

    /// One command.
    async fn organisation_command(&self, ctx: &Context<'_>, id: OrganisationCommandId) -> Result<OrganisationCommand> {
        command(ctx.cx()?, id).await
    }

    /// What a command that waits would do by now, for those who ask and those who decide.
    async fn organisation_command_preview(&self, ctx: &Context<'_>, id: OrganisationCommandId) -> Result<Preview> {
        let cx = ctx.cx()?;
        let shown = command(cx, id).await?;
        if !shown.decidable && !shown.withdrawable {
            return Err(Error::missing());
        }
        let mut read = cx.read(ORG_EDIT).await?;
        let row = change::get(&Reach::everything(), id, read.conn()?).await?;
        change::preview(cx, &Reach::everything(), &row.plan(), read.conn()?).await
    }

    /// Organisations of the whole tenant by part of their name, at most twenty, to be receivers.
    async fn receivers(&self, ctx: &Context<'_>, search: String) -> Result<Vec<Receiver>> {
        let search = check::text("search", "组织名称", &search, 2, 100)?;
        let mut read = ctx.cx()?.read(ORG_EDIT).await?;
        let found = change::receivers(&search, read.conn()?).await?;
        let receiver = |(id, short_name, full_name)| Receiver { id, short_name, full_name };
        Ok(found.into_iter().map(receiver).collect())
    }

    /// The organisations there were on a day, in tree order, as far as the caller's roles of today reached then.
    async fn organisations_as_of(
        &self,
        ctx: &Context<'_>,
        date: NaiveDate,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
    ) -> Result<Listed<OrganisationThen>> {
        let args = PageArgs::new(first, after, offset)?;
        let cx = ctx.cx()?;
        cx.allow(ORG_READ)?;
        if date > cx.app.world.today() {
            return Err(Error::invalid("date", "只能查看今天和以前的组织架构"));
        }
        let mut read = cx.read(ORG_READ).await?;
        let reach = organisation::reach_on(&read.scope.clone(), date, read.conn()?).await?;
        let total = match ctx.shows(&["totalCount"]) {
            true => Some(organisation::count_as_of(&reach, date, read.conn()?).await?),
            false => None,
        };
        let page = organisation::as_of(&reach, date, &args, read.conn()?).await?;
        let nodes = then(page.nodes, date, read.conn()?).await?;
        Ok(Listed::new(Page { nodes, info: page.info }, total))
    }
}

async fn then(rows: Vec<Then>, date: NaiveDate, conn: &mut Conn) -> Result<Vec<OrganisationThen>> {
    let above = |path: &str| path.rsplit_once('.').map(|(above, _)| above.to_owned());
    let parents: Vec<String> = rows.iter().filter_map(|row| above(&row.path)).collect();
    let names = organisation::names_as_of(&parents, date, conn).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.organisation_id).collect();
    let heads = organisation::members_as_of(&ids, date, conn).await?;
    let shown = |row: Then| OrganisationThen {
        id: row.organisation_id.into(),
        kind: OrgType::from_code(&row.org_type).unwrap_or(OrgType::Branch),
        status: OrgStatus::from_code(&row.status).unwrap_or(OrgStatus::Active),
        depth: i32::try_from(row.path.matches('.').count() + 1).unwrap_or(i32::MAX),
        parent: above(&row.path).and_then(|path| names.get(&path).cloned()),
        member_count: heads.get(&row.organisation_id).copied().unwrap_or_default(),
        code: row.code,
        full_name: row.full_name,
        short_name: row.short_name,
    };
    Ok(rows.into_iter().map(shown).collect())
}

/// 组织变更
#[derive(Default)]
pub struct CommandMutation;

#[Object]
impl CommandMutation {
    /// Asks for a move, merger, split, dissolution or deletion (PC-3.1.1b to d). It happens at once when its day is today
    /// and nobody has to confirm it.
    async fn request_organisation_command(
        &self,
        ctx: &Context<'_>,
        input: OrganisationCommandInput,
    ) -> Result<OrganisationCommand> {
        let cx = ctx.cx()?;
        let plan: Plan = input.into();
        let mut write = cx.write(change::permission(plan.kind)).await?;
        let id = Box::pin(change::request(&mut write, plan)).await?;
        write.commit().await?;
        command(cx, id).await
    }

    /// Agrees for the receiving organisation.
    async fn confirm_organisation_command(
        &self,
        ctx: &Context<'_>,
        id: OrganisationCommandId,
        version: i32,
    ) -> Result<OrganisationCommand> {
        let cx = ctx.cx()?;
        let mut write = cx.write(ORG_EDIT).await?;
        Box::pin(change::confirm(&mut write, id, version)).await?;
        write.commit().await?;
        command(cx, id).await
    }

    /// Refuses for the receiving organisation.
    async fn refuse_organisation_command(
        &self,
        ctx: &Context<'_>,
        id: OrganisationCommandId,
        version: i32,
        reason: String,
    ) -> Result<OrganisationCommand> {
        let cx = ctx.cx()?;
        let mut write = cx.write(ORG_EDIT).await?;
        change::refuse(&mut write, id, version, &reason).await?;
        write.commit().await?;
        command(cx, id).await
    }

    /// Takes a command back before its day.
    async fn withdraw_organisation_command(
        &self,
        ctx: &Context<'_>,
        id: OrganisationCommandId,
        version: i32,
    ) -> Result<OrganisationCommand> {
        let cx = ctx.cx()?;
        let mut write = cx.write(ORG_EDIT).await?;
        change::withdraw(&mut write, id, version).await?;
        write.commit().await?;
        command(cx, id).await
    }
}
