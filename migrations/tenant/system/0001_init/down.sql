DROP TABLE audit, policy, menus, role_assignments, sessions, accounts;
