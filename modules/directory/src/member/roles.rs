//! Roles that follow from posts (职务): they start and end with the post and are never given by hand.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::Result;
use zhibu_tenancy::identity::Assignment;
use zhibu_tenancy::{App, Conn};

use crate::schema::{people, posts};

/// The role a post brings, in the organisation it is held in.
pub fn role_of(post: &str) -> Option<&'static str> {
    Some(match post {
        "secretary" | "leading_group_secretary" => "branch_secretary",
        "deputy_secretary"
        | "standing_member"
        | "discipline_secretary"
        | "discipline_deputy"
        | "leading_group_member" => "branch_committee",
        "group_leader" => "group_leader",
        _ if post.ends_with("_member") => "branch_committee",
        _ => return None,
    })
}

/// The roles that follow from today's posts, of these accounts or on these organisations.
pub async fn derive(app: &App, of: Option<&[Uuid]>, on: Option<&[Uuid]>, conn: &mut Conn) -> Result<Vec<Assignment>> {
    let today = app.world.today();
    let mut query = posts::table
        .inner_join(people::table)
        .filter(posts::since.le(today).and(posts::until.is_null().or(posts::until.gt(today))))
        .filter(people::account_id.is_not_null())
        .select((people::account_id.assume_not_null(), posts::post, posts::organisation_id, posts::since))
        .order((posts::since, posts::id))
        .into_boxed();
    if let Some(of) = of {
        query = query.filter(people::account_id.eq_any(of.to_vec()));
    }
    if let Some(on) = on {
        query = query.filter(posts::organisation_id.eq_any(on.to_vec()));
    }
    let rows: Vec<(Uuid, String, Uuid, NaiveDate)> = query.load(conn).await?;
    let mut held: Vec<Assignment> = Vec::new();
    for (account, post, organisation, since) in rows {
        let Some(role) = role_of(&post) else { continue };
        // Several posts in one committee are one role, held since the first.
        if held.iter().any(|one| one.account == account && one.organisation == organisation && one.role == role) {
            continue;
        }
        let since: DateTime<Utc> = since.and_time(NaiveTime::MIN).and_utc();
        let (role, label) = (role.to_owned(), String::new());
        held.push(Assignment { account, role, label, organisation, since, by_post: true });
    }
    Ok(held)
}

#[cfg(test)]
mod tests {
    use zhibu_core::dictionary;

    #[test]
    fn pc_3_1_2_every_post_but_the_organiser_brings_a_role() {
        let without: Vec<&str> = dictionary::of("post")
            .map(|post| post.code.as_str())
            .filter(|post| super::role_of(post).is_none())
            .collect();
        assert_eq!(without, ["organiser"]);
        assert_eq!(super::role_of("secretary"), Some("branch_secretary"));
        assert_eq!(super::role_of("youth_member"), Some("branch_committee"));
        assert_eq!(super::role_of("group_leader"), Some("group_leader"));
    }
}
