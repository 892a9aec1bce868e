//! Who should attend what an organisation holds: its members, its team, or people who are named.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{AccountId, Result};
use zhibu_tenancy::Conn;

use crate::schema::{branch_assignments, memberships, organisations, people, posts};

/// A present member as a list of those who attend needs it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Attender {
    /// Who.
    pub person: Uuid,
    /// 姓名
    pub name: String,
    /// Sorting key.
    pub pinyin: String,
    /// The branch.
    pub organisation: Uuid,
    /// 人员类别
    pub member_type: String,
    /// 党籍状态
    pub status: String,
    /// 权利限制
    pub right_limit: String,
    /// 流动党员
    pub floating: bool,
    /// 失联
    pub lost: bool,
    /// The account, if there is one.
    pub account: Option<Uuid>,
}

impl Attender {
    /// True for a full member with all rights: whoever may vote on what the Party decides.
    pub fn votes(&self) -> bool {
        self.member_type == "formal" && self.status == "normal" && self.right_limit == "none"
    }
}

/// Whose attendance is asked for.
#[derive(Debug, Clone)]
pub enum Whom {
    /// The members of an organisation and of all below; of a Party group those who are in it.
    Members(Uuid),
    /// Those who hold a post in it (班子成员).
    Committee(Uuid),
    /// These people.
    People(Vec<Uuid>),
}

/// Posts that make nobody a member of the team.
const OUTSIDE_TEAM: [&str; 2] = ["organiser", "group_leader"];

/// Present members by what they belong to, by name, at most so many.
pub async fn attenders(whom: &Whom, most: i64, conn: &mut Conn) -> Result<Vec<Attender>> {
    let mut query = people::table
        .inner_join(memberships::table.inner_join(branch_assignments::table))
        .filter(people::left_at.is_null().and(memberships::until.is_null()).and(branch_assignments::until.is_null()))
        .order((people::pinyin, people::id))
        .limit(most)
        .select((
            people::id,
            people::name,
            people::pinyin,
            branch_assignments::organisation_id,
            memberships::member_type,
            memberships::status,
            memberships::right_limit,
            memberships::floating,
            memberships::lost_on.is_not_null(),
            people::account_id,
        ))
        .into_boxed();
    query = match whom {
        Whom::Members(at) => {
            let (path, kind): (String, String) = organisations::table
                .find(*at)
                .select((organisations::path, organisations::org_type))
                .first(&mut *conn)
                .await?;
            if kind == "party_group" {
                query.filter(branch_assignments::group_id.eq(*at))
            } else {
                let below = format!("{path}.%");
                let places = organisations::table
                    .filter(organisations::path.eq(path).or(organisations::path.like(below)))
                    .select(organisations::id);
                query.filter(branch_assignments::organisation_id.eq_any(places))
            }
        }
        Whom::Committee(at) => {
            let team = posts::table
                .filter(posts::organisation_id.eq(*at).and(posts::until.is_null()))
                .filter(posts::post.ne_all(OUTSIDE_TEAM))
                .select(posts::person_id);
            query.filter(people::id.eq_any(team))
        }
        Whom::People(ids) => query.filter(people::id.eq_any(ids.clone())),
    };
    Ok(query.load(conn).await?)
}

/// The present member that an account belongs to, by id.
pub async fn own_id(account: AccountId, conn: &mut Conn) -> Result<Option<Uuid>> {
    let of = people::table.filter(people::account_id.eq(account.0).and(people::left_at.is_null()));
    Ok(of.select(people::id).first(conn).await.optional()?)
}
