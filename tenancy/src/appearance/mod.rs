//! How a tenant looks: the start page of its mini-program (启动页, PC-2.2) and its backgrounds (背景图, PC-2.7).
//!
//! A file goes to the store by a signed link and is looked through before anything of it is used. What is shown are
//! bounded copies made here; the file itself is never served and not kept.

mod slot;
mod upload;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Permission, Result, TenantId};
use zhibu_storage::Key;

use crate::app::App;
use crate::audit::Entry;
use crate::cx::Cx;
use crate::db::{Conn, Mode, Space};
use crate::schema::{pictures, tenants as tenant_rows};
use crate::tenants;

pub use slot::Slot;
pub use upload::{LARGEST, Ticket, request, take};

/// A copy for large screens, and one for phones and previews: file, and the box it fits in.
const COPIES: [(&str, (u32, u32)); 2] = [("wide.jpg", (1600, 3200)), ("narrow.jpg", (750, 1600))];
/// The longest short name that is looked up.
const SLUG: usize = 64;

/// A picture in use.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = pictures)]
pub struct Picture {
    /// Its id.
    pub id: Uuid,
    /// Where it is shown.
    pub slot: String,
    /// The name of the uploaded file.
    pub file_name: String,
    /// Bytes of the uploaded file.
    pub file_size: i32,
    /// Pixels of the uploaded picture from left to right.
    pub width: Option<i32>,
    /// And from top to bottom.
    pub height: Option<i32>,
    /// Who uploaded it.
    pub account_name: String,
    /// When it was put into use.
    pub changed_at: DateTime<Utc>,
}

/// Links to the copies of a picture.
#[derive(Debug, Clone)]
pub struct Links {
    /// For large screens.
    pub wide: String,
    /// For phones and previews.
    pub narrow: String,
}

fn key(tenant: TenantId, id: Uuid, file: &str) -> Result<Key> {
    Key::tenant(tenant, ["pictures", &id.simple().to_string(), file])
}

/// The pictures in use, to whoever may see what the permission opens.
pub async fn used(cx: &Cx, permission: Permission) -> Result<Vec<Picture>> {
    cx.identity()?;
    let mut read = cx.read(permission).await?;
    let used = pictures::table.filter(pictures::state.eq("used")).select(Picture::as_select());
    Ok(used.order(pictures::slot).load(read.conn()?).await?)
}

/// Short links to the copies of a picture.
pub async fn links(cx: &Cx, picture: &Picture) -> Result<Links> {
    let (tenant, store) = (cx.tenant()?, &cx.app.store);
    let [wide, narrow] = COPIES.map(|(file, _)| key(tenant, picture.id, file));
    let life = std::time::Duration::from_secs(300);
    Ok(Links {
        wide: store.link(&wide?, "picture.jpg", life).await?,
        narrow: store.link(&narrow?, "picture.jpg", life).await?,
    })
}

/// Goes back to the default picture.
pub async fn clear(cx: &Cx, permission: Permission, slot: Slot) -> Result<()> {
    cx.identity()?;
    let mut write = cx.write(permission).await?;
    let Some((id, name)) = retire(cx.now(), slot, write.conn()?).await? else { return Ok(()) };
    write.audit(Entry::new("picture.cleared", "picture", id).note("slot", slot.label()).note("file", name)).await?;
    write.commit().await
}

/// Takes what a slot shows out of use: its id and the name of its file.
async fn retire(now: DateTime<Utc>, slot: Slot, conn: &mut Conn) -> Result<Option<(Uuid, String)>> {
    let used = pictures::table.filter(pictures::slot.eq(slot.code()).and(pictures::state.eq("used")));
    Ok(diesel::update(used)
        .set((pictures::state.eq("past"), pictures::changed_at.eq(now)))
        .returning((pictures::id, pictures::file_name))
        .get_result(conn)
        .await
        .optional()?)
}

/// The background of a tenant's own sign-in page, to anybody who has its link. A tenant that is not there or lets nobody
/// in looks like one without a picture.
pub async fn sign_in_picture(app: &App, slug: &str) -> Result<Option<Bytes>> {
    if slug.len() > SLUG || !slug.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Ok(None);
    }
    let mut unit = app.begin(Space::Platform, Mode::Read).await?;
    let found = tenant_rows::table.filter(tenant_rows::slug.eq(slug)).select(tenant_rows::id);
    let found: Option<Uuid> = found.first(unit.conn()?).await.optional()?;
    unit.commit().await?;
    let Some(tenant) = found.map(TenantId::from) else { return Ok(None) };
    let info = tenants::info(app, tenant).await?;
    if !info.active || !info.life(app).is_open() {
        return Ok(None);
    }
    let mut unit = app.begin(Space::Tenant(tenant), Mode::Read).await?;
    let used = pictures::table.filter(pictures::state.eq("used").and(pictures::slot.eq(Slot::PcLogin.code())));
    let used: Option<Uuid> = used.select(pictures::id).first(unit.conn()?).await.optional()?;
    unit.commit().await?;
    let Some(id) = used else { return Ok(None) };
    let [(wide, _), _] = COPIES;
    app.store.get(&key(tenant, id, wide)?).await.map(Some)
}

/// Removes files and rows of what is out of use, and of uploads that nobody has finished, after a day.
pub(crate) async fn sweep(cx: &Cx) -> Result<()> {
    let Space::Tenant(tenant) = cx.space() else { return Ok(()) };
    let mut write = cx.beside(cx.space()).await?;
    let old: Vec<Uuid> = pictures::table
        .filter(pictures::state.ne("used").and(pictures::changed_at.lt(cx.now() - chrono::Duration::days(1))))
        .select(pictures::id)
        .limit(100)
        .load(write.conn()?)
        .await?;
    for id in &old {
        for file in COPIES.map(|(file, _)| file).into_iter().chain([upload::FILE]) {
            cx.app.store.delete(&key(tenant, *id, file)?).await?;
        }
    }
    diesel::delete(pictures::table.filter(pictures::id.eq_any(old))).execute(write.conn()?).await?;
    write.commit_quietly().await
}
