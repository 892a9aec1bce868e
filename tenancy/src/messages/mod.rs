//! Text messages of a tenant to its people (短信): the signature and templates it has applied for, orders to many, the queue
//! that waits for morning and for room in the quota, and what became of each.

mod purge;
mod queue;
mod quiet;
mod send;
pub mod text;
pub mod words;

use zhibu_core::Permission;

pub use purge::Sent;
pub use queue::{
    Addressee, Campaign, CampaignRow, Draft, Estimate, Filter, MOST, MessageRow, Ready, campaigns, cancel, count,
    count_campaigns, estimate, leaves_at, list, order, quiet_hours,
};
pub use quiet::{Quiet, quiet, set_quiet};
pub(crate) use send::{CarryOutcomes, SendDue, SendMessages};

/// Send text messages to members, and cancel what is queued (短信提醒).
pub const MESSAGES_SEND: Permission = Permission::of("member.messages", "member.messages.send");
