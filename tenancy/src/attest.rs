//! Short signed tokens by which anybody finds out whether something printed is genuine (二维码核验): they name a tenant and
//! a thing, and nothing is looked up for one that was not made here.

use aws_lc_rs::constant_time;
use uuid::Uuid;
use zhibu_core::{Result, TenantId};

use crate::app::App;
use crate::cx::{Caller, Cx};
use crate::db::Space;
use crate::identity::throttle;
use crate::tenants;

/// Bytes of the two ids.
const IDS: usize = 32;
/// Bytes of the mark.
const MARK: usize = 16;
/// How often one network may ask in a minute.
const LIMIT: i32 = 30;

fn mark(app: &App, kind: &str, ids: &[u8]) -> Vec<u8> {
    let mut mark = app.keys.mac(kind, ids);
    mark.truncate(MARK);
    mark
}

/// The token of a thing of the caller's tenant.
pub fn token(cx: &Cx, kind: &str, id: Uuid) -> Result<String> {
    let ids = [cx.tenant()?.0.as_bytes().as_slice(), id.as_bytes()].concat();
    Ok(crate::keys::hex(&[ids.as_slice(), &mark(&cx.app, kind, &ids)].concat()))
}

/// Whose thing a token names, with a context to look for it in that tenant; nothing for a token that was altered, or when the
/// tenant is not there any more. One network may ask so often.
pub async fn open(cx: &Cx, kind: &str, token: &str) -> Result<Option<(Cx, Uuid)>> {
    let key = format!("attest:{}", cx.origin.network());
    throttle(cx, &key, 60, LIMIT, "核验过于频繁，请稍后再试").await?;
    let Some((tenant, id)) = read(&cx.app, kind, token) else { return Ok(None) };
    let Ok(info) = tenants::info(&cx.app, tenant).await else { return Ok(None) };
    if !info.active || !info.life(&cx.app).is_open() {
        return Ok(None);
    }
    let there = Cx::new(cx.app.clone(), Caller::System(Space::Tenant(tenant)), cx.origin.clone());
    Ok(Some((there, id)))
}

fn read(app: &App, kind: &str, token: &str) -> Option<(TenantId, Uuid)> {
    if token.len() != 2 * (IDS + MARK) || !token.is_ascii() {
        return None;
    }
    let bytes = crate::activation::unhex(token).ok()?;
    let (ids, marked) = bytes.split_at_checked(IDS)?;
    constant_time::verify_slices_are_equal(&mark(app, kind, ids), marked).ok()?;
    let (tenant, id) = ids.split_at_checked(IDS / 2)?;
    Some((Uuid::from_slice(tenant).ok()?.into(), Uuid::from_slice(id).ok()?))
}
