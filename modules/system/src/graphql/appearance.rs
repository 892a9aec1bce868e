use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use zhibu_core::{Permission, PictureId, Result, SELF};
use zhibu_graphql::Request;
use zhibu_tenancy::Cx;
use zhibu_tenancy::appearance::{self, Picture, Slot};

use crate::{BACKGROUNDS_READ, SPLASH_READ, TENANT_SETTINGS};

/// Where a tenant shows a picture of its own.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Slot")]
pub(super) enum PictureSlot {
    /// 启动页, shown by the mini-program for three seconds
    Splash,
    /// PC端登录页, through the tenant's own link only
    PcLogin,
    /// PC端首页
    PcHome,
    /// 小程序登录页
    MiniLogin,
    /// 小程序首页
    MiniHome,
    /// 资讯页
    News,
}

const SLOTS: [Slot; 6] = [Slot::Splash, Slot::PcLogin, Slot::PcHome, Slot::MiniLogin, Slot::MiniHome, Slot::News];

/// A picture that the tenant shows.
#[derive(SimpleObject)]
pub(super) struct ShownPicture {
    slot: PictureSlot,
    /// Short link to a JPEG of at most 1600 pixels from left to right.
    wide_url: String,
    /// The same of at most 750 pixels.
    narrow_url: String,
    /// The name of the uploaded file.
    file_name: String,
    /// Its bytes.
    file_size: i32,
    /// Pixels of the uploaded picture.
    width: i32,
    height: i32,
    /// Who uploaded it.
    by: String,
    at: DateTime<Utc>,
}

/// A file that is about to be uploaded for a slot.
#[derive(InputObject)]
pub(super) struct PictureInput {
    slot: PictureSlot,
    /// With its ending: .jpg, .jpeg or .png.
    file_name: String,
    /// Bytes.
    size: i64,
}

/// Where a browser puts the file.
#[derive(SimpleObject)]
pub(super) struct PictureTicket {
    id: PictureId,
    /// Signed link for one PUT of just this length and type.
    url: String,
    content_type: &'static str,
}

/// The page on which a slot is set.
fn page(slot: Slot) -> Permission {
    if slot == Slot::Splash { SPLASH_READ } else { BACKGROUNDS_READ }
}

async fn shown(cx: &Cx, permission: Permission, of: impl Fn(Slot) -> bool) -> Result<Vec<ShownPicture>> {
    let used = appearance::used(cx, permission).await?;
    let mut all = Vec::new();
    for slot in SLOTS.into_iter().filter(|slot| of(*slot)) {
        if let Some(picture) = used.iter().find(|picture| picture.slot == slot.code()) {
            all.push(told(cx, slot, picture).await?);
        }
    }
    Ok(all)
}

async fn told(cx: &Cx, slot: Slot, picture: &Picture) -> Result<ShownPicture> {
    let links = appearance::links(cx, picture).await?;
    Ok(ShownPicture {
        slot: slot.into(),
        wide_url: links.wide,
        narrow_url: links.narrow,
        file_name: picture.file_name.clone(),
        file_size: picture.file_size,
        width: picture.width.unwrap_or_default(),
        height: picture.height.unwrap_or_default(),
        by: picture.account_name.clone(),
        at: picture.changed_at,
    })
}

/// A picture as everybody of the tenant sees it.
#[derive(SimpleObject)]
pub(super) struct AppearancePicture {
    slot: PictureSlot,
    /// Short link to a JPEG of at most 1600 pixels from left to right.
    wide_url: String,
    /// The same of at most 750 pixels.
    narrow_url: String,
}

#[derive(Default)]
pub(super) struct AppearanceQuery;

#[Object]
impl AppearanceQuery {
    /// The pictures of the tenant, for its people's console and mini-program; a slot without one has the default.
    async fn appearance(&self, ctx: &Context<'_>) -> Result<Vec<AppearancePicture>> {
        let all = shown(ctx.cx()?, SELF, |_| true).await?;
        let told = |one: ShownPicture| AppearancePicture {
            slot: one.slot,
            wide_url: one.wide_url,
            narrow_url: one.narrow_url,
        };
        Ok(all.into_iter().map(told).collect())
    }

    /// The start page of the mini-program (启动页设置), when the tenant has one of its own.
    async fn splash(&self, ctx: &Context<'_>) -> Result<Option<ShownPicture>> {
        Ok(shown(ctx.cx()?, SPLASH_READ, |slot| slot == Slot::Splash).await?.pop())
    }

    /// The backgrounds that the tenant has of its own (背景图设置).
    async fn backgrounds(&self, ctx: &Context<'_>) -> Result<Vec<ShownPicture>> {
        shown(ctx.cx()?, BACKGROUNDS_READ, |slot| slot != Slot::Splash).await
    }
}

#[derive(Default)]
pub(super) struct AppearanceMutation;

#[Object]
impl AppearanceMutation {
    /// Opens the upload of a picture.
    async fn request_picture(&self, ctx: &Context<'_>, input: PictureInput) -> Result<PictureTicket> {
        let (cx, slot) = (ctx.cx()?, input.slot.into());
        cx.allow(TENANT_SETTINGS)?;
        let ticket = appearance::request(cx, page(slot), slot, &input.file_name, input.size).await?;
        Ok(PictureTicket { id: ticket.id, url: ticket.url, content_type: ticket.content_type })
    }

    /// Looks an uploaded picture through and shows it in the slot it was uploaded for.
    async fn use_picture(&self, ctx: &Context<'_>, slot: PictureSlot, id: PictureId) -> Result<Option<ShownPicture>> {
        let (cx, slot) = (ctx.cx()?, slot.into());
        cx.allow(TENANT_SETTINGS)?;
        appearance::take(cx, page(slot), slot, id).await?;
        Ok(shown(cx, page(slot), |one| one == slot).await?.pop())
    }

    /// Goes back to the default picture of a slot.
    async fn clear_picture(&self, ctx: &Context<'_>, slot: PictureSlot) -> Result<bool> {
        let (cx, slot) = (ctx.cx()?, slot.into());
        cx.allow(TENANT_SETTINGS)?;
        appearance::clear(cx, page(slot), slot).await?;
        Ok(true)
    }
}
