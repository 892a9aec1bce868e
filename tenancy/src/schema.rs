//! Tables of `platform` and of the module `system`, as diesel sees them. `own` stands for the schema of whoever's unit of work it is.
#![expect(missing_docs, reason = "columns are described where they are made, in migrations/")]

diesel::table! { own.installation (id) { id -> Int2, key_check -> Binary, } }

diesel::table! { own.placements (id) { id -> Text, kind -> Text, query_url -> Nullable<Binary>, ddl_url -> Nullable<Binary>, } }

diesel::table! {
    own.tenants (id) {
        id -> Uuid, slug -> Text, name -> Text, state -> Text, plan -> Text, modules -> Array<Text>, seats -> Int4,
        demo -> Bool, timezone -> Text, placement -> Text, wrapped_key -> Binary, schema_version -> Nullable<Text>,
        error -> Nullable<Text>, request -> Jsonb, ticket_hash -> Nullable<Binary>, percent -> Int2, step -> Text,
        administrator -> Nullable<Text>, created_at -> Timestamptz, activated_at -> Nullable<Timestamptz>,
        expires_on -> Nullable<Date>, suspended_at -> Nullable<Timestamptz>, suspend_reason -> Nullable<Text>,
        closed_at -> Nullable<Timestamptz>, close_reason -> Nullable<Text>,
        ring -> Text, failed_step -> Nullable<Text>, migrated_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    own.letters (id, kind) {
        id -> Uuid, kind -> Text, tenant_id -> Uuid, body -> Text, posted_at -> Timestamptz,
    }
}

diesel::table! {
    own.quotas (tenant_id) {
        tenant_id -> Uuid, storage_bytes -> Nullable<Int8>, sms_month -> Nullable<Int4>, requests_day -> Nullable<Int8>,
        stored -> Nullable<Int8>, stored_at -> Nullable<Timestamptz>,
    }
}

diesel::table! { own.usage (tenant_id, day) { tenant_id -> Uuid, day -> Date, requests -> Int8, } }

diesel::table! {
    own.operators (id) {
        id -> Uuid, user_name -> Text, password_hash -> Nullable<Text>, totp -> Nullable<Binary>, totp_step -> Int8,
        state -> Text, failed -> Int2, failed_at -> Nullable<Timestamptz>, invitation_hash -> Nullable<Binary>,
        invitation_expires_at -> Nullable<Timestamptz>, created_at -> Timestamptz,
    }
}

diesel::table! {
    own.operator_sessions (id) {
        id -> Uuid, operator_id -> Uuid, refresh_hash -> Binary, previous_hash -> Nullable<Binary>,
        created_at -> Timestamptz, refreshed_at -> Timestamptz, expires_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>, device -> Text, address -> Text,
    }
}

diesel::table! { own.code_batches (id) { id -> Uuid, input_hash -> Binary, issued_by -> Nullable<Uuid>, issued_at -> Timestamptz, } }

diesel::table! {
    own.codes (id) {
        id -> Uuid, batch_id -> Uuid, code_hash -> Binary, tail -> Text, plan -> Text, modules -> Array<Text>,
        seats -> Int4, expires_on -> Date, note -> Nullable<Text>, used_at -> Nullable<Timestamptz>,
        tenant_id -> Nullable<Uuid>, revoked_at -> Nullable<Timestamptz>, revoke_reason -> Nullable<Text>,
        months -> Nullable<Int2>, placement -> Nullable<Text>,
    }
}

diesel::table! { own.moves (tenant_id) { tenant_id -> Uuid, source -> Text, target -> Text, step -> Text, since -> Timestamptz, } }

diesel::table! { own.erasures (id) { id -> Uuid, tenant_id -> Uuid, at -> Timestamptz, found -> Jsonb, certificate -> Nullable<Jsonb>, } }

diesel::table! {
    own.notices (id) {
        id -> Uuid, title -> Text, text -> Text, since -> Date, until -> Date, tenants -> Nullable<Array<Uuid>>,
        created_at -> Timestamptz, created_by -> Text, withdrawn_at -> Nullable<Timestamptz>,
    }
}

diesel::table! { own.logins (kind, blind_index, tenant_id) { kind -> Text, blind_index -> Binary, tenant_id -> Uuid, account_id -> Uuid, } }

diesel::table! {
    own.sms_codes (id) {
        id -> Uuid, mobile_index -> Binary, purpose -> Text, code_hash -> Binary, tries -> Int2,
        created_at -> Timestamptz, expires_at -> Timestamptz, used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! { own.tenant_choices (ticket_hash) { ticket_hash -> Binary, mobile_index -> Binary, expires_at -> Timestamptz, } }

diesel::table! {
    own.mini_tickets (ticket_hash) {
        ticket_hash -> Binary, client -> Text, app -> Text, subject -> Nullable<Binary>, mobile -> Nullable<Binary>,
        again -> Bool, tries -> Int2, mobile_index -> Nullable<Binary>, consent -> Nullable<Text>,
        consented_at -> Nullable<Timestamptz>, expires_at -> Timestamptz,
    }
}

diesel::table! { own.pushed (key) { key -> Text, value -> Binary, at -> Timestamptz, } }

diesel::table! {
    own.dingtalk_corps (corp_id) {
        corp_id -> Text, name -> Text, admin -> Text, tenant_id -> Nullable<Uuid>, authorised_at -> Timestamptz,
        relieved_at -> Nullable<Timestamptz>, agent -> Nullable<Int8>,
    }
}

diesel::table! { own.throttles (key, span_start) { key -> Text, span_start -> Timestamptz, count -> Int4, } }

diesel::table! {
    own.outbox (id) {
        id -> Uuid, mobile -> Binary, mobile_index -> Binary, text -> Binary, purpose -> Text,
        created_at -> Timestamptz, sent_at -> Nullable<Timestamptz>, tenant_id -> Nullable<Uuid>,
        params -> Nullable<Binary>, carrier -> Nullable<Text>, carrier_id -> Nullable<Text>,
        tried_at -> Nullable<Timestamptz>, detail -> Nullable<Text>, reported_at -> Nullable<Timestamptz>,
        state -> Nullable<Text>, parts -> Int2, word_id -> Nullable<Uuid>, environment -> Nullable<Text>, channel -> Text,
        seconds -> Nullable<Int4>,
    }
}

diesel::table! {
    own.environment (name) {
        name -> Text, one -> Bool,
    }
}

diesel::table! {
    own.progress (id) {
        id -> Uuid, task -> Text, tenant_id -> Nullable<Uuid>, state -> Text, percent -> Int2,
        message -> Nullable<Text>, created_at -> Timestamptz,
    }
}

diesel::table! {
    own.audit (id) {
        id -> Uuid, at -> Timestamptz, actor_kind -> Text, actor_id -> Nullable<Uuid>, actor_name -> Text,
        address -> Text, request_id -> Uuid, action -> Text, object_kind -> Text, object_id -> Nullable<Uuid>,
        changes -> Jsonb, seal -> Nullable<Int4>,
    }
}

diesel::table! { own.audit_seals (number) { number -> Int4, at -> Timestamptz, rows -> Binary, mark -> Binary, } }

diesel::table! { own.audit_heads (tenant_id) { tenant_id -> Uuid, number -> Int4, mark -> Binary, } }

diesel::table! {
    own.accounts (id) {
        id -> Uuid, user_name -> Text, display_name -> Text, mobile -> Nullable<Binary>,
        mobile_index -> Nullable<Binary>, password_hash -> Nullable<Text>, password_state -> Text,
        password_expires_at -> Nullable<Timestamptz>, password_changed_at -> Nullable<Timestamptz>, state -> Text,
        failed -> Int2, failed_at -> Nullable<Timestamptz>, locked_at -> Nullable<Timestamptz>,
        last_sign_in_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz, totp -> Nullable<Binary>, totp_step -> Nullable<Int8>,
    }
}

diesel::table! {
    own.sessions (id) {
        id -> Uuid, account_id -> Uuid, purpose -> Text, refresh_hash -> Binary, previous_hash -> Nullable<Binary>,
        created_at -> Timestamptz, refreshed_at -> Timestamptz, expires_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>, device -> Text, address -> Text, client -> Text,
    }
}

diesel::table! {
    own.bindings (account_id, client) {
        account_id -> Uuid, client -> Text, app -> Text, subject -> Nullable<Binary>, consent -> Text,
        consented_at -> Timestamptz, bound_at -> Timestamptz,
    }
}

diesel::table! {
    own.role_assignments (id) {
        id -> Uuid, account_id -> Uuid, role -> Text, organisation_id -> Uuid, since -> Timestamptz,
        until -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    own.roles (id) {
        id -> Uuid, version -> Int4, name -> Text, note -> Nullable<Text>, reach -> Text, permissions -> Array<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! { own.menus (console, key) { console -> Text, key -> Text, enabled -> Bool, } }

diesel::table! { own.favourites (account_id, key) { account_id -> Uuid, key -> Text, sort -> Int2, } }

diesel::table! {
    own.security (id) {
        id -> Int2, forgiven_passwords -> Nullable<Int2>, session_days -> Nullable<Int2>, sessions_each -> Nullable<Int2>,
        random_passwords -> Bool, networks -> Array<Text>,
    }
}

diesel::table! { own.policy (id) { id -> Int2, epoch -> Int8, modules -> Array<Text>, seats -> Int4, } }

diesel::table! {
    own.imports (id) {
        id -> Uuid, template -> Text, file_name -> Text, file_size -> Int4, state -> Text, partial -> Bool,
        percent -> Int2, row_count -> Int4, bad_rows -> Int4, done_rows -> Int4, undone_rows -> Int4, faults -> Jsonb,
        message -> Nullable<Text>, account_id -> Uuid, account_name -> Text, created_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>, files_gone -> Bool, step_at -> Nullable<Timestamptz>,
        hint_rows -> Int4, hints -> Jsonb,
    }
}

diesel::table! {
    own.import_items (import_id, row_number) {
        import_id -> Uuid, row_number -> Int4, object_id -> Uuid, kept -> Nullable<Text>, undone -> Bool,
    }
}

diesel::table! {
    own.exports (id) {
        id -> Uuid, kind -> Text, state -> Text, percent -> Int2, row_count -> Int8, filter -> Jsonb,
        filter_words -> Text, chosen -> Array<Text>, sensitive -> Bool, reason -> Nullable<Text>,
        message -> Nullable<Text>, account_id -> Uuid, account_name -> Text, created_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    own.pictures (id) {
        id -> Uuid, slot -> Text, state -> Text, file_name -> Text, file_size -> Int4, width -> Nullable<Int4>,
        height -> Nullable<Int4>, account_name -> Text, created_at -> Timestamptz, changed_at -> Timestamptz,
    }
}

diesel::table! { own.mini_menus (key) { key -> Text, label -> Nullable<Text>, sort -> Nullable<Int2>, enabled -> Bool, } }

diesel::table! { own.self_service (id) { id -> Int2, fields -> Array<Text>, } }

diesel::table! { own.migration (module, version) { module -> Text, version -> Text, hash -> Text, at -> Timestamptz, } }

diesel::table! { own.support_requests (id) { id -> Uuid, tenant_id -> Uuid, operator_id -> Uuid, } }

diesel::table! {
    own.support (id) {
        id -> Uuid, operator_id -> Uuid, operator_name -> Text, reason -> Text, asked_at -> Timestamptz, write -> Bool,
        hours -> Int2, state -> Text, decided_by -> Nullable<Text>, decided_at -> Nullable<Timestamptz>,
        until -> Nullable<Timestamptz>, ended_by -> Nullable<Text>, ended_at -> Nullable<Timestamptz>,
        ticket_hash -> Nullable<Binary>, ticket_expires_at -> Nullable<Timestamptz>, session_id -> Nullable<Uuid>,
        refresh_hash -> Nullable<Binary>, previous_hash -> Nullable<Binary>, refreshed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    own.sms_words (id) {
        id -> Uuid, tenant_id -> Uuid, kind -> Text, name -> Text, text -> Text, variables -> Array<Text>, note -> Text,
        state -> Text, carrier_code -> Nullable<Text>, carrier_variables -> Array<Text>, reason -> Nullable<Text>,
        applied_at -> Timestamptz, applied_by -> Text, reviewed_at -> Nullable<Timestamptz>,
        reviewed_by -> Nullable<Text>,
    }
}

diesel::table! {
    own.feedback (id) {
        id -> Uuid, tenant_id -> Uuid, account_id -> Uuid, kind -> Text, text -> Binary, contact -> Nullable<Binary>,
        state -> Text, version -> Int4, created_at -> Timestamptz, changed_at -> Timestamptz,
    }
}

diesel::table! {
    own.feedback_answers (id) {
        id -> Uuid, feedback_id -> Uuid, text -> Binary, answered_at -> Timestamptz, answered_by -> Text,
    }
}

diesel::table! {
    own.about (id) {
        id -> Int2, phone -> Text, mail -> Text, address -> Text, hours -> Text, text -> Text, version -> Int4,
        changed_at -> Nullable<Timestamptz>, changed_by -> Nullable<Text>,
    }
}

diesel::table! { own.wakes (tenant_id, module) { tenant_id -> Uuid, module -> Text, due_at -> Timestamptz, } }

diesel::table! { own.sms_queues (tenant_id) { tenant_id -> Uuid, due_at -> Timestamptz, } }

diesel::table! { own.sms_rules (id) { id -> Int2, quiet_from -> Int2, quiet_until -> Int2, } }

diesel::table! {
    own.campaigns (id) {
        id -> Uuid, account_id -> Uuid, account_name -> Text, request_key -> Uuid, template_id -> Uuid,
        template_name -> Text, text -> Text, variables -> Array<Text>, count -> Int4, waits -> Nullable<Text>,
        waits_until -> Nullable<Timestamptz>, created_at -> Timestamptz, channel -> Text,
    }
}

diesel::table! {
    own.messages (id) {
        id -> Uuid, campaign_id -> Uuid, person_id -> Uuid, person_name -> Text, organisation_id -> Uuid,
        mobile -> Binary, filled -> Binary, state -> Text, parts -> Int2, fen -> Int8, carrier -> Nullable<Text>,
        environment -> Nullable<Text>, detail -> Nullable<Text>, created_at -> Timestamptz,
        sent_at -> Nullable<Timestamptz>, reported_at -> Nullable<Timestamptz>, channel -> Text, own -> Bool,
        seconds -> Nullable<Int4>,
    }
}

diesel::joinable!(messages -> campaigns (campaign_id));
diesel::allow_tables_to_appear_in_same_query!(messages, campaigns);
diesel::joinable!(support_requests -> tenants (tenant_id));
diesel::allow_tables_to_appear_in_same_query!(support_requests, tenants);
diesel::allow_tables_to_appear_in_same_query!(support, policy);
diesel::joinable!(codes -> code_batches (batch_id));
diesel::joinable!(codes -> tenants (tenant_id));
diesel::joinable!(code_batches -> operators (issued_by));
diesel::joinable!(operator_sessions -> operators (operator_id));
diesel::joinable!(sessions -> accounts (account_id));
diesel::joinable!(role_assignments -> accounts (account_id));
diesel::joinable!(moves -> tenants (tenant_id));
diesel::allow_tables_to_appear_in_same_query!(tenants, moves);
diesel::allow_tables_to_appear_in_same_query!(tenants, erasures);
diesel::allow_tables_to_appear_in_same_query!(codes, code_batches, tenants, operators, operator_sessions);
diesel::allow_tables_to_appear_in_same_query!(accounts, sessions, role_assignments, policy, menus);
