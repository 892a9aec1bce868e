//! The namespace `system`.

mod about;
mod access;
mod account;
mod activation;
mod appearance;
mod audit;
mod codes;
mod common;
mod exchange;
mod favourites;
mod feedback;
mod fleet;
mod jobs;
mod menus;
mod messages;
mod mini;
mod mini_menus;
mod notices;
mod operator;
mod profile;
mod quotas;
mod roles;
mod security;
mod session;
mod sign_in;
mod sms;
mod sms_review;
mod sso;
mod sso_guide;
mod sso_review;
mod support;
mod tenants;
mod users;

use async_graphql::{MergedObject, MergedSubscription};

pub(crate) use audit::{AuditEntry, AuditFilter, moment};
pub(crate) use codes::CodeFilter;
pub(crate) use users::{User, UserFilter, with_roles};

/// 系统
#[derive(MergedObject, Default)]
pub struct SystemQuery(
    common::CommonQuery,
    session::SessionQuery,
    activation::ActivationQuery,
    users::UserQuery,
    operator::OperatorQuery,
    codes::CodeQuery,
    tenants::TenantQuery,
    notices::NoticeQuery,
    quotas::QuotaQuery,
    jobs::JobQuery,
    exchange::ExchangeQuery,
    audit::AuditQuery,
    access::AccessQuery,
    menus::MenuQuery,
    profile::ProfileQuery,
    appearance::AppearanceQuery,
    mini::MiniQuery,
    mini_menus::MiniMenuQuery,
    favourites::FavouriteQuery,
    security::SecurityQuery,
    roles::RoleQuery,
    sso::SsoQuery,
    sso_guide::SsoGuideQuery,
    sso_review::SsoReviewQuery,
    sms::SmsQuery,
    sms_review::SmsReviewQuery,
    messages::MessageQuery,
    support::SupportQuery,
    fleet::FleetQuery,
    feedback::FeedbackQuery,
    about::AboutQuery,
);

/// 系统
#[derive(MergedObject, Default)]
#[graphql(serial)]
pub struct SystemMutation(
    activation::ActivationMutation,
    sign_in::SignInMutation,
    account::AccountMutation,
    session::SessionMutation,
    users::UserMutation,
    operator::OperatorMutation,
    codes::CodeMutation,
    tenants::TenantMutation,
    notices::NoticeMutation,
    quotas::QuotaMutation,
    jobs::JobMutation,
    exchange::ExchangeMutation,
    menus::MenuMutation,
    profile::ProfileMutation,
    appearance::AppearanceMutation,
    mini::MiniMutation,
    mini_menus::MiniMenuMutation,
    favourites::FavouriteMutation,
    security::SecurityMutation,
    roles::RoleMutation,
    sso::SsoMutation,
    sso_review::SsoReviewMutation,
    sms::SmsMutation,
    sms_review::SmsReviewMutation,
    messages::MessageMutation,
    support::SupportMutation,
    fleet::FleetMutation,
    feedback::FeedbackMutation,
    about::AboutMutation,
    audit::AuditMutation,
);

/// 系统
#[derive(MergedSubscription, Default)]
pub struct SystemSubscription(
    activation::ActivationSubscription,
    jobs::JobSubscription,
    exchange::ExchangeSubscription,
);
