-- The number of the admission form (入党志愿书编号), as it is compared, with the record by which it counts. A number that was
-- given more than once before stays with the case that had it first.
ALTER TABLE development_records ADD COLUMN form_no text;
UPDATE development_records r SET form_no = first.form_no FROM (
    SELECT DISTINCT ON (2) id, upper(regexp_replace(given->>'form_no', '\s', '', 'g')) AS form_no
    FROM development_records
    WHERE step = 14 AND counts AND voided_at IS NULL AND given->>'form_no' IS NOT NULL
    ORDER BY 2, created_at, id
) first WHERE first.id = r.id;
CREATE UNIQUE INDEX development_records_form ON development_records (form_no) WHERE form_no IS NOT NULL;
