//! Elections of the demo tenant: one is prepared where a term ends soon, one is put off where a term has ended.

use chrono::{Days, Months};
use uuid::Uuid;
use zhibu_core::{OrganisationId, PersonId, Result};
use zhibu_modules::directory::MEMBER_READ;
use zhibu_modules::directory::member::{self, Filter};
use zhibu_modules::directory::organisation::Reach;
use zhibu_modules::leadership::actions::{self, Draft};
use zhibu_modules::leadership::model::ElectionKind;
use zhibu_tenancy::Cx;

use super::members::Branch;

/// Makes them.
pub(super) async fn fill(cx: &Cx, branches: &[Branch]) -> Result<()> {
    let at = |name: &str| branches.iter().find(|branch| branch.name == name);
    let today = cx.app.world.today();
    if let Some(branch) = at("机关第二党支部") {
        let people = free(cx, branch.id).await?;
        let posts = ["secretary", "organisation_member", "publicity_member"];
        let draft = Draft {
            planned_on: today.checked_add_days(Days::new(120)),
            seats: posts.iter().map(|post| ((*post).to_owned(), 1)).collect(),
            candidates: people.into_iter().zip(posts).map(|(who, post)| (who, post.to_owned())).collect(),
            ..empty(ElectionKind::General)
        };
        actions::start(cx, branch.id, draft).await?.map_err(super::first_fault)?;
    }
    if let Some(branch) = at("机加车间党支部") {
        let draft = Draft {
            reason: Some("车间改造期间人员分散，拟延期换届".to_owned()),
            postponed_to: today.checked_add_months(Months::new(4)),
            ..empty(ElectionKind::Postponed)
        };
        actions::start(cx, branch.id, draft).await?.map_err(super::first_fault)?;
    }
    Ok(())
}

fn empty(kind: ElectionKind) -> Draft {
    Draft {
        kind,
        reason: None,
        planned_on: None,
        postponed_to: None,
        by_delegates: false,
        seats: Vec::new(),
        candidates: Vec::new(),
        endings: Vec::new(),
    }
}

/// Full members of a branch with all rights.
async fn free(cx: &Cx, branch: OrganisationId) -> Result<Vec<PersonId>> {
    let mut read = cx.read(MEMBER_READ).await?;
    let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
    let filter = Filter { under: Some(branch), ..Filter::default() };
    let found = member::everyone(cx, &reach, &filter, 20, read.conn()?).await?;
    drop(read);
    cx.close().await;
    let good =
        found.into_iter().filter(|one| one.membership.member_type == "formal" && one.membership.status == "normal");
    Ok(good.map(|one| Uuid::into(one.person.id)).collect())
}
