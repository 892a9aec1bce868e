DROP INDEX role_assignments_role_idx;
DROP TABLE roles;
