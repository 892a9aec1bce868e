//! The made-up people under development of the demo tenant: applicants, activists and candidates at various steps.

use chrono::{Days, Months, NaiveDate};
use zhibu_core::{DevelopmentCaseId, Error, OrganisationId, PageArgs, Result};
use zhibu_modules::development::actions::{self, Applicant};
use zhibu_modules::development::rules::plan::{STEPS, Step, step_of};
use zhibu_modules::development::rules::tally::Ballot;
use zhibu_modules::development::rules::{Act, Decision, Event, Given};
use zhibu_modules::development::{READ, papers, store};
use zhibu_modules::directory::member::{self, MemberType};
use zhibu_modules::directory::organisation::Reach;
use zhibu_tenancy::Cx;

use super::members::{Branch, id_number};

/// How many people stand before a step, and how many days ago they applied.
const STAGES: &[(u8, usize, u64)] = &[
    (1, 4, 0),
    (2, 8, 12),
    (2, 2, 40),
    (3, 10, 95),
    (3, 6, 190),
    (4, 3, 200),
    (5, 3, 215),
    (6, 6, 330),
    (6, 2, 560),
    (7, 4, 600),
    (9, 2, 640),
    (10, 2, 650),
    (12, 2, 680),
    (15, 2, 720),
];

const NAMES: &[&str] = &[
    "陈晓宇",
    "李思远",
    "王嘉宁",
    "张明轩",
    "刘雨欣",
    "赵子涵",
    "孙浩然",
    "周梦洁",
    "吴俊杰",
    "郑雅琪",
    "冯志强",
    "褚文静",
    "卫建国",
    "蒋丽华",
    "沈书瑶",
    "韩立新",
    "杨雪梅",
    "朱永康",
    "秦海波",
    "许佳怡",
    "何光明",
    "吕思涵",
    "施文博",
    "张安琪",
    "孔令辉",
    "曹子墨",
    "严晓峰",
    "华玉婷",
    "金晨曦",
    "魏明哲",
    "陶丹青",
    "姜宏伟",
    "戚雨桐",
    "谢天佑",
    "邹慧敏",
    "喻鹏飞",
    "柏松涛",
    "水清源",
    "窦文轩",
    "章若楠",
    "云志鹏",
    "苏锦程",
    "潘晓红",
    "葛志远",
    "奚望舒",
    "范家豪",
    "彭思齐",
    "郎景明",
    "鲁大海",
    "韦丹丹",
    "昌盛华",
    "马向前",
    "苗青青",
    "凤晓琳",
    "花文博",
    "方正清",
];

/// A PDF of one empty page.
const PAPER: &[u8] =
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
    3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

/// Opens the cases and does their steps.
pub(super) async fn fill(cx: &Cx, branches: &[Branch]) -> Result<()> {
    let own: Vec<&Branch> = branches.iter().filter(|branch| !branch.retired && !branch.away).take(6).collect();
    let mut index = 0;
    for (next, count, ago) in STAGES {
        for at in 0..*count {
            let branch = own.get(index % own.len().max(1)).ok_or_else(|| Error::bug("demo branches"))?;
            let ago = ago + u64::try_from(at % 5).map_err(Error::bug)?;
            Box::pin(one(cx, branch, index, (*next, ago))).await?;
            index += 1;
        }
    }
    Ok(())
}

async fn one(cx: &Cx, branch: &Branch, index: usize, (next, ago): (u8, u64)) -> Result<()> {
    let today = cx.app.world.today();
    let number_of = u32::try_from(index).map_err(Error::bug)?;
    let first = NaiveDate::from_ymd_opt(1990, 1, 15).unwrap_or_default();
    let born = first.checked_add_months(Months::new(number_of * 2)).unwrap_or(first);
    let form = Applicant {
        branch: branch.id,
        name: (*NAMES.get(index % NAMES.len()).unwrap_or(&"示例人员")).to_owned(),
        id_number: id_number(4_900_000 + number_of, if number_of % 3 == 0 { "2" } else { "1" }, born, today)?,
        ethnicity: "01".into(),
        education_level: "21".into(),
        work_post: "121".into(),
        employer: Some("示例集团".into()),
        mobile: format!("198{number_of:08}"),
    };
    let id = actions::start(cx, form).await?.map_err(super::first_fault)?;
    let people = sponsors(cx, branch.id).await?;
    let mut on = today.checked_sub_days(Days::new(ago)).unwrap_or(today);
    for step in STEPS.iter().filter(|step| step.no < next) {
        if step.no == 6 {
            for months in [5, 11] {
                let day = case(cx, id).await?.file.done.get(&3).map_or(on, |done| done.on);
                let day = day.checked_add_months(Months::new(months)).unwrap_or(day);
                let version = case(cx, id).await?.row.version;
                actions::note(cx, id, version, Event::Observe, (day, "思想稳定，工作积极，按时汇报思想")).await?;
            }
        }
        let loaded = case(cx, id).await?;
        let look = loaded.file.look(today);
        let earliest = look.steps.iter().find(|one| one.no == step.no).and_then(|one| one.earliest);
        on = earliest.map_or(on, |day| day.max(on));
        if on > today {
            break;
        }
        papers::file(cx, id, step.no, PAPER).await?;
        let act = Act { on, failed: false, given: given(step, on, &people) };
        actions::complete(cx, id, loaded.row.version, step.no, act).await?.map_err(super::first_fault)?;
        on = on.checked_add_days(Days::new(3)).unwrap_or(on).min(today);
    }
    Ok(())
}

async fn case(cx: &Cx, id: DevelopmentCaseId) -> Result<store::Loaded> {
    let loaded = {
        let mut read = cx.read(READ).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        store::load(&reach, id, false, read.conn()?).await
    };
    // What is read next has to see what is written now.
    cx.close().await;
    loaded
}

async fn sponsors(cx: &Cx, branch: OrganisationId) -> Result<Vec<uuid::Uuid>> {
    let found = {
        let mut read = cx.read(READ).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let filter = member::Filter {
            under: Some(branch),
            member_type: Some(MemberType::Formal),
            status: Some(member::MembershipStatus::Normal),
            ..member::Filter::default()
        };
        let page = PageArgs::new(Some(2), None, None)?;
        member::list(cx, &reach, &filter, member::Sort::JoinDate, &page, read.conn()?).await?
    };
    cx.close().await;
    Ok(found.nodes.into_iter().map(|entry| entry.person.id).collect())
}

fn given(step: &Step, on: NaiveDate, people: &[uuid::Uuid]) -> Given {
    let before = |days: u64| on.checked_sub_days(Days::new(days));
    Given {
        confirmed: step.confirmations().into_iter().map(|(key, _)| key.to_owned()).collect(),
        people: step.people().map(|(_, most)| people.iter().copied().take(most).collect()).unwrap_or_default(),
        ballot: step_of(step.no).and_then(|step| step.vote).map(|_| Ballot {
            should: 5,
            present: 5,
            yes: 5,
            written: 0,
            no: 0,
            abstain: 0,
        }),
        days: step.training.then_some(3),
        form_no: step.fixes("form_no").then(|| "示党志〔2026〕018号".to_owned()),
        notice_from: before(14),
        notice_to: before(4),
        decision: step.fixes("decision").then_some(Decision::Convert),
        ..Given::default()
    }
}
