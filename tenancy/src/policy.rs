//! Who may do what: Casbin compiles the role matrix once into sets that a resolver checks in nanoseconds.

use std::collections::HashMap;

use casbin::{CoreApi, DefaultModel, Enforcer, MemoryAdapter, MgmtApi, RbacApi};
use zhibu_core::{Error, OrganisationId, Permission, Result};

const MATRIX: &str = include_str!("../../config/role_matrix.csv");
const MODEL: &str = include_str!("../../config/casbin.conf");

/// How far a role reaches with one permission: a cell of the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reach {
    /// Everything (F, R, A).
    All,
    /// The organisation and everything below it (S).
    Subtree,
    /// What is below the organisation, not itself (S1).
    Below,
    /// The organisation itself (B, G).
    Node,
    /// One's own things (O, I).
    Own,
}

impl Reach {
    /// As it is stored and sent.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Subtree => "subtree",
            Self::Below => "below",
            Self::Node => "node",
            Self::Own => "own",
        }
    }

    /// The reach of this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::All, Self::Subtree, Self::Below, Self::Node, Self::Own].into_iter().find(|one| one.name() == name)
    }
}

/// The data one permission opens for one caller: the union over the roles that grant it, never of the others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Everything in the tenant.
    pub all: bool,
    /// These organisations and everything below.
    pub subtrees: Vec<OrganisationId>,
    /// Everything below these organisations.
    pub below: Vec<OrganisationId>,
    /// Just these organisations.
    pub nodes: Vec<OrganisationId>,
    /// One's own things.
    pub own: bool,
}

/// What a caller may do.
#[derive(Debug, Clone, Default)]
pub struct Grants(HashMap<&'static str, Scope>);

/// The compiled matrix.
#[derive(Debug)]
pub struct Policy {
    roles: HashMap<String, Vec<(Permission, Reach)>>,
}

impl Scope {
    /// Everything.
    pub fn all() -> Self {
        Self { all: true, ..Self::default() }
    }

    /// True when it opens one's own things and no others.
    pub fn is_own_only(&self) -> bool {
        self.own && !self.all && self.subtrees.is_empty() && self.below.is_empty() && self.nodes.is_empty()
    }

    /// What two permissions open together. Of organisations above each other nothing is made: less, never more.
    #[must_use]
    pub fn meet(self, other: &Self) -> Self {
        if self.all {
            return other.clone();
        }
        if other.all {
            return self;
        }
        let both = |some: &[OrganisationId], more: &[OrganisationId]| -> Vec<OrganisationId> {
            some.iter().filter(|id| more.contains(id)).copied().collect()
        };
        let whole = |scope: &Self, part: &[OrganisationId]| [part, &scope.subtrees].concat();
        Self {
            all: false,
            subtrees: both(&self.subtrees, &other.subtrees),
            below: both(&whole(&self, &self.below), &whole(other, &other.below)),
            nodes: both(&whole(&self, &self.nodes), &whole(other, &other.nodes)),
            own: self.own && other.own,
        }
    }

    fn add(&mut self, reach: Reach, at: Option<OrganisationId>) {
        match (reach, at) {
            (Reach::All, _) => self.all = true,
            (Reach::Own, _) => self.own = true,
            (Reach::Subtree, Some(at)) => self.subtrees.push(at),
            (Reach::Below, Some(at)) => self.below.push(at),
            (Reach::Node, Some(at)) => self.nodes.push(at),
            (Reach::Subtree | Reach::Below | Reach::Node, None) => {}
        }
    }
}

impl Grants {
    /// The data `permission` opens, or nothing when it is not held.
    pub fn scope(&self, permission: Permission) -> Option<&Scope> {
        self.0.get(permission.key)
    }

    /// Adds what a role opens from an organisation.
    pub(crate) fn add(&mut self, permission: Permission, reach: Reach, at: OrganisationId) {
        self.0.entry(permission.key).or_default().add(reach, Some(at));
    }

    /// All held permissions, sorted.
    pub fn keys(&self) -> Vec<&'static str> {
        let mut keys: Vec<_> = self.0.keys().copied().collect();
        keys.sort_unstable();
        keys
    }

    /// True when a permission of this name is held.
    pub fn holds(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }
}

impl Policy {
    /// Reads the matrix and compiles it for the permissions that the built-in modules know.
    pub async fn load(known: &[Permission]) -> Result<Self> {
        let model = DefaultModel::from_str(MODEL).await.map_err(Error::bug)?;
        let mut enforcer = Enforcer::new(model, MemoryAdapter::default()).await.map_err(Error::bug)?;
        enforcer.add_policies(matrix()?).await.map_err(Error::bug)?;
        let mut roles = HashMap::new();
        for role in enforcer.get_all_subjects() {
            let rules = enforcer.get_implicit_permissions_for_user(&role, None);
            let compiled = rules.iter().filter_map(|rule| compile(rule, known)).collect();
            roles.insert(role, compiled);
        }
        Ok(Self { roles })
    }

    /// How far a role lets somebody do something.
    pub fn reach(&self, role: &str, permission: Permission) -> Option<Reach> {
        self.roles.get(role)?.iter().find(|(one, _)| *one == permission).map(|(_, reach)| *reach)
    }

    /// What somebody with these roles may do. Permissions for which `on` is false (module or menu switched off)
    /// are left out.
    pub fn grants<'a>(
        &self,
        roles: impl IntoIterator<Item = (&'a str, Option<OrganisationId>)>,
        on: impl Fn(Permission) -> bool,
    ) -> Grants {
        let mut grants: HashMap<&'static str, Scope> = HashMap::new();
        for (role, at) in roles {
            for (permission, reach) in self.roles.get(role).into_iter().flatten() {
                if on(*permission) {
                    // The tenant's administrator holds the root: all of it, without looking at the tree.
                    let reach = if role == "tenant_admin" && *reach == Reach::Subtree { Reach::All } else { *reach };
                    grants.entry(permission.key).or_default().add(reach, at);
                }
            }
        }
        Grants(grants)
    }
}

fn compile(rule: &[String], known: &[Permission]) -> Option<(Permission, Reach)> {
    let [_, object, cell] = rule else { return None };
    let permission = known.iter().find(|p| p.key == object)?;
    // `R` says "may read": it opens no permission that lets people change things.
    let reads = permission.key.ends_with(".read") || permission.key.ends_with(".view");
    let reach = reach(cell).filter(|_| reads || !cell.starts_with('R'))?;
    Some((*permission, reach))
}

/// Reads one cell: the letter before remarks such as `S*` or `F(bank)`.
fn reach(cell: &str) -> Option<Reach> {
    let letter = cell.split(['(', '*', '+', ':']).next().unwrap_or_default();
    Some(match letter {
        "F" | "R" | "A" => Reach::All,
        "S" | "S2" => Reach::Subtree,
        "S1" => Reach::Below,
        "B" | "G" => Reach::Node,
        "O" | "I" => Reach::Own,
        _ => return None,
    })
}

/// The matrix as rules (role, permission, cell).
fn matrix() -> Result<Vec<Vec<String>>> {
    let mut reader = csv::Reader::from_reader(MATRIX.as_bytes());
    let roles: Vec<String> = reader.headers().map_err(Error::bug)?.iter().skip(2).map(str::to_owned).collect();
    let mut rules = Vec::new();
    for record in reader.records() {
        let record = record.map_err(Error::bug)?;
        let feature = record.get(0).unwrap_or_default();
        for permission in feature.split(", ") {
            for (role, cell) in roles.iter().zip(record.iter().skip(2)) {
                if cell != "-" {
                    rules.push(vec![role.clone(), permission.to_owned(), cell.to_owned()]);
                }
            }
        }
    }
    Ok(rules)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE_EDIT: Permission = Permission::new("org.tree_edit");
    const USERS: Permission = Permission::of("system.users", "system.users.read");

    #[tokio::test]
    async fn the_scope_of_a_permission_is_the_union_of_the_roles_that_grant_it() {
        let world = zhibu_core::World::default();
        let (a, b): (OrganisationId, OrganisationId) = (world.id(), world.id());
        let policy = Policy::load(&[TREE_EDIT, USERS]).await.unwrap();
        let grants = policy.grants([("org_admin", Some(a)), ("branch_secretary", Some(b))], |_| true);
        assert_eq!(grants.scope(TREE_EDIT), Some(&Scope { below: vec![a], ..Scope::default() }));
        assert_eq!(grants.scope(USERS), Some(&Scope { subtrees: vec![a], ..Scope::default() }));
        let grants = policy.grants([("tenant_admin", Some(a))], |p| p.menu.is_none());
        assert_eq!(grants.keys(), ["org.tree_edit"]);
        assert!(grants.scope(TREE_EDIT).unwrap().all);
        assert!(policy.grants([("member", Some(a)), ("nobody", None)], |_| true).keys().is_empty());
    }

    #[test]
    fn pc_8_2_an_export_goes_as_far_as_each_of_its_permissions() {
        let world = zhibu_core::World::default();
        let (a, b): (OrganisationId, OrganisationId) = (world.id(), world.id());
        let over = |at: &[OrganisationId]| Scope { subtrees: at.to_vec(), ..Scope::default() };
        assert_eq!(Scope::all().meet(&over(&[a])), over(&[a]));
        assert_eq!(over(&[a]).meet(&Scope::all()), over(&[a]));
        let met = over(&[a, b]).meet(&Scope { nodes: vec![b], own: true, ..Scope::default() });
        assert_eq!((met.subtrees, met.nodes, met.own), (vec![], vec![b], false));
        let met = over(&[a]).meet(&over(&[b]));
        assert!(!met.all && met.subtrees.is_empty() && met.nodes.is_empty() && met.below.is_empty());
    }

    #[tokio::test]
    async fn pc_3_2_1a_who_may_only_read_a_thing_does_not_hold_the_permission_to_change_it() {
        const EDIT: Permission = Permission::new("member.edit");
        let policy = Policy::load(&[EDIT]).await.unwrap();
        let at = || Some(zhibu_core::World::default().id());
        assert!(policy.grants([("branch_committee", at())], |_| true).scope(EDIT).is_none());
        assert!(policy.grants([("branch_secretary", at())], |_| true).scope(EDIT).is_some());
    }

    /// The compiled set answers as Casbin itself does, for every role, permission and cell.
    #[tokio::test]
    async fn the_compiled_set_agrees_with_enforce() {
        let rules = matrix().unwrap();
        let known: Vec<Permission> =
            rules.iter().map(|r| Permission::new(Box::leak(r[1].clone().into_boxed_str()))).collect();
        let policy = Policy::load(&known).await.unwrap();
        let model = DefaultModel::from_str(MODEL).await.unwrap();
        let mut enforcer = Enforcer::new(model, MemoryAdapter::default()).await.unwrap();
        enforcer.add_policies(rules.clone()).await.unwrap();
        let roles = enforcer.get_all_subjects();
        for role in &roles {
            for permission in &known {
                let allowed = [
                    "F",
                    "R",
                    "A",
                    "S",
                    "S*",
                    "S+",
                    "S1",
                    "S2",
                    "B",
                    "B*",
                    "G",
                    "O",
                    "I",
                    "O:R",
                    "F(bank)",
                    "F(first admin)",
                    "S(overrule)",
                ]
                .iter()
                .filter(|cell| **cell != "R" || permission.key.ends_with(".read") || permission.key.ends_with(".view"))
                .any(|cell| enforcer.enforce((role, permission.key, *cell)).unwrap());
                let grants = policy.grants([(role.as_str(), None)], |_| true);
                assert_eq!(grants.scope(*permission).is_some(), allowed, "{role} {}", permission.key);
            }
        }
    }
}
