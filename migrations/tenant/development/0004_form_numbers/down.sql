DROP INDEX development_records_form;
ALTER TABLE development_records DROP COLUMN form_no;
