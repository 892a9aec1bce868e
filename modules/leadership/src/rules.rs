//! What holds for terms and elections (domain §1.4). Pure decisions: no database, no clock.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use zhibu_core::tally::{Ballot, Rule};
use zhibu_core::{Error, Result};
use zhibu_directory::organisation::OrgType;

use crate::model::{ElectionKind, ElectionState, TermLevel};

/// By so many days an election may be put off, or be held before the term ends.
pub const YEAR: i64 = 365;
/// From so many days before the end of a term people are reminded.
pub const AHEAD: i64 = 180;
/// Without a secretary for longer is yellow, and red.
const VACANT: (i64, i64) = (30, 90);
/// From so many full members on a branch elects a committee.
const COMMITTEE_FROM: i64 = 7;
/// So many a branch committee has at most.
const COMMITTEE_MOST: i16 = 7;

/// What is done with an election.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// 修改
    Edit,
    /// 上报请示
    Request,
    /// 批复同意
    Approve,
    /// 不予批准
    Refuse,
    /// 登记选举结果
    Hold,
    /// 报告选举结果
    Report,
    /// 批准选举结果
    Confirm,
    /// 撤回
    Withdraw,
}

/// Where an election stands after it, or why it cannot be done.
pub fn next(kind: ElectionKind, state: ElectionState, act: Act) -> Result<ElectionState> {
    use {Act as A, ElectionState as S};
    Ok(match (state, act) {
        (S::Draft, A::Edit) => S::Draft,
        (S::Draft, A::Request) => S::Requested,
        (S::Requested, A::Approve) if kind.votes() => S::Replied,
        (S::Requested, A::Approve) => S::Confirmed,
        (S::Requested | S::Reported, A::Refuse) => S::Refused,
        (S::Replied | S::Held, A::Hold) => S::Held,
        (S::Held, A::Report) => S::Reported,
        (S::Reported, A::Confirm) => S::Confirmed,
        (S::Draft | S::Requested | S::Replied | S::Held, A::Withdraw) => S::Withdrawn,
        _ => return Err(Error::refuse("ELECTION_STATE", "该换届记录当前的环节不能进行此操作，请刷新后查看")),
    })
}

/// The numbers of an assembly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// 应到会有选举权人数
    pub should: i32,
    /// 实到会有选举权人数
    pub present: i32,
    /// 发出选票
    pub issued: i32,
    /// 收回选票
    pub returned: i32,
    /// 有效选票
    pub valid: i32,
}

/// Votes for one candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The post they stand for.
    pub post: String,
    /// 赞成票
    pub yes: i32,
    /// 反对票
    pub no: i32,
    /// 弃权票
    pub abstain: i32,
}

/// What comes of it for one candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// 当选
    pub elected: bool,
    /// As many votes as another one for the last seat: they are voted on again.
    pub tied: bool,
}

/// Counts an election: quorum of four fifths, more than half of those present, as many as there are seats by the number
/// of their votes. Every number that cannot be is told with its field.
pub fn count(
    figures: &Figures,
    seats: &BTreeMap<String, i16>,
    candidates: &[Standing],
) -> std::result::Result<Vec<Verdict>, Vec<Error>> {
    let mut faults = ballots(figures);
    let mut passed = Vec::new();
    for (at, one) in candidates.iter().enumerate() {
        let Standing { yes, no, abstain, .. } = *one;
        let Figures { should, present, .. } = *figures;
        let ballot = Ballot { should, present, yes, written: 0, no, abstain };
        match Rule::Election.count(&ballot) {
            Ok(tally) => {
                passed.push(tally.passed);
                if !tally.quorum && !faults.iter().any(|fault| fault.field.as_deref() == Some("present")) {
                    let words = "实到会人数不足应到会有选举权人数的五分之四，不能进行选举";
                    faults.push(Error::invalid("present", words));
                }
            }
            Err(fault) => {
                let field = fault.field.clone().unwrap_or_default();
                let whole = matches!(field.as_str(), "should" | "present");
                let fault = if whole { fault } else { fault.at(format!("candidates.{at}.{field}")) };
                if !faults.iter().any(|known| known.field == fault.field) {
                    faults.push(fault);
                }
                continue;
            }
        }
        if yes + no + abstain != figures.valid {
            let words = format!("赞成、反对、弃权票数之和应等于有效选票{}张", figures.valid);
            faults.push(Error::invalid(format!("candidates.{at}.yes"), words));
        }
    }
    for (post, seats) in seats {
        let all: i64 = candidates.iter().filter(|one| one.post == *post).map(|one| i64::from(one.yes)).sum();
        if all > i64::from(figures.valid.max(0)) * i64::from(*seats) {
            let words = "赞成票总数多于有效选票可选的人数：每张选票所选人数不得多于应选名额";
            faults.push(Error::invalid("valid", words));
        }
    }
    if candidates.is_empty() {
        faults.push(Error::invalid("candidates", "请填写候选人及得票"));
    }
    if faults.is_empty() { Ok(fill(seats, candidates, &passed)) } else { Err(faults) }
}

fn ballots(figures: &Figures) -> Vec<Error> {
    let Figures { present, issued, returned, valid, .. } = *figures;
    let mut faults = Vec::new();
    for (field, number) in [("issued", issued), ("returned", returned), ("valid", valid)] {
        if number < 0 {
            faults.push(Error::invalid(field, "票数应为不小于0的整数"));
        }
    }
    if issued > present {
        faults.push(Error::invalid("issued", "发出的选票不能多于实到会人数"));
    }
    if returned > issued {
        faults.push(Error::invalid("returned", "收回的选票多于发出的选票，选举无效，应重新选举"));
    }
    if valid > returned {
        faults.push(Error::invalid("valid", "有效选票不能多于收回的选票"));
    }
    faults
}

/// Of those who passed, as many as there are seats; who ties for the last seat is voted on again.
fn fill(seats: &BTreeMap<String, i16>, candidates: &[Standing], passed: &[bool]) -> Vec<Verdict> {
    let won: Vec<(&Standing, bool)> = candidates.iter().zip(passed.iter().copied()).collect();
    won.iter()
        .map(|(one, passed)| {
            let seats = seats.get(&one.post).and_then(|seats| usize::try_from(*seats).ok()).unwrap_or_default();
            let rivals = || won.iter().filter(|(other, won)| *won && other.post == one.post);
            let above = rivals().filter(|(other, _)| other.yes > one.yes).count();
            let level = rivals().filter(|(other, _)| other.yes == one.yes).count();
            let (fits, open) = (above + level <= seats, above < seats);
            Verdict { elected: *passed && fits, tied: *passed && open && !fits }
        })
        .collect()
}

/// The vote of the elected committee on who does what (分工会议).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Division {
    /// 分工会议日期
    pub on: NaiveDate,
    /// 实到委员
    pub present: i32,
    /// 赞成
    pub yes: i32,
    /// 反对
    pub no: i32,
    /// 弃权
    pub abstain: i32,
}

impl Division {
    /// Half of the committee is there and more than half of all agree.
    pub fn count(&self, committee: usize) -> Result<()> {
        let should = i32::try_from(committee).map_err(Error::bug)?;
        let Self { present, yes, no, abstain, .. } = *self;
        let ballot = Ballot { should, present, yes, written: 0, no, abstain };
        let tally = Rule::Committee.count(&ballot).map_err(|fault| {
            let field = fault.field.clone().unwrap_or_default();
            fault.at(format!("division.{field}"))
        })?;
        if !tally.quorum {
            return Err(Error::invalid("division.present", "实到委员不足委员总数的一半，分工会议无效"));
        }
        if !tally.passed {
            return Err(Error::invalid("division.yes", "赞成人数未超过委员总数的半数，分工未获通过"));
        }
        Ok(())
    }
}

/// Posts that a committee has several of.
pub fn is_member_post(post: &str) -> bool {
    post.ends_with("_member")
}

/// Posts by which somebody is of the committee.
pub fn of_committee(post: &str) -> bool {
    !matches!(post, "organiser" | "group_leader")
}

/// Posts of which an organisation has one.
pub fn is_single(post: &str) -> bool {
    matches!(post, "secretary" | "discipline_secretary" | "group_leader" | "leading_group_secretary")
}

/// Posts that an organisation of this kind may have.
pub fn fits(kind: OrgType, post: &str) -> bool {
    use OrgType as T;
    let committee = matches!(kind, T::PartyCommittee | T::WorkCommittee | T::ProvisionalCommittee);
    match post {
        "group_leader" => kind == T::PartyGroup,
        "leading_group_secretary" | "leading_group_member" => kind == T::LeadingGroup,
        "standing_member" | "discipline_secretary" | "discipline_deputy" => committee,
        _ => !matches!(kind, T::PartyGroup | T::LeadingGroup),
    }
}

/// What a branch or committee is warned of before it asks: nothing of it is in the way.
pub fn warnings(kind: OrgType, full_members: i64, seats: &BTreeMap<String, i16>, candidates: &[String]) -> Vec<String> {
    let mut told = Vec::new();
    let member_seats: i64 = seats.iter().filter(|(post, _)| is_member_post(post)).map(|(_, n)| i64::from(*n)).sum();
    let standing = candidates.iter().filter(|post| is_member_post(post)).count();
    let standing = i64::try_from(standing).unwrap_or(i64::MAX);
    if member_seats > 0 && (standing - member_seats) * 5 < member_seats {
        let least = member_seats + (member_seats + 4) / 5;
        told.push(format!("委员候选人的差额应不少于应选人数的20%：应选{member_seats}人，候选人应不少于{least}人"));
    }
    let branch = matches!(kind, OrgType::Branch | OrgType::JointBranch | OrgType::MobileBranch);
    let all: i16 = seats.values().sum();
    if branch && full_members < COMMITTEE_FROM && member_seats > 0 {
        told.push(format!(
            "正式党员{full_members}人，不足{COMMITTEE_FROM}人的党支部设书记，必要时设副书记，不设支部委员会"
        ));
    }
    if branch && full_members >= COMMITTEE_FROM && all < 3 {
        told.push(format!("正式党员{full_members}人，党支部应当设立支部委员会，一般3至5人"));
    }
    if branch && all > COMMITTEE_MOST {
        told.push(format!("支部委员会一般3至5人，最多不超过{COMMITTEE_MOST}人"));
    }
    told
}

/// Whether an election may be put off to a day: at most a year after the term would have ended by itself.
pub fn postpone(own_end: Option<NaiveDate>, end: Option<NaiveDate>, to: Option<NaiveDate>) -> Result<NaiveDate> {
    let (Some(own), Some(end)) = (own_end, end) else {
        return Err(Error::invalid("kind", "该组织没有登记本届起始日期，不能办理延期"));
    };
    let to = to.ok_or_else(|| Error::invalid("postponedTo", "请选择拟延期至的日期"))?;
    if to <= end {
        return Err(Error::invalid("postponedTo", format!("延期应晚于本届届满日期{end}")));
    }
    if (to - own).num_days() > YEAR {
        return Err(Error::invalid("postponedTo", format!("延期不得超过一年：本届于{own}届满")));
    }
    Ok(to)
}

/// Whether an assembly may be on a day: not longer than a year before the term ends.
pub fn early(end: Option<NaiveDate>, on: NaiveDate, field: &str) -> Result<()> {
    match end {
        Some(end) if (end - on).num_days() > YEAR => {
            Err(Error::invalid(field, format!("提前换届不得早于届满前一年：本届于{end}届满")))
        }
        _ => Ok(()),
    }
}

/// How urgent the end of a term is.
pub fn level(end: NaiveDate, today: NaiveDate) -> Option<TermLevel> {
    match (end - today).num_days() {
        ..0 => Some(TermLevel::Red),
        0..=30 => Some(TermLevel::Yellow),
        31..=AHEAD => Some(TermLevel::Blue),
        _ => None,
    }
}

/// How urgent it is that there is no secretary since a day.
pub fn vacancy(since: NaiveDate, today: NaiveDate) -> Option<TermLevel> {
    let days = (today - since).num_days();
    if days > VACANT.1 {
        Some(TermLevel::Red)
    } else if days > VACANT.0 {
        Some(TermLevel::Yellow)
    } else {
        None
    }
}

/// A rung of the ladder of reminders: written once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rung {
    /// Its rule.
    pub rule: &'static str,
    /// How urgent.
    pub level: TermLevel,
    /// The day it stands on.
    pub day: NaiveDate,
}

fn day(from: NaiveDate, days: i64) -> NaiveDate {
    let by = Days::new(days.unsigned_abs());
    let moved = if days < 0 { from.checked_sub_days(by) } else { from.checked_add_days(by) };
    moved.unwrap_or(from)
}

/// The highest rung that the end of a term has come to: half a year, a quarter and a month before, the day itself, daily
/// for a week after it and then weekly.
pub fn rung(end: NaiveDate, today: NaiveDate) -> Option<Rung> {
    let gone = (today - end).num_days();
    let at = |rule, level, days| Some(Rung { rule, level, day: day(end, days) });
    match gone {
        ..=-181 => None,
        -180..=-91 => at("term_180", TermLevel::Blue, -180),
        -90..=-31 => at("term_90", TermLevel::Blue, -90),
        -30..=-1 => at("term_30", TermLevel::Yellow, -30),
        0 => at("term_due", TermLevel::Yellow, 0),
        1..=7 => at("term_over", TermLevel::Red, gone),
        _ => at("term_over", TermLevel::Red, gone - gone % 7),
    }
}

/// The same for a post of secretary that nobody holds since a day.
pub fn vacant_rung(since: NaiveDate, today: NaiveDate) -> Option<Rung> {
    let level = vacancy(since, today)?;
    let days = if level == TermLevel::Red { VACANT.1 } else { VACANT.0 } + 1;
    Some(Rung { rule: "secretary_vacant", level, day: day(since, days) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn seats(of: &[(&str, i16)]) -> BTreeMap<String, i16> {
        of.iter().map(|(post, n)| ((*post).to_owned(), *n)).collect()
    }

    fn stand(post: &str, yes: i32, no: i32, abstain: i32) -> Standing {
        Standing { post: post.to_owned(), yes, no, abstain }
    }

    fn figures(should: i32, present: i32) -> Figures {
        Figures { should, present, issued: present, returned: present, valid: present }
    }

    fn fields(faults: Vec<Error>) -> Vec<String> {
        faults.into_iter().filter_map(|fault| fault.field).collect()
    }

    /// Rows of `config/vote_vectors.csv` of the kind `election`, through the whole count.
    #[test]
    fn pc_3_1_2_elections_are_counted_as_the_vectors_say() {
        let vectors = include_str!("../../../config/vote_vectors.csv");
        let mut seen = 0;
        for row in vectors.lines().filter(|row| row.split(',').nth(1) == Some("election")) {
            let cells: Vec<&str> = row.split(',').collect();
            let number = |at: usize| cells[at].parse::<i32>().unwrap();
            let figures = figures(number(2), number(3));
            let counted =
                count(&figures, &seats(&[("secretary", 1)]), &[stand("secretary", number(4), number(6), number(7))]);
            match cells[8] {
                "true" => assert_eq!(counted.unwrap()[0].elected.to_string(), cells[9], "{row}"),
                _ => assert_eq!(fields(counted.unwrap_err()), ["present"], "{row}"),
            }
            seen += 1;
        }
        assert_eq!(seen, 3);
    }

    #[test]
    fn pc_3_1_2_seats_go_to_those_with_the_most_votes_and_a_tie_is_voted_on_again() {
        let three = seats(&[("committee_member", 3)]);
        let result = |votes: &[i32]| {
            let standing: Vec<Standing> =
                votes.iter().map(|yes| stand("committee_member", *yes, 20 - yes, 0)).collect();
            let verdicts = count(&figures(20, 20), &three, &standing).unwrap();
            let word = |v: Verdict| {
                if v.elected {
                    "当选"
                } else if v.tied {
                    "重选"
                } else {
                    "落选"
                }
            };
            verdicts.into_iter().map(word).collect::<Vec<_>>()
        };
        assert_eq!(result(&[18, 17, 12, 11]), ["当选", "当选", "当选", "落选"]);
        assert_eq!(result(&[18, 13, 12, 12]), ["当选", "当选", "重选", "重选"]);
        assert_eq!(result(&[15, 14, 10, 10]), ["当选", "当选", "落选", "落选"], "half is not more than half");
        assert_eq!(result(&[12, 12, 12]), ["当选", "当选", "当选"]);
    }

    #[test]
    fn pc_3_1_2_numbers_that_cannot_be_are_told_with_their_field() {
        let one = seats(&[("secretary", 1)]);
        let told =
            |figures: Figures, yes, no| fields(count(&figures, &one, &[stand("secretary", yes, no, 0)]).unwrap_err());
        let good = Figures { should: 20, present: 18, issued: 18, returned: 17, valid: 16 };
        assert!(count(&good, &one, &[stand("secretary", 15, 1, 0)]).is_ok());
        assert_eq!(told(Figures { issued: 19, ..good }, 15, 1), ["issued"]);
        assert_eq!(told(Figures { returned: 19, ..good }, 15, 1), ["returned"]);
        assert_eq!(told(Figures { valid: 18, ..good }, 17, 1), ["valid"]);
        assert_eq!(told(good, 15, 2), ["candidates.0.yes"], "more marks than valid ballots");
        assert_eq!(told(good, 15, 0), ["candidates.0.yes"], "fewer marks than valid ballots");
        assert_eq!(told(Figures { should: 17, ..good }, 15, 1), ["present"]);
        assert_eq!(told(Figures { should: 0, ..good }, 15, 1), ["should"]);
        let two = [stand("secretary", 12, 4, 0), stand("secretary", 10, 6, 0)];
        assert_eq!(fields(count(&good, &one, &two).unwrap_err()), ["valid"], "one seat, two marks on a ballot");
        assert_eq!(fields(count(&good, &one, &[]).unwrap_err()), ["candidates"]);
    }

    #[test]
    fn pc_3_1_2_a_committee_divides_its_work_by_more_than_half() {
        let vote = |present, yes, no| Division { on: on("2026-11-26"), present, yes, no, abstain: 0 }.count(5);
        assert!(vote(3, 3, 0).is_ok());
        assert_eq!(vote(2, 2, 0).unwrap_err().field.as_deref(), Some("division.present"));
        assert_eq!(vote(5, 2, 3).unwrap_err().field.as_deref(), Some("division.yes"));
        assert_eq!(vote(6, 6, 0).unwrap_err().field.as_deref(), Some("division.present"));
    }

    #[test]
    fn pc_3_1_2_a_fifth_more_candidates_than_seats_is_asked_for() {
        let told = |n: i16, candidates: usize| {
            let standing = vec!["committee_member".to_owned(); candidates];
            warnings(OrgType::GeneralBranch, 60, &seats(&[("committee_member", n)]), &standing).len()
        };
        assert_eq!((told(5, 5), told(5, 6), told(7, 8), told(7, 9), told(3, 3), told(3, 4)), (1, 0, 1, 0, 1, 0));
        let secretary = ["secretary".to_owned()];
        assert!(warnings(OrgType::Branch, 6, &seats(&[("secretary", 1)]), &secretary).is_empty());
        assert_eq!(warnings(OrgType::Branch, 7, &seats(&[("secretary", 1)]), &secretary).len(), 1);
    }

    #[test]
    fn pc_3_1_2_an_election_goes_its_way_and_no_other() {
        use {Act as A, ElectionKind as K, ElectionState as S};
        let way = |kind, acts: &[Act]| {
            acts.iter().try_fold(S::Draft, |state, act| next(kind, state, *act)).map_err(|error| error.code)
        };
        let all = [A::Edit, A::Request, A::Approve, A::Hold, A::Hold, A::Report, A::Confirm];
        assert_eq!(way(K::General, &all), Ok(S::Confirmed));
        assert_eq!(way(K::Postponed, &[A::Request, A::Approve]), Ok(S::Confirmed));
        assert_eq!(way(K::Appointment, &[A::Request, A::Approve]), Ok(S::Confirmed));
        assert_eq!(way(K::General, &[A::Request, A::Refuse]), Ok(S::Refused));
        for wrong in [
            &[A::Hold][..],
            &[A::Approve],
            &[A::Request, A::Edit],
            &[A::Request, A::Hold],
            &[A::Request, A::Approve, A::Confirm],
            &[A::Request, A::Approve, A::Hold, A::Confirm],
            &[A::Request, A::Approve, A::Hold, A::Report, A::Withdraw],
            &[A::Withdraw, A::Request],
        ] {
            assert_eq!(way(K::General, wrong), Err("ELECTION_STATE"), "{wrong:?}");
        }
        assert_eq!(way(K::Postponed, &[A::Request, A::Approve, A::Hold]), Err("ELECTION_STATE"));
    }

    #[test]
    fn pc_3_1_2_an_election_is_put_off_by_a_year_at_most() {
        let end = on("2026-11-26");
        let to =
            |own, end, day| postpone(own, Some(end), Some(on(day))).map_err(|fault| fault.field.unwrap_or_default());
        assert_eq!(to(Some(end), end, "2027-11-26"), Ok(on("2027-11-26")));
        assert_eq!(to(Some(end), end, "2027-11-27"), Err("postponedTo".into()));
        assert_eq!(to(Some(end), end, "2026-11-26"), Err("postponedTo".into()));
        // Put off once more, it is still a year from the end that the term had by itself.
        assert_eq!(to(Some(end), on("2027-05-01"), "2027-11-26"), Ok(on("2027-11-26")));
        assert_eq!(to(Some(end), on("2027-05-01"), "2027-12-01"), Err("postponedTo".into()));
        assert!(postpone(None, None, Some(end)).is_err());
        assert!(early(Some(end), on("2025-11-26"), "plannedOn").is_ok());
        assert!(early(Some(end), on("2025-11-25"), "plannedOn").is_err());
    }

    #[test]
    fn pc_3_1_2_the_ladder_has_its_rungs() {
        let end = on("2026-07-01");
        let at = |days: i64| rung(end, day(end, days)).map(|rung| (rung.rule, (rung.day - end).num_days()));
        assert_eq!(at(-181), None);
        assert_eq!((at(-180), at(-91)), (Some(("term_180", -180)), Some(("term_180", -180))));
        assert_eq!((at(-90), at(-31)), (Some(("term_90", -90)), Some(("term_90", -90))));
        assert_eq!((at(-30), at(-1)), (Some(("term_30", -30)), Some(("term_30", -30))));
        assert_eq!(at(0), Some(("term_due", 0)));
        assert_eq!((1..=7).map(|n| at(n).unwrap().1).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7]);
        assert_eq!([8, 13, 14, 20, 21].map(|n| at(n).unwrap().1), [7, 7, 14, 14, 21]);
        let level_at = |days: i64| level(end, day(end, days));
        assert_eq!(
            [-181, -180, -31, -30, 0, 1].map(level_at),
            [
                None,
                Some(TermLevel::Blue),
                Some(TermLevel::Blue),
                Some(TermLevel::Yellow),
                Some(TermLevel::Yellow),
                Some(TermLevel::Red)
            ]
        );
        let vacant = |days: i64| vacant_rung(end, day(end, days)).map(|rung| (rung.level, (rung.day - end).num_days()));
        assert_eq!((vacant(30), vacant(31)), (None, Some((TermLevel::Yellow, 31))));
        assert_eq!((vacant(90), vacant(91)), (Some((TermLevel::Yellow, 31)), Some((TermLevel::Red, 91))));
    }
}
