//! What a module says about itself, and the one registry of those built in.

use std::collections::HashMap;

use futures_util::future::BoxFuture;
use graphile_worker::WorkerOptions;
use uuid::Uuid;
use zhibu_core::{Error, Migration, OrganisationId, Permission, Result};

use crate::audit::undo::Undo;
use crate::events::{Ears, Tells};
use crate::exchange::export::Exporter;
use crate::exchange::import::Importer;
use crate::footprint::Trail;
use crate::holdings::Holdings;
use crate::identity::Assignment;
use crate::purge::Purge;
use crate::sections::Sections;
use crate::{App, Conn, Cx, Write};

/// A module, described at compile time. Adding one is one line in `modules/src/lib.rs`.
pub struct Module {
    /// Stable key: Cargo feature, entitlement and GraphQL namespace.
    pub key: &'static str,
    /// The name customers know it by.
    pub title: &'static str,
    /// Always on; not an entitlement.
    pub base: bool,
    /// Everything it may allow.
    pub permissions: &'static [Permission],
    /// Its history in the schema `shared`.
    pub shared: &'static [Migration],
    /// Its history in each tenant's schema.
    pub tenant: &'static [Migration],
    /// Rows of a new tenant; written at activation only, so an optional module must do without.
    pub seed: Option<Seed>,
    /// Adds its jobs to the worker.
    pub jobs: fn(WorkerOptions) -> WorkerOptions,
    /// What it imports.
    pub importers: &'static [&'static dyn Importer],
    /// What it exports.
    pub exporters: &'static [&'static dyn Exporter],
    /// Roles that follow from what it records, such as posts; never given by hand.
    pub roles: Option<Derive>,
    /// How many of the tenant's places it takes.
    pub seats_taken: Option<Count>,
    /// The changes of its objects that can be taken back.
    pub undos: &'static [Undo],
    /// What of it hangs on organisations.
    pub holdings: Option<&'static dyn Holdings>,
    /// Its part of a member's activity certificate.
    pub certificate: Option<&'static dyn Sections>,
    /// What of it a member finds among the days of their own (党建足迹).
    pub footprint: Option<&'static Trail>,
    /// What of it goes when somebody's record is removed for ever.
    pub purge: Option<&'static dyn Purge>,
    /// What it does every hour in every tenant that has it.
    pub hourly: Option<Hourly>,
    /// Events of other modules that it listens to.
    pub hears: Option<&'static Ears>,
    /// What people are told of its own events.
    pub tells: Option<&'static dyn Tells>,
    /// What it does when a time has come that it named by [`crate::wakes::wake_at`].
    pub woken: Option<Hourly>,
}

/// Does what has become due in a tenant.
pub type Hourly = for<'a> fn(&'a Cx) -> BoxFuture<'a, Result<()>>;

/// Counts in the tenant of the running transaction.
pub type Count = for<'a> fn(&'a mut Conn) -> BoxFuture<'a, Result<i64>>;

/// The roles that follow today, of these accounts or on these organisations.
pub type Derive =
    for<'a> fn(&'a App, Option<&'a [Uuid]>, Option<&'a [Uuid]>, &'a mut Conn) -> BoxFuture<'a, Result<Vec<Assignment>>>;

/// Writes the first rows of a new tenant.
pub type Seed = for<'a> fn(&'a mut Write<'_>, &'a Start) -> BoxFuture<'a, Result<()>>;

/// What is known of a tenant when it is made.
#[derive(Debug, Clone)]
pub struct Start {
    /// The id its root organisation will have.
    pub root: OrganisationId,
    /// 入驻党组织名称.
    pub organisation_name: String,
}

/// A menu entry of the seed (`config/menus_pc.csv`).
#[derive(Debug, Clone)]
pub struct Menu {
    /// Stable key.
    pub key: String,
    /// The group it stands in.
    pub parent: Option<String>,
    /// Its Chinese name.
    pub label: String,
    /// A page, or a group of pages.
    pub page: bool,
    /// `tenant` or `platform`.
    pub console: String,
    sort: u32,
}

/// The modules of this build.
pub struct Registry {
    /// In the order of `modules/src/lib.rs`.
    pub modules: Vec<&'static Module>,
    /// The menu seed in display order, of pages that have a permission here and the groups they stand in.
    pub menus: Vec<Menu>,
    owner: HashMap<&'static str, &'static str>,
}

impl std::fmt::Debug for Module {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.key)
    }
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.modules.fmt(f)
    }
}

impl Registry {
    /// Collects what the modules say.
    pub fn new(modules: Vec<&'static Module>) -> Result<Self> {
        let owner: HashMap<_, _> = modules.iter().flat_map(|m| m.permissions.iter().map(|p| (p.key, m.key))).collect();
        let menus = seed(&owner)?;
        Ok(Self { modules, menus, owner })
    }

    /// Every permission of this build.
    pub fn permissions(&self) -> Vec<Permission> {
        self.modules.iter().flat_map(|m| m.permissions).copied().collect()
    }

    /// The module a permission belongs to.
    pub fn owner(&self, permission: Permission) -> Option<&'static str> {
        self.owner.get(permission.key).copied()
    }

    /// Everything that can be imported.
    pub(crate) fn importers(&self) -> impl Iterator<Item = &'static dyn Importer> + '_ {
        self.modules.iter().flat_map(|module| module.importers).copied()
    }

    /// Everything that can be exported.
    pub(crate) fn exporters(&self) -> impl Iterator<Item = &'static dyn Exporter> + '_ {
        self.modules.iter().flat_map(|module| module.exporters).copied()
    }

    /// How a change of this word is taken back, in a tenant with these modules.
    pub(crate) fn undo(&self, action: &str, modules: &[String]) -> Option<&'static Undo> {
        self.of(modules).flat_map(|module| module.undos).find(|undo| undo.action == action)
    }

    /// The module of this key.
    pub fn module(&self, key: &str) -> Option<&'static Module> {
        self.modules.iter().copied().find(|m| m.key == key)
    }

    /// The modules a tenant has: the base ones and its entitlements, as far as they are built in.
    pub fn of<'a>(&'a self, entitled: &'a [String]) -> impl Iterator<Item = &'static Module> + 'a {
        self.modules.iter().copied().filter(|m| m.base || entitled.iter().any(|e| e == m.key))
    }

    /// The menus of a console that the modules of a tenant bring along, whoever may open them.
    pub(crate) fn entitled(&self, console: &str, modules: &[String]) -> Vec<Menu> {
        let entitled = |owner: &str| self.of(modules).any(|module| module.key == owner);
        self.visible(console, |key| self.owner.get(key).is_some_and(|owner| entitled(owner)))
    }

    /// A menu and the groups it stands in, from the inside out.
    pub(crate) fn way_to<'a>(&'a self, key: &str) -> impl Iterator<Item = &'a Menu> {
        let find = |key: &str| self.menus.iter().find(|menu| menu.key == key);
        std::iter::successors(find(key), move |menu| menu.parent.as_deref().and_then(find))
    }

    /// The menus a caller sees: pages whose `<key>.read` is held, and the groups that lead to them.
    pub fn visible(&self, console: &str, holds: impl Fn(&str) -> bool) -> Vec<Menu> {
        let pages = |m: &&Menu| m.page && m.console == console && holds(&format!("{}.read", m.key));
        let ways = self.menus.iter().filter(pages).flat_map(|page| self.way_to(&page.key));
        let keys: Vec<&str> = ways.map(|menu| menu.key.as_str()).collect();
        self.menus.iter().filter(|m| keys.contains(&m.key.as_str())).cloned().collect()
    }
}

fn seed(owner: &HashMap<&'static str, &'static str>) -> Result<Vec<Menu>> {
    const SEED: &str = include_str!("../../config/menus_pc.csv");
    let mut reader = csv::Reader::from_reader(SEED.as_bytes());
    let mut menus = Vec::new();
    for record in reader.records() {
        let record = record.map_err(Error::bug)?;
        let cell = |at: usize| record.get(at).unwrap_or_default().to_owned();
        let page = cell(6) == "page";
        if page && !owner.contains_key(format!("{}.read", cell(1)).as_str()) {
            continue;
        }
        menus.push(Menu {
            console: cell(0),
            key: cell(1),
            parent: Some(cell(2)).filter(|p| !p.is_empty()),
            sort: cell(3).parse().map_err(Error::bug)?,
            label: cell(4),
            page,
        });
    }
    menus.sort_by_key(|m| m.sort);
    Ok(menus)
}
