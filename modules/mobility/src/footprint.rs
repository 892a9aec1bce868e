//! What a member finds of coming from elsewhere and of working elsewhere among the days of their own (党建足迹). From branch to
//! branch is told by the member's record itself.

use zhibu_tenancy::footprint::Trail;

pub(crate) static MOVES: Trail = Trail {
    rows: "SELECT t.id, ((t.closed_at AT TIME ZONE 'UTC') + interval '8 hours')::date AS day, 'transfer' AS kind, \
           t.to_name AS title, t.from_name AS text FROM own.transfers t \
           WHERE t.person_id = $1 AND t.kind = 'inbound' AND t.status = 'accepted' AND t.closed_at IS NOT NULL \
           UNION ALL SELECT f.id, f.started_on, 'flow', coalesce(f.other_name, ''), NULL FROM own.flows f WHERE f.person_id = $1 \
           UNION ALL SELECT f.id, f.ended_on, 'flow_end', '', NULL FROM own.flows f \
           WHERE f.person_id = $1 AND f.status = 'returned' AND f.ended_on IS NOT NULL",
    tell: |row| match row.kind.as_str() {
        "transfer" => (format!("组织关系转入{}", row.title), row.text.map(|from| format!("由{from}转出"))),
        "flow" => {
            ("外出流动".to_owned(), Some(row.title).filter(|to| !to.is_empty()).map(|to| format!("流入党组织：{to}")))
        }
        _ => ("结束流动，返回党支部".to_owned(), None),
    },
};
