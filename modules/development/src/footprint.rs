//! The steps that somebody has passed on the way into the Party, among the days of their own (党建足迹).

use zhibu_tenancy::footprint::Trail;

use crate::rules::plan::step_of;

pub(crate) static STEPS: Trail = Trail {
    rows: "SELECT r.id, r.happened_on AS day, 'development' AS kind, r.step::text AS title, NULL::text AS text \
           FROM own.development_cases c JOIN own.development_records r ON r.case_id = c.id \
           WHERE c.person_id = $1 AND r.passed AND r.counts AND r.voided_at IS NULL",
    tell: |row| match row.title.parse().ok().and_then(step_of) {
        Some(step) => (step.title.clone(), Some(step.stage_title.clone())),
        None => ("发展党员".to_owned(), None),
    },
};
