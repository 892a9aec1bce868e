//! The made-up members of the demo tenant: the same ones on every machine.

use chrono::{Days, Months, NaiveDate};
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, SeedableRng};
use zhibu_core::{Error, OrganisationId, Result, check};
use zhibu_modules::directory::MEMBER_EDIT;
use zhibu_modules::directory::member::Facts;
use zhibu_modules::directory::member::TABLES;
use zhibu_modules::directory::member::{MemberType, MembershipStatus, Newcomer, Place, create_all, rules};
use zhibu_tenancy::Cx;
use zhibu_tenancy::exchange::import::renew;

const SEED: u64 = 20_260_701;
/// Members that go to the database together.
const CHUNK: usize = 500;

const SURNAMES: &str = "王王王李李李张张张刘刘陈陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金贾韦夏付方白邹孟熊秦";
const GIVEN: &str = "安柏波晨成诚初春达丹东方枫钢光桂国海涵翰航浩和恒红宏鸿华辉慧佳嘉健江杰洁金锦晶静娟军俊凯康兰雷莉立林玲凌龙璐梅萌明楠宁鹏平琪倩强青清庆秋泉然荣瑞润森珊尚胜书舒顺思松涛婷彤万微巍伟文雯武熙霞翔晓昕新欣兴雪岩艳阳洋瑶怡毅莹颖永勇宇雨玉园远悦云泽哲珍正志忠卓子";

/// A branch with how many members it gets, and its groups.
pub(super) struct Branch {
    pub(super) id: OrganisationId,
    pub(super) name: String,
    pub(super) groups: Vec<OrganisationId>,
    pub(super) members: usize,
    /// Everybody here has retired.
    pub(super) retired: bool,
    /// Everybody here lives elsewhere.
    pub(super) away: bool,
}

/// What is dealt out among the members, in the shares of the demo tenant: 200 of each.
struct Deck {
    rng: StdRng,
    sexes: Vec<&'static str>,
    ethnicities: Vec<&'static str>,
    ages: Vec<(u32, u32)>,
    educations: Vec<&'static str>,
}

fn deal<T: Copy>(rng: &mut StdRng, shares: &[(T, usize)]) -> Vec<T> {
    let mut cards: Vec<T> = shares.iter().flat_map(|(card, count)| std::iter::repeat_n(*card, *count)).collect();
    cards.shuffle(rng);
    cards
}

impl Deck {
    fn new() -> Self {
        Self {
            rng: StdRng::seed_from_u64(SEED),
            sexes: Vec::new(),
            ethnicities: Vec::new(),
            ages: Vec::new(),
            educations: Vec::new(),
        }
    }

    /// Deals anew when a pile is used up.
    fn next(&mut self, retired: bool) -> (&'static str, &'static str, (u32, u32), &'static str) {
        let rng = &mut self.rng;
        if self.sexes.is_empty() {
            self.sexes = deal(rng, &[("1", 128), ("2", 72)]);
            self.ethnicities = deal(rng, &[("01", 184), ("03", 5), ("11", 4), ("08", 3), ("02", 2), ("15", 2)]);
            self.educations =
                deal(rng, &[("11", 4), ("14", 24), ("21", 92), ("31", 48), ("41", 10), ("61", 14), ("71", 8)]);
        }
        if self.ages.is_empty() && !retired {
            self.ages = deal(rng, &[((22, 30), 34), ((31, 40), 58), ((41, 50), 52), ((51, 60), 35)]);
        }
        let fallback = ("1", "01", (31, 40), "21");
        (
            self.sexes.pop().unwrap_or(fallback.0),
            self.ethnicities.pop().unwrap_or(fallback.1),
            if retired { fallback.2 } else { self.ages.pop().unwrap_or(fallback.2) },
            self.educations.pop().unwrap_or(fallback.3),
        )
    }

    fn name(&mut self) -> String {
        let (surnames, given): (Vec<char>, Vec<char>) = (SURNAMES.chars().collect(), GIVEN.chars().collect());
        let length = if self.rng.random_bool(0.75) { 2 } else { 1 };
        let first = surnames.choose(&mut self.rng).into_iter();
        let rest: Vec<&char> = (0..length).filter_map(|_| given.choose(&mut self.rng)).collect();
        first.chain(rest).collect()
    }
}

/// Adds the members of these branches, `tell`ing how many there are already.
pub(super) async fn fill(cx: &Cx, branches: &[Branch], tell: impl Fn(u64)) -> Result<()> {
    let today = cx.app.world.today();
    let mut deck = Deck::new();
    let (mut index, mut working, mut waiting) = (0, 0, Vec::new());
    for branch in branches {
        for at in 0..branch.members {
            let facts = member(&mut deck, Spot::of(branch, index, at, &mut working), branch, today)?;
            let group = branch.groups.get(at % branch.groups.len().max(1)).copied();
            let post = ["secretary", "organisation_member", "publicity_member", "discipline_member"].get(at);
            waiting.push(Newcomer {
                place: Place { branch: branch.id, group },
                branch: branch.name.clone(),
                facts,
                post: post.map(|post| (*post).to_owned()),
            });
            index += 1;
            if waiting.len() == CHUNK {
                store(cx, std::mem::take(&mut waiting)).await?;
                tell(u64::from(index));
            }
        }
    }
    store(cx, waiting).await?;
    tell(u64::from(index));
    renew(cx, TABLES).await
}

/// Which of the special cases of the demo tenant somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    /// None.
    Usual,
    /// 预备党员: the first one is overdue by twenty days, two end within thirty days.
    Probation(u64),
    /// 停止党籍
    Suspended,
    /// 失联
    Lost,
    /// 流出
    Away,
    /// 光荣在党50年
    Veteran,
    /// Retired, for fewer than fifty years in the Party.
    Retired,
}

/// A member's number, counted from nought, and what is special.
struct Spot {
    index: u32,
    case: Case,
}

/// Of two hundred so many work and live here; the special cases are dealt among them.
const WORKING: u32 = 169;

impl Spot {
    fn of(branch: &Branch, index: u32, at: usize, working: &mut u32) -> Self {
        if branch.retired {
            return Self { index, case: if at < 3 { Case::Veteran } else { Case::Retired } };
        }
        if branch.away {
            return Self { index, case: if at % 10 < 6 { Case::Away } else { Case::Usual } };
        }
        let place = *working % WORKING;
        *working += 1;
        let case = match place {
            57 | 101 => Case::Suspended,
            133 => Case::Lost,
            n if n % 14 == 0 && n < 168 => Case::Probation(u64::from(n / 14)),
            n if n % 20 == 9 && n < 160 => Case::Away,
            _ => Case::Usual,
        };
        Self { index, case }
    }
}

async fn store(cx: &Cx, newcomers: Vec<Newcomer>) -> Result<()> {
    if newcomers.is_empty() {
        return Ok(());
    }
    let mut write = cx.write(MEMBER_EDIT).await?;
    create_all(&mut write, newcomers).await?;
    write.commit().await
}

fn member(deck: &mut Deck, Spot { index, case }: Spot, branch: &Branch, today: NaiveDate) -> Result<Facts> {
    let (sex, ethnicity, band, education) = deck.next(branch.retired);
    let band = match case {
        Case::Veteran => (74, 85),
        Case::Retired => (61, 67),
        _ => band,
    };
    let age = deck.rng.random_range(band.0..=band.1);
    let birth_date = today
        .checked_sub_months(Months::new(12 * age))
        .and_then(|day| day.checked_sub_days(Days::new(deck.rng.random_range(0..365))))
        .unwrap_or(today);
    let of_age = rules::of_age(birth_date);
    let years = today.years_since(of_age).unwrap_or_default();
    let join_date = match case {
        Case::Probation(0) => back(today, 385),
        Case::Probation(n @ 1..=2) => back(today, 365 - 10 * n),
        Case::Probation(n) => back(today, 25 * n),
        Case::Veteran => of_age.checked_add_months(Months::new(12)).unwrap_or(of_age),
        _ => {
            let most = i64::from(years.saturating_sub(2).max(1));
            let later = Months::new(u32::try_from(deck.rng.random_range(0..most * 12)).unwrap_or_default());
            of_age.checked_add_months(later).unwrap_or(of_age)
        }
    };
    let conversion = join_date.checked_add_months(Months::new(12)).filter(|day| *day <= today);
    let formal = !matches!(case, Case::Probation(_)) && conversion.is_some();
    let floating = case == Case::Away;
    let facts = Facts {
        name: deck.name(),
        id_number: Some(id_number(index, sex, birth_date, today)?),
        sex: sex.into(),
        birth_date,
        archive_birth_date: None,
        archive_birth_reason: None,
        ethnicity: ethnicity.into(),
        native_place: Some("江苏省南京市".into()),
        education_level: education.into(),
        degree: None,
        school: None,
        major: None,
        first_work_date: None,
        work_post: work_post(branch, education).into(),
        employer: Some("示例集团".into()),
        professional_title: None,
        mobile: Some(format!("199{index:08}")),
        landline: None,
        home_address: None,
        special_group: None,
        remark: None,
        member_type: if formal { MemberType::Formal } else { MemberType::Probationary },
        join_date,
        conversion_date: conversion.filter(|_| formal),
        status: if case == Case::Suspended { MembershipStatus::Suspended } else { MembershipStatus::Normal },
        lost_on: (case == Case::Lost).then(|| back(today, 200)).filter(|day| *day >= join_date),
        lost_reason: None,
        floating,
        flow_direction: floating.then(|| "1".into()),
    };
    rules::accept(facts, today, true).map_err(|faults| {
        let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
        Error::bug(format!("demo member {index}: {}", told.join(", ")))
    })
}

fn back(today: NaiveDate, days: u64) -> NaiveDate {
    today.checked_sub_days(Days::new(days)).unwrap_or(today)
}

fn work_post(branch: &Branch, education: &str) -> &'static str {
    match (branch.retired, education) {
        (true, _) => "502",
        (false, "11" | "14") => "122",
        (false, "21" | "31") => "121",
        (false, _) => "123",
    }
}

/// A made-up number of the unallocated region 99.
/// A made-up identity number, which only a demo tenant takes.
pub(super) fn id_number(index: u32, sex: &str, birth: NaiveDate, today: NaiveDate) -> Result<String> {
    let place = 2 * (index % 499) + u32::from(sex == "1");
    let body = format!("99{:04}{}{place:03}", index / 499, birth.format("%Y%m%d"));
    let right = "0123456789X".chars().map(|last| format!("{body}{last}"));
    right
        .into_iter()
        .find(|text| check::id_number(text, today, true).is_ok())
        .ok_or_else(|| Error::bug("demo identity number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The branches of the demo tenant with their members.
    fn two_hundred() -> (Vec<Facts>, NaiveDate) {
        let today = NaiveDate::from_ymd_opt(2026, 11, 25).unwrap();
        let world = zhibu_core::World::default();
        let (mut deck, mut working, mut index, mut all) = (Deck::new(), 0, 0, Vec::new());
        for (number, members, _) in super::super::HEADS {
            let branch = Branch {
                id: world.id(),
                name: "示例党支部".into(),
                groups: Vec::new(),
                members: *members,
                retired: *number == 9,
                away: *number == 12,
            };
            for at in 0..branch.members {
                all.push(member(&mut deck, Spot::of(&branch, index, at, &mut working), &branch, today).unwrap());
                index += 1;
            }
        }
        (all, today)
    }

    #[test]
    fn the_demo_has_the_same_members_everywhere_in_the_same_shares() {
        let (members, today) = two_hundred();
        let count = |holds: &dyn Fn(&Facts) -> bool| members.iter().filter(|member| holds(member)).count();
        assert_eq!(members.len(), 200);
        assert_eq!(count(&|m| m.sex == "2"), 72);
        for (ethnicity, people) in [("01", 184), ("03", 5), ("11", 4), ("08", 3), ("02", 2), ("15", 2)] {
            assert_eq!(count(&|m| m.ethnicity == ethnicity), people, "{ethnicity}");
        }
        for (education, people) in [("11", 4), ("14", 24), ("21", 92), ("31", 48), ("41", 10), ("61", 14), ("71", 8)] {
            assert_eq!(count(&|m| m.education_level == education), people, "{education}");
        }
        for (ages, people) in [(0..=30, 34), (31..=40, 58), (41..=50, 52), (51..=60, 35), (61..=120, 21)] {
            let age = |m: &Facts| today.years_since(m.birth_date).unwrap();
            assert_eq!(count(&|m| ages.contains(&age(m))), people, "{ages:?}");
        }
        assert_eq!(count(&|m| m.member_type == MemberType::Probationary), 12);
        let ends = |m: &Facts| (rules::probation_end(m.join_date) - today).num_days();
        let probation =
            |holds: &dyn Fn(i64) -> bool| count(&|m| m.member_type == MemberType::Probationary && holds(ends(m)));
        assert_eq!((probation(&|days| (0..=30).contains(&days)), probation(&|days| days < 0)), (2, 1));
        assert_eq!(count(&|m| m.status == MembershipStatus::Suspended), 2);
        assert_eq!((count(&|m| m.lost_on.is_some()), count(&|m| m.floating)), (1, 14));
        let fifty = |m: &Facts| rules::party_age(m.join_date, m.conversion_date, m.member_type, today) >= Some(50);
        assert_eq!(count(&fifty), 3);
        let numbers: std::collections::HashSet<_> = members.iter().map(|m| m.id_number.clone()).collect();
        assert_eq!(numbers.len(), 200);
        let names: Vec<&str> = members.iter().take(5).map(|m| m.name.as_str()).collect();
        let again = two_hundred().0;
        assert_eq!(again.iter().take(5).map(|m| m.name.as_str()).collect::<Vec<_>>(), names);
        assert_eq!(names, ["唐初浩", "钟佳强", "吕军秋", "王明锦", "黄万思"]);
    }
}
