use async_graphql::{Context, Enum, InputObject, Object, OneofObject, SimpleObject, Union};
use chrono::{DateTime, NaiveDate, Utc};
use zhibu_core::{Result, Secret, TenantId};
use zhibu_graphql::{Request, set};
use zhibu_tenancy::Audience;
use zhibu_tenancy::identity::{self, Client, MiniSignIn, Phone, PhoneReply};

use super::session::Session;
use super::sign_in::{ChooseTenantInput, SmsSignInInput, TenantChoice};

/// Where the mini-program runs.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub(super) enum MiniPlatform {
    /// 微信
    Wechat,
    /// 支付宝
    Alipay,
    /// 钉钉
    Dingtalk,
    /// 网页版
    H5,
}

impl MiniPlatform {
    fn client(self) -> Client {
        match self {
            Self::Wechat => Client::Wechat,
            Self::Alipay => Client::Alipay,
            Self::Dingtalk => Client::Dingtalk,
            Self::H5 => Client::H5,
        }
    }

    fn of(client: Client) -> Option<Self> {
        match client {
            Client::Wechat => Some(Self::Wechat),
            Client::Alipay => Some(Self::Alipay),
            Client::Dingtalk => Some(Self::Dingtalk),
            Client::H5 => Some(Self::H5),
            Client::Console => None,
        }
    }
}

/// A part of the privacy policy.
#[derive(SimpleObject)]
pub(super) struct PrivacySection {
    title: &'static str,
    /// Paragraphs, one a line.
    text: &'static str,
}

/// What is agreed to before an account is bound (个人信息保护政策, M-0.4).
#[derive(SimpleObject)]
pub(super) struct PrivacyPolicy {
    version: &'static str,
    title: &'static str,
    effective_on: NaiveDate,
    sections: Vec<PrivacySection>,
}

/// What the mini-program needs before anybody is signed in.
#[derive(SimpleObject)]
pub(super) struct MiniStart {
    privacy: PrivacyPolicy,
    /// Text messages are sent.
    sms_open: bool,
    /// Nothing here is real (演示环境).
    sandbox: bool,
    /// Where people can sign in.
    platforms: Vec<MiniPlatform>,
}

/// Tokens of a mini-program, which keeps them itself.
#[derive(SimpleObject)]
pub(super) struct MiniTokens {
    /// Sent with every request: `Authorization: Bearer …`.
    access: String,
    /// Exchanged for new ones, once.
    refresh: String,
}

/// Signed in.
#[derive(SimpleObject)]
pub(super) struct MiniSigned {
    /// None on a web page, which gets cookies.
    tokens: Option<MiniTokens>,
    session: Session,
}

/// The platform's account is to be bound first.
#[derive(SimpleObject)]
pub(super) struct MiniBindingNeeded {
    /// For a quarter of an hour.
    ticket: String,
    privacy: PrivacyPolicy,
    /// Masked number that the platform told; no other proof is needed then.
    mobile: Option<String>,
    /// It is bound; only the consent to a newer policy is asked.
    bound: bool,
}

/// Where a step of signing in led.
#[derive(Union)]
pub(super) enum MiniSignInResult {
    /// Signed in.
    Signed(MiniSigned),
    /// To be bound first.
    Bind(MiniBindingNeeded),
    /// The number belongs to several tenants.
    Choose(TenantChoice),
}

/// A bound account of a platform (账号绑定, M-9.1b).
#[derive(SimpleObject)]
pub(super) struct MiniBinding {
    platform: MiniPlatform,
    bound_at: DateTime<Utc>,
    /// Version of the policy that was agreed to.
    consent_version: String,
    consented_at: DateTime<Utc>,
    /// The one that is used now.
    current: bool,
}

#[derive(InputObject)]
pub(super) struct MiniSignInInput {
    platform: MiniPlatform,
    /// Login code of the platform; good for one time.
    code: String,
    /// Company at DingTalk (corpId).
    corp: Option<String>,
    /// Leaves an existing binding aside, to choose another tenant.
    #[graphql(default)]
    again: bool,
}

#[derive(InputObject)]
pub(super) struct MiniBindInput {
    platform: MiniPlatform,
    /// None on a web page.
    ticket: Option<String>,
    /// The version of the policy that was agreed to.
    consent: String,
    phone: Option<MiniPhoneInput>,
}

/// What shows whose a number is.
#[derive(OneofObject)]
pub(super) enum MiniPhoneInput {
    /// The code of WeChat's button.
    Wechat(String),
    /// Alipay's sealed answer.
    Alipay(AlipayPhoneInput),
    /// A code sent by text message.
    Sms(SmsSignInInput),
}

/// What `my.getPhoneNumber` gave.
#[derive(InputObject)]
pub(super) struct AlipayPhoneInput {
    response: String,
    sign: String,
    sign_type: Option<String>,
    encrypt_type: Option<String>,
    charset: Option<String>,
}

impl From<MiniPhoneInput> for Phone {
    fn from(input: MiniPhoneInput) -> Self {
        match input {
            MiniPhoneInput::Wechat(code) => Self::Wechat(Secret::new(code)),
            MiniPhoneInput::Alipay(reply) => Self::Alipay(PhoneReply {
                response: reply.response,
                sign: reply.sign,
                sign_type: reply.sign_type,
                encrypt_type: reply.encrypt_type,
                charset: reply.charset,
            }),
            MiniPhoneInput::Sms(SmsSignInInput { mobile, code }) => {
                Self::Sms { mobile: Secret::new(mobile), code: Secret::new(code) }
            }
        }
    }
}

fn privacy() -> Result<PrivacyPolicy> {
    let policy = identity::privacy()?;
    let sections = policy.sections.iter().map(|part| PrivacySection { title: part.title, text: part.text });
    Ok(PrivacyPolicy {
        version: policy.version,
        title: policy.title,
        effective_on: policy.effective_on,
        sections: sections.collect(),
    })
}

async fn answer(ctx: &Context<'_>, led: MiniSignIn) -> Result<MiniSignInResult> {
    Ok(match led {
        MiniSignIn::Signed(entered) => {
            let audience = entered.client.audience();
            let session = Session::opened(ctx, &entered.tokens, audience).await?;
            let tokens = if audience == Audience::Mini {
                Some(MiniTokens::from(&entered.tokens))
            } else {
                set(ctx, ctx.cx()?, audience, &entered.tokens)?;
                None
            };
            MiniSignInResult::Signed(MiniSigned { tokens, session })
        }
        MiniSignIn::Bind { ticket, mobile, bound } => MiniSignInResult::Bind(MiniBindingNeeded {
            ticket: ticket.expose().to_owned(),
            privacy: privacy()?,
            mobile,
            bound,
        }),
        MiniSignIn::Choose { ticket, tenants } => MiniSignInResult::Choose(TenantChoice::new(&ticket, &tenants)),
    })
}

impl From<&identity::Tokens> for MiniTokens {
    fn from(tokens: &identity::Tokens) -> Self {
        Self { access: tokens.access.expose().to_owned(), refresh: tokens.refresh.expose().to_owned() }
    }
}

#[derive(Default)]
pub(super) struct MiniQuery;

#[Object]
impl MiniQuery {
    /// What the mini-program needs before anybody is signed in.
    async fn mini_start(&self, ctx: &Context<'_>) -> Result<MiniStart> {
        let app = &ctx.cx()?.app;
        let sms_open = app.sms.is_open();
        let mut platforms: Vec<_> = app.mini.open().into_iter().filter_map(MiniPlatform::of).collect();
        platforms.extend(sms_open.then_some(MiniPlatform::H5));
        Ok(MiniStart { privacy: privacy()?, sms_open, sandbox: app.settings.sandbox, platforms })
    }

    /// The own bound accounts of platforms.
    async fn mini_bindings(&self, ctx: &Context<'_>) -> Result<Vec<MiniBinding>> {
        let bindings = identity::bindings(ctx.cx()?).await?.into_iter();
        let show = |one: identity::Binding| {
            Some(MiniBinding {
                platform: MiniPlatform::of(one.client)?,
                bound_at: one.bound_at,
                consent_version: one.consent,
                consented_at: one.consented_at,
                current: one.current,
            })
        };
        Ok(bindings.filter_map(show).collect())
    }
}

#[derive(Default)]
pub(super) struct MiniMutation;

#[Object]
impl MiniMutation {
    /// Signs in by the platform's login code (M-0.1, M-0.2, M-0.3).
    async fn mini_sign_in(&self, ctx: &Context<'_>, input: MiniSignInInput) -> Result<MiniSignInResult> {
        let (client, code) = (input.platform.client(), Secret::new(input.code));
        let led = identity::sign_in(ctx.cx()?, client, &code, input.corp.as_deref(), input.again).await?;
        answer(ctx, led).await
    }

    /// Binds the platform's account by a proven number, with consent to the privacy policy (M-0.4); on a web page it signs in.
    async fn mini_bind(&self, ctx: &Context<'_>, input: MiniBindInput) -> Result<MiniSignInResult> {
        let (client, ticket) = (input.platform.client(), input.ticket.map(Secret::new));
        let phone = input.phone.map(Into::into);
        let led = identity::bind(ctx.cx()?, client, ticket.as_ref(), &input.consent, phone).await?;
        answer(ctx, led).await
    }

    /// Chooses one of several tenants.
    async fn mini_choose(&self, ctx: &Context<'_>, input: ChooseTenantInput) -> Result<MiniSignInResult> {
        let (ticket, tenant): (Secret, TenantId) = (Secret::new(input.ticket), input.tenant);
        answer(ctx, identity::choose_mini(ctx.cx()?, &ticket, tenant).await?).await
    }

    /// Exchanges the refresh token of a mini-program for new tokens.
    async fn mini_refresh(&self, ctx: &Context<'_>, token: String) -> Result<MiniTokens> {
        let tokens = identity::refresh(ctx.cx()?, &Secret::new(token), Audience::Mini).await?;
        Ok(MiniTokens::from(&tokens))
    }

    /// Unbinds an own account of a platform and ends its sessions (账号解绑, M-9.1b).
    async fn unbind_mini(&self, ctx: &Context<'_>, platform: MiniPlatform) -> Result<bool> {
        identity::unbind(ctx.cx()?, platform.client()).await?;
        Ok(true)
    }
}
