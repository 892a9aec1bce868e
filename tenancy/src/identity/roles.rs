//! Roles (角色): the built-in ones of the matrix, those that follow from posts, and those a tenant makes for itself.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zhibu_core::{AccountId, Error, OrganisationId, Page, PageArgs, Permission, Result, RoleId, check, dictionary};

use super::accounts::Assignment;
use crate::app::App;
use crate::audit::{Entry, Row, undo};
use crate::cx::{Cx, Write};
use crate::db::Conn;
use crate::policy::{Grants, Reach};
use crate::schema::{accounts, role_assignments, roles as table};

/// A tenant has a handful of roles, not a catalogue.
const MOST: i64 = 50;
/// Whoever could hand one of these on could give themselves everything, or let somebody from outside in.
const KEPT: [&str; 2] = ["role.manage", "system.support.manage"];

/// A role that a tenant has made.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = table)]
pub struct Role {
    /// Its id.
    pub id: Uuid,
    /// Counts the edits.
    pub version: i32,
    /// Its name, once in a tenant.
    pub name: String,
    /// What it is for.
    pub note: Option<String>,
    /// How far: `all`, `subtree`, `below` or `node`, from the organisation it is held on.
    pub reach: String,
    /// What it allows.
    pub permissions: Vec<String>,
}

/// A role as it is typed.
#[derive(Debug, Clone)]
pub struct Draft {
    /// 角色名称
    pub name: String,
    /// 说明
    pub note: Option<String>,
    /// How far it reaches.
    pub reach: Reach,
    /// What it allows.
    pub permissions: Vec<String>,
}

/// A role somebody holds, ready to be asked.
#[derive(Debug, Clone)]
pub(super) struct HeldRole {
    /// Key of a built-in role, or id of the tenant's own.
    pub(super) role: String,
    pub(super) at: OrganisationId,
    /// The tenant's own role.
    pub(super) own: Option<Role>,
}

/// Somebody who holds a role of the tenant's own.
#[derive(Debug, Clone, Queryable)]
pub struct Holder {
    /// The assignment.
    pub id: Uuid,
    /// Who.
    pub account: Uuid,
    /// Sign-in name.
    pub user_name: String,
    /// Name for people.
    pub display_name: String,
    /// On which organisation.
    pub organisation: Uuid,
    /// Since when.
    pub since: DateTime<Utc>,
}

impl HeldRole {
    /// Its name for people.
    pub(super) fn label(&self) -> String {
        name(&self.role, self.own.as_ref())
    }

    /// How far it lets its holder do something.
    pub(super) fn reach(&self, app: &App, permission: Permission) -> Option<Reach> {
        match &self.own {
            None => app.policy.reach(&self.role, permission),
            Some(own) if own.permissions.iter().any(|key| key == permission.key) => Reach::named(&own.reach),
            Some(_) => None,
        }
    }
}

/// The roles an account holds today: `given` to it, with the organisation of each, or following from its posts.
pub(super) async fn held(
    app: &App,
    account: Uuid,
    given: Vec<(String, Uuid)>,
    conn: &mut Conn,
) -> Result<Vec<HeldRole>> {
    let mut rows = given;
    let derived = derived(app, Some(&[account]), None, conn).await?;
    rows.extend(derived.into_iter().map(|one| (one.role, one.organisation)));
    let own = own(rows.iter().map(|(role, _)| role.as_str()), conn).await?;
    // One role may be held on several organisations.
    Ok(rows.into_iter().map(|(role, at)| HeldRole { own: own.get(&role).cloned(), at: at.into(), role }).collect())
}

/// What these roles allow. Permissions for which `on` is false are left out.
pub(super) fn grants(app: &App, held: &[HeldRole], on: impl Fn(Permission) -> bool) -> Grants {
    let built_in = held.iter().filter(|one| one.own.is_none()).map(|one| (one.role.as_str(), Some(one.at)));
    let mut grants = app.policy.grants(built_in, &on);
    for one in held {
        let Some((own, reach)) = one.own.as_ref().and_then(|own| Some((own, Reach::named(&own.reach)?))) else {
            continue;
        };
        let allowed = grantable(app).filter(|permission| own.permissions.iter().any(|key| key == permission.key));
        for permission in allowed.filter(|permission| on(*permission)) {
            grants.add(permission, reach, one.at);
        }
    }
    grants
}

/// Whether somebody may do more than any member: by a role of the tenant's own, by one that was given, or by a post.
pub(crate) async fn beyond_member(app: &App, account: AccountId, conn: &mut Conn) -> Result<bool> {
    let (held, _) = super::rights(app, account.0, conn).await?;
    let beyond = |one: &HeldRole, permission| {
        let reach = one.reach(app, permission);
        reach.is_some_and(|reach| reach != Reach::Own) && reach != app.policy.reach("member", permission)
    };
    let all = app.registry.permissions();
    Ok(held.iter().any(|one| one.own.is_some() || all.iter().any(|permission| beyond(one, *permission))))
}

/// What a tenant may put into its roles: everything in its console but the making of roles and the consent to support.
pub fn grantable(app: &App) -> impl Iterator<Item = Permission> + '_ {
    let told = |permission: &Permission| {
        !KEPT.contains(&permission.key) && dictionary::label("permission", permission.key).is_some()
    };
    app.registry.permissions().into_iter().filter(told)
}

/// The roles that follow from posts, as the modules tell.
pub(super) async fn derived(
    app: &App,
    of: Option<&[Uuid]>,
    on: Option<&[Uuid]>,
    conn: &mut Conn,
) -> Result<Vec<Assignment>> {
    let mut all = Vec::new();
    for derive in app.registry.modules.iter().filter_map(|module| module.roles) {
        all.extend(derive(app, of, on, &mut *conn).await?);
    }
    Ok(all)
}

/// The tenant's own roles among these, by their id as text.
async fn own(names: impl Iterator<Item = &str>, conn: &mut Conn) -> Result<HashMap<String, Role>> {
    let mut ids: Vec<Uuid> = names.filter_map(|name| name.parse().ok()).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Role> = table::table.filter(table::id.eq_any(ids)).select(Role::as_select()).load(conn).await?;
    Ok(rows.into_iter().map(|role| (role.id.to_string(), role)).collect())
}

/// A role as the audit tells it: the key of a built-in one, the name of the tenant's own.
pub(super) async fn told(role: &str, conn: &mut Conn) -> Result<String> {
    let own = own(std::iter::once(role), conn).await?.remove(role);
    Ok(own.map_or_else(|| role.to_owned(), |own| own.name))
}

/// The name of a role for people.
fn name(role: &str, own: Option<&Role>) -> String {
    own.map_or_else(|| dictionary::label("role", role).unwrap_or(role).to_owned(), |own| own.name.clone())
}

/// Names for people of roles that are held: `role` as in [`Assignment`].
pub(super) async fn labels(held: &mut [Assignment], conn: &mut Conn) -> Result<()> {
    let own = own(held.iter().map(|one| one.role.as_str()), conn).await?;
    for one in held {
        one.label = name(&one.role, own.get(&one.role));
    }
    Ok(())
}

/// The tenant's own roles by name, with the number of people who hold them.
pub async fn roles(conn: &mut Conn) -> Result<Vec<(Role, i64)>> {
    let rows: Vec<Role> = table::table.order(table::name).select(Role::as_select()).load(&mut *conn).await?;
    let names: Vec<String> = rows.iter().map(|role| role.id.to_string()).collect();
    let held: Vec<(String, i64)> = role_assignments::table
        .filter(role_assignments::until.is_null().and(role_assignments::role.eq_any(names)))
        .group_by(role_assignments::role)
        .select((role_assignments::role, diesel::dsl::count_star()))
        .load(conn)
        .await?;
    let held: HashMap<String, i64> = held.into_iter().collect();
    let count = |role: &Role| held.get(&role.id.to_string()).copied().unwrap_or_default();
    Ok(rows.into_iter().map(|role| (count(&role), role)).map(|(held, role)| (role, held)).collect())
}

/// Who holds a role of the tenant's own, newest first.
pub async fn holders(role: RoleId, args: &PageArgs, conn: &mut Conn) -> Result<Page<Holder>> {
    let mut query = role_assignments::table
        .inner_join(accounts::table)
        .filter(role_assignments::until.is_null().and(role_assignments::role.eq(role.to_string())))
        .select((
            role_assignments::id,
            accounts::id,
            accounts::user_name,
            accounts::display_name,
            role_assignments::organisation_id,
            role_assignments::since,
        ))
        .order(role_assignments::id.desc())
        .limit(args.limit())
        .offset(args.offset())
        .into_boxed();
    let _: Uuid = table::table.find(role.0).select(table::id).first(&mut *conn).await?;
    if let Some(after) = args.after::<Uuid>()? {
        query = query.filter(role_assignments::id.lt(after));
    }
    let rows: Vec<Holder> = query.load(conn).await?;
    Ok(args.page(rows, |row| row.id))
}

/// Makes a role (新增角色).
pub async fn create_role(write: &mut Write<'_>, draft: Draft) -> Result<RoleId> {
    let draft = checked(write.cx, draft)?;
    let count: i64 = table::table.count().get_result(write.conn()?).await?;
    if count >= MOST {
        return Err(Error::refuse("TOO_MANY", format!("角色最多{MOST}个")));
    }
    let id: RoleId = write.cx.app.world.id();
    diesel::insert_into(table::table)
        .values((
            table::id.eq(id.0),
            table::name.eq(&draft.name),
            table::note.eq(&draft.note),
            table::reach.eq(draft.reach.name()),
            table::permissions.eq(&draft.permissions),
            table::created_at.eq(write.cx.now()),
        ))
        .execute(write.conn()?)
        .await
        .map_err(taken)?;
    let entry = Entry::new("role.created", "role", id.0)
        .note("roleName", draft.name)
        .note("reach", draft.reach.name())
        .note("permissions", draft.permissions);
    write.audit(entry).await?;
    Ok(id)
}

/// Changes a role for everybody who holds it.
pub async fn change_role(write: &mut Write<'_>, id: RoleId, version: i32, draft: Draft) -> Result<()> {
    let draft = checked(write.cx, draft)?;
    let before = locked(write, id).await?;
    if before.version != version {
        return Err(Error::conflict());
    }
    super::bump(write.conn()?).await?;
    diesel::update(table::table.find(id.0))
        .set((
            table::version.eq(version + 1),
            table::name.eq(&draft.name),
            table::note.eq(&draft.note),
            table::reach.eq(draft.reach.name()),
            table::permissions.eq(&draft.permissions),
        ))
        .execute(write.conn()?)
        .await
        .map_err(taken)?;
    let entry = Entry::new("role.changed", "role", id.0)
        .note("role", before.name.clone())
        .change("roleName", before.name, draft.name)
        .change("note", before.note, draft.note)
        .change("reach", before.reach, draft.reach.name())
        .change("permissions", before.permissions, draft.permissions);
    write.audit(entry).await
}

/// Takes an edit of a role back.
pub async fn undo_role(write: &mut Write<'_>, row: &Row) -> Result<()> {
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Told {
        role_name: String,
        note: Option<String>,
        reach: String,
        permissions: Vec<String>,
    }
    let id = RoleId::from(row.object_id.ok_or_else(Error::missing)?);
    if !write.scope.all {
        return Err(Error::denied());
    }
    let now = locked(write, id).await?;
    let told = Told { role_name: now.name, note: now.note, reach: now.reach, permissions: now.permissions };
    let before = undo::restored(&told, row, &["role"])?;
    let reach = Reach::named(&before.reach).ok_or_else(Error::missing)?;
    let draft = Draft { name: before.role_name, note: before.note, reach, permissions: before.permissions };
    change_role(write, id, now.version, draft).await
}

/// What a role of the tenant's own is called.
pub async fn role_name(conn: &mut Conn, id: Uuid) -> Result<Option<String>> {
    Ok(table::table.find(id).select(table::name).first(conn).await.optional()?)
}

/// Deletes a role that nobody holds.
pub async fn delete_role(write: &mut Write<'_>, id: RoleId) -> Result<()> {
    let before = locked(write, id).await?;
    let held: i64 = role_assignments::table
        .filter(role_assignments::until.is_null().and(role_assignments::role.eq(id.to_string())))
        .count()
        .get_result(write.conn()?)
        .await?;
    if held > 0 {
        return Err(Error::refuse("ROLE_HELD", format!("还有{held}人担任此角色，请先移除")));
    }
    diesel::delete(table::table.find(id.0)).execute(write.conn()?).await?;
    let entry = Entry::new("role.deleted", "role", id.0).change("roleName", before.name, None::<String>).change(
        "permissions",
        before.permissions,
        None::<String>,
    );
    write.audit(entry).await
}

/// Gives somebody a role of the tenant's own on an organisation, which the caller has looked up; false when it is held
/// already.
pub async fn give_role(write: &mut Write<'_>, id: RoleId, account: AccountId, at: OrganisationId) -> Result<bool> {
    locked(write, id).await?;
    let state: Option<String> =
        accounts::table.find(account.0).select(accounts::state).first(write.conn()?).await.optional()?;
    match state.as_deref() {
        None => return Err(Error::missing().at("account")),
        Some("disabled") => return Err(Error::invalid("account", "账号已停用")),
        Some(_) => {}
    }
    super::assign(write, account, &id.to_string(), at).await
}

/// Takes it away again.
pub async fn take_role(write: &mut Write<'_>, id: RoleId, account: AccountId, at: OrganisationId) -> Result<()> {
    locked(write, id).await?;
    super::unassign(write, account, &id.to_string(), at).await
}

/// The role, safe from being deleted meanwhile.
async fn locked(write: &mut Write<'_>, id: RoleId) -> Result<Role> {
    Ok(table::table.find(id.0).select(Role::as_select()).for_update().first(write.conn()?).await?)
}

fn checked(cx: &Cx, draft: Draft) -> Result<Draft> {
    let name = check::text("name", "角色名称", &draft.name, 2, 20)?;
    if dictionary::of("role").any(|role| role.label == name) {
        return Err(Error::invalid("name", "与系统角色重名"));
    }
    let note = check::optional("note", "说明", draft.note.as_deref(), 100)?;
    if draft.reach == Reach::Own {
        return Err(Error::invalid("reach", "数据范围不在可选范围"));
    }
    let known: Vec<&str> = grantable(&cx.app).map(|permission| permission.key).collect();
    if draft.permissions.iter().any(|key| !known.contains(&key.as_str())) {
        return Err(Error::invalid("permissions", "所选权限不存在或不能授予"));
    }
    // In the order of the product, each once.
    let permissions: Vec<String> =
        known.into_iter().filter(|key| draft.permissions.iter().any(|one| one == key)).map(str::to_owned).collect();
    if permissions.is_empty() {
        return Err(Error::invalid("permissions", "请至少选择一项权限"));
    }
    Ok(Draft { name, note, permissions, ..draft })
}

fn taken(error: diesel::result::Error) -> Error {
    let error = Error::from(error);
    if error.field.as_deref() == Some("roles_name") { Error::invalid("name", "角色名称已存在") } else { error }
}
