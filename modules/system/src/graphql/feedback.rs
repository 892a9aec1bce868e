use std::collections::HashMap;

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use uuid::Uuid;
use zhibu_core::{Error, FeedbackId, Page, PageArgs, Result, TenantId};
use zhibu_graphql::{Listed, Request};
use zhibu_tenancy::feedback::{self as desk, FEEDBACK_READ};
use zhibu_tenancy::{Cx, tenants};

use super::session::TenantBrief;

/// What feedback is about (反馈类型).
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub(super) enum FeedbackKind {
    /// 功能建议
    Suggestion,
    /// 问题反馈
    Problem,
    /// 投诉
    Complaint,
    /// 其他
    Other,
}

impl FeedbackKind {
    const ALL: [(Self, &str); 4] = [
        (Self::Suggestion, "suggestion"),
        (Self::Problem, "problem"),
        (Self::Complaint, "complaint"),
        (Self::Other, "other"),
    ];

    fn code(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("other", |(_, code)| code)
    }

    fn of(code: &str) -> Self {
        Self::ALL.iter().find(|(_, other)| *other == code).map_or(Self::Other, |(kind, _)| *kind)
    }
}

/// Where feedback stands.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub(super) enum FeedbackState {
    /// 待处理
    Open,
    /// 已答复
    Answered,
    /// 已关闭
    Closed,
}

impl FeedbackState {
    fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Answered => "answered",
            Self::Closed => "closed",
        }
    }

    fn of(code: &str) -> Self {
        match code {
            "open" => Self::Open,
            "answered" => Self::Answered,
            _ => Self::Closed,
        }
    }
}

/// An answer of the operators.
#[derive(SimpleObject)]
pub(super) struct FeedbackAnswer {
    text: String,
    at: DateTime<Utc>,
}

/// What the caller has told the operators (建议反馈).
#[derive(SimpleObject)]
pub(super) struct Feedback {
    id: FeedbackId,
    kind: FeedbackKind,
    text: String,
    contact: Option<String>,
    created_at: DateTime<Utc>,
    state: FeedbackState,
    /// The first one first.
    answers: Vec<FeedbackAnswer>,
}

/// An answer as operators see it.
#[derive(SimpleObject)]
pub(super) struct FeedbackReply {
    text: String,
    at: DateTime<Utc>,
    /// Which operator.
    by: String,
}

/// What somebody of a tenant has told, as operators see it: not who.
#[derive(SimpleObject)]
pub(super) struct FeedbackCase {
    id: FeedbackId,
    tenant: TenantBrief,
    kind: FeedbackKind,
    text: String,
    /// What they left to be reached by.
    contact: Option<String>,
    created_at: DateTime<Utc>,
    state: FeedbackState,
    /// Counts what operators have done with it.
    version: i32,
    /// The first one first.
    answers: Vec<FeedbackReply>,
}

/// Which of the feedback is wanted.
#[derive(InputObject, Default)]
pub(super) struct FeedbackFilter {
    state: Option<FeedbackState>,
    kind: Option<FeedbackKind>,
    tenant: Option<TenantId>,
}

#[derive(InputObject)]
pub(super) struct FeedbackInput {
    /// Made by the client: the same one again is the same feedback.
    id: FeedbackId,
    kind: FeedbackKind,
    /// 5 to 2000 letters.
    text: String,
    /// How to be reached, if wished.
    contact: Option<String>,
}

fn own(row: desk::Feedback) -> Feedback {
    Feedback {
        id: row.id.into(),
        kind: FeedbackKind::of(&row.kind),
        text: row.text,
        contact: row.contact,
        created_at: row.created_at,
        state: FeedbackState::of(&row.state),
        answers: row.answers.into_iter().map(|said| FeedbackAnswer { text: said.text, at: said.at }).collect(),
    }
}

/// Rows with their tenants, in one more statement.
async fn show(cx: &Cx, rows: Vec<desk::Feedback>) -> Result<Vec<FeedbackCase>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.tenant.0).collect();
    let mut read = cx.read(FEEDBACK_READ).await?;
    let named: HashMap<Uuid, TenantBrief> =
        tenants::by_ids(&ids, read.conn()?).await?.into_iter().map(|row| (row.id, row.into())).collect();
    let reply = |said: desk::Answer| FeedbackReply { text: said.text, at: said.at, by: said.by };
    let case = |row: desk::Feedback| {
        Ok(FeedbackCase {
            tenant: named.get(&row.tenant.0).cloned().ok_or_else(Error::missing)?,
            id: row.id.into(),
            kind: FeedbackKind::of(&row.kind),
            text: row.text,
            contact: row.contact,
            created_at: row.created_at,
            state: FeedbackState::of(&row.state),
            version: row.version,
            answers: row.answers.into_iter().map(reply).collect(),
        })
    };
    rows.into_iter().map(case).collect()
}

async fn one(cx: &Cx, row: desk::Feedback) -> Result<FeedbackCase> {
    show(cx, vec![row]).await?.pop().ok_or_else(Error::missing)
}

#[derive(Default)]
pub(super) struct FeedbackQuery;

#[Object]
impl FeedbackQuery {
    /// What the caller has told the operators, newest first.
    async fn my_feedback(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
    ) -> Result<Listed<Feedback>> {
        let args = PageArgs::new(first, after, offset)?;
        let (page, total) = desk::mine(ctx.cx()?, &args, ctx.shows(&["totalCount"])).await?;
        Ok(Listed::new(page.map(own), total))
    }

    /// What all tenants' people have told, newest first (operators).
    #[graphql(name = "feedback")]
    async fn all(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
        filter: Option<FeedbackFilter>,
    ) -> Result<Listed<FeedbackCase>> {
        let cx = ctx.cx()?;
        let args = PageArgs::new(first, after, offset)?;
        let FeedbackFilter { state, kind, tenant } = filter.unwrap_or_default();
        let filter = desk::Filter { state: state.map(FeedbackState::code), kind: kind.map(FeedbackKind::code), tenant };
        let total = if ctx.shows(&["totalCount"]) { Some(desk::count(cx, filter).await?) } else { None };
        let page = desk::list(cx, filter, &args).await?;
        Ok(Listed::new(Page { nodes: show(cx, page.nodes).await?, info: page.info }, total))
    }

    /// One of them (operators).
    async fn feedback_case(&self, ctx: &Context<'_>, id: FeedbackId) -> Result<FeedbackCase> {
        let cx = ctx.cx()?;
        one(cx, desk::get(cx, id).await?).await
    }
}

#[derive(Default)]
pub(super) struct FeedbackMutation;

#[Object]
impl FeedbackMutation {
    /// Tells the operators something; at most ten a day.
    async fn send_feedback(&self, ctx: &Context<'_>, input: FeedbackInput) -> Result<Feedback> {
        let draft = desk::Draft { id: input.id, kind: input.kind.code(), text: input.text, contact: input.contact };
        Ok(own(desk::send(ctx.cx()?, &draft).await?))
    }

    /// Answers what somebody has told, as it was at `version` (operators).
    async fn answer_feedback(
        &self,
        ctx: &Context<'_>,
        id: FeedbackId,
        version: i32,
        text: String,
    ) -> Result<FeedbackCase> {
        let cx = ctx.cx()?;
        one(cx, desk::answer(cx, id, version, &text).await?).await
    }

    /// Closes it, answered or not; there are no answers after that (operators).
    async fn close_feedback(&self, ctx: &Context<'_>, id: FeedbackId, version: i32) -> Result<FeedbackCase> {
        let cx = ctx.cx()?;
        one(cx, desk::close(cx, id, version).await?).await
    }
}
