//! Passwords (PC-1.2d, PC-1.2e): what is accepted, and the two ways to change one.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use zhibu_core::{CHANGE_PASSWORD, Error, Result, SELF, Secret, mask};

use super::accounts::end_all;
use super::session::{self, Client, Tokens};
use super::sms::{SmsPurpose, own_mobile, spend};
use super::{Purpose, throttle};
use crate::audit::Entry;
use crate::cx::Cx;
use crate::db::{Conn, Mode, Space};
use crate::schema::accounts;

const COMMON: &str = include_str!("../../../config/common_passwords.txt");

/// Accepts a new password: at least 8 characters, 3 of 4 classes, not common, not made of the person's names.
pub(crate) fn accept(password: &Secret, initial: &str, names: &[&str]) -> Result<()> {
    let text = password.expose();
    let refuse = |words: &'static str| Err(Error::invalid("newPassword", words));
    let length = text.chars().count();
    if length < 8 {
        return refuse("密码至少8个字符");
    }
    if length > 64 || text.chars().any(char::is_control) {
        return refuse("密码最多64个字符，且不能含不可见字符");
    }
    let classes: [fn(char) -> bool; 4] = [
        |c| c.is_ascii_lowercase(),
        |c| c.is_ascii_uppercase(),
        |c| c.is_ascii_digit(),
        |c| !c.is_ascii_alphanumeric(),
    ];
    if classes.iter().filter(|class| text.chars().any(class)).count() < 3 {
        return refuse("密码须包含大写字母、小写字母、数字、符号中的至少三类");
    }
    let lower = text.to_lowercase();
    if lower == initial.to_lowercase() || COMMON.lines().any(|common| common == lower) {
        return refuse("密码过于常见，请换一个");
    }
    if names.iter().any(|name| name.chars().count() >= 3 && lower.contains(&name.to_lowercase())) {
        return refuse("密码不能包含用户名或手机号");
    }
    Ok(())
}

async fn accept_mine(cx: &Cx, password: &Secret) -> Result<()> {
    let identity = cx.identity()?;
    let mobile = own_mobile(cx).await?;
    let mut names = vec![identity.user_name.as_str(), identity.display_name.as_str()];
    if let Some(mobile) = &mobile {
        names.push(mobile.expose());
    }
    accept(password, &cx.app.settings.initial_password, &names)
}

/// What the change-password step needs: whether a code is due, and to which (masked) number.
pub async fn pending_change(cx: &Cx) -> Result<Option<Option<String>>> {
    let Ok(identity) = cx.identity() else { return Ok(None) };
    if identity.purpose == Purpose::Full {
        return Ok(None);
    }
    Ok(Some(own_mobile(cx).await?.map(|m| mask::phone(m.expose()))))
}

/// Replaces the initial password and opens a full session (PC-1.2d). Where the account has a mobile number, a
/// code sent to it is demanded: knowing the initial password proves nothing.
pub async fn change_initial(cx: &Cx, new: &Secret, code: Option<Secret>) -> Result<Tokens> {
    cx.allow(CHANGE_PASSWORD)?;
    let identity = cx.identity()?;
    if identity.purpose == Purpose::Full {
        return Err(Error::denied());
    }
    accept_mine(cx, new).await?;
    let initial = still_initial(cx).await?;
    if let Some(mobile) = own_mobile(cx).await? {
        let code = code.ok_or_else(|| Error::invalid("smsCode", "请输入短信验证码"))?;
        spend(cx, mobile.expose(), SmsPurpose::Password, &code).await.map_err(|e| e.at("smsCode"))?;
    }
    if cx.app.hasher.verify(new, initial).await? {
        return Err(Error::invalid("newPassword", "新密码不能与初始密码相同"));
    }
    let hash = cx.app.hasher.hash(new).await?;
    let mut write = cx.write(CHANGE_PASSWORD).await?;
    store(cx, hash, write.conn()?).await?;
    end_all(&mut write, identity.account, None).await?;
    let (id, tokens) =
        session::open(&mut write, identity.tenant.id, identity.account, Purpose::Full, Client::Console).await?;
    write.audit(Entry::new("password.changed", "account", identity.account.0).note("was", "initial")).await?;
    write.audit(Entry::new("session.opened", "session", id.0).note("by", "password")).await?;
    write.commit().await?;
    Ok(tokens)
}

/// The hash of the initial password, which lives for some days only, also for those who have signed in with it.
async fn still_initial(cx: &Cx) -> Result<Option<String>> {
    let identity = cx.identity()?;
    let mut unit = cx.app.begin(Space::Tenant(identity.tenant.id), Mode::Read).await?;
    let (hash, expires_at): (Option<String>, Option<chrono::DateTime<chrono::Utc>>) = accounts::table
        .find(identity.account.0)
        .select((accounts::password_hash, accounts::password_expires_at))
        .first(unit.conn()?)
        .await?;
    unit.commit().await?;
    if expires_at.is_some_and(|at| at <= cx.now()) { Err(expired()) } else { Ok(hash) }
}

/// The refusal of an initial password that was never replaced in time.
pub(super) fn expired() -> Error {
    Error::refuse("PASSWORD_EXPIRED", "初始密码已过期，请用短信验证码登录或联系管理员重置")
}

/// What shows that the person at the keyboard owns the account.
#[derive(Debug, Clone)]
pub enum Proof {
    /// The present password.
    Password(Secret),
    /// A code sent to the own number, for those who have forgotten it.
    Code(Secret),
}

/// Changes the password (PC-1.2e, PC-2.3c); every other session ends.
pub async fn change(cx: &Cx, proof: &Proof, new: &Secret) -> Result<()> {
    cx.allow(SELF)?;
    let identity = cx.identity()?;
    accept_mine(cx, new).await?;
    match proof {
        Proof::Password(old) => prove(cx, old).await.map_err(|e| e.at("oldPassword"))?,
        Proof::Code(code) => {
            let mobile = own_mobile(cx).await?.ok_or_else(|| Error::refuse("NO_MOBILE", "账号没有绑定手机号"))?;
            spend(cx, mobile.expose(), SmsPurpose::Password, code).await.map_err(|e| e.at("smsCode"))?;
        }
    }
    if cx.app.hasher.verify(new, current(cx).await?).await? {
        return Err(Error::invalid("newPassword", "新密码不能与原密码相同"));
    }
    let hash = cx.app.hasher.hash(new).await?;
    let mut write = cx.write(CHANGE_PASSWORD).await?;
    store(cx, hash, write.conn()?).await?;
    end_all(&mut write, identity.account, Some(identity.session.0)).await?;
    write.audit(Entry::new("password.changed", "account", identity.account.0)).await?;
    write.commit().await
}

async fn current(cx: &Cx) -> Result<Option<String>> {
    let mut read = cx.read(SELF).await?;
    Ok(accounts::table.find(cx.identity()?.account.0).select(accounts::password_hash).first(read.conn()?).await?)
}

/// Refuses whoever does not know the account's present password: an open session alone changes nothing that lets
/// people in. Five tries in ten minutes.
pub(super) async fn prove(cx: &Cx, password: &Secret) -> Result<()> {
    let key = format!("password:{}", cx.identity()?.account);
    throttle(cx, &key, 600, 5, "尝试次数过多，请稍后再试").await?;
    if cx.app.hasher.verify(password, current(cx).await?).await? {
        Ok(())
    } else {
        Err(Error::invalid("password", "密码错误"))
    }
}

async fn store(cx: &Cx, hash: String, conn: &mut Conn) -> Result<()> {
    diesel::update(accounts::table.find(cx.identity()?.account.0))
        .set((
            accounts::password_hash.eq(hash),
            accounts::password_state.eq("set"),
            accounts::password_changed_at.eq(cx.now()),
            accounts::password_expires_at.eq(None::<chrono::DateTime<chrono::Utc>>),
            accounts::failed.eq(0),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pc_1_2d_new_passwords() {
        let check = |text: &str| accept(&Secret::new(text), "ABC#123", &["admin01", "13800000000", "张三"]);
        for good in ["Zhibu2026!", "red-Flag-7", "密码Ab12345", "aA1 aA1 aA1"] {
            assert!(check(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "Ab1!",
            "ABC#123",
            "abcdefgh",
            "Abcdefgh",
            "abcd1234",
            "ABCD1234",
            "Passw0rd",
            "Admin@123",
            "xxAdmin01!",
            "a13800000000!",
            "Abc1234\u{0}",
            &"Aa1".repeat(30),
        ] {
            assert_eq!(check(bad).unwrap_err().field.as_deref(), Some("newPassword"), "{bad}");
        }
    }
}
