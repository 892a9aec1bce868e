//! A tenant into a file.

use std::collections::HashMap;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, Permission, Result, Secret, TenantId};

use super::carrier::{Carrier, Held};
use super::manifest::{Contents, FORMAT, Facts, Item, Login, Manifest, Step};
use super::parcel::{self, Parcel};
use super::{Moved, scratch, strong};
use crate::activation;
use crate::app::App;
use crate::audit::Entry;
use crate::cx::Cx;
use crate::db::{Mode, Space, schema};
use crate::exchange::scratch::Scratch;
use crate::keys::{hash, hex};
use crate::placements;
use crate::schema::{audit_heads, tenants};
use crate::tenants::TenantRow;

/// Writes a tenant into a file, sealed under a passphrase. The tables are one picture, taken while everybody works.
pub async fn export(cx: &Cx, permission: Permission, id: TenantId, to: &Path, passphrase: &Secret) -> Result<Moved> {
    cx.allow(permission)?;
    strong(passphrase)?;
    let app = &cx.app;
    let folder = scratch(app)?;
    let control = Carrier::open(&app.ddl_url).await?;
    // A restoration meanwhile would put other tables under the same names.
    control.share(id).await?;
    let mut parcel = Parcel::begin(to, passphrase.clone(), app.world.clone()).await?;
    let (wrapped, facts) = facts(app, id).await?;
    let place = placements::of(app, id).await?;
    let carrier = Carrier::open(&place.ddl_url).await?;
    carrier.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let name = schema(Space::Tenant(id));
    let histories = histories(&carrier, &name).await?;
    let tables = tables(&carrier, &name, &folder, &mut parcel).await?;
    let index = if place.is_home() { &carrier } else { &control };
    let logins = logins(app, id, &carrier, index, &folder, &mut parcel).await?;
    carrier.run("COMMIT").await?;
    let objects = objects(app, id, &folder, &mut parcel).await?;
    let applications = super::beside::applications(app, id).await?;
    let audit_head = head(app, id).await?;
    let contents = Contents { tenant: facts, histories, tables, objects, logins, applications, audit_head };
    let manifest = Manifest {
        format: FORMAT,
        product: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: app.world.now(),
        data_key: STANDARD.encode(app.keys.unwrap(&wrapped)?.as_slice()),
        content_hash: contents.hash()?,
        contents,
    };
    // On record before the file has its name: what left the house is known.
    let mut write = cx.write(permission).await?;
    write.audit(Entry::new("tenant.exported", "tenant", id.0).note("contentHash", &*manifest.content_hash)).await?;
    write.commit().await?;
    parcel.finish(&manifest).await?;
    Ok(Moved::of(&manifest))
}

/// The row, the wrapped key, the request of activation, the time zone and the first administrator.
type Found = (TenantRow, Vec<u8>, serde_json::Value, String, Option<String>);

/// The platform's row of a tenant as it travels, and its wrapped key.
async fn facts(app: &App, id: TenantId) -> Result<(Vec<u8>, Facts)> {
    let mut unit = app.db.begin(Space::Platform, Mode::Read).await?;
    let found: Option<Found> = tenants::table
        .find(id.0)
        .select((
            TenantRow::as_select(),
            tenants::wrapped_key,
            tenants::request,
            tenants::timezone,
            tenants::administrator,
        ))
        .first(unit.conn()?)
        .await
        .optional()?;
    unit.commit().await?;
    let (row, wrapped, request, timezone, administrator) = found.ok_or_else(Error::missing)?;
    if !["active", "maintenance"].contains(&row.state.as_str()) {
        return Err(Error::refuse("NOT_ACTIVE", "租户尚未就绪"));
    }
    let facts = Facts {
        id: row.id,
        slug: row.slug,
        name: row.name,
        plan: row.plan,
        modules: row.modules,
        seats: row.seats,
        demo: row.demo,
        timezone,
        administrator,
        request: activation::opened(app, &request)?,
        created_at: row.created_at,
        activated_at: row.activated_at,
        expires_on: row.expires_on,
        suspended_at: row.suspended_at,
        suspend_reason: row.suspend_reason,
        closed_at: row.closed_at,
        close_reason: row.close_reason,
    };
    Ok((wrapped, facts))
}

/// The migrations that a schema has.
pub(crate) async fn histories(carrier: &Carrier, schema: &str) -> Result<Vec<Step>> {
    let sql = format!(
        "SELECT module, version, hash FROM {schema}.migration ORDER BY module COLLATE \"C\", version COLLATE \"C\""
    );
    let rows = carrier.texts(&sql, &[]).await?.into_iter();
    Ok(rows
        .map(|row| {
            let mut cells = row.into_iter().map(Option::unwrap_or_default);
            let mut cell = || cells.next().unwrap_or_default();
            Step { module: cell(), version: cell(), hash: cell() }
        })
        .collect())
}

async fn tables(carrier: &Carrier, schema: &str, folder: &Scratch, parcel: &mut Parcel) -> Result<Vec<Held>> {
    let mut held = Vec::new();
    for table in carrier.tables(schema).await? {
        let file = folder.file("piece");
        held.push(carrier.take(schema, &table, Some(&file)).await?);
        parcel.add(parcel::table(&table.name), file).await?;
    }
    held.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(held)
}

/// The entries of the sign-in index, with what they are made of in the open: their index is keyed by the installation.
async fn logins(
    app: &App,
    id: TenantId,
    carrier: &Carrier,
    control: &Carrier,
    folder: &Scratch,
    parcel: &mut Parcel,
) -> Result<Item> {
    let vault = crate::tenants::vault(app, id).await?;
    let sql = format!("SELECT id::text, user_name, encode(mobile, 'hex') FROM {}.accounts", schema(Space::Tenant(id)));
    let mut values = HashMap::new();
    for row in carrier.texts(&sql, &[]).await? {
        let [Some(account), name, mobile] = <[Option<String>; 3]>::try_from(row).map_err(|_| Error::bug("columns"))?
        else {
            continue;
        };
        let account: Uuid = account.parse().map_err(Error::bug)?;
        let mobile = mobile.map(|sealed| vault.open_text(&activation::unhex(&sealed)?)).transpose()?;
        values.insert(("name".to_owned(), account), name);
        values.insert(("mobile".to_owned(), account), mobile.map(|mobile| mobile.expose().to_owned()));
    }
    // A tenant that is behind may not have them yet.
    let table = format!("{}.bindings", schema(Space::Tenant(id)));
    let there = carrier.texts("SELECT to_regclass($1)::text", &[&table]).await?;
    let there = there.into_iter().flatten().flatten().next().is_some();
    let sql =
        format!("SELECT account_id::text, client, app, encode(subject, 'hex') FROM {table} WHERE subject IS NOT NULL");
    let bound = if there { carrier.texts(&sql, &[]).await? } else { Vec::new() };
    for row in bound {
        let [Some(account), Some(client), Some(app), Some(subject)] =
            <[Option<String>; 4]>::try_from(row).map_err(|_| Error::bug("columns"))?
        else {
            continue;
        };
        let subject = vault.open_text(&activation::unhex(&subject)?)?;
        let account: Uuid = account.parse().map_err(Error::bug)?;
        values.insert((client, account), Some(crate::identity::person(&app, &subject)));
    }
    let sql = "SELECT kind, account_id::text FROM platform.logins WHERE tenant_id = $1::text::uuid \
               ORDER BY kind COLLATE \"C\", account_id";
    let mut text = String::new();
    for row in control.texts(sql, &[&id.to_string()]).await? {
        let [Some(kind), Some(account)] = <[Option<String>; 2]>::try_from(row).map_err(|_| Error::bug("columns"))?
        else {
            continue;
        };
        let account: Uuid = account.parse().map_err(Error::bug)?;
        // One that was reserved for an account which is not in this picture.
        let Some(Some(value)) = values.get(&(kind.clone(), account)).cloned() else { continue };
        text.push_str(&serde_json::to_string(&Login { kind, account, value }).map_err(Error::bug)?);
        text.push('\n');
    }
    let file = folder.file("piece");
    tokio::fs::write(&file, &text).await.map_err(Error::unavailable)?;
    parcel.add(parcel::LOGINS.to_owned(), file).await?;
    let size = u64::try_from(text.len()).map_err(Error::bug)?;
    Ok(Item { key: parcel::LOGINS.to_owned(), content_type: None, size, sha256: hex(&hash(text.as_bytes())) })
}

async fn objects(app: &App, id: TenantId, folder: &Scratch, parcel: &mut Parcel) -> Result<Vec<Item>> {
    let mut items = Vec::new();
    for object in app.store.list(id).await? {
        let file = folder.file("piece");
        let head = match app.store.head(&object.key).await {
            Ok(head) => head,
            // Gone since the list was made, as no row of the picture needs it.
            Err(error) if error.code == Error::missing().code => continue,
            Err(error) => return Err(error),
        };
        app.store.get_file(&object.key, &file).await?;
        let (size, sha256) = digest(&file).await?;
        items.push(Item { key: object.below, content_type: head.content_type, size, sha256 });
        parcel.add(parcel::object(items.len() - 1), file).await?;
    }
    Ok(items)
}

/// Size and SHA-256 of a file.
async fn digest(file: &Path) -> Result<(u64, String)> {
    use sha2::Digest;
    let file = file.to_owned();
    let work = move || -> std::io::Result<(u64, String)> {
        let (mut file, mut digest) = (std::fs::File::open(file)?, sha2::Sha256::new());
        let (mut size, mut piece) = (0, vec![0; 256 * 1024]);
        loop {
            let count = std::io::Read::read(&mut file, &mut piece)?;
            if count == 0 {
                return Ok((size, hex(&digest.finalize())));
            }
            digest.update(piece.get(..count).unwrap_or_default());
            size += u64::try_from(count).map_err(std::io::Error::other)?;
        }
    };
    tokio::task::spawn_blocking(work).await.map_err(Error::bug)?.map_err(Error::unavailable)
}

async fn head(app: &App, id: TenantId) -> Result<Option<(i32, String)>> {
    let mut unit = app.db.begin(Space::Platform, Mode::Read).await?;
    let head: Option<(i32, Vec<u8>)> = audit_heads::table
        .find(id.0)
        .select((audit_heads::number, audit_heads::mark))
        .first(unit.conn()?)
        .await
        .optional()?;
    unit.commit().await?;
    Ok(head.map(|(number, mark)| (number, hex(&mark))))
}
