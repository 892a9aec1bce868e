ALTER TABLE organisations DROP COLUMN member_count;
DROP TABLE posts;
DROP TABLE branch_assignments;
DROP TABLE memberships;
DROP TABLE people;
