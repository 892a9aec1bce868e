//! Video meetings (视频会议): the trait, LiveKit's client, and what stands in for it where there is none.

mod livekit;
mod settings;
mod token;
#[cfg(test)]
mod vectors;
mod webhook;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use zhibu_core::Secret;

pub use self::livekit::LiveKit;
pub use self::settings::{Account, Host, Recording, Settings};
use crate::{Fault, ProviderError};

/// What somebody may do in a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// 主讲: speaks and shows, and pages put them first.
    Speaker,
    /// 参会: speaks and shows.
    Member,
    /// 旁听: sees and hears, and is not seen: the screen of a hall.
    Viewer,
}

/// Somebody on the way into a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Who, as webhooks name them; one place in a room each.
    pub identity: String,
    /// What others read beside the picture.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

/// What a page needs to open a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinInfo {
    /// `wss://…`
    pub url: String,
    /// For this person, this room, this time only.
    pub token: Secret,
}

/// The server's number for a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EgressId(pub String);

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VideoEventKind {
    /// The first person came.
    RoomStarted,
    /// The last one has gone.
    RoomFinished,
    /// Somebody came.
    Joined,
    /// Somebody went.
    Left,
    /// A recording was ordered.
    RecordingStarted,
    /// A recording goes on.
    RecordingUpdated,
    /// A recording is over, well or not.
    RecordingEnded,
    /// Something that we do nothing about.
    Other,
}

/// A recording, as a webhook tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Egress {
    /// Its number.
    pub id: EgressId,
    /// Whether it ended with a whole file, be it cut at the server's limit.
    pub complete: bool,
    /// What went wrong, in the server's words.
    pub error: Option<String>,
    /// The file, once it is stored.
    pub file: Option<File>,
}

/// A recorded file in the object storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The object's key, as it was ordered.
    pub key: String,
    /// Where the server says it is.
    pub location: String,
    /// Bytes.
    pub size: u64,
    /// How long it plays.
    pub seconds: u64,
}

/// What the video server told. It may come twice and in any order: `id` tells events apart, `at` puts them in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VideoEvent {
    /// The same at every repetition.
    pub id: String,
    /// What.
    pub kind: VideoEventKind,
    /// Where; empty only in what we do nothing about.
    pub room: String,
    /// Who came or went.
    pub identity: Option<String>,
    /// The recording.
    pub egress: Option<Egress>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A webhook that proves nothing, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a webhook that proves nothing: {0}")]
pub struct Unproven(pub &'static str);

/// Holds meetings by video (视频会议). The caller names rooms, `t<tenant>-<meeting>`: letters, digits, `-` and `_`.
#[async_trait]
pub trait Video: Send + Sync {
    /// Opens a room before anybody comes.
    async fn create(&self, room: &str) -> Result<(), ProviderError>;

    /// Lets somebody into a room until a moment; nothing where meetings have no room but a link.
    fn join(
        &self,
        room: &str,
        member: &Member,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Option<JoinInfo>, ProviderError>;

    /// Who is in a room now, by identity.
    async fn present(&self, room: &str) -> Result<Vec<String>, ProviderError>;

    /// Closes a room and sends everybody out; good as well when there is none.
    async fn end(&self, room: &str) -> Result<(), ProviderError>;

    /// Records a room into one object of the storage, an mp4.
    async fn start_recording(&self, room: &str, key: &str) -> Result<EgressId, ProviderError>;

    /// Ends a recording; good as well when it is over. The file is told of by webhook.
    async fn stop_recording(&self, egress: &EgressId) -> Result<(), ProviderError>;

    /// Reads a webhook: the header `Authorization` and the body as they came. That it is the first of its id is the caller's
    /// matter.
    fn verify_webhook(&self, authorization: &str, body: &[u8], now: DateTime<Utc>) -> Result<VideoEvent, Unproven>;

    /// Who holds the meetings, as kept with each.
    fn host(&self) -> Host;

    /// By which its key is known again without being told.
    fn fingerprint(&self) -> Option<&str> {
        None
    }

    /// False when meetings have no room but a link.
    fn is_open(&self) -> bool {
        self.host() != Host::Link
    }

    /// Whether meetings can be recorded.
    fn records(&self) -> bool {
        false
    }
}

/// Meetings are a link to somewhere else (仅链接): no rooms of ours, no recordings.
#[derive(Debug, Default)]
pub struct LinkOnly;

fn not_open() -> ProviderError {
    ProviderError::new(Fault::AuthConfig).with_code("not_open")
}

#[async_trait]
impl Video for LinkOnly {
    async fn create(&self, _: &str) -> Result<(), ProviderError> {
        Ok(())
    }

    fn join(&self, _: &str, _: &Member, _: DateTime<Utc>, _: DateTime<Utc>) -> Result<Option<JoinInfo>, ProviderError> {
        Ok(None)
    }

    async fn present(&self, _: &str) -> Result<Vec<String>, ProviderError> {
        Ok(Vec::new())
    }

    async fn end(&self, _: &str) -> Result<(), ProviderError> {
        Ok(())
    }

    async fn start_recording(&self, _: &str, _: &str) -> Result<EgressId, ProviderError> {
        Err(not_open())
    }

    async fn stop_recording(&self, _: &EgressId) -> Result<(), ProviderError> {
        Err(not_open())
    }

    fn verify_webhook(&self, _: &str, _: &[u8], _: DateTime<Utc>) -> Result<VideoEvent, Unproven> {
        Err(Unproven("not open"))
    }

    fn host(&self) -> Host {
        Host::Link
    }
}
