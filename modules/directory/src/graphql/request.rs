use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use uuid::Uuid;
use zhibu_core::{Page, PageArgs, PersonId, RecordRequestId, Result, SELF};
use zhibu_graphql::{Listed, Request, all_faults};
use zhibu_tenancy::keys::Vault;
use zhibu_tenancy::{Conn, Cx, identity, tenants};

use super::OrganisationRef;
use crate::member::{self, Entry};
use crate::organisation::{self, Reach};
use crate::request::{self, Changes, RecordField, RequestState, Row};
use crate::{MEMBER_EDIT, MEMBER_READ, MEMBER_REVEAL};

/// A field that is to be changed. What is sensitive is masked.
#[derive(SimpleObject)]
pub struct RecordFieldChange {
    field: RecordField,
    label: String,
    /// As it was when it was asked for, in words.
    before: Option<String>,
    /// As it is to be, in words.
    after: Option<String>,
    /// It has been changed since; then `now` is what it is.
    stale: bool,
    /// As it is now, in words; for administrators, while it waits.
    now: Option<String>,
}

/// What a member wants changed of the own record (资料变更申请).
#[derive(SimpleObject)]
pub struct RecordRequest {
    id: RecordRequestId,
    person: PersonId,
    name: String,
    /// The branch at that time.
    branch: OrganisationRef,
    state: RequestState,
    reason: String,
    at: DateTime<Utc>,
    changes: Vec<RecordFieldChange>,
    /// Of the record now; give it back when approving.
    member_version: Option<i32>,
    decided_by: Option<String>,
    decided_at: Option<DateTime<Utc>>,
    refusal: Option<String>,
    /// The caller may decide.
    decidable: bool,
}

/// A field with its value in full.
#[derive(SimpleObject)]
pub struct RevealedField {
    field: RecordField,
    label: String,
    before: Option<String>,
    after: Option<String>,
}

/// What the caller asked for, and what may be asked for.
#[derive(SimpleObject)]
pub struct OwnRequests {
    requests: Vec<RecordRequest>,
    /// Fields that need approval; the others the caller changes without it.
    fields: Vec<RecordField>,
}

#[derive(InputObject)]
struct RecordChangeInput {
    field: RecordField,
    /// A text, a code or a day; nothing takes it away.
    value: Option<String>,
}

/// What requests are shown with.
struct Shown {
    vault: Arc<Vault>,
    names: HashMap<Uuid, String>,
    branches: HashMap<Uuid, String>,
    me: Uuid,
    edits: Option<Reach>,
}

impl Shown {
    async fn of(cx: &Cx, rows: &[Row], entries: &[Entry], conn: &mut Conn) -> Result<Self> {
        let edits = match cx.allow(MEMBER_EDIT) {
            Ok(scope) if !scope.is_own_only() => Some(Reach::of(&scope, conn).await?),
            Ok(_) | Err(_) => None,
        };
        let at: Vec<Uuid> = rows.iter().map(|row| row.organisation_id).collect();
        Ok(Self {
            vault: tenants::vault(&cx.app, cx.tenant()?).await?,
            names: entries.iter().map(|entry| (entry.person.id, entry.person.name.clone())).collect(),
            branches: organisation::names(&at, conn).await?,
            me: cx.identity()?.account.0,
            edits,
        })
    }

    fn request(&self, row: Row, entry: Option<&Entry>, decidable: bool) -> Result<RecordRequest> {
        let waiting = row.state() == RequestState::Waiting;
        let now = entry.filter(|_| waiting);
        let own = entry.is_some_and(|entry| entry.person.account_id == Some(self.me));
        let mut changes = Vec::new();
        for (field, change) in row.changes(&self.vault)? {
            let current = now.map(|entry| field.of(entry, &self.vault)).transpose()?;
            let masked = |value: Option<String>| value.map(|value| field.masked(&value));
            changes.push(RecordFieldChange {
                field,
                label: field.label(),
                stale: current.as_ref().is_some_and(|now| *now != change.before),
                now: masked(current.flatten()),
                before: masked(change.before),
                after: masked(change.after),
            });
        }
        Ok(RecordRequest {
            id: row.id.into(),
            person: row.person_id.into(),
            name: self.names.get(&row.person_id).cloned().unwrap_or_default(),
            branch: (row.organisation_id.into(), self.branches.get(&row.organisation_id).cloned().unwrap_or_default())
                .into(),
            state: row.state(),
            at: row.asked_at,
            changes,
            member_version: now.map(|entry| entry.person.version),
            decidable: decidable && waiting && !own,
            reason: row.reason,
            decided_by: row.decided_name,
            decided_at: row.decided_at,
            refusal: row.refusal,
        })
    }
}

/// One request as an administrator sees it.
async fn one(cx: &Cx, id: RecordRequestId) -> Result<RecordRequest> {
    let mut read = cx.read(MEMBER_READ).await?;
    let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
    let (row, entry) = request::get(&reach, id, false, read.conn()?).await?;
    let entries = vec![entry];
    let shown = Shown::of(cx, std::slice::from_ref(&row), &entries, read.conn()?).await?;
    let at = entries.iter().map(|entry| entry.assignment.organisation_id).collect::<Vec<_>>();
    let places = organisation::places(&at, read.conn()?).await?;
    let decidable = shown.edits.as_ref().is_some_and(|reach| places.values().all(|(_, path)| reach.covers(path)));
    shown.request(row, entries.first(), decidable)
}

async fn mine(cx: &Cx) -> Result<OwnRequests> {
    let mut read = cx.read(SELF).await?;
    let account = cx.identity()?.account;
    let Some(entry) = member::own(account, read.conn()?).await? else {
        return Ok(OwnRequests { requests: Vec::new(), fields: Vec::new() });
    };
    let free = identity::self_service(read.conn()?).await?;
    let rows = request::own(entry.person.id, read.conn()?).await?;
    let entries = vec![entry];
    let shown = Shown::of(cx, &rows, &entries, read.conn()?).await?;
    let requests =
        rows.into_iter().map(|row| shown.request(row, entries.first(), false)).collect::<Result<Vec<_>>>()?;
    let asks = |field: &RecordField| !free.iter().any(|key| key == field.key());
    Ok(OwnRequests { requests, fields: RecordField::ALL.into_iter().filter(asks).collect() })
}

/// 资料变更申请
#[derive(Default)]
pub struct RequestQuery;

#[Object]
impl RequestQuery {
    /// What members want changed of their records, the latest first.
    async fn record_requests(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
        state: Option<RequestState>,
    ) -> Result<Listed<RecordRequest>> {
        let (cx, args) = (ctx.cx()?, PageArgs::new(first, after, offset)?);
        let mut read = cx.read(MEMBER_READ).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let total =
            if ctx.shows(&["totalCount"]) { Some(request::count(&reach, state, read.conn()?).await?) } else { None };
        let page = request::list(&reach, state, &args, read.conn()?).await?;
        let of: Vec<Uuid> = page.nodes.iter().map(|row| row.person_id).collect();
        let entries = member::those(&of, read.conn()?).await?;
        let shown = Shown::of(cx, &page.nodes, &entries, read.conn()?).await?;
        let nodes = page
            .nodes
            .into_iter()
            .map(|row| {
                let entry = entries.iter().find(|entry| entry.person.id == row.person_id);
                shown.request(row, entry, shown.edits.is_some())
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Listed::new(Page { nodes, info: page.info }, total))
    }

    /// One request with the record as it is now.
    async fn record_request(&self, ctx: &Context<'_>, id: RecordRequestId) -> Result<RecordRequest> {
        one(ctx.cx()?, id).await
    }

    /// What the caller asked for, and what may be asked for.
    async fn own_requests(&self, ctx: &Context<'_>) -> Result<OwnRequests> {
        mine(ctx.cx()?).await
    }
}

/// 资料变更申请
#[derive(Default)]
pub struct RequestMutation;

#[Object]
impl RequestMutation {
    /// Asks for changes of the caller's own record.
    async fn request_changes(
        &self,
        ctx: &Context<'_>,
        changes: Vec<RecordChangeInput>,
        reason: String,
    ) -> Result<OwnRequests> {
        let cx = ctx.cx()?;
        let mut write = cx.write(SELF).await?;
        let wanted = changes.into_iter().map(|change| (change.field, change.value)).collect();
        request::ask(&mut write, wanted, &reason).await.map_err(|faults| all_faults(ctx, faults))?;
        write.commit().await?;
        mine(cx).await
    }

    /// Takes the own request back.
    async fn withdraw_request(&self, ctx: &Context<'_>, id: RecordRequestId) -> Result<OwnRequests> {
        let cx = ctx.cx()?;
        let mut write = cx.write(SELF).await?;
        request::withdraw(&mut write, id).await?;
        write.commit().await?;
        mine(cx).await
    }

    /// Approves a request, with the record as it was at `version`: it is edited as asked.
    async fn approve_request(&self, ctx: &Context<'_>, id: RecordRequestId, version: i32) -> Result<RecordRequest> {
        let cx = ctx.cx()?;
        let mut write = cx.write(MEMBER_EDIT).await?;
        request::approve(&mut write, id, version).await?;
        write.commit().await?;
        one(cx, id).await
    }

    /// Refuses a request.
    async fn refuse_request(&self, ctx: &Context<'_>, id: RecordRequestId, reason: String) -> Result<RecordRequest> {
        let cx = ctx.cx()?;
        let mut write = cx.write(MEMBER_EDIT).await?;
        request::refuse(&mut write, id, &reason).await?;
        write.commit().await?;
        one(cx, id).await
    }

    /// What a request is about in full, to somebody who says why; leaves an audit row.
    async fn reveal_request(
        &self,
        ctx: &Context<'_>,
        id: RecordRequestId,
        reason: String,
    ) -> Result<Vec<RevealedField>> {
        let mut write = ctx.cx()?.write(MEMBER_REVEAL).await?;
        let changes: Changes = request::reveal(&mut write, id, &reason).await?;
        write.commit().await?;
        let words = |field: RecordField, value: Option<String>| value.map(|value| field.words(&value));
        let shown = changes.into_iter().map(|(field, change)| RevealedField {
            field,
            label: field.label(),
            before: words(field, change.before),
            after: words(field, change.after),
        });
        Ok(shown.collect())
    }
}
