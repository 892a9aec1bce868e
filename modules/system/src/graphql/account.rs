use async_graphql::{Context, InputObject, Object};
use zhibu_core::{Result, Secret};
use zhibu_graphql::Request;
use zhibu_tenancy::{identity, tenants};

use super::session::{Account, Session, TenantBrief};
use super::sign_in::SmsCodePayload;
use crate::TENANT_SETTINGS;

#[derive(InputObject)]
pub(super) struct ChangeInitialPasswordInput {
    new_password: String,
    sms_code: Option<String>,
}

#[derive(InputObject)]
pub(super) struct ChangePasswordInput {
    old_password: String,
    new_password: String,
}

#[derive(InputObject)]
pub(super) struct UpdateMyAccountInput {
    user_name: Option<String>,
    display_name: Option<String>,
    mobile: Option<String>,
    sms_code: Option<String>,
}

#[derive(InputObject)]
pub(super) struct UpdateTenantInput {
    name: String,
}

#[derive(Default)]
pub(super) struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Sends a code to the own number, for replacing the initial password.
    async fn request_password_change_code(&self, ctx: &Context<'_>) -> Result<SmsCodePayload> {
        Ok(SmsCodePayload { resend_after_seconds: identity::request_password_code(ctx.cx()?).await? })
    }

    /// Replaces the initial password (PC-1.2d).
    async fn change_initial_password(&self, ctx: &Context<'_>, input: ChangeInitialPasswordInput) -> Result<Session> {
        let new = Secret::new(input.new_password);
        let tokens = identity::change_initial(ctx.cx()?, &new, input.sms_code.map(Secret::new)).await?;
        Session::enter(ctx, &tokens).await
    }

    /// Changes the password; the other sessions end (PC-1.2e).
    async fn change_password(&self, ctx: &Context<'_>, input: ChangePasswordInput) -> Result<bool> {
        identity::change(ctx.cx()?, &Secret::new(input.old_password), &Secret::new(input.new_password)).await?;
        Ok(true)
    }

    /// Sends a code to a number that is to be bound.
    async fn request_mobile_change_code(&self, ctx: &Context<'_>, mobile: String) -> Result<SmsCodePayload> {
        Ok(SmsCodePayload {
            resend_after_seconds: identity::request_mobile_code(ctx.cx()?, &Secret::new(mobile)).await?,
        })
    }

    /// Changes the own names and mobile number (PC-1.1b).
    async fn update_my_account(&self, ctx: &Context<'_>, input: UpdateMyAccountInput) -> Result<Account> {
        let (mobile, code) = (input.mobile.map(Secret::new), input.sms_code.map(Secret::new));
        Ok(identity::change_mine(ctx.cx()?, input.display_name, input.user_name, mobile, code).await?.into())
    }

    /// Changes the name under which the organisation joined (PC-1.1b).
    async fn update_tenant(&self, ctx: &Context<'_>, input: UpdateTenantInput) -> Result<TenantBrief> {
        let tenant = tenants::rename(ctx.cx()?, TENANT_SETTINGS, &input.name).await?;
        Ok(TenantBrief::from(&*tenant))
    }
}
