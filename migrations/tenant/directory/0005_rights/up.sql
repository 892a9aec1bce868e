-- Whatever changes what a session may do is told at the commit, so that replicas may remember sessions for longer than a
-- second. Citus has no triggers on tables that it spreads: there they remember for a second.
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') THEN
        CREATE TRIGGER people_rights AFTER UPDATE OF account_id, left_at OR DELETE ON people EXECUTE FUNCTION shared.rights_changed();
        CREATE TRIGGER posts_rights AFTER INSERT OR UPDATE OR DELETE ON posts EXECUTE FUNCTION shared.rights_changed();
    END IF;
END $$;
