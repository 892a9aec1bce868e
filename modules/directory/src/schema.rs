//! Tables of the module, as diesel sees them.
#![expect(missing_docs, reason = "columns are described where they are made, in migrations/")]

diesel::table! {
    organisations (id) {
        id -> Uuid, version -> Int4, parent_id -> Nullable<Uuid>, path -> Text, depth -> Int2, child_count -> Int4,
        last_child -> Int2, code -> Text, external_code -> Nullable<Text>, full_name -> Text, short_name -> Text,
        org_type -> Text, status -> Text, founded_on -> Nullable<Date>, approval_no -> Nullable<Text>,
        unit_relation -> Nullable<Text>, division_code -> Nullable<Text>, contact_name -> Nullable<Text>,
        contact_phone -> Nullable<Binary>, term_years -> Nullable<Int2>, term_start -> Nullable<Date>, sort -> Int2,
        can_approve_members -> Bool, village_or_community -> Bool, created_at -> Timestamptz,
    }
}

diesel::table! {
    organisation_parents (id) {
        id -> Uuid, organisation_id -> Uuid, parent_id -> Nullable<Uuid>, since -> Date, until -> Nullable<Date>,
    }
}

diesel::table! {
    organisation_units (organisation_id, position) {
        organisation_id -> Uuid, position -> Int2, name -> Text, uscc -> Nullable<Text>, nature -> Text,
        party_presence -> Nullable<Text>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(organisations, organisation_parents, organisation_units);
