//! What a member finds of meetings among the days of their own (党建足迹).

use zhibu_tenancy::footprint::Trail;

pub(crate) static ATTENDED: Trail = Trail {
    rows: "SELECT m.id, ((m.starts_at AT TIME ZONE 'UTC') + interval '8 hours')::date AS day, 'meeting' AS kind, m.title, \
           m.place AS text FROM own.meeting_people p JOIN own.meetings m ON m.id = p.meeting_id \
           WHERE p.person_id = $1 AND p.attendance IN ('present', 'late') AND m.state = 'finished'",
    tell: |row| (format!("参加{}", row.title), row.text),
};
