//! The section of the activity certificate (党员活动证): the meetings somebody came to.

use async_trait::async_trait;
use chrono::Duration;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::Result;
use zhibu_tenancy::Conn;
use zhibu_tenancy::sections::{Line, Section, Sections};

use crate::model::{MeetingAttendance, MeetingState};
use crate::schema::{meeting_people as people, meetings};

/// 参加组织生活
pub(crate) struct Attended;

#[async_trait]
impl Sections for Attended {
    fn permission(&self) -> zhibu_core::Permission {
        crate::LIST_READ
    }

    async fn section(&self, person: Uuid, most: i64, conn: &mut Conn) -> Result<Section> {
        let came = [MeetingAttendance::Present.code(), MeetingAttendance::Late.code()];
        let of = || {
            people::table
                .inner_join(meetings::table)
                .filter(people::person_id.eq(person).and(people::attendance.eq_any(came)))
                .filter(meetings::state.eq(MeetingState::Finished.code()))
        };
        let count: i64 = of().count().get_result(conn).await?;
        let rows: Vec<(chrono::DateTime<chrono::Utc>, String, Option<String>)> = of()
            .order((meetings::starts_at.desc(), meetings::id.desc()))
            .limit(most)
            .select((meetings::starts_at, meetings::title, meetings::place))
            .load(conn)
            .await?;
        let line = |(at, title, detail): (chrono::DateTime<chrono::Utc>, String, Option<String>)| Line {
            on: (at + Duration::hours(8)).date_naive(),
            title,
            detail,
        };
        let lines = rows.into_iter().map(line).collect();
        Ok(Section { key: "meeting", title: "参加组织生活", count, words: None, lines })
    }
}
