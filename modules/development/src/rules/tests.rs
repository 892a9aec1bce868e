use proptest::prelude::*;

use super::ladder::{Level, Rule, Rung};
use super::practice::Practice;
use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn later(from: NaiveDate, months: u32) -> NaiveDate {
    from.checked_add_months(chrono::Months::new(months)).unwrap()
}

/// A vote that any rule passes.
fn agreed() -> Ballot {
    Ballot { should: 20, present: 18, yes: 16, written: 0, no: 1, abstain: 1 }
}

/// Everything that a step may ask for.
fn whole(on: NaiveDate) -> Given {
    Given {
        confirmed: STEPS.iter().flat_map(Step::confirmations).map(|(key, _)| key.to_owned()).collect(),
        people: vec![Uuid::from_u128(1), Uuid::from_u128(2)],
        ballot: Some(agreed()),
        days: Some(3),
        form_no: Some("苏委〔2026〕001号".to_owned()),
        place: Some("组织部档案室".to_owned()),
        notice_from: Some(on - chrono::Duration::days(20)),
        notice_to: Some(on - chrono::Duration::days(10)),
        decision: Some(Decision::Convert),
        ..Given::default()
    }
}

fn act(on: NaiveDate) -> Act {
    Act { on, given: whole(on), failed: false }
}

fn supply(file: &mut File, no: u8) {
    let kinds = step_of(no).unwrap().documents.clone();
    file.waiting.extend(kinds.into_iter().map(|kind| (no, kind)));
}

fn codes(faults: &[Error]) -> Vec<&str> {
    faults.iter().map(|fault| fault.code).collect()
}

/// Does a step with all it needs.
fn go(file: &mut File, no: u8, on: NaiveDate) -> Verdict {
    supply(file, no);
    let verdict = file.decide(no, &act(on), on).unwrap_or_else(|faults| panic!("step {no} on {on}: {faults:?}"));
    file.take(no, &act(on), &verdict);
    verdict
}

/// Whether the next things can be recorded as far as they must before a step.
fn prepare(file: &mut File, no: u8, on: NaiveDate) {
    if matches!(no, 6 | 7) {
        while file.observed.iter().filter(|day| **day >= file.done[&3].on).count() < 2 {
            file.note(Event::Observe, on, on).unwrap();
        }
    }
    if matches!(no, 17 | 24) {
        let _ = file.note(Event::Submit, on, on);
    }
}

/// The straight way up to a step, each as early as it may be.
fn up_to(last: u8) -> File {
    let mut file = File::new(day("1995-05-05"));
    let mut on = day("2022-01-31");
    for no in 1..=last {
        let earliest = file.look(on).steps[usize::from(no) - 1].earliest;
        on = earliest.map_or(on, |earliest| earliest.max(on));
        prepare(&mut file, no, on);
        go(&mut file, no, on);
    }
    file
}

#[test]
fn pc_3_2_4_the_straight_way_leads_to_a_full_member() {
    let mut file = up_to(25);
    assert_eq!((file.standing(), file.outcome), (Standing::Formal, Outcome::Converted));
    assert_eq!(file.look(day("2030-01-01")).next, None);
    // Six months to the activist, clamped at the month's end; a year to the candidate; a year of probation.
    assert_eq!(file.done[&3].on, day("2022-07-31"));
    assert_eq!(file.done[&7].on, day("2023-07-31"));
    assert_eq!(file.probation_end(), Some(later(file.done[&15].on, 12)));
    assert_eq!(file.done[&24].on, day("2024-07-31"));
    file.done.remove(&20);
    let stopped = File { outcome: Outcome::InProgress, ..file.clone() };
    assert_eq!(stopped.look(day("2030-01-01")).next, Some(20));
}

#[test]
fn pc_3_2_4_a_step_says_why_it_is_closed_and_from_when() {
    let file = up_to(2);
    let look = file.look(day("2022-03-01"));
    assert_eq!(
        (look.stage, look.next, look.side, look.standing),
        (2, Some(3), Some(Side::Branch), Standing::Applicant)
    );
    let third = &look.steps[2];
    assert_eq!((third.state, third.earliest), (State::Closed, Some(day("2022-07-31"))));
    let words = &third.closed[0].words;
    assert!(
        third.closed[0].code == "TOO_EARLY" && words.contains("2022年7月31日") && words.contains("6个月"),
        "{words}"
    );
    assert_eq!(third.missing, ["recommendation", "committee_minutes", "activist_register"]);
    let seventh = &look.steps[6];
    assert!(
        seventh.closed.iter().any(|why| why.words.contains("第3步“推荐和确定入党积极分子”")),
        "{:?}",
        seventh.closed
    );
    assert_eq!(file.look(day("2022-07-31")).steps[2].state, State::Open);
}

#[test]
fn pc_3_2_4_a_wait_by_practice_is_shortened_with_a_reason_only() {
    let mut file = up_to(2);
    supply(&mut file, 3);
    let on = day("2022-05-10");
    let tried = |early: Option<&str>, on: NaiveDate| {
        let mut act = act(on);
        act.given.early = early.map(str::to_owned);
        file.decide(3, &act, on).map_err(|faults| codes(&faults).join(" "))
    };
    assert_eq!(tried(None, on), Err("TOO_EARLY".to_owned()));
    assert_eq!(tried(Some("短"), on), Err("TOO_EARLY".to_owned()));
    assert!(tried(Some("一贯表现突出"), on).unwrap().passed);
    assert_eq!(tried(Some("一贯表现突出"), day("2022-04-29")), Err("TOO_EARLY".to_owned()));
    assert!(tried(Some("一贯表现突出"), day("2022-04-30")).is_ok());
}

#[test]
fn pc_3_2_4_what_a_step_needs_is_told_with_its_field() {
    let on = day("2025-06-30");
    type Spoil = fn(&mut Act);
    let cases: [(u8, Spoil, &str, &str); 14] = [
        (1, |act| act.on = day("2013-05-04"), "INVALID", "on"),
        (2, |act| act.given.people.clear(), "INVALID", "people"),
        (3, |act| act.given.ballot = None, "INVALID", "ballot"),
        (3, |act| act.given.confirmed.clear(), "INVALID", "confirmed"),
        (
            3,
            |act| act.given.ballot = Some(Ballot { present: 9, yes: 9, no: 0, abstain: 0, ..agreed() }),
            "NO_QUORUM",
            "present",
        ),
        (5, |act| act.given.people = (1..=3).map(Uuid::from_u128).collect(), "INVALID", "people"),
        (9, |act| act.given.people.truncate(1), "INVALID", "people"),
        (9, |act| act.given.people = vec![Uuid::from_u128(1); 2], "INVALID", "people"),
        (11, |act| act.given.days = Some(2), "INVALID", "days"),
        (12, |act| act.given.notice_to = Some(act.on), "INVALID", "noticeFrom"),
        (14, |act| act.given.form_no = Some(" ".to_owned()), "INVALID", "formNo"),
        (23, |act| act.given.decision = None, "INVALID", "decision"),
        (23, |act| act.given.decision = Some(Decision::Extend), "INVALID", "months"),
        (25, |act| act.given.place = None, "INVALID", "place"),
    ];
    for (no, spoil, code, field) in cases {
        let mut file = up_to(no - 1);
        supply(&mut file, no);
        let at = file.look(on).steps[usize::from(no) - 1].earliest.unwrap_or(day("2022-01-31"));
        prepare(&mut file, no, at);
        let mut act = act(at);
        assert!(file.decide(no, &act, on).is_ok(), "{no}: {:?}", file.decide(no, &act, on));
        spoil(&mut act);
        if no == 12 {
            // One working day is too few, however it is placed.
            act.given.notice_from = act.given.notice_to;
        }
        let Err(faults) = file.decide(no, &act, on) else { panic!("step {no} is done without {field}") };
        assert!(
            faults.iter().any(|fault| fault.code == code && fault.field.as_deref() == Some(field)),
            "{no} {field}: {faults:?}"
        );
    }
    let mut file = up_to(3);
    let faults = file.decide(4, &act(file.done[&3].on), on).unwrap_err();
    assert_eq!(codes(&faults), ["DOCUMENT_MISSING", "DOCUMENT_MISSING"]);
    supply(&mut file, 4);
    let tomorrow = Act { on: on + chrono::Duration::days(1), ..act(on) };
    assert_eq!(codes(&file.decide(4, &tomorrow, on).unwrap_err()), ["INVALID"]);
    file.authority = false;
    let open = |file: &File| file.look(on).steps[12].closed.iter().any(|why| why.code == "NO_APPROVER");
    assert!(open(&file));
    file.authority = true;
    assert!(!open(&file));
}

#[test]
fn pc_3_2_4_a_resolution_that_lies_too_long_is_void() {
    let file = up_to(15);
    let assembly = file.done[&15].on;
    let one_day = chrono::Duration::days(1);
    for (at, next, code) in [
        (later(assembly, 3), 16, None),
        (later(assembly, 3) + one_day, 15, Some("ASSEMBLY_STALE")),
        (later(assembly, 6), 15, Some("ASSEMBLY_STALE")),
        (later(assembly, 6) + one_day, 12, Some("ASSEMBLY_VOID")),
        // By then the review is too old as well.
        (later(file.done[&10].on, 12) + one_day, 10, Some("ASSEMBLY_VOID")),
    ] {
        let look = file.look(at);
        assert_eq!((look.next, look.lapse.map(|why| why.code)), (Some(next), code), "{at}");
    }
    assert_eq!(file.look(assembly).latest, Some(later(assembly, 2)), "the talk comes first");
    // Sent in time, though told late.
    let mut told = file.clone();
    told.note(Event::Submit, later(assembly, 2), later(assembly, 7)).unwrap();
    assert_eq!(told.look(later(assembly, 7)).next, Some(16));
    let refused = file.clone().note(Event::Submit, later(assembly, 4), later(assembly, 8)).unwrap_err();
    assert_eq!(refused.code, "EVENT_NOT_NOW");
    // Voting again replaces what there was.
    let mut again = file.clone();
    let verdict = go(&mut again, 15, later(assembly, 4));
    assert_eq!(verdict.void, BTreeSet::from([15]));
    assert_eq!(again.done[&15].on, later(assembly, 4));
}

#[test]
fn pc_3_2_4_the_committee_has_three_months_and_at_most_six() {
    let mut file = up_to(16);
    let sent = file.done[&16].on;
    file.note(Event::Submit, sent, sent).unwrap();
    supply(&mut file, 17);
    let at = |file: &File, on| file.decide(17, &act(on), on).map_err(|faults| codes(&faults).join(" "));
    assert!(at(&file, later(sent, 3)).is_ok());
    assert_eq!(at(&file, later(sent, 4)), Err("TOO_LATE".to_owned()));
    assert!(file.events(later(sent, 4)).contains(&Event::ExtendReview));
    file.note(Event::ExtendReview, later(sent, 4), later(sent, 4)).unwrap();
    assert_eq!(file.look(later(sent, 4)).steps[16].latest, Some(later(sent, 6)));
    let verdict = at(&file, later(sent, 6)).unwrap();
    // The day of joining stays that of the assembly.
    assert_eq!(verdict.effect, Effect::Admit(file.done[&15].on));
    assert_eq!(file.look(later(sent, 6) + chrono::Duration::days(1)).lapse.unwrap().code, "APPROVAL_STALE");
    assert_eq!(file.may(Event::ExtendReview, later(sent, 5)).unwrap_err().message, "审批时间只能延长一次");
}

#[test]
fn pc_3_2_4_an_old_review_is_made_again() {
    let file = up_to(11);
    let review = file.done[&10].on;
    assert_eq!(file.look(later(review, 12)).next, Some(12));
    let look = file.look(later(review, 12) + chrono::Duration::days(1));
    assert_eq!((look.next, look.lapse.unwrap().code), (Some(10), "REVIEW_EXPIRED"));
    assert!(look.steps[11].closed.iter().any(|why| why.code == "EARLIER_STEP"));
}

#[test]
fn pc_3_2_4_votes_that_fail_lead_back() {
    let failed = Some(Ballot { yes: 10, no: 8, abstain: 0, ..agreed() });
    for (no, next, standing) in [
        (3, 3, Standing::Applicant),
        (7, 6, Standing::Activist),
        (12, 8, Standing::Activist),
        (15, 6, Standing::Activist),
        (24, 23, Standing::Probationary),
    ] {
        let mut file = up_to(no - 1);
        let on = file.look(day("2024-07-31")).steps[usize::from(no) - 1].earliest.unwrap();
        prepare(&mut file, no, on);
        supply(&mut file, no);
        let mut act = act(on);
        act.given.ballot = failed;
        let verdict = file.decide(no, &act, on).unwrap();
        assert!(!verdict.passed && verdict.effect == Effect::None, "{no}");
        file.take(no, &act, &verdict);
        assert_eq!((file.look(on).next, file.standing()), (Some(next), standing), "{no}");
        assert!(file.outcome.is_open());
    }
    let mut file = up_to(16);
    let on = file.done[&16].on;
    prepare(&mut file, 17, on);
    supply(&mut file, 17);
    let mut refused = act(on);
    refused.given.ballot = failed;
    let verdict = file.decide(17, &refused, on).unwrap();
    file.take(17, &refused, &verdict);
    assert_eq!((file.outcome, file.standing()), (Outcome::Rejected, Standing::Activist));
    assert_eq!((file.look(on).next, file.events(on)), (None, vec![]));
    // A review that is not passed ends the case; what has no such result cannot fail.
    let mut file = up_to(9);
    let on = file.done[&9].on;
    let unfit = Act { failed: true, ..act(on) };
    assert_eq!(file.decide(10, &unfit, on).unwrap().outcome, Outcome::Rejected);
    let faults = file.decide(11, &unfit, on).unwrap_err();
    assert_eq!(faults[0].field.as_deref(), Some("failed"));
    // Papers of the steps before come back, those of the failed vote do not.
    file = up_to(6);
    let on = file.look(day("2025-01-01")).steps[6].earliest.unwrap();
    supply(&mut file, 7);
    let mut lost = act(on);
    lost.given.ballot = failed;
    let verdict = file.decide(7, &lost, on).unwrap();
    file.take(7, &lost, &verdict);
    let look = file.look(on);
    assert_eq!((look.steps[5].missing.len(), look.steps[6].missing.len()), (0, 2));
}

#[test]
fn pc_3_2_4_probation_is_extended_once_and_may_be_cancelled() {
    let mut file = up_to(22);
    let end = file.probation_end().unwrap();
    let decide = |file: &mut File, on: NaiveDate, decision: Decision, months: Option<u32>| {
        supply(file, 23);
        let mut act = act(on);
        (act.given.decision, act.given.months) = (Some(decision), months);
        let verdict = file.decide(23, &act, on)?;
        file.take(23, &act, &verdict);
        file.note(Event::Submit, on, on).unwrap();
        Ok::<_, Vec<Error>>(go(file, 24, on))
    };
    let verdict = decide(&mut file, end, Decision::Extend, Some(6)).unwrap();
    assert_eq!((verdict.extends, verdict.effect, file.outcome), (Some(6), Effect::None, Outcome::Extended));
    assert_eq!(file.probation_end(), Some(later(end, 6)));
    assert_eq!((file.look(end).next, file.standing()), (Some(21), Standing::Probationary));
    assert_eq!(file.look(end).steps[20].earliest, Some(later(end, 6)));
    let end = later(end, 6);
    go(&mut file, 21, end);
    go(&mut file, 22, end);
    let faults = decide(&mut file.clone(), end, Decision::Extend, Some(6)).unwrap_err();
    assert_eq!(faults[0].message, "预备期只能延长一次");
    let mut cancelled = file.clone();
    let verdict = decide(&mut cancelled, end, Decision::Cancel, None).unwrap();
    assert_eq!((verdict.effect, cancelled.outcome), (Effect::Cancel, Outcome::Cancelled));
    let verdict = decide(&mut file, later(end, 1), Decision::Convert, None).unwrap();
    // Full member from the end of probation, though the assembly came a month later.
    assert_eq!(verdict.effect, Effect::Convert(end));
}

#[test]
fn pc_3_2_4_edges_open_where_the_file_says() {
    use Event as E;
    for (last, events) in [
        (2, vec![E::Hold, E::Withdraw, E::UnitChange]),
        (0, vec![E::Withdraw, E::UnitChange]),
        (5, vec![E::Observe, E::Hold, E::Withdraw, E::UnitChange]),
        (11, vec![E::Hold]),
        (15, vec![E::Submit, E::Hold]),
        (17, vec![E::Observe, E::Hold, E::DisciplineSerious, E::Transfer]),
        (20, vec![E::Observe, E::DisciplineSerious, E::Transfer]),
        (23, vec![E::Submit]),
        (24, vec![]),
    ] {
        let file = up_to(last);
        let at = file.done.values().map(|done| done.on).max().unwrap_or(day("2022-01-31"));
        let (close, others): (Vec<E>, Vec<E>) = file.events(at).into_iter().partition(|event| *event == E::Close);
        assert_eq!((others, close), (events, vec![E::Close]), "after step {last}");
    }
    let mut file = up_to(21);
    let end = file.probation_end().unwrap();
    assert_eq!(file.may(E::Postpone, end).unwrap_err().message, "只有预备期内转入的党员可以推迟讨论转正");
    file.note(E::Transfer, end, end).unwrap();
    file.note(E::Postpone, end, end).unwrap();
    assert_eq!(file.look(end).steps[22].latest, Some(later(end, 7)));
}

/// A case whose tenant has decided something else from a day on.
fn decided(mut file: File, since: &str, change: impl Fn(&mut Practice)) -> File {
    let mut practice = Practice::default();
    change(&mut practice);
    file.practices = Arc::new(Practices::new([(day(since), practice)].into(), []));
    file
}

#[test]
fn pc_3_2_4_what_is_practice_is_as_it_was_decided_on_the_day() {
    // The wait before an activist: three months from 2022-05-01 on, six before.
    let file = decided(up_to(2), "2022-05-01", |one| one.wait = 3);
    assert_eq!(file.look(day("2022-04-30")).steps[2].earliest, Some(day("2022-07-31")));
    assert_eq!(file.look(day("2022-05-01")).steps[2].earliest, Some(day("2022-04-30")));
    assert_eq!(file.turns(day("2022-03-15")), Some(day("2022-05-01")), "on that day it looks different");
    assert!(!file.look(day("2022-05-01")).steps[2].shortens);
    // A deadline by practice is counted as it was when it began; one of the regulation stays.
    let later = |one: &mut Practice| one.deadlines = [(4, 2), (2, 9)].into();
    let step = |file: &File, no: usize| file.look(day("2022-08-10")).steps[no - 1].latest;
    assert_eq!(step(&decided(up_to(3), "2022-07-31", later), 4), Some(day("2022-09-30")));
    assert_eq!(step(&decided(up_to(3), "2022-08-01", later), 4), Some(day("2022-08-31")));
    assert_eq!(step(&decided(up_to(1), "2020-01-01", later), 2), Some(day("2022-02-28")));
    // The review holds as long as it did when it was made.
    let file = up_to(11);
    let (made, short) = (file.done[&10].on, |one: &mut Practice| one.review = 6);
    let old = made.checked_add_months(chrono::Months::new(7)).unwrap();
    assert!(decided(file.clone(), "2020-01-01", short).lapsed(old).is_some());
    assert!(decided(file, &made.succ_opt().unwrap().to_string(), short).lapsed(old).is_none());
}

#[test]
fn pc_3_2_4_a_public_notice_is_asked_for_where_the_tenant_says() {
    let asked = |file: &File, on: NaiveDate| {
        let look = file.look(on);
        look.steps.iter().filter_map(|step| step.notice.map(|days| (step.no, days))).collect::<Vec<_>>()
    };
    let file = up_to(11);
    let on = file.done.values().map(|done| done.on).max().unwrap();
    assert_eq!(asked(&file, on), [(12, 5)]);
    assert_eq!(asked(&decided(file.clone(), "2020-01-01", |one| one.notice = None), on), []);
    let mut other = decided(file.clone(), "2020-01-01", |one| (one.notice, one.notice_days) = (Some(15), 7));
    assert_eq!(asked(&other, on), [(15, 7)]);
    let papers = |file: &File, no: u8| file.documents(step_of(no).unwrap(), on).contains(&"public_notice".to_owned());
    assert_eq!((papers(&other, 12), papers(&other, 15)), (false, true));
    for no in 12..=14 {
        let mut act = act(on);
        (act.given.notice_from, act.given.notice_to) = (None, None);
        supply(&mut other, no);
        let verdict = other.decide(no, &act, on).unwrap();
        other.take(no, &act, &verdict);
    }
    let mut short = act(on);
    // Six working days are not seven.
    (short.given.notice_from, short.given.notice_to) = (Some(on - chrono::Duration::days(7)), Some(on));
    supply(&mut other, 15);
    other.waiting.insert((15, "public_notice".to_owned()));
    assert_eq!(other.decide(15, &short, on).unwrap_err()[0].field.as_deref(), Some("noticeFrom"));
    assert!(other.decide(15, &act(on), on).is_ok());
    // Whoever was past the step when the practice changed is shown at the next one, once.
    let past = decided(other.clone(), "2020-01-01", |one| one.notice = Some(12));
    assert_eq!(asked(&past, on), [(15, 5)]);
    assert_eq!(asked(&decided(up_to(11), "2020-01-01", |one| one.notice = Some(13)), on), [(13, 5)]);
    // What was shown before the rule came stays shown.
    let shown = decided(up_to(12), &on.succ_opt().unwrap().to_string(), |one| one.notice = Some(13));
    assert_eq!(asked(&shown, on.succ_opt().unwrap()), []);
}

#[test]
fn pc_3_2_4_holidays_are_no_working_days() {
    let days = |own: &[(&str, bool)], from: &str, to: &str| {
        let own = own.iter().map(|(on, works)| (day(on), *works));
        Practices::new(BTreeMap::new(), own).working_days(day(from), day(to))
    };
    // The week of the National Day of 2026, and the Saturday that is worked for it.
    assert_eq!(days(&[], "2026-10-01", "2026-10-10"), 3);
    assert_eq!(days(&[("2026-10-10", false)], "2026-10-01", "2026-10-10"), 2);
    assert_eq!(days(&[("2026-10-01", true)], "2026-10-01", "2026-10-10"), 4);
    // What nobody has announced yet is as the week has it.
    assert_eq!(days(&[], "2031-10-01", "2031-10-07"), 5);
}

/// The state after an edge, as its file calls it.
fn state(file: &File, on: NaiveDate) -> String {
    match file.outcome {
        outcome if file.ended => format!("closed:{}", outcome.code()),
        Outcome::Suspended => "suspended".to_owned(),
        outcome => match file.look(on).next {
            Some(no) => step_of(no).unwrap().key.clone(),
            None => format!("closed:{}", outcome.code()),
        },
    }
}

/// Records a step with a change to what is given.
fn tried(file: &mut File, no: u8, on: NaiveDate, change: impl Fn(&mut Act)) -> Verdict {
    prepare(file, no, on);
    supply(file, no);
    let mut act = act(on);
    change(&mut act);
    let verdict = file.decide(no, &act, on).unwrap();
    file.take(no, &act, &verdict);
    verdict
}

fn noted(file: &mut File, event: Event, on: NaiveDate) {
    file.note(event, on, on).unwrap();
}

/// Goes an edge of the file from where it begins; the case and the day afterwards. Who knows no way tells so.
fn walk(from: &str, event: &str) -> (File, NaiveDate) {
    let last = |file: &File| file.done.values().map(|done| done.on).max().unwrap_or(day("2022-01-31"));
    let lost = |act: &mut Act| act.given.ballot = Some(Ballot { yes: 10, no: 8, abstain: 0, ..agreed() });
    let decided = |decision: Decision| {
        let mut file = up_to(22);
        let end = file.probation_end().unwrap();
        tried(&mut file, 23, end, |act| (act.given.decision, act.given.months) = (Some(decision), Some(6)));
        tried(&mut file, 24, end, |_| {});
        (file, end)
    };
    let after = |mut file: File, event: Event| {
        let on = last(&file);
        noted(&mut file, event, on);
        (file, on)
    };
    match (from, event) {
        (from, "complete") => {
            let no = STEPS.iter().find(|step| step.key == from).unwrap().no;
            let file = up_to(no);
            let on = last(&file);
            (file, on)
        }
        ("*stage1-3", "withdraw") => after(up_to(8), Event::Withdraw),
        ("*stage1-3", "unit_change") => after(up_to(8), Event::UnitChange),
        ("*stage2-4", "hold") => after(up_to(11), Event::Hold),
        ("suspended", "resume") => after(after(up_to(11), Event::Hold).0, Event::Resume),
        ("political_review", "unqualified") => {
            let mut file = up_to(9);
            let on = last(&file);
            tried(&mut file, 10, on, |act| act.failed = true);
            (file, on)
        }
        ("admission_assembly", "vote_failed") => {
            let mut file = up_to(14);
            let on = last(&file);
            tried(&mut file, 15, on, lost);
            (file, on)
        }
        ("admission_assembly", "not_submitted_P3M") => (up_to(15), later(last(&up_to(15)), 3).succ_opt().unwrap()),
        ("admission_assembly", "not_submitted_P6M") => (up_to(15), later(last(&up_to(15)), 6).succ_opt().unwrap()),
        ("committee_approval", "extend_review") => {
            let (mut file, on) = after(up_to(16), Event::Submit);
            noted(&mut file, Event::ExtendReview, on);
            assert_eq!(file.look(on).steps[16].latest, Some(later(on, 6)), "up to six months");
            (file, on)
        }
        ("committee_approval", "reject") => {
            let mut file = up_to(16);
            let on = last(&file);
            tried(&mut file, 17, on, lost);
            (file, on)
        }
        ("conversion_assembly", "extend") => decided(Decision::Extend),
        ("conversion_assembly", "cancel") => decided(Decision::Cancel),
        ("conversion_assembly", "postpone") => {
            let mut file = up_to(22);
            let end = file.probation_end().unwrap();
            noted(&mut file, Event::Transfer, end);
            noted(&mut file, Event::Postpone, end);
            let convert = |file: &mut File| {
                tried(file, 23, later(end, 6), |_| {});
                tried(file, 24, later(end, 6), |_| {}).effect
            };
            assert_eq!(convert(&mut file.clone()), Effect::Convert(end), "counted from the end of probation");
            (file, end)
        }
        ("probation_observation", "discipline_serious") => after(up_to(20), Event::DisciplineSerious),
        ("probation_observation", "transfer") => {
            let (file, on) = after(up_to(20), Event::Transfer);
            let (refused, _) = after(file.clone(), Event::NotRecognised);
            assert_eq!(state(&refused, on), "closed:ended", "the new branch may refuse");
            assert!(up_to(20).may(Event::NotRecognised, on).is_err(), "only of somebody who came from elsewhere");
            (file, on)
        }
        other => panic!("no way for {other:?}"),
    }
}

#[test]
fn pc_3_2_4_every_edge_of_the_file_can_be_gone() {
    let file = include_str!("../../../../config/development_edges.csv");
    let mut gone = 0;
    for row in csv::Reader::from_reader(file.as_bytes()).records() {
        let row = row.unwrap();
        let (from, event, to) = (&row[0], &row[1], &row[2]);
        let (after, on) = walk(from, event);
        let to = match to {
            "(previous step)" => "branch_review",
            "probation_observation(at new org)" => "probation_observation",
            to => to,
        };
        assert_eq!(state(&after, on), to, "{from} {event}");
        gone += 1;
    }
    assert_eq!(gone, EDGES.len() + 24);
}

#[test]
fn pc_3_2_4_a_case_ends_with_the_membership_and_goes_on_where_it_was() {
    let on = day("2024-01-01");
    let mut file = up_to(19);
    let since = file.done[&19].on;
    noted(&mut file, Event::Transfer, since);
    file.end(Outcome::Ended);
    assert_eq!((file.look(on).next, file.events(on), file.rungs(on)), (None, vec![], vec![]));
    assert_eq!(codes(&file.decide(20, &act(on), on).unwrap_err())[0], "CASE_CLOSED");
    file.revive();
    assert_eq!((file.outcome, file.look(on).next), (Outcome::InProgress, Some(20)));
    // A full member stays one in the numbers, though nothing is archived any more.
    let mut file = up_to(24);
    file.end(Outcome::Ended);
    assert_eq!((file.outcome, file.standing(), file.look(on).next), (Outcome::Converted, Standing::Formal, None));
    file.revive();
    assert_eq!(file.look(on).next, Some(25));
    let mut file = up_to(9);
    let since = file.done[&9].on;
    noted(&mut file, Event::Hold, since);
    noted(&mut file, Event::Close, on);
    assert_eq!(
        (file.outcome, file.standing(), file.may(Event::Close, on).is_ok()),
        (Outcome::Ended, Standing::Candidate, false)
    );
    file.revive();
    assert_eq!(file.outcome, Outcome::Suspended);
}

#[test]
fn pc_3_2_4_a_hold_stops_the_clocks() {
    let mut file = up_to(5);
    let from = file.done[&5].on;
    file.note(Event::Hold, from, from).unwrap();
    let look = file.look(later(from, 5));
    assert!(look.steps[5].closed.iter().any(|why| why.code == "CASE_SUSPENDED"));
    assert!(look.steps.iter().all(|step| !step.overdue));
    let back = from + chrono::Duration::days(100);
    file.note(Event::Resume, back, back).unwrap();
    assert_eq!(file.outcome, Outcome::InProgress);
    let waited = later(file.done[&3].on, 12) + chrono::Duration::days(100);
    assert_eq!(file.look(back).steps[5].earliest, Some(waited));
    // A deadline that ran on is counted from the day on which it goes on.
    let mut file = up_to(3);
    let from = file.done[&3].on;
    assert!(file.look(later(from, 2)).steps[3].overdue);
    file.note(Event::Hold, from, from).unwrap();
    file.note(Event::Resume, later(from, 2), later(from, 2)).unwrap();
    assert_eq!(file.look(later(from, 2)).steps[3].latest, Some(later(later(from, 2), 1)));
}

#[test]
fn pc_3_2_4_reminders_come_at_their_nodes() {
    let file = up_to(1);
    let applied = file.done[&1].on;
    let look = file.look(applied);
    let latest = day("2022-02-28");
    assert_eq!(look.steps[1].latest, Some(latest));
    let reminders = &look.steps[1].reminders;
    assert_eq!((reminders.len(), reminders[0], reminders[1]), (9, day("2022-02-18"), day("2022-02-25")));
    assert_eq!(look.remind, Some(day("2022-02-18")));
    assert!(file.look(day("2022-03-01")).steps[1].overdue && !file.look(latest).steps[1].overdue);
    let file = up_to(21);
    let end = file.probation_end().unwrap();
    let asked = &file.look(end).steps[21].reminders;
    assert_eq!(asked, &vec![Span::Days(30).before(end), Span::Days(7).before(end), end]);
    let file = up_to(5);
    let training = &file.look(day("2022-08-01")).steps[5].reminders;
    let from = day("2022-07-31");
    assert!(training.contains(&later(from, 6)) && training.contains(&later(from, 12)), "{training:?}");
}

#[test]
fn pc_3_2_4_the_ladder_has_its_rungs() {
    let told = |file: &File, on: NaiveDate| {
        let of = |rung: &Rung| (rung.step, rung.rule, rung.level, rung.day);
        file.rungs(on).iter().map(of).collect::<Vec<_>>()
    };
    // Of the second step: ten and three days before the month is over, then daily for a week, and no more.
    let file = up_to(1);
    let latest = day("2022-02-28");
    assert_eq!(told(&file, day("2022-02-17")), []);
    assert_eq!(told(&file, day("2022-02-18")), [(2, Rule::Due, Level::Blue, day("2022-02-18"))]);
    assert_eq!(told(&file, latest), [(2, Rule::Due, Level::Blue, day("2022-02-25"))]);
    for n in 1..=9 {
        let on = Span::Days(n).after(latest);
        assert_eq!(told(&file, on), [(2, Rule::Over, Level::Red, Span::Days(n.min(7)).after(latest))], "{n}");
    }
    // A deadline by practice is told once more when it has passed, so that the superior knows.
    let file = up_to(3);
    let due = later(file.done[&3].on, 1);
    assert_eq!(told(&file, due), [(4, Rule::Due, Level::Blue, due)]);
    assert_eq!(told(&file, Span::Days(50).after(due)), [(4, Rule::Over, Level::Yellow, Span::Days(1).after(due))]);
    // Observation goes on while nothing can be done, and then it can.
    let file = up_to(5);
    let from = file.done[&3].on;
    assert_eq!(told(&file, later(from, 6))[0], (6, Rule::Observe, Level::Blue, later(from, 6)));
    assert_eq!(told(&file, later(from, 12))[0].1, Rule::Start);
    // A resolution that is not sent: a week before, on the last day, and when it has lapsed.
    let file = up_to(15);
    let last = later(file.done[&15].on, 3);
    let of_resolution = |on: NaiveDate| told(&file, on).into_iter().rfind(|one| one.0 == 15);
    assert_eq!(of_resolution(Span::Days(8).before(last)), None);
    assert_eq!(
        of_resolution(Span::Days(6).before(last)),
        Some((15, Rule::Unsent, Level::Yellow, Span::Days(7).before(last)))
    );
    assert_eq!(of_resolution(last), Some((15, Rule::Unsent, Level::Red, last)));
    let lapsed = Span::Days(1).after(last);
    assert_eq!(of_resolution(lapsed), Some((15, Rule::Lapsed, Level::Red, lapsed)));
    // Whatever is on hold or has ended reminds of nothing.
    let mut held = up_to(3);
    held.note(Event::Hold, due, due).unwrap();
    assert_eq!(told(&held, later(due, 2)), []);
    assert_eq!(told(&up_to(25), day("2030-01-01")), []);
}

#[test]
fn pc_3_2_4_others_help_from_a_day_on() {
    let people = |n: &[u128]| n.iter().copied().map(Uuid::from_u128).collect::<Vec<_>>();
    let mut file = up_to(5);
    let (named, today) = (file.done[&5].on, day("2026-11-26"));
    let fault = |file: &File, of: &[u128], on: NaiveDate| {
        file.clone().replace(&people(of), on, today).map(|step| step.no).map_err(|e| e.field.unwrap_or_default())
    };
    assert_eq!(fault(&file, &[3], named), Ok(5));
    for (of, on) in [(&[1, 2][..], named), (&[], named), (&[3, 3], named), (&[3, 4, 5], named)] {
        assert_eq!(fault(&file, of, on), Err("people".into()), "{of:?}");
    }
    for on in [Span::Days(1).before(named), Span::Days(1).after(today)] {
        assert_eq!(fault(&file, &[3], on), Err("on".into()));
    }
    let on = Span::Days(9).after(named);
    file.replace(&people(&[3]), on, today).unwrap();
    let helpers = file.helpers().unwrap();
    assert_eq!((helpers.step.no, helpers.people, helpers.since), (5, &people(&[3])[..], on));
    // Sponsors are two, until the person is a full member; before mentors are named there are none.
    assert_eq!(fault(&up_to(9), &[3], today), Err("people".into()));
    assert_eq!(fault(&up_to(23), &[3, 4], today), Ok(9));
    assert!(up_to(4).helpers().is_none() && up_to(25).helpers().is_none());
}

#[test]
fn pc_3_2_4_what_lists_know_changes_by_itself_on_no_other_day_than_told() {
    let rungs =
        |file: &File, on: NaiveDate| file.rungs(on).iter().map(|one| (one.step, one.rule, one.day)).collect::<Vec<_>>();
    let shows = |file: &File, on: NaiveDate| {
        let look = file.look(on);
        let open: Vec<u8> = look.steps.iter().filter(|step| step.state == State::Open).map(|step| step.no).collect();
        (look.stage, look.next, look.side, look.earliest, look.latest, look.remind, open, look.lapse, rungs(file, on))
    };
    let mut turned = 0;
    for last in 1..=24 {
        for sent in [false, true] {
            let mut file = up_to(last);
            let begun = file.done[&last].on;
            if sent && file.note(Event::Submit, begun, begun).is_err() {
                continue;
            }
            let (mut known, mut turns) = (shows(&file, begun), file.turns(begun));
            for on in begun.iter_days().skip(1).take(430) {
                let now = shows(&file, on);
                if turns.is_some_and(|day| day <= on) {
                    turns = file.turns(on);
                    turned += 1;
                } else {
                    assert_eq!(now, known, "after step {last}, sent: {sent}, on {on}");
                }
                assert!(turns.is_none_or(|day| day > on));
                known = now;
            }
        }
    }
    assert!(turned > 60, "{turned}");
}

#[test]
fn pc_3_2_4_working_days_leave_out_weekends() {
    assert_eq!(practice::usual().working_days(day("2026-11-23"), day("2026-11-27")), 5);
    assert_eq!(practice::usual().working_days(day("2026-11-27"), day("2026-12-02")), 4);
    assert_eq!(practice::usual().working_days(day("2026-11-28"), day("2026-11-29")), 0);
    assert_eq!(practice::usual().working_days(day("2026-11-29"), day("2026-11-28")), 0);
}

/// One thing somebody tries.
#[derive(Debug, Clone)]
struct Try {
    days: u16,
    what: u8,
    which: u8,
    back: u8,
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let one =
        (0u16..90, 0u8..12, 0u8..32, 0u8..40).prop_map(|(days, what, which, back)| Try { days, what, which, back });
    proptest::collection::vec(one, 0..80)
}

/// Tries something that may be nonsense; what is accepted is taken.
fn attempt(file: &mut File, one: &Try, today: NaiveDate) {
    let next = file.look(today).next.unwrap_or(25);
    let no = if one.what < 8 { next } else { one.which % 25 + 1 };
    let on = today - chrono::Duration::days(if one.what.is_multiple_of(3) { one.back.into() } else { 0 });
    match one.what {
        // Nothing is got ready for this one.
        0 => {}
        11 => {
            let event = Event::ALL[usize::from(one.which) % Event::ALL.len()];
            // Cases that end at once tell little; some do.
            let ends = matches!(event, Event::Withdraw | Event::UnitChange | Event::DisciplineSerious);
            if !ends || one.back == 0 {
                let _ = file.note(event, on, today);
            }
        }
        _ => {
            supply(file, no);
            if file.outcome == Outcome::Suspended {
                let _ = file.note(Event::Resume, today, today);
            }
            for event in [Event::Observe, Event::Submit, Event::ExtendReview] {
                if !one.which.is_multiple_of(3) {
                    let _ = file.note(event, on, today);
                }
            }
        }
    }
    let mut act = act(on);
    match one.which {
        0 => act.given.ballot = Some(Ballot { yes: 10, no: 6, ..agreed() }),
        1 => act.given.ballot = Some(Ballot { present: 10, yes: 10, no: 0, abstain: 0, ..agreed() }),
        2 => act.given.people.truncate(1),
        3 => (act.given.decision, act.given.months) = (Some(Decision::Extend), Some(6)),
        4 => act.given.early = Some("表现特别突出".to_owned()),
        5 => act.given.confirmed.clear(),
        6 if one.back < 3 => act.failed = true,
        _ => {}
    }
    if let Ok(verdict) = file.decide(no, &act, today) {
        file.take(no, &act, &verdict);
    }
}

fn check_member(file: &File, today: NaiveDate) {
    let on = |no: u8| file.done.get(&no).unwrap_or_else(|| panic!("a member without step {no}")).on;
    for step in STEPS.iter().filter(|step| step.no <= 24) {
        let kept = &file.done[&step.no].documents;
        assert!(step.documents.iter().all(|kind| kept.contains(kind)), "step {} without its documents", step.no);
        assert!(on(step.no) <= today);
    }
    assert!(on(1).years_since(file.birth).unwrap() >= 18);
    assert!(on(3) >= later(on(1), 3), "three months at least to the activist");
    if file.done[&3].given.early.is_none() {
        assert!(on(3) >= later(on(1), 6));
    }
    assert!(on(6) >= later(on(3), 12) && on(7) >= later(on(3), 12), "a year of training");
    assert!(file.observed.iter().filter(|day| **day >= on(3)).count() >= 2);
    assert!(on(12) <= later(on(10), 12), "an old review");
    let end = later(later(on(15), 12), file.extended.unwrap_or_default());
    assert!(on(21) >= end && on(23) >= end && on(24) >= end, "a year of probation");
    assert!(on(17) <= later(file.submitted[&15], 6));
    assert!(file.submitted[&15] <= later(on(15), 3));
    for meeting in [3, 7, 12, 15, 17, 23, 24] {
        let ballot = file.done[&meeting].given.ballot.unwrap();
        assert!((ballot.yes + ballot.written) * 2 > ballot.should, "meeting {meeting} did not agree");
        assert!(ballot.present * 2 >= ballot.should);
        assert!((1..meeting).all(|no| on(no) <= on(meeting)), "meeting {meeting} before what it decides about");
    }
    let named: BTreeSet<Uuid> = file.done[&9].given.people.iter().copied().collect();
    assert_eq!(named.len(), 2, "sponsors");
    assert_eq!(file.done[&23].given.decision, Some(Decision::Convert));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    /// Whatever is tried, whenever and in whichever order: nobody becomes a full member without every step before, its
    /// documents, votes and minimum periods; and nobody a probationary one without those up to the approval.
    #[test]
    fn pc_3_2_4_no_way_to_a_member_leaves_anything_out(born in 0u16..2500, tries in tries()) {
        let mut file = File::new(day("1999-01-01") + chrono::Duration::days(born.into()));
        let mut today = day("2018-01-31");
        // After whatever happened somebody goes on properly, so that most cases come to an end.
        let proper = (0..70).map(|_| Try { days: 45, what: 1, which: 7, back: 0 });
        for one in tries.into_iter().chain(proper) {
            today += chrono::Duration::days(one.days.into());
            attempt(&mut file, &one, today);
            match file.standing() {
                Standing::Formal => check_member(&file, today),
                Standing::Probationary => {
                    prop_assert!((1..=17).all(|no| file.done.contains_key(&no)));
                    prop_assert!(file.done[&15].on >= later(file.done[&3].on, 12));
                }
                _ => {}
            }
            // What is shown as open can be done, as far as its day and its reasons go.
            for step in file.look(today).steps {
                prop_assert!(step.state != State::Open || step.earliest.is_none_or(|day| day <= today));
            }
        }
        REACHED.with(|reached| {
            let (members, all) = reached.get();
            reached.set((members + u32::from(file.standing() == Standing::Formal), all + 1));
            // Most ways do lead there, or this would prove nothing.
            if all + 1 == CASES {
                assert!(members > CASES / 3, "{members} of {CASES} became members");
            }
        });
    }
}

/// How many ways are tried.
const CASES: u32 = 120;

thread_local! {
    static REACHED: std::cell::Cell<(u32, u32)> = const { std::cell::Cell::new((0, 0)) };
}
