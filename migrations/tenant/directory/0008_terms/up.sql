-- Terms that were prolonged, and posts that were given rather than voted for (班子换届).

ALTER TABLE organisations
    -- the day to which the present term was prolonged
    ADD COLUMN term_extended_to date;
-- the same expression stands in every query about the end of a term
CREATE INDEX organisations_term_end_idx ON organisations
    (greatest((term_start + make_interval(years => term_years))::date, term_extended_to), id) WHERE status = 'active';

ALTER TABLE posts ADD COLUMN appointed boolean NOT NULL DEFAULT false;
CREATE INDEX posts_held_idx ON posts (organisation_id, post) WHERE until IS NULL;
