//! Text messages and calls of a tenant to its people (短信、语音电话): the signature and templates it has applied for, orders to many, the queue
//! that waits for morning and for room in the quota, and what became of each.

mod purge;
mod queue;
mod quiet;
mod send;
pub mod text;
pub mod words;

use zhibu_core::{Error, Permission, Result};

pub use purge::Sent;
pub use queue::{
    Addressee, Campaign, CampaignRow, Draft, Estimate, Filter, MOST, MessageRow, Order, Ready, Tally, add, call_off,
    campaigns, cancel, count, count_campaigns, estimate, in_state, leaves_at, list, order, quiet_hours, spent, tallies,
    to_people, unname,
};
pub use quiet::{Quiet, quiet, set_quiet};
pub(crate) use send::{CarryOutcomes, SendDue, SendMessages};

use crate::app::App;

/// Send text messages to members, and cancel what is queued (短信提醒).
pub const MESSAGES_SEND: Permission = Permission::of("member.messages", "member.messages.send");

/// How words reach a telephone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// 短信
    Sms,
    /// 语音电话
    Voice,
}

impl Channel {
    /// Its stable name.
    pub fn key(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Voice => "voice",
        }
    }

    /// The kind of template it is written in.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Sms => "template",
            Self::Voice => "voice",
        }
    }

    /// What a part or a call costs, in fen.
    pub fn fen(self, app: &App) -> i64 {
        match self {
            Self::Sms => app.settings.sms_fen,
            Self::Voice => app.settings.voice_fen,
        }
    }

    /// Refuses what no carrier carries here.
    pub fn must_be_open(self, app: &App) -> Result<()> {
        match self {
            Self::Sms if !app.sms.is_open() => Err(Error::refuse("SMS_NOT_OPEN", "短信服务未开通，请联系服务商")),
            Self::Voice if !app.voice.is_open() => Err(Error::refuse("VOICE_NOT_OPEN", "语音电话未开通，请联系服务商")),
            Self::Sms | Self::Voice => Ok(()),
        }
    }
}
