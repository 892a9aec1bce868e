//! What a member has published, and what of it was recommended, among the days of their own (党建足迹).

use zhibu_tenancy::footprint::{Row, Trail};

macro_rules! rows {
    ($table:literal, $kind:literal, $text:literal) => {
        concat!(
            "SELECT w.id, ((w.published_at AT TIME ZONE 'UTC') + interval '8 hours')::date AS day, '",
            $kind,
            "' AS kind, w.title, ",
            $text,
            " AS text FROM ",
            $table,
            " w WHERE w.person_id = $1 AND w.state = 'published' AND w.published_at IS NOT NULL ",
            "UNION ALL SELECT w.id, ((w.recommended_at AT TIME ZONE 'UTC') + interval '8 hours')::date, '",
            $kind,
            "_recommended', w.title, NULL FROM ",
            $table,
            " w WHERE w.person_id = $1 AND w.state = 'published' AND w.recommended_at IS NOT NULL"
        )
    };
}

pub(crate) static PLEDGED: Trail =
    Trail { rows: rows!("own.pledges", "pledge", "w.year::text || '年度'"), tell: |row| tell("承诺", row) };
pub(crate) static NOTED: Trail =
    Trail { rows: rows!("own.study_notes", "study_note", "w.source"), tell: |row| tell("学习心得", row) };

fn tell(noun: &str, row: Row) -> (String, Option<String>) {
    match row.kind.ends_with("_recommended") {
        true => (format!("{noun}《{}》被推荐", row.title), None),
        false => (format!("发布{noun}《{}》", row.title), row.text),
    }
}
