use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use zhibu_core::{Result, SmsWordId};
use zhibu_graphql::Request;
use zhibu_tenancy::messages::words::{self, Draft, Word};
use zhibu_tenancy::messages::{Quiet, quiet_hours, set_quiet};

use crate::{SMS_MANAGE, SMS_READ};

/// What a tenant applies for.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub(super) enum SmsWordKind {
    /// 短信签名
    Signature,
    /// 短信模板
    Template,
    /// 语音模板, read aloud by a call
    Voice,
}

impl SmsWordKind {
    pub(super) fn of(code: &str) -> Self {
        match code {
            "signature" => Self::Signature,
            "voice" => Self::Voice,
            _ => Self::Template,
        }
    }

    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Signature => "signature",
            Self::Template => "template",
            Self::Voice => "voice",
        }
    }
}

/// Where an application stands.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub(super) enum SmsWordState {
    /// 待审核
    Applied,
    /// 已通过
    Approved,
    /// 已退回
    Refused,
}

impl SmsWordState {
    pub(super) fn of(code: &str) -> Self {
        match code {
            "applied" => Self::Applied,
            "approved" => Self::Approved,
            _ => Self::Refused,
        }
    }

    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Approved => "approved",
            Self::Refused => "refused",
        }
    }
}

/// A signature or template of the own tenant's text messages.
#[derive(SimpleObject)]
pub(super) struct SmsWord {
    id: SmsWordId,
    kind: SmsWordKind,
    /// The signature, or what the template is called.
    name: String,
    /// The template's text; empty for a signature.
    text: String,
    /// The template's variables in order.
    variables: Vec<String>,
    /// 申请说明
    note: String,
    state: SmsWordState,
    /// Why it was sent back.
    reason: Option<String>,
    applied_at: DateTime<Utc>,
    applied_by: String,
    reviewed_at: Option<DateTime<Utc>>,
}

impl From<Word> for SmsWord {
    fn from(row: Word) -> Self {
        Self {
            id: row.id.into(),
            kind: SmsWordKind::of(&row.kind),
            state: SmsWordState::of(&row.state),
            name: row.name,
            text: row.text,
            variables: row.variables,
            note: row.note,
            reason: row.reason,
            applied_at: row.applied_at,
            applied_by: row.applied_by,
            reviewed_at: row.reviewed_at,
        }
    }
}

/// The hours in which nothing is sent but codes (免打扰时段), by the clock of China.
#[derive(SimpleObject)]
pub(super) struct QuietHours {
    /// From this hour in the evening.
    quiet_from: i16,
    /// Until this hour in the morning.
    quiet_until: i16,
}

impl From<Quiet> for QuietHours {
    fn from(row: Quiet) -> Self {
        Self { quiet_from: row.quiet_from, quiet_until: row.quiet_until }
    }
}

/// A signature, or the correction of one that was sent back.
#[derive(InputObject)]
pub(super) struct SmsSignatureInput {
    /// Without 【】.
    name: String,
    note: String,
    /// The one that was sent back.
    again: Option<SmsWordId>,
}

/// A template, or the correction of one that was sent back.
#[derive(InputObject)]
pub(super) struct SmsTemplateInput {
    name: String,
    /// With variables like {姓名}.
    text: String,
    note: String,
    /// The one that was sent back.
    again: Option<SmsWordId>,
    /// 语音模板: it is read aloud by a call.
    voice: Option<bool>,
}

#[derive(Default)]
pub(super) struct SmsQuery;

#[Object]
impl SmsQuery {
    /// The own tenant's signatures and templates, newest first (短信设置).
    async fn sms_words(&self, ctx: &Context<'_>) -> Result<Vec<SmsWord>> {
        Ok(words::mine(ctx.cx()?, SMS_READ).await?.into_iter().map(Into::into).collect())
    }

    /// When messages of the own tenant wait for morning.
    async fn quiet_hours(&self, ctx: &Context<'_>) -> Result<QuietHours> {
        let cx = ctx.cx()?;
        cx.identity()?;
        Ok(quiet_hours(cx, SMS_READ).await?.into())
    }
}

#[derive(Default)]
pub(super) struct SmsMutation;

#[Object]
impl SmsMutation {
    /// Applies for a signature (短信签名).
    async fn apply_for_sms_signature(&self, ctx: &Context<'_>, input: SmsSignatureInput) -> Result<SmsWord> {
        let draft = Draft::Signature { name: input.name, note: input.note };
        Ok(words::apply(ctx.cx()?, SMS_MANAGE, input.again, &draft).await?.into())
    }

    /// Applies for a template (短信模板).
    async fn apply_for_sms_template(&self, ctx: &Context<'_>, input: SmsTemplateInput) -> Result<SmsWord> {
        let draft = Draft::Template {
            name: input.name,
            text: input.text,
            note: input.note,
            voice: input.voice.unwrap_or_default(),
        };
        Ok(words::apply(ctx.cx()?, SMS_MANAGE, input.again, &draft).await?.into())
    }

    /// Sets the quiet hours; they may be longer than usual, not shorter.
    async fn set_quiet_hours(&self, ctx: &Context<'_>, quiet_from: i16, quiet_until: i16) -> Result<QuietHours> {
        let cx = ctx.cx()?;
        cx.identity()?;
        Ok(set_quiet(cx, SMS_MANAGE, Quiet { quiet_from, quiet_until }).await?.into())
    }
}
