//! What modules tell each other without knowing each other: an event is written in the transaction of the change, and every
//! module that listens gets a job of its own.

/// The kind of something that has happened, about an object of the module that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Event(pub &'static str);

/// A meeting was announced to those on its list (会议通知).
pub const MEETING_PUBLISHED: Event = Event("meeting.published");
/// Time, place or manner of an announced meeting has changed (会议变更).
pub const MEETING_CHANGED: Event = Event("meeting.changed");
/// An announced meeting was called off (会议取消).
pub const MEETING_CANCELLED: Event = Event("meeting.cancelled");
/// A meeting begins within a day (会议提醒).
pub const MEETING_SOON: Event = Event("meeting.soon");
/// Somebody's leave was granted or refused (请假结果); about that person.
pub const MEETING_LEAVE_ANSWERED: Event = Event("meeting.leave_answered");
/// A meeting has begun (会议开始).
pub const MEETING_STARTED: Event = Event("meeting.started");
/// A meeting is minuted: who was there stands fast (参会记录).
pub const MEETING_ATTENDED: Event = Event("meeting.attended");

/// All of them.
pub const ALL: [Event; 7] = [
    MEETING_PUBLISHED,
    MEETING_CHANGED,
    MEETING_CANCELLED,
    MEETING_SOON,
    MEETING_LEAVE_ANSWERED,
    MEETING_STARTED,
    MEETING_ATTENDED,
];

impl Event {
    /// The event of this name.
    pub fn named(name: &str) -> Option<Self> {
        ALL.into_iter().find(|event| event.0 == name)
    }
}
