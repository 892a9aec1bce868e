-- The number of a term (届次), of terms that were taken over from before.
ALTER TABLE leadership_elections ADD COLUMN term_no smallint
    CONSTRAINT leadership_elections_term_no CHECK (term_no BETWEEN 1 AND 99);
CREATE UNIQUE INDEX leadership_elections_term ON leadership_elections (organisation_id, term_no) WHERE term_no IS NOT NULL;
