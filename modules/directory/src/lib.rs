//! 组织: Party organisations, their tree as it is and as it was, and who administers them
//! (manual 3.1.1; features PC-3.1.1a to e, g); 党员: people, their membership as dated history, the history library
//! (manual 3.2.1, 3.2.5; features PC-3.2.1a, PC-3.2.5).

pub mod certificate;
pub mod change;
mod coded;
mod exchange;
mod footprint;
pub mod graphql;
pub mod member;
pub mod organisation;
pub mod overview;
mod own_organisation;
pub mod purge;
pub mod request;
pub mod schema;

use zhibu_core::{Permission, migration};
use zhibu_tenancy::audit::undo::Undo;
use zhibu_tenancy::exchange::export::FormsOf;
use zhibu_tenancy::{Module, jobs};

/// See organisations.
pub const ORG_READ: Permission = Permission::of("org.info", "org.info.read");
/// Add subordinates and edit.
pub const ORG_EDIT: Permission = Permission::of("org.info", "org.tree_edit");
/// Merge, split and dissolve organisations.
pub const ORG_CHANGE: Permission = Permission::of("org.info", "org.merge_dissolve");
/// Set administrators.
pub const ORG_ADMIN: Permission = Permission::of("org.info", "org.admin");
/// See a contact's telephone number, audited.
pub const ORG_REVEAL: Permission = Permission::of("org.info", "org.reveal_contact");

/// See members.
pub const MEMBER_READ: Permission = Permission::of("member.info", "member.info.read");
/// Add, edit, delete and restore members.
pub const MEMBER_EDIT: Permission = Permission::of("member.info", "member.edit");
/// See what is masked of a member, audited.
pub const MEMBER_REVEAL: Permission = Permission::of("member.info", "member.view_sensitive");
/// Propose and confirm that a record is removed for ever; it takes two.
pub const MEMBER_PURGE: Permission = Permission::of("member.history", "member.purge");
/// Change what concerns the whole tenant.
pub const TENANT_SETTINGS: Permission = Permission::new("tenant.settings");
/// See the history library.
pub const HISTORY_READ: Permission = Permission::of("member.history", "member.history.read");

/// The module.
pub static MODULE: Module = Module {
    key: "directory",
    title: "组织与党员",
    base: true,
    permissions: &[
        ORG_READ,
        ORG_EDIT,
        ORG_CHANGE,
        ORG_ADMIN,
        ORG_REVEAL,
        MEMBER_READ,
        MEMBER_EDIT,
        MEMBER_REVEAL,
        MEMBER_PURGE,
        HISTORY_READ,
    ],
    shared: &[],
    tenant: &[
        migration!("../../migrations/tenant/directory", "0001_init"),
        migration!("../../migrations/tenant/directory", "0002_members"),
        migration!("../../migrations/tenant/directory", "0003_counting"),
        migration!("../../migrations/tenant/directory", "0004_changes"),
        migration!("../../migrations/tenant/directory", "0005_rights"),
        migration!("../../migrations/tenant/directory", "0006_records"),
        migration!("../../migrations/tenant/directory", "0008_terms"),
    ],
    seed: Some(|write, start| Box::pin(organisation::seed(write, start))),
    jobs: jobs::define::<purge::RemoveFiles>,
    importers: &[&organisation::import::Organisations, &member::import::Members],
    exporters: &[
        &organisation::export::Organisations,
        &organisation::past_export::Past,
        &change::export::Commands,
        &member::export::Members,
        &member::former::FormerMembers,
        &member::gaps::Gaps,
        &request::export::Requests,
        &purge::export::Purges,
        &FormsOf(certificate::export::Certificates),
    ],
    roles: Some(|app, of, on, conn| Box::pin(member::derive_roles(app, of, on, conn))),
    holdings: None,
    certificate: None,
    footprint: Some(&footprint::MEMBERSHIP),
    purge: None,
    hourly: Some(|cx| Box::pin(change::hourly(cx))),
    hears: None,
    tells: None,
    woken: None,
    seats_taken: Some(|conn| Box::pin(member::seats_taken(conn))),
    undos: &[
        Undo {
            action: "organisation.updated",
            permissions: &[ORG_EDIT],
            untold: &["contactPhone", "units"],
            name: Some(|conn, id| Box::pin(organisation::undo::name(conn, id))),
            back: |write, change| Box::pin(organisation::undo::back(write, change)),
        },
        Undo {
            action: "record_rules.changed",
            permissions: &[MEMBER_READ, TENANT_SETTINGS],
            untold: &[],
            name: None,
            back: |write, change| Box::pin(member::undo_required(write, change)),
        },
        Undo {
            action: "member.updated",
            permissions: &[MEMBER_EDIT],
            untold: &["idNumber", "mobile", "landline", "homeAddress"],
            name: Some(|conn, id| Box::pin(member::undo::name(conn, id))),
            back: |write, change| Box::pin(member::undo::back(write, change)),
        },
    ],
};
