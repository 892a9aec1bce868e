//! Warnings that sign-ins run out: at a fifth and at none.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zhibu_core::Result;

use super::apps::{Application, tell_of};
use super::schema::sso_apps;
use crate::audit::Entry;
use crate::cx::Cx;
use crate::db::Space;
use crate::jobs::Job;

/// Tells the administrators of an application's tenant, once a level.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct WarnOfQuota {
    pub(super) app: Uuid,
}

impl Job for WarnOfQuota {
    const NAME: &'static str = "sso_warn";

    async fn run(self, cx: &Cx) -> Result<()> {
        let mut write = cx.beside(Space::Platform).await?;
        let found: Option<(Application, i16)> = sso_apps::table
            .find(self.app)
            .select((Application::as_select(), sso_apps::warned))
            .for_no_key_update()
            .first(write.conn()?)
            .await
            .optional()?;
        let Some((app, warned)) = found else { return Ok(()) };
        let level = level(app.quota_left, app.quota_pack);
        if level <= warned || app.status != "approved" {
            return Ok(());
        }
        let (title, text) = match level {
            1 => ("免密登录次数即将用完", format!("还剩 {} 次，请联系服务商增加。", app.quota_left)),
            _ => ("免密登录次数已用完", "已不能登录，请联系服务商增加次数。".to_owned()),
        };
        diesel::update(sso_apps::table.find(app.id)).set(sso_apps::warned.eq(level)).execute(write.conn()?).await?;
        tell_of(cx, &app, title, &text, write.conn()?).await?;
        let entry =
            Entry::new("sso.warned", "sso_app", app.id).note("application", app.name).note("uses", app.quota_left);
        write.audit(entry).await?;
        write.commit().await
    }
}

fn level(left: i32, pack: i32) -> i16 {
    match left {
        0 => 2,
        left if left <= pack / 5 => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::level;

    #[test]
    fn pc_2_6_warnings_come_at_a_fifth_and_at_none() {
        for (left, pack, expected) in [(41, 200, 0), (40, 200, 1), (1, 200, 1), (0, 200, 2), (1, 1, 0), (0, 1, 2)] {
            assert_eq!(level(left, pack), expected, "{left} of {pack}");
        }
    }
}
