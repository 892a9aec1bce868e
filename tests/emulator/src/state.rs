//! What the emulator remembers, and the faults it was told to make.

use std::collections::HashSet;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::livekit::{self, Host};
use crate::mini::{Memory, Mini};
use crate::voice;

/// A provider that is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// Aliyun Dysms.
    Aliyun,
    /// Tencent Cloud SMS.
    Tencent,
}

/// A message the carrier took.
#[derive(Debug, Clone, Serialize)]
pub struct Sent {
    /// Who took it.
    pub provider: Part,
    /// The number, eleven digits.
    pub mobile: String,
    /// The signature.
    pub signature: String,
    /// The template.
    pub template: String,
    /// Its values, as they were given.
    pub params: Value,
    /// `OutId`, `SessionContext`.
    pub reference: String,
    /// `BizId`, `SerialNo`.
    pub id: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Something that goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fault {
    /// The connection stays open and nothing comes.
    Hang {
        /// Whether the work is done.
        #[serde(default)]
        after: bool,
    },
    /// The connection closes before an answer.
    Reset {
        /// Whether the work is done.
        #[serde(default)]
        after: bool,
    },
    /// The work is done; the answer breaks off in the middle.
    Truncate,
    /// The work is done; the answer comes byte by byte.
    Drip,
    /// This status instead of an answer.
    Status {
        /// The status.
        status: u16,
        /// Whether the work is done.
        #[serde(default)]
        after: bool,
    },
    /// 429
    TooMany {
        /// What `Retry-After` says.
        seconds: u32,
    },
    /// The work is done; the answer is a page for people.
    Html,
    /// The work is done; the answer is JSON of another shape.
    OtherJson,
    /// Something in between sends the request twice; the client sees the answer to the second.
    Repeated,
    /// The answer has fields nobody announced.
    ExtraFields,
    /// The receipt arrives before the answer.
    EarlyReceipt,
    /// The receipt comes twice.
    DoubleReceipt,
    /// No receipt comes.
    LostReceipt,
    /// The tokens that were given out are good no more when the call arrives.
    Revoked,
}

/// Whoever is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Who {
    /// A carrier of text messages.
    Carrier(Part),
    /// A platform of mini-programs.
    Mini(Mini),
    /// Whoever holds meetings by video.
    Video(Host),
}

impl From<Part> for Who {
    fn from(part: Part) -> Self {
        Self::Carrier(part)
    }
}

impl From<Mini> for Who {
    fn from(mini: Mini) -> Self {
        Self::Mini(mini)
    }
}

impl From<Host> for Who {
    fn from(host: Host) -> Self {
        Self::Video(host)
    }
}

/// When a fault happens.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Match {
    /// At whom.
    pub provider: Who,
    /// In which action; any, if not said.
    #[serde(default)]
    pub op: Option<String>,
    /// At the n-th such call from now on, counted from 1; at every one, if not said.
    #[serde(default)]
    pub nth: Option<u32>,
}

/// A fault to make.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// When.
    #[serde(rename = "match")]
    pub when: Match,
    /// What.
    pub fault: Fault,
    #[serde(skip)]
    seen: u32,
}

/// Where receipts go.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Receipts {
    /// Aliyun's.
    pub aliyun: Option<String>,
    /// Tencent's.
    pub tencent: Option<String>,
    /// Whether messages arrive.
    pub failing: bool,
}

/// The whole memory.
#[derive(Debug, Default)]
pub(crate) struct State {
    offset: Duration,
    count: u64,
    pub(crate) nonces: HashSet<String>,
    pub(crate) sent: Vec<Sent>,
    pub(crate) faults: Vec<Rule>,
    pub(crate) receipts: Receipts,
    pub(crate) mini: Memory,
    pub(crate) voice: voice::Memory,
    pub(crate) video: livekit::Memory,
    /// What a client did that it must never do.
    pub(crate) report: Vec<String>,
}

impl State {
    pub(crate) fn now(&self) -> DateTime<Utc> {
        #[expect(clippy::disallowed_methods, reason = "the emulator is a machine of its own")]
        let now = Utc::now();
        now + self.offset
    }

    pub(crate) fn set_clock(&mut self, at: DateTime<Utc>) {
        self.offset += at - self.now();
    }

    pub(crate) fn advance(&mut self, seconds: i64) {
        self.offset += Duration::seconds(seconds);
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    /// The fault of this call, if there is one.
    pub(crate) fn fault(&mut self, who: Who, op: &str) -> Option<Fault> {
        let fits =
            |rule: &&mut Rule| rule.when.provider == who && rule.when.op.as_deref().is_none_or(|named| named == op);
        let mut found = None;
        for rule in self.faults.iter_mut().filter(fits) {
            rule.seen += 1;
            if found.is_none() && rule.when.nth.is_none_or(|nth| nth == rule.seen) {
                found = Some(rule.fault.clone());
            }
        }
        found
    }

    /// How many messages a number got within so many seconds.
    pub(crate) fn recent(&self, part: Part, mobile: &str, seconds: i64) -> usize {
        let from = self.now() - Duration::seconds(seconds);
        let these = |sent: &&Sent| sent.provider == part && sent.mobile == mobile && sent.at > from;
        self.sent.iter().filter(these).count()
    }
}

impl Rule {
    pub(crate) fn new(when: Match, fault: Fault) -> Self {
        Self { when, fault, seen: 0 }
    }
}
