//! What the made-up members of the demo tenant have written and done: pledges, study notes, contributions.

use zhibu_core::{PersonId, Result};
use zhibu_modules::directory::MEMBER_READ;
use zhibu_modules::directory::member::{self, Filter};
use zhibu_modules::directory::organisation::Reach;
use zhibu_tenancy::Cx;

/// Members who have something.
const MEMBERS: i64 = 36;

#[cfg(feature = "contribution")]
const DEEDS: &[(&str, &str, Option<i32>, &str)] = &[
    ("volunteer", "幸福社区", Some(150), "参加社区环境整治志愿服务，清理楼道杂物，向居民宣传垃圾分类"),
    ("post_excellence", "总装车间", None, "担任党员先锋岗，带头完成新产线调试，连续三个月无质量事故"),
    ("responsibility_area", "原料库区", None, "负责党员责任区安全巡查，整改隐患六处"),
    ("help_pair", "青山村", Some(300), "结对帮扶困难家庭，送去过冬物资，帮助联系就业岗位"),
    ("emergency", "江堤三号段", Some(720), "参加防汛抢险突击队，值守江堤十二小时"),
    ("suggestion", "公司会议室", None, "提出降低待机能耗的合理化建议，已被采纳实施"),
    ("community_report", "幸福社区", Some(90), "到居住地社区报到，认领微心愿一项"),
];
#[cfg(feature = "pledge")]
const PLEDGES: &[&str] = &[
    "我承诺：立足本职岗位，严守操作规程，全年安全生产零事故。",
    "我承诺：带头学习新技术，带好两名青年徒弟，共同进步。",
    "我承诺：每季度至少参加一次志愿服务，到社区报到服务群众。",
    "我承诺：廉洁自律，公道办事，自觉接受群众监督。",
];
#[cfg(feature = "study_note")]
const NOTES: &[(&str, &str)] = &[
    (
        "学习党章有感",
        "重温党章，我再次认识到党员的权利和义务是统一的。作为一名一线职工，我要把遵守纪律落实到每一次交接班、每一张操作票上，\
         以实际行动维护党员形象。",
    ),
    (
        "从身边榜样学起",
        "支部组织学习了劳动模范的先进事迹。他们几十年如一日守在岗位上，把平凡的事做到极致。我要向他们学习，在班组建设中多出主意、\
         多挑担子，遇到急难险重任务站得出来。",
    ),
    (
        "理论学习要联系实际",
        "这次集中学习让我明白，理论不是摆在书架上的。我们班组结合生产实际，梳理出三个影响效率的环节，由党员牵头攻关，\
         用数据检验学习成果。",
    ),
];

/// Writes them; every third of the members has a pledge, every fourth a note, every second a contribution.
pub(super) async fn fill(cx: &Cx) -> Result<()> {
    let people: Vec<PersonId> = {
        let mut read = cx.read(MEMBER_READ).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let found = member::everyone(cx, &reach, &Filter::default(), MEMBERS, read.conn()?).await?;
        found.into_iter().map(|entry| entry.person.id.into()).collect()
    };
    cx.close().await;
    for (n, person) in people.into_iter().enumerate() {
        #[cfg(feature = "contribution")]
        if n % 2 == 0 {
            deed(cx, n / 2, person).await?;
        }
        #[cfg(feature = "pledge")]
        if n % 3 == 0 {
            pledge(cx, n / 3, person).await?;
        }
        #[cfg(feature = "study_note")]
        if n % 4 == 0 {
            note(cx, n / 4, person).await?;
        }
    }
    Ok(())
}

#[cfg(any(feature = "contribution", feature = "pledge", feature = "study_note"))]
fn first<T>(result: std::result::Result<T, Vec<zhibu_core::Error>>) -> Result<T> {
    result.map_err(|faults| faults.into_iter().next().unwrap_or_else(|| zhibu_core::Error::bug("no fault")))
}

#[cfg(feature = "contribution")]
async fn deed(cx: &Cx, n: usize, person: PersonId) -> Result<()> {
    use chrono::Days;
    use zhibu_modules::contribution::actions::{self, Which};
    use zhibu_modules::contribution::rules::Facts;
    let Some((kind, place, minutes, body)) = DEEDS.get(n % DEEDS.len()) else { return Ok(()) };
    let back = Days::new(u64::try_from(n).unwrap_or_default() * 11 % 200);
    let today = cx.app.world.today();
    let facts = Facts {
        kind: (*kind).to_owned(),
        served_on: today.checked_sub_days(back).unwrap_or(today),
        place: Some((*place).to_owned()),
        minutes: *minutes,
        body: (*body).to_owned(),
    };
    first(actions::save(cx, Which::New(person), &facts).await?).map(drop)
}

#[cfg(feature = "pledge")]
async fn pledge(cx: &Cx, n: usize, person: PersonId) -> Result<()> {
    use chrono::Datelike;
    use zhibu_modules::notes::PLEDGES as SHELF;
    use zhibu_modules::notes::actions::{self, Which};
    use zhibu_modules::notes::model::PledgeType;
    use zhibu_modules::notes::rules::Form;
    let Some(body) = PLEDGES.get(n % PLEDGES.len()) else { return Ok(()) };
    let form = Form {
        kind: Some(PledgeType::OneLine),
        year: Some(cx.app.world.today().year()),
        title: "我的年度承诺".to_owned(),
        body: (*body).to_owned(),
        source: None,
    };
    first(actions::save(&SHELF, cx, Which::New(Some(person)), &form, true).await?).map(drop)
}

#[cfg(feature = "study_note")]
async fn note(cx: &Cx, n: usize, person: PersonId) -> Result<()> {
    use zhibu_modules::notes::NOTES as SHELF;
    use zhibu_modules::notes::actions::{self, Which};
    use zhibu_modules::notes::rules::Form;
    let Some((title, body)) = NOTES.get(n % NOTES.len()) else { return Ok(()) };
    let form = Form { title: (*title).to_owned(), body: (*body).to_owned(), ..Form::default() };
    first(actions::save(&SHELF, cx, Which::New(Some(person)), &form, true).await?).map(drop)
}
