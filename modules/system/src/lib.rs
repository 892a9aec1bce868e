//! 系统: what the crate `tenancy` offers, as GraphQL — sign-in, sessions, users, activation, and the operators'
//! side (manual 1, 2.3; features PC-1.1, PC-1.2, PC-2.3, OP-1).

mod audit_export;
mod code_export;
pub mod graphql;
mod user_export;

use zhibu_core::{Permission, migration};
use zhibu_tenancy::audit::undo::Undo;
use zhibu_tenancy::exchange::export::EXPORT;
use zhibu_tenancy::feedback::{FEEDBACK_ANSWER, FEEDBACK_READ};
use zhibu_tenancy::messages::MESSAGES_SEND;
use zhibu_tenancy::support::{SUPPORT_ASK, SUPPORT_ASKED, SUPPORT_MANAGE, SUPPORT_READ};
use zhibu_tenancy::{Module, identity};

/// See users (用户管理).
pub const USERS_READ: Permission = Permission::of("system.users", "system.users.read");
/// Unlock users and reset their passwords.
pub const USERS_UNLOCK: Permission = Permission::of("system.users", "user.unlock_reset");
/// See which pages of the console are switched on (用户菜单).
pub const MENUS_READ: Permission = Permission::of("system.pc_menus", "system.pc_menus.read");
/// Switch pages of the console on and off.
pub const MENUS_SET: Permission = Permission::of("system.pc_menus", "tenant.menus");
/// See the start page of the mini-program (启动页设置).
pub const SPLASH_READ: Permission = Permission::of("system.splash", "system.splash.read");
/// See the backgrounds (背景图设置).
pub const BACKGROUNDS_READ: Permission = Permission::of("system.backgrounds", "system.backgrounds.read");
/// See the menus of the mini-program (小程序菜单).
pub const MINI_MENUS_READ: Permission = Permission::of("system.mini_menus", "system.mini_menus.read");
/// See and complete what the tenant knows of oneself (个人基础信息).
pub const PROFILE: Permission = Permission::of("system.profile", "system.profile.read");
/// See the roles and what they allow (角色权限).
pub const ROLES_READ: Permission = Permission::of("system.roles", "system.roles.read");
/// Make roles of the tenant's own, and give them to people.
pub const ROLES_MANAGE: Permission = Permission::of("system.roles", "role.manage");
/// See what was changed in the tenant (审计日志).
pub const AUDIT_READ: Permission = Permission::of("system.audit", "system.audit.read");
/// See what operators have changed (审计日志).
pub const PLATFORM_AUDIT: Permission = Permission::of("plat.audit", "plat.audit.read");
/// See what the tenant has decided about signing in (安全设置).
pub const SECURITY_READ: Permission = Permission::of("system.security", "system.security.read");
/// See the tenant's applications for password-free sign-in (免密登录).
pub const SSO_READ: Permission = Permission::of("system.sso", "system.sso.read");
/// Apply for password-free sign-in, take and exchange secrets, decide who comes in (免密登录).
pub const SSO_MANAGE: Permission = Permission::of("system.sso", "system.sso.manage");
/// See all tenants' applications for password-free sign-in (operators).
pub const SSO_AUDIT: Permission = Permission::of("plat.sso_audit", "plat.sso_audit.read");
/// Decide about applications for password-free sign-in (operators).
pub const SSO_REVIEW: Permission = Permission::of("plat.sso_audit", "plat.sso_audit.review");
/// See the tenant's signatures and templates of text messages (短信设置).
pub const SMS_READ: Permission = Permission::of("system.sms", "system.sms.read");
/// Apply for signatures and templates, set the quiet hours (短信设置).
pub const SMS_MANAGE: Permission = Permission::of("system.sms", "system.sms.manage");
/// See text messages to members and what became of them (短信记录).
pub const MESSAGES_READ: Permission = Permission::of("member.messages", "member.messages.read");
/// See all tenants' signatures and templates (operators).
pub const SMS_AUDIT: Permission = Permission::of("plat.sms_audit", "plat.sms_audit.read");
/// Decide about signatures and templates (operators).
pub const SMS_REVIEW: Permission = Permission::of("plat.sms_audit", "plat.sms_audit.review");
/// Change what concerns the whole tenant.
pub const TENANT_SETTINGS: Permission = Permission::new("tenant.settings");
/// See tenants (operators).
pub const TENANTS_READ: Permission = Permission::of("plat.tenants", "plat.tenants.read");
/// Switch modules of tenants (operators).
pub const TENANTS_MODULES: Permission = Permission::of("plat.tenants", "plat.tenants.modules");
/// Reset a tenant's first administrator (operators).
pub const FIRST_ADMIN: Permission = Permission::of("plat.tenants", "plat.tenants.first_admin");
/// Change plan, places and last day of tenants, suspend, resume and close them (operators).
pub const TENANTS_LIFE: Permission = Permission::of("plat.tenants", "plat.tenants.life");
/// Tell tenants' administrators something (operators).
pub const NOTICES: Permission = Permission::of("plat.tenants", "plat.tenants.notices");
/// See activation codes (operators).
pub const CODES_READ: Permission = Permission::of("plat.codes", "plat.codes.read");
/// Issue and revoke activation codes (operators).
pub const CODES_ISSUE: Permission = Permission::of("plat.codes", "plat.codes.issue");
/// Read the sandbox's text messages (operators).
pub const OUTBOX_READ: Permission = Permission::of("plat.outbox", "plat.outbox.read");
/// See dead letters (operators).
pub const JOBS_READ: Permission = Permission::of("plat.jobs", "plat.jobs.read");
/// See which tenants are at the newest version (operators).
pub const FLEET_READ: Permission = Permission::of("plat.fleet", "plat.fleet.read");
/// Bring tenants up to date, and decide whose turn is first (operators).
pub const FLEET_MANAGE: Permission = Permission::of("plat.fleet", "plat.fleet.manage");
/// See how the operator is reached, with who edited it (operators).
pub const ABOUT_READ: Permission = Permission::of("plat.about", "plat.about.read");
/// Edit how the operator is reached (operators).
pub const ABOUT_EDIT: Permission = Permission::of("plat.about", "plat.about.edit");
/// Try dead letters again (operators).
pub const JOBS_RETRY: Permission = Permission::of("plat.jobs", "plat.jobs.retry");

/// The module.
pub static MODULE: Module = Module {
    key: "system",
    title: "系统管理",
    base: true,
    permissions: &[
        USERS_READ,
        USERS_UNLOCK,
        MENUS_READ,
        MENUS_SET,
        SPLASH_READ,
        BACKGROUNDS_READ,
        MINI_MENUS_READ,
        PROFILE,
        ROLES_READ,
        ROLES_MANAGE,
        AUDIT_READ,
        PLATFORM_AUDIT,
        SECURITY_READ,
        SSO_READ,
        SSO_MANAGE,
        SSO_AUDIT,
        SSO_REVIEW,
        SMS_READ,
        SMS_MANAGE,
        MESSAGES_READ,
        MESSAGES_SEND,
        SMS_AUDIT,
        SMS_REVIEW,
        TENANT_SETTINGS,
        EXPORT,
        TENANTS_READ,
        TENANTS_MODULES,
        FIRST_ADMIN,
        TENANTS_LIFE,
        NOTICES,
        CODES_READ,
        CODES_ISSUE,
        OUTBOX_READ,
        JOBS_READ,
        JOBS_RETRY,
        SUPPORT_READ,
        SUPPORT_MANAGE,
        SUPPORT_ASKED,
        SUPPORT_ASK,
        FLEET_READ,
        FLEET_MANAGE,
        FEEDBACK_READ,
        FEEDBACK_ANSWER,
        ABOUT_READ,
        ABOUT_EDIT,
    ],
    shared: &[],
    tenant: &[
        migration!("../../migrations/tenant/system", "0001_init"),
        migration!("../../migrations/tenant/system", "0002_exchange"),
        migration!("../../migrations/tenant/system", "0003_audit"),
        migration!("../../migrations/tenant/system", "0004_settings"),
        migration!("../../migrations/tenant/system", "0006_import_steps"),
        migration!("../../migrations/tenant/system", "0008_roles"),
        migration!("../../migrations/tenant/system", "0009_sign_in"),
        migration!("../../migrations/tenant/system", "0010_sso"),
        migration!("../../migrations/tenant/system", "0011_appearance"),
        migration!("../../migrations/tenant/system", "0012_support"),
        migration!("../../migrations/tenant/system", "0013_sms"),
        migration!("../../migrations/tenant/system", "0014_undo"),
        migration!("../../migrations/tenant/system", "0015_rights"),
        migration!("../../migrations/tenant/system", "0016_mini"),
        migration!("../../migrations/tenant/system", "0017_calls"),
    ],
    seed: None,
    jobs: |worker| worker,
    importers: &[],
    exporters: &[
        &user_export::Users,
        &code_export::Codes,
        &audit_export::Audit { kind: "audit", permission: AUDIT_READ },
        &audit_export::Audit { kind: "platform_audit", permission: PLATFORM_AUDIT },
    ],
    roles: None,
    seats_taken: None,
    holdings: None,
    certificate: None,
    footprint: None,
    purge: Some(&zhibu_tenancy::messages::Sent),
    hourly: None,
    hears: None,
    tells: None,
    woken: None,
    undos: &[
        Undo {
            action: "menu.switched",
            permissions: &[MENUS_SET],
            untold: &[],
            name: None,
            back: |write, change| Box::pin(identity::undo_menu(write, change)),
        },
        Undo {
            action: "mini_menu.changed",
            permissions: &[MINI_MENUS_READ, TENANT_SETTINGS],
            untold: &[],
            name: None,
            back: |write, change| Box::pin(identity::undo_mini_menu(write, change)),
        },
        Undo {
            action: "mini_menu.ordered",
            permissions: &[MINI_MENUS_READ, TENANT_SETTINGS],
            untold: &[],
            name: None,
            back: |write, change| Box::pin(identity::undo_mini_order(write, change)),
        },
        Undo {
            action: "security.changed",
            permissions: &[SECURITY_READ, TENANT_SETTINGS],
            untold: &[],
            name: None,
            back: |write, change| Box::pin(identity::undo_security(write, change)),
        },
        Undo {
            action: "self_service.changed",
            permissions: &[PROFILE, TENANT_SETTINGS],
            untold: &[],
            name: None,
            back: |write, change| Box::pin(identity::undo_self_service(write, change)),
        },
        Undo {
            action: "role.changed",
            permissions: &[ROLES_MANAGE],
            untold: &[],
            name: Some(|conn, id| Box::pin(identity::role_name(conn, id))),
            back: |write, change| Box::pin(identity::undo_role(write, change)),
        },
    ],
};
