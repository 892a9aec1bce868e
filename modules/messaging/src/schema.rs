//! Tables of the module, as diesel sees them. `own` stands for the schema of whoever's unit of work it is.
#![expect(missing_docs, reason = "columns are described where they are made, in migrations/")]

diesel::table! {
    own.announcements (id) {
        id -> Uuid, request_key -> Uuid, organisation_id -> Uuid, occasion -> Text, title -> Text, text -> Text,
        grams -> Array<Text>, subject_id -> Nullable<Uuid>, facts -> Jsonb, account_id -> Uuid, account_name -> Text,
        people -> Int4, created_at -> Timestamptz, withdrawn_at -> Nullable<Timestamptz>,
        withdrawn_by -> Nullable<Text>, withdrawn_reason -> Nullable<Text>, reminded_at -> Nullable<Timestamptz>, removed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    own.announcement_rungs (announcement_id, number) {
        announcement_id -> Uuid, number -> Int2, rung -> Text, after_minutes -> Int4, template_id -> Nullable<Uuid>,
        template_name -> Nullable<Text>, given -> Jsonb, campaign_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    own.announcement_people (announcement_id, person_id) {
        announcement_id -> Uuid, person_id -> Uuid, name -> Text, pinyin -> Text, organisation_id -> Uuid,
        read_at -> Nullable<Timestamptz>, next_number -> Nullable<Int2>, due_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    own.deliveries (announcement_id, person_id, rung) {
        announcement_id -> Uuid, person_id -> Uuid, rung -> Text, via -> Nullable<Text>, state -> Text,
        detail -> Nullable<Text>, reference -> Nullable<Text>, attempts -> Int2, due_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz, settled_at -> Nullable<Timestamptz>,
    }
}

diesel::table! { own.announcement_rules (occasion) { occasion -> Text, enabled -> Bool, ladder -> Jsonb, } }

diesel::table! { own.message_budget (id) { id -> Int2, month_fen -> Nullable<Int8>, } }

diesel::table! {
    own.message_consents (account_id, template) { account_id -> Uuid, template -> Text, remaining -> Int4, }
}

diesel::table! {
    own.schedules (id) {
        id -> Uuid, person_id -> Uuid, account_id -> Uuid, title -> Text, note -> Text, at -> Timestamptz,
        repeats -> Text, ahead_minutes -> Int4, way -> Text, next_for -> Nullable<Timestamptz>,
        next_at -> Nullable<Timestamptz>, created_at -> Timestamptz,
    }
}

diesel::joinable!(announcement_people -> announcements (announcement_id));
diesel::allow_tables_to_appear_in_same_query!(announcements, announcement_rungs, announcement_people, deliveries);
