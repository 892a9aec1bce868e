use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use zhibu_core::{MessageId, OperatorId, Page, PageArgs, Result, Secret};
use zhibu_graphql::{Listed, Request, clear, set};
use zhibu_tenancy::identity::Tokens;
use zhibu_tenancy::operator::{self, Operator};
use zhibu_tenancy::{Audience, Caller, Cx, identity, outbox};

use super::session::{Menu, menus};
use crate::OUTBOX_READ;

/// A signed-in operator.
#[derive(SimpleObject)]
pub(super) struct OperatorSession {
    id: OperatorId,
    user_name: String,
    menus: Vec<Menu>,
    permissions: Vec<&'static str>,
}

/// What an authenticator app needs.
#[derive(SimpleObject)]
pub(super) struct OperatorEnrolment {
    user_name: String,
    secret: String,
    otpauth_url: String,
}

#[derive(InputObject)]
pub(super) struct EnrolOperatorInput {
    token: String,
    password: String,
    totp: String,
}

#[derive(InputObject)]
pub(super) struct OperatorSignInInput {
    user_name: String,
    password: String,
    totp: String,
}

/// A text message of the sandbox, or a call.
#[derive(SimpleObject)]
pub(super) struct OutboxSms {
    id: MessageId,
    /// A call that reads the text aloud.
    call: bool,
    mobile: String,
    text: String,
    purpose: String,
    created_at: DateTime<Utc>,
}

fn show(cx: &Cx, operator: &Operator) -> OperatorSession {
    let sandbox = cx.app.sms.is_sandbox();
    let holds = |key: &str| operator.grants.holds(key) && (sandbox || key != OUTBOX_READ.key);
    OperatorSession {
        id: operator.id,
        user_name: operator.user_name.clone(),
        menus: menus(cx, "platform", holds),
        permissions: operator.grants.keys(),
    }
}

async fn enter(ctx: &Context<'_>, tokens: &Tokens) -> Result<OperatorSession> {
    let cx = ctx.cx()?;
    set(ctx, cx, Audience::Operator, tokens)?;
    match identity::caller(&cx.app, tokens.access.expose(), Audience::Operator).await? {
        Caller::Operator(operator) => Ok(show(cx, &operator)),
        Caller::Stranger | Caller::Account(_) | Caller::System(_) => Err(zhibu_core::Error::unauthenticated()),
    }
}

#[derive(Default)]
pub(super) struct OperatorQuery;

#[Object]
impl OperatorQuery {
    /// The operator's session, when one is signed in.
    async fn operator_session(&self, ctx: &Context<'_>) -> Result<Option<OperatorSession>> {
        let cx = ctx.cx()?;
        Ok(cx.operator().ok().map(|operator| show(cx, operator)))
    }

    /// What the sandbox would have sent, newest first.
    async fn sms_outbox(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
        mobile: Option<String>,
    ) -> Result<Listed<OutboxSms>> {
        let cx = ctx.cx()?;
        let args = PageArgs::new(first, after, offset)?;
        let total = if ctx.shows(&["totalCount"]) {
            Some(outbox::count(cx, OUTBOX_READ, mobile.as_deref()).await?)
        } else {
            None
        };
        let page = outbox::list(cx, OUTBOX_READ, mobile.as_deref(), &args).await?;
        let show = |m: outbox::Message| OutboxSms {
            id: m.id.into(),
            call: m.call,
            mobile: m.mobile,
            text: m.text,
            purpose: m.purpose,
            created_at: m.created_at,
        };
        Ok(Listed::new(Page { nodes: page.nodes.into_iter().map(show).collect(), info: page.info }, total))
    }
}

#[derive(Default)]
pub(super) struct OperatorMutation;

#[Object]
impl OperatorMutation {
    /// The secret behind an enrolment link.
    async fn operator_enrolment(&self, ctx: &Context<'_>, token: String) -> Result<OperatorEnrolment> {
        let found = operator::enrolment(ctx.cx()?, &Secret::new(token)).await?;
        Ok(OperatorEnrolment { user_name: found.user_name, secret: found.secret, otpauth_url: found.url })
    }

    /// Completes enrolment: link, password, first code.
    async fn enrol_operator(&self, ctx: &Context<'_>, input: EnrolOperatorInput) -> Result<OperatorSession> {
        let (token, password, totp) = (Secret::new(input.token), Secret::new(input.password), Secret::new(input.totp));
        let tokens = operator::enrol(ctx.cx()?, &token, &password, &totp).await?;
        enter(ctx, &tokens).await
    }

    /// Signs an operator in with password and TOTP.
    async fn operator_sign_in(&self, ctx: &Context<'_>, input: OperatorSignInInput) -> Result<OperatorSession> {
        let (password, totp) = (Secret::new(input.password), Secret::new(input.totp));
        let tokens = operator::sign_in(ctx.cx()?, &input.user_name, &password, &totp).await?;
        enter(ctx, &tokens).await
    }

    /// Ends the operator's session.
    async fn operator_sign_out(&self, ctx: &Context<'_>) -> Result<bool> {
        let cx = ctx.cx()?;
        operator::sign_out(cx).await?;
        clear(ctx, cx, Audience::Operator)?;
        Ok(true)
    }
}
