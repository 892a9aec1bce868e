DROP INDEX posts_held_idx;
ALTER TABLE posts DROP COLUMN appointed;
DROP INDEX organisations_term_end_idx;
ALTER TABLE organisations DROP COLUMN term_extended_to;
