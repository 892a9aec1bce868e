//! Tables of password-free sign-in: the first three of `platform`, the others of each tenant.
#![expect(missing_docs, reason = "columns are described where they are made, in migrations/")]

diesel::table! {
    own.sso_apps (id) {
        id -> Uuid, tenant_id -> Uuid, app_key -> Text, name -> Text, purpose -> Text, home_url -> Text, status -> Text,
        secret -> Nullable<Binary>, previous_secret -> Nullable<Binary>, previous_until -> Nullable<Timestamptz>,
        targets -> Array<Text>, addresses -> Array<Text>, admit_administrators -> Bool, quota_left -> Int4,
        quota_pack -> Int4, warned -> Int2, applied_at -> Timestamptz, applied_by -> Text,
        reviewed_at -> Nullable<Timestamptz>, reviewed_by -> Nullable<Text>, reason -> Nullable<Text>,
    }
}

diesel::table! { own.sso_nonces (app_id, nonce) { app_id -> Uuid, nonce -> Text, at -> Timestamptz, } }

diesel::table! { own.sso_uses (app_id, day) { app_id -> Uuid, day -> Date, uses -> Int4, } }

diesel::table! {
    own.sso_tickets (hash) {
        hash -> Binary, app_id -> Uuid, account_id -> Uuid, target -> Text, expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    own.sso_links (id) {
        id -> Uuid, source -> Text, subject -> Text, account_id -> Uuid, approved_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    own.sso_issuers (app_id) { app_id -> Uuid, issuer -> Text, client_id -> Text, secret -> Binary, enabled -> Bool, }
}

diesel::table! {
    own.sso_flows (state_hash) {
        state_hash -> Binary, app_id -> Uuid, browser_hash -> Binary, nonce -> Text, verifier -> Binary,
        expires_at -> Timestamptz,
    }
}

use crate::schema::accounts;
diesel::joinable!(sso_links -> accounts (account_id));
diesel::allow_tables_to_appear_in_same_query!(sso_links, accounts);
diesel::allow_tables_to_appear_in_same_query!(sso_apps, sso_uses);
