//! What the record itself tells of a member's days (党建足迹): joining, becoming a full member, branches and posts.

use zhibu_core::dictionary;
use zhibu_tenancy::footprint::Trail;

pub(crate) static MEMBERSHIP: Trail = Trail {
    rows: "SELECT m.id, m.join_date AS day, 'joined' AS kind, '' AS title, NULL::text AS text FROM (\
               SELECT * FROM own.memberships WHERE person_id = $1 ORDER BY since DESC, id DESC LIMIT 1) m \
           UNION ALL SELECT m.id, m.conversion_date, 'full_member', '', NULL FROM (\
               SELECT * FROM own.memberships WHERE person_id = $1 ORDER BY since DESC, id DESC LIMIT 1) m \
           WHERE m.conversion_date IS NOT NULL \
           UNION ALL SELECT b.id, b.since, 'branch', b.name, b.before FROM (\
               SELECT a.id, a.since, o.short_name AS name, lag(o.short_name) OVER w AS before, \
                   lag(a.organisation_id) OVER w IS DISTINCT FROM a.organisation_id AS other \
               FROM own.memberships m JOIN own.branch_assignments a ON a.membership_id = m.id \
               JOIN own.organisations o ON o.id = a.organisation_id WHERE m.person_id = $1 \
               WINDOW w AS (ORDER BY a.since, a.id)) b WHERE b.other \
           UNION ALL SELECT p.id, p.since, 'post', p.post, o.short_name FROM own.posts p \
           JOIN own.organisations o ON o.id = p.organisation_id WHERE p.person_id = $1 \
           UNION ALL SELECT p.id, p.until, 'post_end', p.post, o.short_name FROM own.posts p \
           JOIN own.organisations o ON o.id = p.organisation_id WHERE p.person_id = $1 AND p.until IS NOT NULL",
    tell: |row| {
        let post = || dictionary::label("post", &row.title).unwrap_or(&row.title).to_owned();
        match row.kind.as_str() {
            "joined" => ("加入中国共产党".to_owned(), None),
            "full_member" => ("转为正式党员".to_owned(), None),
            "post" => (format!("担任{}", post()), row.text),
            "post_end" => (format!("不再担任{}", post()), row.text),
            _ => match row.text {
                Some(from) => (format!("组织关系转到{}", row.title), Some(format!("由{from}转出"))),
                None => (format!("编入{}", row.title), None),
            },
        }
    },
};
