use async_graphql::{Context, InputObject, Object, SimpleObject};
use zhibu_core::{Error, Result, SELF, Secret};
use zhibu_directory::member;
use zhibu_graphql::Request;
use zhibu_tenancy::identity::{NewMobile, Proof};
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
    /// The present password, or
    old_password: Option<String>,
    /// a code sent to the own number.
    sms_code: Option<String>,
    new_password: String,
}

#[derive(InputObject)]
pub(super) struct UpdateMyAccountInput {
    user_name: Option<String>,
    display_name: Option<String>,
    mobile: Option<String>,
    /// Sent to the new number.
    sms_code: Option<String>,
    /// Needed for another number when the account has a password of its own.
    password: Option<String>,
}

#[derive(InputObject)]
pub(super) struct UpdateTenantInput {
    name: String,
}

/// What somebody puts into an authenticator app.
#[derive(SimpleObject)]
pub(super) struct TotpKey {
    /// Base-32, for those who type it.
    secret: String,
    /// The same as `otpauth://` address.
    url: String,
}

#[derive(Default)]
pub(super) struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Sends a code to the own number, for setting a password.
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
        let cx = ctx.cx()?;
        cx.identity()?;
        cx.allow(SELF)?;
        let proof = match (input.old_password, input.sms_code) {
            (Some(old), None) => Proof::Password(Secret::new(old)),
            (None, Some(code)) => Proof::Code(Secret::new(code)),
            (None, None) | (Some(_), Some(_)) => return Err(Error::invalid("oldPassword", "请输入原密码或短信验证码")),
        };
        identity::change(cx, &proof, &Secret::new(input.new_password)).await?;
        Ok(true)
    }

    /// Makes a secret for the own authenticator app (动态口令); codes are asked for once a first one was right.
    async fn begin_totp(&self, ctx: &Context<'_>, password: String) -> Result<TotpKey> {
        let key = identity::begin_totp(ctx.cx()?, &Secret::new(password)).await?;
        Ok(TotpKey { secret: key.secret, url: key.url })
    }

    /// Asks for codes at the sign-in by password from now on.
    async fn confirm_totp(&self, ctx: &Context<'_>, code: String) -> Result<bool> {
        identity::confirm_totp(ctx.cx()?, &Secret::new(code)).await?;
        Ok(true)
    }

    /// Asks for no codes any more.
    async fn remove_totp(&self, ctx: &Context<'_>, password: String) -> Result<bool> {
        identity::remove_totp(ctx.cx()?, &Secret::new(password)).await?;
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
        let (code, password) = (input.sms_code.map(Secret::new), input.password.map(Secret::new));
        let cx = ctx.cx()?;
        let account = cx.identity()?.account;
        let mobile = match input.mobile {
            Some(mobile) => {
                let new = NewMobile { mobile: Secret::new(mobile), code, password };
                Some(identity::prove_mobile(cx, new).await?)
            }
            None => None,
        };
        let mut write = cx.write(SELF).await?;
        let changed = identity::change_mine(&mut write, input.display_name, input.user_name, mobile.as_ref()).await?;
        if let Some(mobile) = &mobile {
            member::follow_account(&mut write, account, mobile).await?;
        }
        write.commit().await?;
        identity::forget_mine(cx).await?;
        Ok(changed.into())
    }

    /// Changes the name under which the organisation joined (PC-1.1b).
    async fn update_tenant(&self, ctx: &Context<'_>, input: UpdateTenantInput) -> Result<TenantBrief> {
        let tenant = tenants::rename(ctx.cx()?, TENANT_SETTINGS, &input.name).await?;
        Ok(TenantBrief::from(&*tenant))
    }
}
