DROP INDEX development_cases_form;
ALTER TABLE development_cases DROP COLUMN form_no;
