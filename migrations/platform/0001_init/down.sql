DROP TABLE audit, progress, outbox, throttles, tenant_choices, sms_codes, logins, codes, code_batches,
    operator_sessions, operators, tenants, placements, installation;
