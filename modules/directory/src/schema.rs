//! Tables of the module, as diesel sees them. `own` stands for the schema of whoever's unit of work it is.
#![expect(missing_docs, reason = "columns are described where they are made, in migrations/")]

diesel::table! {
    own.organisations (id) {
        id -> Uuid, version -> Int4, parent_id -> Nullable<Uuid>, path -> Text, depth -> Int2, child_count -> Int4,
        last_child -> Int2, code -> Text, external_code -> Nullable<Text>, full_name -> Text, short_name -> Text,
        org_type -> Text, status -> Text, founded_on -> Nullable<Date>, approval_no -> Nullable<Text>,
        unit_relation -> Nullable<Text>, division_code -> Nullable<Text>, contact_name -> Nullable<Text>,
        contact_phone -> Nullable<Binary>, term_years -> Nullable<Int2>, term_start -> Nullable<Date>, sort -> Int2,
        can_approve_members -> Bool, village_or_community -> Bool, created_at -> Timestamptz, member_count -> Int4,
        merged_into -> Nullable<Uuid>, split_from -> Nullable<Uuid>, closed_on -> Nullable<Date>,
        term_extended_to -> Nullable<Date>,
    }
}

diesel::table! {
    own.organisation_parents (id) {
        id -> Uuid, organisation_id -> Uuid, parent_id -> Nullable<Uuid>, since -> Date, until -> Nullable<Date>,
    }
}

diesel::table! {
    own.organisation_states (id) {
        id -> Uuid, organisation_id -> Uuid, path -> Text, code -> Text, full_name -> Text, short_name -> Text,
        org_type -> Text, status -> Text, since -> Date, until -> Nullable<Date>,
    }
}

diesel::table! {
    own.organisation_commands (id) {
        id -> Uuid, version -> Int4, kind -> Text, state -> Text, organisation_id -> Uuid, organisation_name -> Text,
        into_id -> Nullable<Uuid>, into_name -> Nullable<Text>, split -> Nullable<Jsonb>, effective_on -> Date,
        approval_no -> Nullable<Text>, reason -> Text, asked_by -> Nullable<Uuid>, asked_name -> Text,
        asked_at -> Timestamptz, decided_by -> Nullable<Uuid>, decided_name -> Nullable<Text>,
        decided_at -> Nullable<Timestamptz>, refusal -> Nullable<Text>, obstacle -> Nullable<Text>,
        done_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    own.organisation_units (organisation_id, position) {
        organisation_id -> Uuid, position -> Int2, name -> Text, uscc -> Nullable<Text>, nature -> Text,
        party_presence -> Nullable<Text>,
    }
}

diesel::table! {
    own.people (id) {
        id -> Uuid, version -> Int4, name -> Text, pinyin -> Text, search -> Array<Text>, id_number -> Binary,
        id_index -> Binary, sex -> Text, birth_date -> Date, archive_birth_date -> Nullable<Date>,
        archive_birth_reason -> Nullable<Text>, ethnicity -> Text, native_place -> Nullable<Text>,
        education_level -> Text, degree -> Nullable<Text>, school -> Nullable<Text>, major -> Nullable<Text>,
        first_work_date -> Nullable<Date>, work_post -> Text, employer -> Nullable<Text>,
        professional_title -> Nullable<Text>, mobile -> Binary, mobile_index -> Binary, landline -> Nullable<Binary>,
        home_address -> Nullable<Binary>, special_group -> Nullable<Text>, remark -> Nullable<Text>,
        account_id -> Nullable<Uuid>, created_at -> Timestamptz, left_at -> Nullable<Timestamptz>,
        filled -> Int4, purged_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    own.memberships (id) {
        id -> Uuid, person_id -> Uuid, member_type -> Text, join_date -> Date, conversion_date -> Nullable<Date>,
        status -> Text, right_limit -> Text, lost_on -> Nullable<Date>, lost_reason -> Nullable<Text>,
        floating -> Bool, flow_direction -> Nullable<Text>, since -> Date, until -> Nullable<Date>,
        end_reason -> Nullable<Text>, end_note -> Nullable<Text>,
    }
}

diesel::table! {
    own.branch_assignments (id) {
        id -> Uuid, membership_id -> Uuid, organisation_id -> Uuid, group_id -> Nullable<Uuid>, since -> Date,
        until -> Nullable<Date>,
    }
}

diesel::table! {
    own.posts (id) {
        id -> Uuid, person_id -> Uuid, organisation_id -> Uuid, post -> Text, since -> Date, until -> Nullable<Date>,
        end_reason -> Nullable<Text>, appointed -> Bool,
    }
}

diesel::table! { own.record_rules (id) { id -> Int2, required -> Array<Text>, } }

diesel::table! {
    own.record_requests (id) {
        id -> Uuid, person_id -> Uuid, organisation_id -> Uuid, state -> Text, fields -> Array<Text>,
        changes -> Binary, reason -> Text, asked_at -> Timestamptz, decided_by -> Nullable<Uuid>,
        decided_name -> Nullable<Text>, decided_at -> Nullable<Timestamptz>, refusal -> Nullable<Text>,
    }
}

diesel::table! {
    own.activity_certificates (id) {
        id -> Uuid, person_id -> Uuid, organisation_id -> Uuid, issued_on -> Date, issued_by -> Text,
        withdrawn_at -> Nullable<Timestamptz>, withdrawn_by -> Nullable<Text>, withdrawn_reason -> Nullable<Text>,
    }
}

diesel::table! {
    own.purges (id) {
        id -> Uuid, person_id -> Uuid, state -> Text, reason -> Text, proposed_by -> Uuid, proposed_name -> Text,
        proposed_at -> Timestamptz, expires_at -> Timestamptz, decided_by -> Nullable<Uuid>,
        decided_name -> Nullable<Text>, decided_at -> Nullable<Timestamptz>, refusal -> Nullable<Text>,
    }
}

diesel::joinable!(memberships -> people (person_id));
diesel::joinable!(posts -> people (person_id));
diesel::joinable!(branch_assignments -> memberships (membership_id));
diesel::allow_tables_to_appear_in_same_query!(
    organisations,
    organisation_commands,
    organisation_parents,
    organisation_states,
    organisation_units,
    people,
    memberships,
    branch_assignments,
    posts,
    record_rules,
    record_requests,
    activity_certificates,
    purges
);
