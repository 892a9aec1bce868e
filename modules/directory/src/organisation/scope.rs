//! Data scope (数据范围) over the tree as it is: the ids a role is held on become path prefixes.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, Permission, Result};
use zhibu_tenancy::policy::Scope;
use zhibu_tenancy::{Conn, Cx};

use crate::schema::organisations;

/// The part of the tree a permission opens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    all: bool,
    subtrees: Vec<String>,
    below: Vec<String>,
    nodes: Vec<String>,
}

type Condition = Box<dyn BoxableExpression<organisations::table, Pg, SqlType = Bool>>;

impl Reach {
    /// Looks up where the organisations of a scope stand now. Whole-tenant scopes cost nothing; a scope of one's own
    /// things is none over organisations.
    pub async fn of(scope: &Scope, conn: &mut Conn) -> Result<Self> {
        if scope.is_own_only() {
            return Err(Error::denied());
        }
        if scope.all {
            return Ok(Self { all: true, ..Self::default() });
        }
        let ids: Vec<Uuid> =
            [&scope.subtrees, &scope.below, &scope.nodes].into_iter().flatten().map(|id| id.0).collect();
        let places: Vec<(Uuid, String)> = organisations::table
            .filter(organisations::id.eq_any(&ids))
            .select((organisations::id, organisations::path))
            .load(conn)
            .await?;
        Ok(Self::at(scope, &places))
    }

    /// How far the caller holds a permission over organisations; nowhere when they do not hold it.
    pub async fn held(cx: &Cx, permission: Permission, conn: &mut Conn) -> Result<Self> {
        match cx.allow(permission) {
            Ok(scope) if !scope.is_own_only() => Self::of(&scope, conn).await,
            Ok(_) | Err(_) => Ok(Self::default()),
        }
    }

    /// The same where the organisations stand at these places.
    pub(super) fn at(scope: &Scope, places: &[(Uuid, String)]) -> Self {
        let find = |ids: &[zhibu_core::OrganisationId]| {
            places.iter().filter(|(id, _)| ids.iter().any(|i| i.0 == *id)).map(|(_, path)| path.clone()).collect()
        };
        Self { all: scope.all, subtrees: find(&scope.subtrees), below: find(&scope.below), nodes: find(&scope.nodes) }
    }

    /// Subtrees, each with whether its top belongs to it.
    pub(super) fn prefixes(&self) -> impl Iterator<Item = (&str, bool)> {
        let with = self.subtrees.iter().map(|path| (path.as_str(), true));
        with.chain(self.below.iter().map(|path| (path.as_str(), false)))
    }

    /// Single organisations.
    pub(super) fn places(&self) -> impl Iterator<Item = &str> {
        self.nodes.iter().map(String::as_str)
    }

    /// The whole tenant, for work that was decided on before.
    pub fn everything() -> Self {
        Self { all: true, ..Self::default() }
    }

    /// True when it is the whole tenant.
    pub fn is_all(&self) -> bool {
        self.all
    }

    /// True when the organisation at `path` is inside.
    pub fn covers(&self, path: &str) -> bool {
        let under = |root: &String| path.strip_prefix(root.as_str()).is_some_and(|rest| rest.starts_with('.'));
        self.all
            || self.subtrees.iter().any(|root| path == root || under(root))
            || self.below.iter().any(under)
            || self.nodes.iter().any(|node| path == node)
    }

    /// True when people who work for the organisation at `path` may be decided about: by whoever administers it or
    /// what it belongs to, not by whoever only works for it too.
    pub fn governs(&self, path: &str) -> bool {
        Self { nodes: Vec::new(), ..self.clone() }.covers(path)
    }

    /// True when something may be added below the organisation at `path`.
    pub fn covers_below(&self, path: &str) -> bool {
        self.covers(path) || self.below.iter().any(|root| path == root)
    }

    /// The same as an SQL condition, for every list and every write.
    pub fn condition(&self) -> Condition {
        if self.all {
            return Box::new(diesel::dsl::sql::<Bool>("true"));
        }
        let mut condition: Condition = Box::new(diesel::dsl::sql::<Bool>("false"));
        for root in &self.subtrees {
            condition = Box::new(
                condition.or(organisations::path.eq(root.clone()).or(organisations::path.like(format!("{root}.%")))),
            );
        }
        for root in &self.below {
            condition = Box::new(condition.or(organisations::path.like(format!("{root}.%"))));
        }
        if !self.nodes.is_empty() {
            condition = Box::new(condition.or(organisations::path.eq_any(self.nodes.clone())));
        }
        condition
    }
}

#[cfg(test)]
mod tests {
    use super::Reach;

    #[test]
    fn prefixes_end_at_a_level() {
        let reach = Reach { subtrees: vec!["001.002".into()], ..Reach::default() };
        assert!(reach.covers("001.002") && reach.covers("001.002.001"));
        assert!(!reach.covers("001") && !reach.covers("001.0021") && !reach.covers("001.003"));
        let below = Reach { below: vec!["001.002".into()], ..Reach::default() };
        assert!(!below.covers("001.002") && below.covers("001.002.001") && below.covers_below("001.002"));
        assert!(!below.covers_below("001"));
        assert!(!Reach::default().covers("001"));
    }
}
