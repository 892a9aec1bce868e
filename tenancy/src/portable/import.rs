//! A tenant out of a file, into this installation.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use zhibu_core::{Error, Permission, Result, Secret, TenantId, check};

use super::carrier::Carrier;
use super::manifest::{Contents, Item, Login};
use super::parcel::{self, Unpacked};
use super::{Moved, scratch, steps};
use crate::activation;
use crate::app::App;
use crate::audit::Entry;
use crate::cx::{Cx, Write};
use crate::db::{Conn, Space, role, schema};
use crate::migrate;
use crate::placements::{self, Place};
use crate::schema::{audit_heads, logins, tenants};

/// How a tenant comes in.
#[derive(Debug, Clone, Default)]
pub struct Arrival {
    /// Another short name than it had.
    pub slug: Option<String>,
    /// Where its schema shall stand; none: the installation's own database.
    pub placement: Option<String>,
}

/// The state of a tenant while it comes in. Nobody can enter it, and no other work takes it up.
const IMPORTING: &str = "importing";

/// Reads a tenant from a file. One that was cut off is taken over by doing it again.
pub async fn import(
    cx: &Cx,
    permission: Permission,
    from: &Path,
    passphrase: &Secret,
    arrival: &Arrival,
) -> Result<Moved> {
    cx.allow(permission)?;
    let app = &cx.app;
    let unpacked = Unpacked::open(from, passphrase.clone(), scratch(app)?).await?;
    let contents = &unpacked.manifest.contents;
    let id = TenantId::from(contents.tenant.id);
    steps(app, &contents.histories)?;
    let place = placements::get(app, arrival.placement.as_deref().unwrap_or(placements::DEFAULT)).await?;
    let slug = match &arrival.slug {
        Some(slug) => self::slug(slug)?,
        None => contents.tenant.slug.clone(),
    };
    let control = Carrier::open(&app.ddl_url).await?;
    control.hold(id).await?;
    announce(cx, permission, &unpacked, &place, &slug).await?;
    app.tenants.invalidate(&id).await;
    app.vaults.invalidate(&id).await;
    let carrier = Carrier::open(&place.ddl_url).await?;
    lay(app, &carrier, &place, &schema(Space::Tenant(id)), &unpacked).await?;
    put(app, id, &unpacked).await?;
    let built: Vec<_> = app.registry.of(&contents.tenant.modules).collect();
    migrate::tenant(app, id, &built).await?;
    open(cx, permission, contents).await?;
    app.tenants.invalidate(&id).await;
    Ok(Moved { slug, ..Moved::of(&unpacked.manifest) })
}

fn slug(text: &str) -> Result<String> {
    let slug = check::text("slug", "简称", text, 2, 40)?;
    if slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        Ok(slug)
    } else {
        Err(Error::invalid("slug", "简称只能用小写字母、数字和连字符"))
    }
}

/// Makes the platform's row and reserves the names. Refused when there is a tenant of this id or short name, or when
/// somebody here has one of the names.
async fn announce(cx: &Cx, permission: Permission, file: &Unpacked, place: &Place, slug: &str) -> Result<()> {
    let facts = &file.manifest.contents.tenant;
    let mut write = cx.write(permission).await?;
    let state: Option<String> =
        tenants::table.find(facts.id).select(tenants::state).first(write.conn()?).await.optional()?;
    match state.as_deref() {
        None => {}
        // Cut off before: its names are free again, its schema is made anew.
        Some(IMPORTING) => forget(facts.id.into(), write.conn()?).await?,
        Some(_) => return Err(Error::refuse("TENANT_EXISTS", "本系统已有该租户")),
    }
    let other: i64 = tenants::table.filter(tenants::slug.eq(slug)).count().get_result(write.conn()?).await?;
    if other > 0 {
        return Err(Error::refuse("SLUG_TAKEN", format!("简称 {slug} 已被占用，请用 --as 另取一个")));
    }
    let app = &cx.app;
    let row = (
        (
            tenants::id.eq(facts.id),
            tenants::slug.eq(slug),
            tenants::name.eq(&facts.name),
            tenants::state.eq(IMPORTING),
            tenants::plan.eq(&facts.plan),
            tenants::modules.eq(&facts.modules),
            tenants::seats.eq(facts.seats),
            tenants::demo.eq(facts.demo),
            tenants::timezone.eq(&facts.timezone),
            tenants::placement.eq(&place.id),
            tenants::wrapped_key.eq(app.keys.wrap(&data_key(&file.manifest.data_key)?)?),
        ),
        (
            tenants::request.eq(activation::sealed(app, &facts.request)?),
            tenants::administrator.eq(&facts.administrator),
            tenants::step.eq("正在导入"),
            tenants::created_at.eq(facts.created_at),
            tenants::expires_on.eq(facts.expires_on),
            tenants::suspended_at.eq(facts.suspended_at),
            tenants::suspend_reason.eq(&facts.suspend_reason),
            tenants::closed_at.eq(facts.closed_at),
            tenants::close_reason.eq(&facts.close_reason),
        ),
    );
    diesel::insert_into(tenants::table).values(row).execute(write.conn()?).await?;
    super::beside::take_in(facts.id.into(), &file.manifest.contents.applications, write.conn()?).await?;
    reserve(&mut write, file).await?;
    let entry = Entry::new("tenant.import_started", "tenant", facts.id);
    write.audit(entry.note("contentHash", &*file.manifest.content_hash)).await?;
    write.commit().await
}

pub(super) fn data_key(text: &str) -> Result<Vec<u8>> {
    STANDARD.decode(text).map_err(|_| Error::refuse("EXPORT_ALTERED", "导出文件中的密钥无效"))
}

/// The index under which this installation finds a sign-in name, hexadecimal.
pub fn blind(app: &App, name: &str) -> String {
    crate::keys::hex(&app.keys.platform.blind(name))
}

/// Takes the row and names of a tenant that never came in whole away.
async fn forget(id: TenantId, conn: &mut Conn) -> Result<()> {
    diesel::delete(logins::table.filter(logins::tenant_id.eq(id.0))).execute(conn).await?;
    super::beside::forget(id, conn).await?;
    diesel::delete(audit_heads::table.find(id.0)).execute(conn).await?;
    diesel::delete(tenants::table.find(id.0)).execute(conn).await?;
    Ok(())
}

/// Who signs in by what, as the file says.
fn read_logins(file: &Unpacked) -> Result<Vec<Login>> {
    let text = std::fs::read_to_string(file.file(parcel::LOGINS)?).map_err(Error::unavailable)?;
    text.lines().map(|line| serde_json::from_str(line).map_err(Error::bug)).collect()
}

/// Writes the sign-in index under this installation's key, in the transaction that makes the tenant's row. Names that are
/// taken are listed; a mobile number may belong to several tenants.
pub(super) async fn reserve(write: &mut Write<'_>, file: &Unpacked) -> Result<()> {
    let platform = &write.cx.app.keys.platform;
    let tenant = file.manifest.contents.tenant.id;
    let all = read_logins(file)?;
    let (mut rows, mut platforms, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for login in &all {
        let blind = platform.blind(&login.value);
        if login.kind == "name" {
            names.push((blind.clone(), login.value.as_str()));
        }
        let kept = if ["name", "mobile"].contains(&login.kind.as_str()) { &mut rows } else { &mut platforms };
        kept.push((
            logins::kind.eq(login.kind.clone()),
            logins::blind_index.eq(blind),
            logins::tenant_id.eq(tenant),
            logins::account_id.eq(login.account),
        ));
    }
    let mut taken = Vec::new();
    for some in names.chunks(1000) {
        let blinds: Vec<&[u8]> = some.iter().map(|(blind, _)| blind.as_slice()).collect();
        let found: Vec<Vec<u8>> = logins::table
            .filter(logins::kind.eq("name").and(logins::blind_index.eq_any(blinds)).and(logins::tenant_id.ne(tenant)))
            .select(logins::blind_index)
            .load(write.conn()?)
            .await?;
        taken.extend(some.iter().filter(|(blind, _)| found.contains(blind)).map(|(_, name)| *name));
    }
    if !taken.is_empty() {
        let words = format!("下列用户名在本系统已被使用: {}", taken.join("、"));
        return Err(Error::refuse("NAMES_TAKEN", words));
    }
    for some in rows.chunks(1000) {
        diesel::insert_into(logins::table).values(some).execute(write.conn()?).await?;
    }
    for some in platforms.chunks(1000) {
        // Who is bound to another tenant here stays so.
        diesel::insert_into(logins::table).values(some).on_conflict_do_nothing().execute(write.conn()?).await?;
    }
    if let Some((number, mark)) = &file.manifest.contents.audit_head {
        let mark = activation::unhex(mark)?;
        let row = (audit_heads::tenant_id.eq(tenant), audit_heads::number.eq(number), audit_heads::mark.eq(mark));
        diesel::insert_into(audit_heads::table).values(row).execute(write.conn()?).await?;
    }
    Ok(())
}

/// Makes a schema of this name from the file, in one transaction, and proves it against the manifest.
pub(super) async fn lay(app: &App, carrier: &Carrier, place: &Place, name: &str, file: &Unpacked) -> Result<()> {
    let contents = &file.manifest.contents;
    let role = role(Space::Tenant(contents.tenant.id.into()));
    let script = migrate::script(place.kind, name, &role, &steps(app, &contents.histories)?);
    carrier.lay(place.kind, name, &script).await?;
    carrier.fill(name, &contents.tables, |table| file.file(&parcel::table(table))).await?;
    carrier.run("COMMIT").await?;
    migrate::checked(place, name).await
}

/// Puts the objects of the file into the store.
pub(super) async fn put(app: &App, id: TenantId, file: &Unpacked) -> Result<()> {
    for (n, Item { key, content_type, .. }) in file.manifest.contents.objects.iter().enumerate() {
        let key = zhibu_storage::Key::tenant(id, key.split('/'))?;
        let kind = content_type.as_deref().unwrap_or("application/octet-stream");
        app.store.put_file(&key, file.file(&parcel::object(n))?, kind).await?;
    }
    Ok(())
}

/// Lets people in.
async fn open(cx: &Cx, permission: Permission, contents: &Contents) -> Result<()> {
    let mut write = cx.write(permission).await?;
    diesel::update(tenants::table.find(contents.tenant.id))
        .set((
            tenants::state.eq("active"),
            tenants::percent.eq(100),
            tenants::step.eq("已完成"),
            tenants::activated_at.eq(contents.tenant.activated_at),
            tenants::schema_version.eq(migrate::version(&cx.app.registry, &contents.tenant.modules)),
        ))
        .execute(write.conn()?)
        .await?;
    let entry = Entry::new("tenant.imported", "tenant", contents.tenant.id);
    write.audit(entry.note("contentHash", contents.hash()?)).await?;
    write.commit().await
}
