-- Roles and schemas; every statement may run again.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'zhibu_app') THEN
        CREATE ROLE zhibu_app LOGIN NOSUPERUSER NOINHERIT;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'zhibu_platform') THEN
        CREATE ROLE zhibu_platform NOLOGIN;
    END IF;
    -- what every tenant's role may do beyond its own schema
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'zhibu_tenant') THEN
        CREATE ROLE zhibu_tenant NOLOGIN;
    END IF;
EXCEPTION WHEN unique_violation OR duplicate_object THEN
    -- another replica was faster
    NULL;
END
$$;
GRANT zhibu_platform TO zhibu_app;
CREATE SCHEMA IF NOT EXISTS platform AUTHORIZATION zhibu_platform;
CREATE SCHEMA IF NOT EXISTS shared AUTHORIZATION zhibu_platform;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA shared TO zhibu_tenant;
GRANT SELECT ON ALL TABLES IN SCHEMA shared TO zhibu_tenant;
ALTER DEFAULT PRIVILEGES FOR ROLE zhibu_platform IN SCHEMA shared GRANT SELECT ON TABLES TO zhibu_tenant;
CREATE TABLE IF NOT EXISTS platform.migration (
    module text NOT NULL,
    version text NOT NULL,
    hash text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT migration_key PRIMARY KEY (module, version)
);
ALTER TABLE platform.migration OWNER TO zhibu_platform;
