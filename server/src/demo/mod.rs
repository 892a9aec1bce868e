//! `zhibu demo`: a tenant with made-up data, of the modules that exist.

#[cfg(feature = "development")]
mod development;
#[cfg(feature = "leadership")]
mod leadership;
mod members;
#[cfg(feature = "mobility")]
mod mobility;
#[cfg(any(feature = "contribution", feature = "pledge", feature = "study_note"))]
mod records;

use chrono::{Days, Months, NaiveDate};
use zhibu_core::{ANYONE, AccountId, Error, OrganisationId, Result, Secret};
use zhibu_modules::directory::ORG_EDIT;
use zhibu_modules::directory::organisation::rules::{self, Facts};
use zhibu_modules::directory::organisation::{self, Candidate, OrgType, Reach, Unit, UnitRelation};
use zhibu_tenancy::activation::{self, Application};
use zhibu_tenancy::{Cx, Space, codes, identity, tenants};

use members::Branch;

const USER: &str = "demo";

/// What was made.
#[derive(serde::Serialize)]
pub(crate) struct Made {
    pub(crate) user_name: String,
    pub(crate) password: String,
}

/// Number, full name, short name, kind, number of the superior.
const TREE: &[(u8, &str, &str, OrgType, u8)] = &[
    (2, "中共示例集团有限公司机关总支部委员会", "机关党总支", OrgType::GeneralBranch, 1),
    (3, "中共示例集团有限公司机关第一支部委员会", "机关第一党支部", OrgType::Branch, 2),
    (4, "中共示例集团有限公司机关第二支部委员会", "机关第二党支部", OrgType::Branch, 2),
    (5, "中共示例集团制造分公司委员会", "制造分公司党委", OrgType::PartyCommittee, 1),
    (6, "中共示例集团装配车间支部委员会", "装配车间党支部", OrgType::Branch, 5),
    (7, "中共示例集团机加车间支部委员会", "机加车间党支部", OrgType::Branch, 5),
    (8, "中共示例集团技术中心支部委员会", "技术中心党支部", OrgType::Branch, 5),
    (9, "中共示例集团离退休支部委员会", "离退休党支部", OrgType::Branch, 1),
    (10, "中共示例集团物流销售联合支部委员会", "物流销售联合党支部", OrgType::JointBranch, 1),
    (11, "中共示例集团新能源项目临时支部委员会", "新能源项目临时党支部", OrgType::ProvisionalBranch, 5),
    (12, "中共示例集团驻外流动党员支部委员会", "驻外流动党员党支部", OrgType::MobileBranch, 1),
];

/// Makes the demo tenant; there is at most one.
///
/// With `more` it is a large one: so many members, in branches of fifty, beside the two hundred of the usual one.
pub(crate) async fn make(cx: &Cx, more: usize, tell: impl Fn(u64)) -> Result<Made> {
    if !identity::find_login(cx, "name", USER).await?.is_empty() {
        return Err(Error::refuse("DEMO_EXISTS", "演示租户已存在"));
    }
    let app = &cx.app;
    let modules = app.registry.modules.iter().filter(|m| !m.base).map(|m| m.key.to_owned()).collect();
    let order = codes::Order {
        months: None,
        placement: None,
        key: app.world.id(),
        plan: "演示版".into(),
        modules,
        seats: i32::try_from(more + 1000).map_err(Error::bug)?,
        expires_on: app.world.today() + chrono::Duration::days(1),
        count: 1,
        note: Some("演示".into()),
    };
    let code = codes::issue(cx, ANYONE, &order).await?.pop().ok_or_else(|| Error::bug("no code"))?;
    let application = Application {
        code: Secret::new(code),
        organisation_name: "中共示例集团有限公司委员会".into(),
        mobile: None,
        user_name: Some(USER.into()),
    };
    activation::activate(cx, &application).await?;
    activation::resume(cx).await?;
    let found = identity::find_login(cx, "name", USER).await?;
    let (tenant, account) = *found.first().ok_or_else(|| Error::bug("demo tenant"))?;
    tenants::mark_demo(cx, tenant).await?;
    let inside = Cx::system(app.clone(), Space::Tenant(tenant));
    let mut branches = organisations(&inside, account).await?;
    branches.extend(large(&inside, more).await?);
    members::fill(&inside, &branches, tell).await?;
    #[cfg(feature = "development")]
    development::fill(&inside, &branches).await?;
    #[cfg(any(feature = "contribution", feature = "pledge", feature = "study_note"))]
    records::fill(&inside).await?;
    #[cfg(feature = "mobility")]
    Box::pin(mobility::fill(&inside, &branches)).await?;
    #[cfg(feature = "leadership")]
    leadership::fill(&inside, &branches).await?;
    #[cfg(feature = "document")]
    samples(cx).await?;
    Ok(Made { user_name: USER.into(), password: app.settings.initial_password.clone() })
}

async fn organisations(cx: &Cx, account: AccountId) -> Result<Vec<Branch>> {
    let mut write = cx.write(ORG_EDIT).await?;
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    let root = organisation::roots(&reach, write.conn()?).await?.pop().ok_or_else(|| Error::bug("no root"))?;
    let mut ids: Vec<(u8, OrganisationId)> = vec![(1, root.id.into())];
    let mut branches = Vec::new();
    let today = cx.app.world.today();
    let mut first = facts("中共示例集团有限公司委员会", "示例集团党委", OrgType::PartyCommittee, 0);
    first.can_approve_members = true;
    first.term_start = first.term_years.and_then(|years| term_start(1, years, today));
    let first = rules::accept(first, today, &zhibu_core::dictionary::has).map_err(first_fault)?;
    organisation::update(&mut write, root.id.into(), root.version, &first).await?;
    // The whole administrator only watches some of the work of branches; here one person tries everything.
    organisation::add_administrator(&mut write, root.id.into(), &Candidate::Known(account)).await?;
    for (number, full, short, kind, parent) in TREE {
        let above = ids.iter().find(|(n, _)| n == parent).map(|(_, id)| *id).ok_or_else(|| Error::bug("demo tree"))?;
        let mut facts = facts(full, short, *kind, i16::from(*number));
        let term = facts.term_years.and_then(|years| term_start(*number, years, today));
        facts.term_start = term.or(facts.term_start);
        let facts = rules::accept(facts, today, &zhibu_core::dictionary::has).map_err(first_fault)?;
        let row = organisation::create(&mut write, above, &facts).await?;
        ids.push((*number, row.id.into()));
        let Some((_, count, groups)) = HEADS.iter().find(|(n, ..)| n == number) else { continue };
        let mut own = Vec::new();
        for group in 1..=*groups {
            let name = format!("{short}第{}党小组", ["一", "二", "三", "四"].get(group - 1).unwrap_or(&"五"));
            let sort = i16::try_from(group).map_err(Error::bug)?;
            let group = self::facts(&name, &name, OrgType::PartyGroup, sort);
            let group = rules::accept(group, today, &zhibu_core::dictionary::has).map_err(first_fault)?;
            own.push(organisation::create(&mut write, row.id.into(), &group).await?.id.into());
        }
        branches.push(Branch {
            id: row.id.into(),
            name: (*short).to_owned(),
            groups: own,
            members: *count,
            retired: *number == 9,
            away: *number == 12,
        });
    }
    write.commit().await?;
    Ok(branches)
}

/// When the present term of an organisation began, for those of which the demo tenant wants a certain end: the root's
/// in 26 months, one branch's in five, another's forty days ago.
fn term_start(number: u8, years: i16, today: NaiveDate) -> Option<NaiveDate> {
    let end = match number {
        1 => today.checked_add_months(Months::new(26)),
        4 => today.checked_add_months(Months::new(5)),
        7 => today.checked_sub_days(Days::new(40)),
        _ => None,
    };
    end?.checked_sub_months(Months::new(12 * u32::try_from(years).ok()?))
}

/// Number of a branch, its members, its groups.
const HEADS: &[(u8, usize, usize)] =
    &[(3, 28, 3), (4, 24, 0), (6, 34, 4), (7, 37, 0), (8, 29, 0), (9, 21, 0), (10, 17, 0), (12, 10, 0)];

/// Branches of fifty under committees of twenty, for so many members.
async fn large(cx: &Cx, members: usize) -> Result<Vec<Branch>> {
    let (mut branches, mut left, today) = (Vec::new(), members, cx.app.world.today());
    let accept = |facts| rules::accept(facts, today, &zhibu_core::dictionary::has).map_err(first_fault);
    let mut committee = 0;
    while left > 0 {
        committee += 1;
        let mut write = cx.write(ORG_EDIT).await?;
        let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
        let root = organisation::roots(&reach, write.conn()?).await?.pop().ok_or_else(|| Error::bug("no root"))?;
        let name = format!("第{committee:03}分公司党委");
        let above = accept(facts(&format!("中共示例集团{name}"), &name, OrgType::PartyCommittee, 100))?;
        let above = organisation::create(&mut write, root.id.into(), &above).await?;
        for number in 1..=20 {
            let size = left.min(50);
            if size == 0 {
                break;
            }
            left -= size;
            let name = format!("第{committee:03}分公司第{number:02}党支部");
            let branch = accept(facts(&format!("中共示例集团{name}"), &name, OrgType::Branch, number))?;
            let row = organisation::create(&mut write, above.id.into(), &branch).await?;
            branches.push(Branch {
                id: row.id.into(),
                name,
                groups: Vec::new(),
                members: size,
                retired: false,
                away: false,
            });
        }
        write.commit().await?;
    }
    Ok(branches)
}

fn first_fault(faults: Vec<Error>) -> Error {
    faults.into_iter().next().unwrap_or_else(|| Error::bug("demo facts"))
}

fn facts(full: &str, short: &str, kind: OrgType, sort: i16) -> Facts {
    let unit =
        |name: &str| Unit { name: name.into(), uscc: None, nature: "6".into(), party_presence: Some("4".into()) };
    let joint = kind == OrgType::JointBranch;
    let units = if joint {
        vec![unit("示例物流公司"), unit("示例销售公司"), unit("示例仓储公司")]
    } else {
        Vec::new()
    };
    let founded_on = NaiveDate::from_ymd_opt(2019, 3, 1).unwrap_or_default();
    let term_years = rules::term_years(kind, false);
    Facts {
        full_name: full.into(),
        short_name: short.into(),
        org_type: kind,
        external_code: None,
        founded_on,
        approval_no: Some("示党发〔2019〕3号".into()),
        unit_relation: if joint { UnitRelation::Joint } else { UnitRelation::SameAsParent },
        units,
        division_code: "320100".into(),
        contact_name: "王示例".into(),
        contact_phone: Some(format!("1990000{:04}", 9000 + i32::from(sort))),
        term_years,
        term_start: term_years.and_then(|_| NaiveDate::from_ymd_opt(2024, 1, 15)),
        sort,
        can_approve_members: kind == OrgType::PartyCommittee,
        village_or_community: false,
    }
}

#[cfg(feature = "document")]
async fn samples(cx: &Cx) -> Result<()> {
    use zhibu_modules::document::model::SampleKind;
    use zhibu_modules::document::{actions, rules};
    let texts = [
        (
            SampleKind::Pledge,
            "一句话承诺（生产岗位）",
            "适合一线岗位党员的简短承诺。",
            "我承诺：立足本职岗位，严格遵守操作规程，主动带教新员工，全年安全生产零事故，以实际行动体现党员先锋模范作用。",
        ),
        (
            SampleKind::Pledge,
            "全方位承诺（机关岗位）",
            "从学习、工作、作风、服务四个方面作出承诺。",
            "一、学习方面：坚持每周自学不少于两小时，按时参加支部组织生活。\n\n二、工作方面：对承办事项限时办结，不推诿、不拖延。\n\n三、作风方面：厉行节约，遵守纪律，自觉接受群众监督。\n\n四、服务方面：每季度走访联系群众一次，帮助解决实际困难。",
        ),
        (
            SampleKind::StudyNote,
            "学习心得（支部主题党日）",
            "一次主题党日之后的学习体会，供参考结构。",
            "近日，支部组织开展了主题党日活动。通过集中学习和交流讨论，我有三点体会。\n\n一是要在学深悟透上下功夫，把学习同岗位工作结合起来。\n\n二是要在真抓实干上见行动，从具体小事做起。\n\n三是要在服务群众上求实效，把大家的满意作为工作的标准。",
        ),
        (
            SampleKind::Lecture,
            "党课提纲（岗位建功）",
            "四十分钟党课的提纲，可按实际补充案例。",
            "第一部分：为什么要讲岗位建功。结合本单位年度任务，说明每个岗位与整体目标的关系。\n\n第二部分：身边的榜样。介绍两至三个本支部的真实事例。\n\n第三部分：我们怎样做。提出可检查的三项行动，并明确责任人与完成时间。",
        ),
        (
            SampleKind::WorkPlan,
            "党支部年度工作计划",
            "按月安排的支部工作计划样式。",
            "一季度：召开组织生活会，制定年度学习计划，完成党费标准核定。\n\n二季度：开展主题党日四次，组织一次走访慰问，发展对象政治审查。\n\n三季度：上党课一次，半年工作总结，积极分子考察。\n\n四季度：民主评议党员，书记述职，制定下年度计划。",
        ),
    ];
    for (kind, title, summary, body) in texts {
        let text =
            rules::accept(rules::Text { kind, title: title.into(), summary: summary.into(), body: body.into() })?;
        let row = actions::save(cx, None, None, &text).await?;
        actions::publish(cx, row.id.into(), row.version).await?;
    }
    Ok(())
}
