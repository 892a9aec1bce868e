/// The right to do one thing, named beside the operation that needs it. Which roles hold it is data
/// (`config/role_matrix.csv`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Permission {
    /// `org.tree_edit`, or `<menu>.read` for a page.
    pub key: &'static str,
    /// The menu it stands behind: a hidden menu takes it away.
    pub menu: Option<&'static str>,
}

/// Needs no session: sign-in, activation. A test counts its uses.
pub const ANYONE: Permission = Permission { key: "anyone", menu: None };
/// The caller's own account, sessions and record.
pub const SELF: Permission = Permission { key: "self", menu: None };
/// The only thing an initial password opens.
pub const CHANGE_PASSWORD: Permission = Permission { key: "change_password", menu: None };

impl Permission {
    /// A permission that no menu hides.
    pub const fn new(key: &'static str) -> Self {
        Self { key, menu: None }
    }

    /// A permission behind a menu page.
    pub const fn of(menu: &'static str, key: &'static str) -> Self {
        Self { key, menu: Some(menu) }
    }
}
