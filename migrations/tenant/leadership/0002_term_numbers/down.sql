DROP INDEX leadership_elections_term;
ALTER TABLE leadership_elections DROP COLUMN term_no;
