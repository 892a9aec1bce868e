//! 组织: Party organisations, their tree as it is and as it was, and who administers them
//! (manual 3.1.1; features PC-3.1.1a, e, g). Members follow in the same module.

pub mod graphql;
pub mod organisation;
pub mod schema;

use zhibu_core::{Permission, migration};
use zhibu_tenancy::Module;

/// See organisations.
pub const ORG_READ: Permission = Permission::of("org.info", "org.info.read");
/// Add subordinates and edit.
pub const ORG_EDIT: Permission = Permission::of("org.info", "org.tree_edit");
/// Set administrators.
pub const ORG_ADMIN: Permission = Permission::of("org.info", "org.admin");
/// See a contact's telephone number, audited.
pub const ORG_REVEAL: Permission = Permission::of("org.info", "org.reveal_contact");

/// The module.
pub static MODULE: Module = Module {
    key: "directory",
    title: "组织与党员",
    base: true,
    permissions: &[ORG_READ, ORG_EDIT, ORG_ADMIN, ORG_REVEAL],
    shared: &[],
    tenant: &[migration!("../../migrations/tenant/directory", "0001_init")],
    seed: Some(|write, start| Box::pin(organisation::seed(write, start))),
    jobs: |worker| worker,
};
