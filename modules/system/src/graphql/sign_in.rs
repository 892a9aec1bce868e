use std::sync::Arc;

use async_graphql::{Context, InputObject, Object, SimpleObject, Union};
use zhibu_core::{Result, Secret, TenantId};
use zhibu_graphql::{Request, set};
use zhibu_tenancy::Audience;
use zhibu_tenancy::identity::{self, Outcome};
use zhibu_tenancy::tenants::Tenant;

use super::session::{Session, TenantBrief};

#[derive(InputObject)]
pub(super) struct SignInInput {
    user_name: String,
    password: String,
    /// One-time password of the app (动态口令), where the account asks for one.
    totp: Option<String>,
}

#[derive(InputObject)]
pub(super) struct SmsCodeInput {
    mobile: String,
}

#[derive(InputObject)]
pub(super) struct SmsSignInInput {
    pub(super) mobile: String,
    pub(super) code: String,
}

#[derive(InputObject)]
pub(super) struct ChooseTenantInput {
    pub(super) ticket: String,
    pub(super) tenant: TenantId,
}

/// When another code may be asked for.
#[derive(SimpleObject)]
pub(super) struct SmsCodePayload {
    pub(super) resend_after_seconds: i32,
}

/// Where an attempt to sign in led.
#[derive(Union)]
pub(super) enum SignInResult {
    /// Signed in.
    Signed(SignedIn),
    /// The initial password must be replaced first.
    Change(PasswordChangeRequired),
    /// The number belongs to several tenants.
    Choice(TenantChoice),
}

/// Signed in.
#[derive(SimpleObject)]
pub(super) struct SignedIn {
    session: Session,
}

/// The initial password must be replaced first.
#[derive(SimpleObject)]
pub(super) struct PasswordChangeRequired {
    needs_sms_code: bool,
    masked_mobile: Option<String>,
}

/// One of these tenants must be chosen.
#[derive(SimpleObject)]
pub(super) struct TenantChoice {
    ticket: String,
    tenants: Vec<TenantBrief>,
}

impl TenantChoice {
    pub(super) fn new(ticket: &Secret, tenants: &[Arc<Tenant>]) -> Self {
        Self {
            ticket: ticket.expose().to_owned(),
            tenants: tenants.iter().map(|tenant| TenantBrief::from(&**tenant)).collect(),
        }
    }
}

async fn answer(ctx: &Context<'_>, outcome: Outcome) -> Result<SignInResult> {
    Ok(match outcome {
        Outcome::Signed(tokens) => SignInResult::Signed(SignedIn { session: Session::enter(ctx, &tokens).await? }),
        Outcome::ChangePassword { tokens, mobile } => {
            set(ctx, ctx.cx()?, Audience::Console, &tokens)?;
            SignInResult::Change(PasswordChangeRequired { needs_sms_code: mobile.is_some(), masked_mobile: mobile })
        }
        Outcome::Choose { ticket, tenants } => SignInResult::Choice(TenantChoice::new(&ticket, &tenants)),
    })
}

#[derive(Default)]
pub(super) struct SignInMutation;

#[Object]
impl SignInMutation {
    /// Signs in by user name (or mobile number) and password (PC-1.2c).
    async fn sign_in(&self, ctx: &Context<'_>, input: SignInInput) -> Result<SignInResult> {
        let (password, totp) = (Secret::new(input.password), input.totp.map(Secret::new));
        let outcome = identity::by_password(ctx.cx()?, &input.user_name, &password, totp.as_ref()).await?;
        answer(ctx, outcome).await
    }

    /// Sends a sign-in code; the answer does not tell whether the number is known.
    async fn request_sms_code(&self, ctx: &Context<'_>, input: SmsCodeInput) -> Result<SmsCodePayload> {
        Ok(SmsCodePayload {
            resend_after_seconds: identity::request_code(ctx.cx()?, &Secret::new(input.mobile)).await?,
        })
    }

    /// Signs in by mobile number and code (PC-1.2b); unlocks a locked account.
    async fn sign_in_by_sms(&self, ctx: &Context<'_>, input: SmsSignInInput) -> Result<SignInResult> {
        let outcome = identity::by_sms(ctx.cx()?, &Secret::new(input.mobile), &Secret::new(input.code)).await?;
        answer(ctx, outcome).await
    }

    /// Chooses one of several tenants.
    async fn choose_tenant(&self, ctx: &Context<'_>, input: ChooseTenantInput) -> Result<SignInResult> {
        let outcome = identity::choose(ctx.cx()?, &Secret::new(input.ticket), input.tenant).await?;
        answer(ctx, outcome).await
    }
}
