//! 党员承诺 and 学习心得: what members write and their organisations see, publish, recommend and count (manual 3.2.6,
//! 3.2.7; features PC-3.2.6a–c, PC-3.2.7a–b). Two modules of one shape: what differs between them is a [`Shelf`].

pub mod actions;
mod certificate;
mod export;
mod footprint;
pub mod graphql;
mod import;
pub mod likeness;
/// What differs between the modules, rows and enumerations.
pub mod model;
mod purge;
pub mod rules;
pub mod schema;
pub mod store;

pub use model::{NOTES, PLEDGES, Shelf};
use zhibu_core::migration;
use zhibu_tenancy::Module;

/// 党员承诺
pub static PLEDGE: Module = Module {
    key: "pledge",
    title: "党员承诺",
    base: false,
    permissions: &[PLEDGES.read, PLEDGES.write, PLEDGES.recommend],
    shared: &[],
    tenant: &[migration!("../../migrations/tenant/pledge", "0001_init")],
    seed: None,
    jobs: |worker| worker,
    importers: &[&import::Texts(&PLEDGES)],
    exporters: &[&export::Texts(&PLEDGES)],
    roles: None,
    seats_taken: None,
    undos: &[],
    holdings: None,
    certificate: Some(&certificate::Published(&PLEDGES)),
    footprint: Some(&footprint::PLEDGED),
    purge: Some(&purge::Texts(&PLEDGES)),
    hourly: None,
    hears: None,
    tells: None,
    woken: None,
};

/// 学习心得
pub static STUDY_NOTE: Module = Module {
    key: "study_note",
    title: "学习心得",
    base: false,
    permissions: &[NOTES.read, NOTES.write, NOTES.recommend],
    shared: &[],
    tenant: &[migration!("../../migrations/tenant/study_note", "0001_init")],
    seed: None,
    jobs: |worker| worker,
    importers: &[&import::Texts(&NOTES)],
    exporters: &[&export::Texts(&NOTES)],
    roles: None,
    seats_taken: None,
    undos: &[],
    holdings: None,
    certificate: Some(&certificate::Published(&NOTES)),
    footprint: Some(&footprint::NOTED),
    purge: Some(&purge::Texts(&NOTES)),
    hourly: None,
    hears: None,
    tells: None,
    woken: None,
};
