//! How the operator is reached (关于我们): one row of the control plane that everybody may read.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use zhibu_core::{ANYONE, Error, Permission, Result, check};

use crate::audit::Entry;
use crate::cx::Cx;
use crate::db::{Mode, Space};
use crate::schema::about;

/// The one row.
const ROW: i16 = 1;

/// How the operator is reached; what is empty is not told.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = about)]
pub struct About {
    /// 客服电话
    pub phone: String,
    /// 电子邮箱
    pub mail: String,
    /// 联系地址
    pub address: String,
    /// 服务时间
    pub hours: String,
    /// 平台介绍
    pub text: String,
    /// Counts edits.
    pub version: i32,
    /// When it was edited last.
    pub changed_at: Option<DateTime<Utc>>,
    /// By whom.
    pub changed_by: Option<String>,
}

/// What an operator writes.
#[derive(Debug, Clone)]
pub struct Draft {
    /// 客服电话
    pub phone: String,
    /// 电子邮箱
    pub mail: String,
    /// 联系地址
    pub address: String,
    /// 服务时间
    pub hours: String,
    /// 平台介绍
    pub text: String,
}

impl Draft {
    fn check(&self) -> Result<Self> {
        let phone = match self.phone.trim() {
            "" => String::new(),
            phone => check::phone(phone).ok_or_else(|| Error::invalid("phone", "客服电话格式不正确"))?,
        };
        let mail = check::text("mail", "电子邮箱", &self.mail, 0, 100)?;
        if !mail.is_empty() && !is_mail(&mail) {
            return Err(Error::invalid("mail", "电子邮箱格式不正确"));
        }
        Ok(Self {
            phone,
            mail,
            address: check::text("address", "联系地址", &self.address, 0, 100)?,
            hours: check::text("hours", "服务时间", &self.hours, 0, 60)?,
            text: check::lines("text", "平台介绍", &self.text, 0, 2000)?,
        })
    }
}

fn is_mail(mail: &str) -> bool {
    let part = |part: &str| !part.is_empty() && !part.contains(|letter: char| letter == '@' || letter.is_whitespace());
    mail.split_once('@').is_some_and(|(name, host)| part(name) && part(host) && host.trim_matches('.').contains('.'))
}

/// How the operator is reached.
pub async fn read(cx: &Cx) -> Result<About> {
    cx.allow(ANYONE)?;
    // It stands on the control plane, out of a tenant's own reach.
    cx.close().await;
    let mut unit = cx.app.begin(Space::Platform, Mode::Read).await?;
    let row = about::table.find(ROW).select(About::as_select()).first(unit.conn()?).await?;
    unit.commit().await?;
    Ok(row)
}

/// Edits it as it was at `version`.
pub async fn edit(cx: &Cx, permission: Permission, version: i32, draft: &Draft) -> Result<About> {
    cx.allow(permission)?;
    let new = draft.check()?;
    let mut write = cx.write(permission).await?;
    let before: About = about::table.find(ROW).select(About::as_select()).for_update().first(write.conn()?).await?;
    if before.version != version {
        return Err(Error::conflict());
    }
    let entry = Entry::new("about.changed", "about", uuid::Uuid::nil())
        .change("phone", before.phone, new.phone.clone())
        .change("mail", before.mail, new.mail.clone())
        .change("address", before.address, new.address.clone())
        .change("serviceHours", before.hours, new.hours.clone())
        .change("text", before.text, new.text.clone());
    let by = cx.operator().map_or_else(|_| "命令行".to_owned(), |operator| operator.user_name.clone());
    let row = diesel::update(about::table.find(ROW))
        .set((
            about::phone.eq(new.phone),
            about::mail.eq(new.mail),
            about::address.eq(new.address),
            about::hours.eq(new.hours),
            about::text.eq(new.text),
            about::version.eq(version + 1),
            about::changed_at.eq(cx.now()),
            about::changed_by.eq(by),
        ))
        .returning(About::as_returning())
        .get_result(write.conn()?)
        .await?;
    write.audit(entry).await?;
    write.commit().await?;
    Ok(row)
}

#[cfg(test)]
mod tests {
    #[test]
    fn op_10_a_mail_address_has_a_name_and_a_host() {
        for good in ["help@zhibu.example", "a.b@c.d.cn"] {
            assert!(super::is_mail(good), "{good}");
        }
        for bad in ["help", "help@", "@zhibu.example", "a b@c.cn", "a@b@c.cn", "a@localhost", "a@.cn"] {
            assert!(!super::is_mail(bad), "{bad}");
        }
    }
}
