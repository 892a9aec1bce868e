DROP TRIGGER IF EXISTS people_rights ON people;
DROP TRIGGER IF EXISTS posts_rights ON posts;
