-- Whatever changes what a session may do is told at the commit, so that replicas may remember sessions for longer than a
-- second. Citus has no triggers on tables that it spreads: there they remember for a second.
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') THEN
        CREATE TRIGGER sessions_rights AFTER UPDATE OF ended_at, purpose OR DELETE ON sessions EXECUTE FUNCTION shared.rights_changed();
        CREATE TRIGGER accounts_rights AFTER UPDATE OF user_name, display_name, mobile, state ON accounts EXECUTE FUNCTION shared.rights_changed();
        CREATE TRIGGER policy_rights AFTER UPDATE ON policy EXECUTE FUNCTION shared.rights_changed();
        CREATE TRIGGER menus_rights AFTER INSERT OR UPDATE OR DELETE ON menus EXECUTE FUNCTION shared.rights_changed();
        CREATE TRIGGER roles_rights AFTER UPDATE OR DELETE ON roles EXECUTE FUNCTION shared.rights_changed();
        CREATE TRIGGER role_assignments_rights AFTER INSERT OR UPDATE OR DELETE ON role_assignments EXECUTE FUNCTION shared.rights_changed();
    END IF;
END $$;
