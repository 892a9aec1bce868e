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
    }
}

diesel::table! {
    own.organisation_parents (id) {
        id -> Uuid, organisation_id -> Uuid, parent_id -> Nullable<Uuid>, since -> Date, until -> Nullable<Date>,
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
    }
}

diesel::joinable!(memberships -> people (person_id));
diesel::joinable!(posts -> people (person_id));
diesel::joinable!(branch_assignments -> memberships (membership_id));
diesel::allow_tables_to_appear_in_same_query!(
    organisations,
    organisation_parents,
    organisation_units,
    people,
    memberships,
    branch_assignments,
    posts
);
