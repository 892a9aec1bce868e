-- The number of the admission form (入党志愿书编号), as it is compared. A number that was given more than once before
-- stays with the case that had it first.
ALTER TABLE development_cases ADD COLUMN form_no text;
UPDATE development_cases c SET form_no = first.form_no FROM (
    SELECT DISTINCT ON (upper(regexp_replace(r.given->>'form_no', '\s', '', 'g'))) r.case_id,
        upper(regexp_replace(r.given->>'form_no', '\s', '', 'g')) AS form_no
    FROM development_records r
    WHERE r.step = 14 AND r.counts AND r.voided_at IS NULL AND r.given->>'form_no' IS NOT NULL
    ORDER BY 2, r.created_at, r.id
) first WHERE first.case_id = c.id;
CREATE UNIQUE INDEX development_cases_form ON development_cases (form_no) WHERE form_no IS NOT NULL;
