-- The few doors between a tenant's transaction and the outside. Each runs with the owner's rights, takes the
-- tenant from the role of the running transaction, and does one thing. Re-created at every start.

CREATE OR REPLACE FUNCTION shared.acting_tenant() RETURNS uuid
LANGUAGE sql STABLE SET search_path = '' AS $$
    SELECT CASE WHEN current_setting('role') ~ '^t_[0-9a-f]{32}$' THEN substr(current_setting('role'), 3)::uuid END
$$;

-- Jobs: a tenant can enqueue for itself only.
CREATE OR REPLACE FUNCTION shared.enqueue(task text, job json, key text, attempts integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    tenant uuid := shared.acting_tenant();
BEGIN
    IF tenant IS NULL AND current_setting('role') <> 'zhibu_platform' THEN
        RAISE EXCEPTION 'no unit of work';
    END IF;
    PERFORM jobs.add_job(
        identifier := task,
        payload := json_build_object('tenant', tenant, 'job', job),
        -- what concerns one tenant runs one after the other
        queue_name := 'tenant:' || coalesce(tenant::text, job ->> 'tenant'),
        job_key := key,
        max_attempts := attempts);
END
$$;

CREATE OR REPLACE FUNCTION shared.claim_login(kind text, blind bytea, account uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    tenant uuid := shared.acting_tenant();
BEGIN
    IF tenant IS NULL THEN
        RAISE EXCEPTION 'no tenant';
    END IF;
    INSERT INTO platform.logins AS l (kind, blind_index, tenant_id, account_id)
    VALUES (claim_login.kind, blind, tenant, account) ON CONFLICT DO NOTHING;
    RETURN EXISTS (
        SELECT FROM platform.logins l
        WHERE l.kind = claim_login.kind AND l.blind_index = blind AND l.tenant_id = tenant AND l.account_id = account);
END
$$;

-- The same for many at once; how many could not be reserved. Sorted, so that two imports do not wait for each other
-- crosswise.
CREATE OR REPLACE FUNCTION shared.claim_logins(kinds text[], blinds bytea[], accounts uuid[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    tenant uuid := shared.acting_tenant();
    claimed bigint;
BEGIN
    IF tenant IS NULL THEN
        RAISE EXCEPTION 'no tenant';
    END IF;
    INSERT INTO platform.logins AS l (kind, blind_index, tenant_id, account_id)
    SELECT c.kind, c.blind, tenant, c.account FROM unnest(kinds, blinds, accounts) AS c (kind, blind, account)
    ORDER BY 1, 2 ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS claimed = ROW_COUNT;
    IF claimed < cardinality(kinds) THEN
        -- Those that were there may be the same accounts'.
        SELECT count(*) INTO claimed FROM unnest(kinds, blinds, accounts) AS c (kind, blind, account)
        WHERE EXISTS (
            SELECT FROM platform.logins l
            WHERE l.kind = c.kind AND l.blind_index = c.blind AND l.tenant_id = tenant AND l.account_id = c.account);
    END IF;
    RETURN cardinality(kinds) - claimed;
END
$$;

CREATE OR REPLACE FUNCTION shared.release_login(kind text, account uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    DELETE FROM platform.logins l
    WHERE l.kind = release_login.kind AND l.tenant_id = shared.acting_tenant() AND l.account_id = account;
    RETURN FOUND;
END
$$;

CREATE OR REPLACE FUNCTION shared.rename_tenant(name text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    UPDATE platform.tenants t SET name = rename_tenant.name WHERE t.id = shared.acting_tenant();
    RETURN FOUND;
END
$$;

-- Password-free sign-in: what a tenant may do with its own applications. False: there is none like that.
CREATE OR REPLACE FUNCTION shared.sso_apply(
    app uuid, key text, name text, purpose text, home text, at timestamptz, by_name text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    tenant uuid := shared.acting_tenant();
BEGIN
    IF tenant IS NULL THEN
        RAISE EXCEPTION 'no tenant';
    END IF;
    -- A tenant has few; those that were rejected do not count.
    PERFORM FROM platform.tenants t WHERE t.id = tenant FOR NO KEY UPDATE;
    IF (SELECT count(*) FROM platform.sso_apps a WHERE a.tenant_id = tenant AND a.status <> 'rejected') >= 5 THEN
        RETURN false;
    END IF;
    INSERT INTO platform.sso_apps (id, tenant_id, app_key, name, purpose, home_url, status, targets, addresses,
        admit_administrators, quota_left, quota_pack, applied_at, applied_by)
    VALUES (app, tenant, key, sso_apply.name, sso_apply.purpose, home, 'applied', '{/home}', '{}', false, 0, 0, at, by_name);
    RETURN true;
END
$$;

CREATE OR REPLACE FUNCTION shared.sso_new_secret(app uuid, sealed bytea, previous_good_until timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    UPDATE platform.sso_apps a
    SET previous_secret = a.secret, previous_until = previous_good_until, secret = sealed
    WHERE a.id = app AND a.tenant_id = shared.acting_tenant() AND a.status = 'approved';
    RETURN FOUND;
END
$$;

CREATE OR REPLACE FUNCTION shared.sso_rules(app uuid, targets text[], addresses text[], administrators boolean) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    UPDATE platform.sso_apps a
    SET targets = sso_rules.targets, addresses = sso_rules.addresses, admit_administrators = administrators
    WHERE a.id = app AND a.tenant_id = shared.acting_tenant() AND a.status IN ('applied', 'approved');
    RETURN FOUND;
END
$$;

CREATE OR REPLACE FUNCTION shared.sso_stop(app uuid, at timestamptz, by_name text, why text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    UPDATE platform.sso_apps a
    SET status = 'disabled', reviewed_at = at, reviewed_by = by_name, reason = why
    WHERE a.id = app AND a.tenant_id = shared.acting_tenant() AND a.status = 'approved';
    RETURN FOUND;
END
$$;

-- Pays one sign-in, in the transaction that opens the session: how many are left, and of how many. NULL: none was left, or
-- the application is stopped.
CREATE OR REPLACE FUNCTION shared.sso_spend(app uuid, today date) RETURNS integer[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    counts integer[];
BEGIN
    UPDATE platform.sso_apps a SET quota_left = a.quota_left - 1
    WHERE a.id = app AND a.tenant_id = shared.acting_tenant() AND a.status = 'approved' AND a.quota_left > 0
    RETURNING ARRAY[a.quota_left, a.quota_pack] INTO counts;
    IF counts IS NOT NULL THEN
        INSERT INTO platform.sso_uses AS u (app_id, day, uses) VALUES (app, today, 1)
        ON CONFLICT (app_id, day) DO UPDATE SET uses = u.uses + 1;
    END IF;
    RETURN counts;
END
$$;

-- Signatures and templates of text messages. 'missing': there is none like that to be applied for again; 'pending': another
-- signature is being looked at; 'many': a tenant has few.
CREATE OR REPLACE FUNCTION shared.sms_apply_for(
    tenant uuid, word uuid, kind text, name text, content text, variables text[], note text, at timestamptz, by_name text,
    again boolean) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    PERFORM FROM platform.tenants t WHERE t.id = tenant FOR NO KEY UPDATE;
    IF sms_apply_for.kind = 'signature' AND EXISTS (
        SELECT FROM platform.sms_words w
        WHERE w.tenant_id = tenant AND w.kind = 'signature' AND w.state = 'applied' AND w.id <> word) THEN
        RETURN 'pending';
    END IF;
    IF again THEN
        UPDATE platform.sms_words w
        SET name = sms_apply_for.name, text = content, variables = sms_apply_for.variables, note = sms_apply_for.note,
            state = 'applied', applied_at = at, applied_by = by_name
        WHERE w.id = word AND w.tenant_id = tenant AND w.kind = sms_apply_for.kind AND w.state = 'refused';
        RETURN CASE WHEN FOUND THEN 'ok' ELSE 'missing' END;
    END IF;
    IF (SELECT count(*) FROM platform.sms_words w WHERE w.tenant_id = tenant) >= 200 THEN
        RETURN 'many';
    END IF;
    INSERT INTO platform.sms_words (id, tenant_id, kind, name, text, variables, note, state, carrier_variables, applied_at, applied_by)
    VALUES (word, tenant, sms_apply_for.kind, sms_apply_for.name, content, sms_apply_for.variables, sms_apply_for.note, 'applied',
        '{}', at, by_name);
    RETURN 'ok';
END
$$;

CREATE OR REPLACE FUNCTION shared.sms_apply(
    word uuid, kind text, name text, content text, variables text[], note text, at timestamptz, by_name text,
    again boolean) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    tenant uuid := shared.acting_tenant();
BEGIN
    IF tenant IS NULL THEN
        RAISE EXCEPTION 'no tenant';
    END IF;
    RETURN shared.sms_apply_for(tenant, word, kind, name, content, variables, note, at, by_name, again);
END
$$;

-- Feedback to the operators. 'again': the same account has sent it before; 'taken': the id is somebody else's; 'own', 'all': the
-- account or the tenant has sent so many within a day.
CREATE OR REPLACE FUNCTION shared.feedback_send_for(
    tenant uuid, feedback uuid, account uuid, kind text, content bytea, contact bytea, at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    PERFORM FROM platform.tenants t WHERE t.id = tenant FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM platform.feedback f WHERE f.id = feedback) THEN
        RETURN CASE WHEN EXISTS (
            SELECT FROM platform.feedback f WHERE f.id = feedback AND f.tenant_id = tenant AND f.account_id = account)
            THEN 'again' ELSE 'taken' END;
    END IF;
    IF (SELECT count(*) FROM platform.feedback f
        WHERE f.tenant_id = tenant AND f.account_id = account AND f.created_at > at - interval '1 day') >= 10 THEN
        RETURN 'own';
    END IF;
    IF (SELECT count(*) FROM platform.feedback f
        WHERE f.tenant_id = tenant AND f.created_at > at - interval '1 day') >= 200 THEN
        RETURN 'all';
    END IF;
    INSERT INTO platform.feedback AS f (id, tenant_id, account_id, kind, text, contact, created_at, changed_at)
    VALUES (feedback, tenant, account, feedback_send_for.kind, content, feedback_send_for.contact, at, at)
    ON CONFLICT DO NOTHING;
    RETURN CASE WHEN FOUND THEN 'ok' ELSE 'taken' END;
END
$$;

CREATE OR REPLACE FUNCTION shared.feedback_send(
    feedback uuid, account uuid, kind text, content bytea, contact bytea, at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    tenant uuid := shared.acting_tenant();
BEGIN
    IF tenant IS NULL THEN
        RAISE EXCEPTION 'no tenant';
    END IF;
    RETURN shared.feedback_send_for(tenant, feedback, account, kind, content, contact, at);
END
$$;

-- The operator's view of the queue.
CREATE OR REPLACE FUNCTION shared.dead_jobs(before bigint, rows bigint, skip bigint)
RETURNS TABLE (id bigint, task text, tenant uuid, attempts integer, error text, created_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT j.id, t.identifier, (j.payload ->> 'tenant')::uuid, j.attempts::integer, coalesce(j.last_error, ''), j.created_at
    FROM jobs._private_jobs j JOIN jobs._private_tasks t ON t.id = j.task_id
    WHERE j.attempts >= j.max_attempts AND j.id < before
    ORDER BY j.id DESC LIMIT rows OFFSET skip
$$;

CREATE OR REPLACE FUNCTION shared.dead_job_count() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT count(*) FROM jobs._private_jobs j WHERE j.attempts >= j.max_attempts
$$;

CREATE OR REPLACE FUNCTION shared.retry_job(id bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM jobs._private_jobs j WHERE j.id = retry_job.id AND j.attempts >= j.max_attempts) THEN
        RETURN false;
    END IF;
    PERFORM jobs.reschedule_jobs(ARRAY[retry_job.id], run_at := now(), attempts := 0);
    RETURN true;
END
$$;

-- Tells every replica, at the commit, that what it remembers of a tenant's sessions is old.
CREATE OR REPLACE FUNCTION shared.rights_changed() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    PERFORM pg_notify('zhibu_rights', TG_TABLE_SCHEMA);
    RETURN NULL;
END
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA shared FROM PUBLIC;
GRANT EXECUTE ON FUNCTION shared.acting_tenant(), shared.enqueue(text, json, text, integer) TO zhibu_tenant, zhibu_platform;
GRANT EXECUTE ON FUNCTION shared.claim_login(text, bytea, uuid), shared.claim_logins(text[], bytea[], uuid[]), shared.release_login(text, uuid), shared.rename_tenant(text), shared.rights_changed() TO zhibu_tenant;
GRANT EXECUTE ON FUNCTION shared.dead_jobs(bigint, bigint, bigint), shared.dead_job_count(), shared.retry_job(bigint) TO zhibu_platform;
GRANT EXECUTE ON FUNCTION shared.sso_apply(uuid, text, text, text, text, timestamptz, text), shared.sso_new_secret(uuid, bytea, timestamptz), shared.sso_rules(uuid, text[], text[], boolean), shared.sso_stop(uuid, timestamptz, text, text), shared.sso_spend(uuid, date) TO zhibu_tenant;
GRANT EXECUTE ON FUNCTION shared.sms_apply(uuid, text, text, text, text[], text, timestamptz, text, boolean) TO zhibu_tenant;
GRANT EXECUTE ON FUNCTION shared.sms_apply_for(uuid, uuid, text, text, text, text[], text, timestamptz, text, boolean) TO zhibu_platform;
GRANT EXECUTE ON FUNCTION shared.feedback_send(uuid, uuid, text, bytea, bytea, timestamptz) TO zhibu_tenant;
GRANT EXECUTE ON FUNCTION shared.feedback_send_for(uuid, uuid, uuid, text, bytea, bytea, timestamptz) TO zhibu_platform;
