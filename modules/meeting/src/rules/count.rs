//! Counting what was voted: quorum and majority in whole numbers (domain §3.4, §6.2).

use zhibu_core::tally::{Ballot, Rule};

use crate::model::{Counts, MeetingQuorum, MeetingVoteRule};

/// The options of a vote that decides by majority; agreement stands first.
pub const DECIDING: [&str; 3] = ["赞成", "反对", "弃权"];
/// A secret vote of fewer people would say who voted how.
pub const SECRET_LEAST: i32 = 3;

/// What a vote has come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Enough were there; nothing where it only counts.
    pub quorum: Option<bool>,
    /// It was agreed to; nothing where it only counts or elects.
    pub passed: Option<bool>,
    /// Which options were elected.
    pub elected: Vec<i16>,
}

/// Counts by a rule. `should`: of those who may vote how many should attend; `roll`: how many were there; `seats`: of an election,
/// which is as many as one may choose.
pub fn outcome(rule: MeetingVoteRule, should: i32, roll: i32, counts: &[i32], seats: i16) -> Outcome {
    let nothing = Outcome { quorum: None, passed: None, elected: Vec::new() };
    let at = |option: usize| counts.get(option).copied().unwrap_or_default();
    let decided = |rule: Rule| {
        let ballot = Ballot { should, present: roll, yes: at(0), written: 0, no: at(1), abstain: at(2) };
        match rule.count(&ballot) {
            Ok(tally) => Outcome { quorum: Some(tally.quorum), passed: Some(tally.passed), elected: Vec::new() },
            Err(_) => Outcome { quorum: Some(false), passed: Some(false), elected: Vec::new() },
        }
    };
    match rule {
        MeetingVoteRule::None => nothing,
        MeetingVoteRule::Resolution => decided(Rule::Committee),
        MeetingVoteRule::Assembly => decided(Rule::Assembly),
        MeetingVoteRule::Election => {
            let quorum = roll * 5 >= should * 4 && should > 0;
            let above: Vec<(i16, i32)> =
                (0i16..).zip(counts.iter().copied()).filter(|(_, votes)| quorum && votes * 2 > roll).collect();
            Outcome { quorum: Some(quorum), passed: None, elected: seated(&above, seats) }
        }
    }
}

/// Those who take the seats, of all who have enough votes: the most votes first. Who would share the last seat with as many votes
/// takes none; between them it is voted again.
fn seated(above: &[(i16, i32)], seats: i16) -> Vec<i16> {
    let ahead = |votes: i32| above.iter().filter(|(_, other)| *other >= votes).count();
    let seats = usize::try_from(seats).unwrap_or_default();
    above.iter().filter(|(_, votes)| ahead(*votes) <= seats).map(|(at, _)| *at).collect()
}

/// True when so many of a list are there as a kind of meeting asks for.
pub fn enough(quorum: MeetingQuorum, counts: Counts) -> bool {
    let (there, should) = (i64::from(counts.attended()), i64::from(counts.should));
    match quorum {
        MeetingQuorum::None => true,
        MeetingQuorum::Half => there * 2 >= should,
        MeetingQuorum::MoreThanHalf => there * 2 > should,
        MeetingQuorum::TwoThirds => there * 3 >= should * 2,
        MeetingQuorum::FourFifths => there * 5 >= should * 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pc_4_3f_votes_are_counted_by_their_rule() {
        use MeetingVoteRule::{Assembly, Election, None, Resolution};
        let of = |rule, should, roll, counts: &[i32], seats| {
            let outcome = outcome(rule, should, roll, counts, seats);
            (outcome.quorum, outcome.passed, outcome.elected)
        };
        let told = |rule, should, roll, counts: &[i32]| of(rule, should, roll, counts, 3);
        assert_eq!(told(None, 10, 9, &[5, 4]), (Option::None, Option::None, vec![]));
        // Half present is enough for a resolution, not for an admission.
        assert_eq!(told(Resolution, 10, 5, &[5, 0, 0]), (Some(true), Some(false), vec![]));
        assert_eq!(told(Resolution, 10, 6, &[6, 0, 0]), (Some(true), Some(true), vec![]));
        assert_eq!(told(Assembly, 10, 5, &[5, 0, 0]), (Some(false), Some(false), vec![]));
        assert_eq!(told(Assembly, 10, 6, &[6, 0, 0]), (Some(true), Some(true), vec![]));
        // More than half of those who should attend, not of those present.
        assert_eq!(told(Resolution, 20, 12, &[10, 1, 1]), (Some(true), Some(false), vec![]));
        assert_eq!(told(Resolution, 0, 0, &[0, 0, 0]), (Some(false), Some(false), vec![]));
        assert_eq!(told(Election, 10, 8, &[5, 4, 8]), (Some(true), Option::None, vec![0, 2]));
        assert_eq!(told(Election, 10, 7, &[7, 7]), (Some(false), Option::None, vec![]));
        assert_eq!(told(Election, 0, 0, &[]), (Some(false), Option::None, vec![]));
        // More with a majority than seats: the most votes, and nobody where two share the last seat.
        assert_eq!(of(Election, 10, 9, &[6, 8, 7], 2), (Some(true), Option::None, vec![1, 2]));
        assert_eq!(of(Election, 10, 9, &[6, 8, 6], 2), (Some(true), Option::None, vec![1]));
        assert_eq!(of(Election, 10, 9, &[6, 6, 6], 2), (Some(true), Option::None, vec![]));
    }

    #[test]
    fn pc_4_3b_a_quorum_is_compared_in_whole_numbers() {
        let of = |present, late, should| Counts { should, present, late, leave: 0, absent: should - present - late };
        for (quorum, counts, good) in [
            (MeetingQuorum::None, of(0, 0, 5), true),
            (MeetingQuorum::Half, of(2, 1, 6), true),
            (MeetingQuorum::Half, of(2, 0, 5), false),
            (MeetingQuorum::MoreThanHalf, of(3, 0, 6), false),
            (MeetingQuorum::MoreThanHalf, of(3, 1, 6), true),
            (MeetingQuorum::TwoThirds, of(2, 0, 3), true),
            (MeetingQuorum::TwoThirds, of(3, 0, 5), false),
            (MeetingQuorum::FourFifths, of(4, 0, 5), true),
            (MeetingQuorum::FourFifths, of(7, 0, 9), false),
        ] {
            assert_eq!(enough(quorum, counts), good, "{quorum:?} {counts:?}");
        }
    }
}
