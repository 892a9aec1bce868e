DROP TRIGGER IF EXISTS sessions_rights ON sessions;
DROP TRIGGER IF EXISTS accounts_rights ON accounts;
DROP TRIGGER IF EXISTS policy_rights ON policy;
DROP TRIGGER IF EXISTS menus_rights ON menus;
DROP TRIGGER IF EXISTS roles_rights ON roles;
DROP TRIGGER IF EXISTS role_assignments_rights ON role_assignments;
