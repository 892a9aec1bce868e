//! The made-up people under development of the demo tenant: applicants, activists and candidates at various steps.

use chrono::{Days, Months, NaiveDate};
use zhibu_core::{Error, Result};
use zhibu_modules::development::EDIT;
use zhibu_modules::development::actions::{self, Applicant};
use zhibu_modules::development::rules::{ADOPTED, File};
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
    (12, 4, 680),
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
    let number = u32::try_from(index).map_err(Error::bug)?;
    let first = NaiveDate::from_ymd_opt(1990, 1, 15).unwrap_or_default();
    let born = first.checked_add_months(Months::new(number * 2)).unwrap_or(first);
    let form = Applicant {
        branch: branch.id,
        name: (*NAMES.get(index % NAMES.len()).unwrap_or(&"示例人员")).to_owned(),
        id_number: id_number(4_900_000 + number, if number.is_multiple_of(3) { "2" } else { "1" }, born, today)?,
        ethnicity: "01".into(),
        education_level: "21".into(),
        work_post: "121".into(),
        employer: Some("示例集团".into()),
        mobile: format!("198{number:08}"),
    };
    // As if imported: the papers of these steps are still to be added, which the case shows.
    let mut file = File::new(born);
    let mut on = today.checked_sub_days(Days::new(ago)).unwrap_or(today);
    for no in 1..next.min(ADOPTED + 1) {
        let earliest = file.look(today).steps.iter().find(|one| one.no == no).and_then(|one| one.earliest);
        on = earliest.map_or(on, |day| day.max(on));
        if on > today {
            break;
        }
        file.adopt(&[(no, on)], today);
        on = on.checked_add_days(Days::new(3)).unwrap_or(on);
    }
    let mut write = cx.write(EDIT).await?;
    let id = actions::begin(&mut write, form).await?.map_err(super::first_fault)?;
    actions::adopt(&mut write, id, &file).await?;
    write.commit().await
}
