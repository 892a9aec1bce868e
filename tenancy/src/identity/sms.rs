//! Text-message codes (短信验证码): six digits, five minutes, five tries, one a minute and ten a day a number.

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{CHANGE_PASSWORD, Error, Result, Secret, TenantId, check};

use super::delivery::post;
use super::{find_login, throttle};
use crate::cx::{Cx, Write};
use crate::db::{Mode, Space};
use crate::keys::hash;
use crate::schema::{accounts, sms_codes};
use crate::{quotas, tenants};

pub(super) const LIFE: Duration = Duration::minutes(5);
const TRIES: i16 = 5;
/// Messages an hour that one account, and one tenant's accounts together, may cause.
const PER_ACCOUNT: i32 = 20;
const PER_TENANT: i32 = 1000;

/// What a code proves.
pub type SmsPurpose = zhibu_providers::Purpose;

fn words(purpose: SmsPurpose) -> &'static str {
    match purpose {
        SmsPurpose::SignIn => "登录",
        SmsPurpose::Password => "修改密码",
        SmsPurpose::Mobile => "绑定手机号",
        SmsPurpose::Notice => "通知",
    }
}

/// Sends a sign-in code. The answer is the same whether or not anybody has this number.
pub async fn request_code(cx: &Cx, mobile: &Secret) -> Result<i32> {
    let mobile = check::mobile(mobile.expose()).ok_or_else(|| Error::invalid("mobile", "手机号格式不正确"))?;
    limits(cx).await?;
    let known = find_login(cx, "mobile", &mobile).await?;
    // A number in several tenants is written to in nobody's name.
    let tenant = if let [(tenant, _)] = known.as_slice() { Some(*tenant) } else { None };
    make(cx, &mobile, SmsPurpose::SignIn, !known.is_empty(), tenant).await?;
    Ok(cx.app.settings.sms_interval)
}

/// Sends a code to the own number, for setting a password.
pub async fn request_password_code(cx: &Cx) -> Result<i32> {
    cx.allow(CHANGE_PASSWORD)?;
    let mobile = own_mobile(cx).await?.ok_or_else(|| Error::refuse("NO_MOBILE", "账号没有绑定手机号"))?;
    limits(cx).await?;
    make(cx, mobile.expose(), SmsPurpose::Password, true, cx.tenant().ok()).await?;
    Ok(cx.app.settings.sms_interval)
}

/// Sends a code to a number the caller wants to bind.
pub async fn request_mobile_code(cx: &Cx, mobile: &Secret) -> Result<i32> {
    super::must_be_account(cx)?;
    cx.identity()?;
    let mobile = check::mobile(mobile.expose()).ok_or_else(|| Error::invalid("mobile", "手机号格式不正确"))?;
    limits(cx).await?;
    make(cx, &mobile, SmsPurpose::Mobile, true, cx.tenant().ok()).await?;
    Ok(cx.app.settings.sms_interval)
}

/// The caller's mobile number.
pub(super) async fn own_mobile(cx: &Cx) -> Result<Option<Secret>> {
    let identity = cx.identity()?;
    let mut unit = cx.app.begin(Space::Tenant(identity.tenant.id), Mode::Read).await?;
    let sealed: Option<Vec<u8>> =
        accounts::table.find(identity.account.0).select(accounts::mobile).first(unit.conn()?).await?;
    unit.commit().await?;
    let vault = tenants::vault(&cx.app, identity.tenant.id).await?;
    sealed.map(|sealed| vault.open_text(&sealed)).transpose()
}

async fn limits(cx: &Cx) -> Result<()> {
    if !cx.app.sms.is_open() {
        return Err(Error::refuse("SMS_NOT_OPEN", "短信服务未开通，请用用户名和密码登录"));
    }
    let settings = &cx.app.settings;
    if let Ok(identity) = cx.identity() {
        let words = "本账号发送短信过于频繁，请稍后再试";
        throttle(cx, &format!("sms:account:{}", identity.account), 3600, PER_ACCOUNT, words).await?;
        throttle(cx, &format!("sms:tenant:{}", identity.tenant.id), 3600, PER_TENANT, words).await?;
    }
    throttle(
        cx,
        &format!("sms:address:{}", cx.origin.network()),
        3600,
        settings.sms_per_address,
        "短信发送过于频繁，请稍后再试",
    )
    .await
}

async fn make(cx: &Cx, mobile: &str, purpose: SmsPurpose, send: bool, tenant: Option<TenantId>) -> Result<()> {
    let code = cx.app.world.digits();
    let index = cx.app.keys.platform.blind(mobile);
    let mut write = cx.beside(Space::Platform).await?;
    pace(&mut write, &index).await?;
    let allowed = match tenant {
        Some(tenant) => quotas::may_send(&mut write, tenant, purpose, 1).await?,
        None => true,
    };
    // A stranger is not told, for that would tell whose number it is; no code is sent then.
    if !allowed && purpose != SmsPurpose::SignIn {
        return Err(quotas::no_messages());
    }
    let send = send && allowed;
    let id: Uuid = cx.app.world.id();
    diesel::insert_into(sms_codes::table)
        .values((
            sms_codes::id.eq(id),
            sms_codes::mobile_index.eq(&index),
            sms_codes::purpose.eq(purpose.key()),
            sms_codes::code_hash.eq(salted(id, &code)),
            sms_codes::created_at.eq(cx.now()),
            sms_codes::expires_at.eq(cx.now() + LIFE),
        ))
        .execute(write.conn()?)
        .await?;
    if send {
        let minutes = LIFE.num_minutes().to_string();
        let signature = match tenant {
            Some(tenant) => crate::messages::words::signature(tenant, write.conn()?).await?,
            None => None,
        };
        let signature = signature.unwrap_or_else(|| cx.app.sms.signature(tenant).to_owned());
        let text = format!("【{signature}】您的{}验证码为{code}，{minutes}分钟内有效。请勿告诉他人。", words(purpose));
        let params = [("code", code), ("minutes", minutes)].map(|(name, value)| (name.to_owned(), Secret::new(value)));
        post(&mut write, tenant, mobile, purpose, &text, &params).await?;
    }
    write.commit_quietly().await
}

/// One message a minute and ten a day to one number, whoever asks; asked at once, one is sent.
async fn pace(write: &mut Write<'_>, index: &[u8]) -> Result<()> {
    let (now, settings) = (write.cx.now(), &write.cx.app.settings);
    let (interval, most) = (settings.sms_interval, i64::from(settings.sms_per_number));
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended(encode($1, 'hex'), 0))")
        .bind::<diesel::sql_types::Binary, _>(index)
        .execute(write.conn()?)
        .await?;
    let sent: Vec<DateTime<Utc>> = sms_codes::table
        .filter(sms_codes::mobile_index.eq(index).and(sms_codes::created_at.gt(now - Duration::days(1))))
        .order(sms_codes::created_at.desc())
        .limit(most)
        .select(sms_codes::created_at)
        .load(write.conn()?)
        .await?;
    let wait = |until: DateTime<Utc>, words| {
        // Rounded up, so that who waits as told is not refused again.
        let left = u32::try_from((until - now).num_seconds() + 1).unwrap_or(1);
        Err(Error::too_many(left, words))
    };
    if let Some(last) =
        sent.as_slice().first().map(|at| *at + Duration::seconds(interval.into())).filter(|until| *until > now)
    {
        return wait(last, "验证码已发送，请稍后再获取");
    }
    match sent.as_slice().last() {
        Some(first) if i64::try_from(sent.len()).unwrap_or(i64::MAX) >= most => {
            wait(*first + Duration::days(1), "该号码今日获取验证码次数已达上限")
        }
        _ => Ok(()),
    }
}

fn salted(id: Uuid, code: &str) -> Vec<u8> {
    hash(&[id.as_bytes().as_slice(), code.as_bytes()].concat())
}

/// Spends a code: the newest one of this number and purpose, once, with at most five tries counted whatever
/// happens afterwards.
pub(super) async fn spend(cx: &Cx, mobile: &str, purpose: SmsPurpose, code: &Secret) -> Result<()> {
    let wrong = || Error::refuse("WRONG_CODE", "验证码错误或已失效").at("code");
    let index = cx.app.keys.platform.blind(mobile);
    let mut write = cx.beside(Space::Platform).await?;
    let newest: Option<Uuid> = sms_codes::table
        .filter(sms_codes::mobile_index.eq(&index).and(sms_codes::purpose.eq(purpose.key())))
        .order(sms_codes::id.desc())
        .select(sms_codes::id)
        .first(write.conn()?)
        .await
        .optional()?;
    let newest = newest.ok_or_else(wrong)?;
    let digest: Option<Vec<u8>> = diesel::update(sms_codes::table.find(newest))
        .filter(sms_codes::used_at.is_null().and(sms_codes::expires_at.gt(cx.now())).and(sms_codes::tries.lt(TRIES)))
        .set(sms_codes::tries.eq(sms_codes::tries + 1))
        .returning(sms_codes::code_hash)
        .get_result(write.conn()?)
        .await
        .optional()?;
    let right = digest.is_some_and(|digest| digest == salted(newest, code.expose().trim()));
    if right {
        diesel::update(sms_codes::table.find(newest))
            .set(sms_codes::used_at.eq(cx.now()))
            .execute(write.conn()?)
            .await?;
    }
    write.commit_quietly().await?;
    if right { Ok(()) } else { Err(wrong()) }
}
