//! What a member finds of their service among the days of their own (党建足迹).

use zhibu_core::dictionary;
use zhibu_tenancy::footprint::Trail;

use crate::rules::{self, KINDS};

pub(crate) static SERVED: Trail = Trail {
    rows: "SELECT c.id, c.served_on AS day, 'contribution' AS kind, c.kind || chr(10) || coalesce(c.minutes::text, '') AS title, \
           c.body AS text FROM own.contributions c WHERE c.person_id = $1",
    tell: |row| {
        let (kind, minutes) = row.title.split_once('\n').unwrap_or((&row.title, ""));
        let kind = dictionary::label(KINDS, kind).unwrap_or(kind);
        let hours = minutes.parse().map(|minutes: i64| format!("（{}小时）", rules::hours(minutes)));
        (format!("参加{kind}{}", hours.unwrap_or_default()), row.text)
    },
};
