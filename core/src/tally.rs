//! Counting votes: quorum and majority in whole numbers (domain §3.4, `config/vote_vectors.csv`).

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// Most people who may be counted in one meeting.
const MOST: i32 = 100_000;

/// Which rule a meeting counts by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// 支部大会接收、转正: more than half present, more than half of all who should be there agree, with written opinions.
    Assembly,
    /// 支部委员会会议: half present, more than half of all who should be there agree.
    Committee,
    /// 上级党委审批: more than half present, more than half of all who should be there agree.
    Approving,
    /// 选举: four fifths present, more than half of those present agree.
    Election,
}

/// What was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ballot {
    /// 应到会有表决权人数
    pub should: i32,
    /// 实到会人数
    pub present: i32,
    /// 到会赞成票
    pub yes: i32,
    /// 会前书面赞成意见
    pub written: i32,
    /// 反对票
    pub no: i32,
    /// 弃权票
    pub abstain: i32,
}

/// What comes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Enough were there.
    pub quorum: bool,
    /// And enough agreed.
    pub passed: bool,
}

impl Rule {
    /// The rule of a row of the steps: quorum and majority.
    pub fn parse(quorum: &str, pass: &str) -> Option<Self> {
        let (quorum, pass) = (quorum.split('(').next()?.trim(), pass.split(';').next()?);
        Some(match (quorum, pass) {
            ("present*2>should", "yes_including_written*2>should") => Self::Assembly,
            ("attend*2>=should", "yes*2>should") => Self::Committee,
            ("attend*2>should", "yes*2>should") => Self::Approving,
            _ => return None,
        })
    }

    /// Written opinions count.
    pub fn takes_written(self) -> bool {
        self == Self::Assembly
    }

    /// Counts; numbers that cannot be are refused, each with its field.
    pub fn count(self, ballot: &Ballot) -> Result<Tally> {
        let Ballot { should, present, yes, written, no, abstain } = *ballot;
        for (field, number) in [
            ("should", should),
            ("present", present),
            ("yes", yes),
            ("written", written),
            ("no", no),
            ("abstain", abstain),
        ] {
            if !(0..=MOST).contains(&number) {
                return Err(Error::invalid(field, "人数应为不小于0的整数"));
            }
        }
        if should == 0 {
            return Err(Error::invalid("should", "应到会人数不能为0"));
        }
        if present > should {
            return Err(Error::invalid("present", "实到会人数不能多于应到会人数"));
        }
        if yes + no + abstain > present {
            return Err(Error::invalid("yes", "到会的赞成、反对、弃权票数之和不能多于实到会人数"));
        }
        if written > 0 && !self.takes_written() {
            return Err(Error::invalid("written", "该会议不计书面意见"));
        }
        if written > should - present {
            return Err(Error::invalid("written", "书面意见不能多于未到会人数"));
        }
        let quorum = match self {
            Self::Assembly | Self::Approving => present * 2 > should,
            Self::Committee => present * 2 >= should,
            Self::Election => present * 5 >= should * 4,
        };
        let agreed = match self {
            Self::Assembly | Self::Committee | Self::Approving => (yes + written) * 2 > should,
            Self::Election => yes * 2 > present,
        };
        Ok(Tally { quorum, passed: quorum && agreed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pc_3_1_2_pc_3_2_4_votes_are_counted_as_the_vectors_say() {
        let mut reader = csv::Reader::from_reader(include_str!("../../config/vote_vectors.csv").as_bytes());
        let mut seen = 0;
        for row in reader.records() {
            let row = row.unwrap();
            let number = |at: usize| row[at].parse::<i32>().unwrap();
            // An ordinary resolution of an assembly has the quorum and majority of a committee.
            let rule = match &row[1] {
                "admission" | "conversion" => Rule::Assembly,
                "resolution" | "committee" => Rule::Committee,
                "election" => Rule::Election,
                kind => panic!("{kind}"),
            };
            let ballot = Ballot {
                should: number(2),
                present: number(3),
                yes: number(4),
                written: number(5),
                no: number(6),
                abstain: number(7),
            };
            let counted = rule.count(&ballot);
            match &row[8] {
                "error" => assert!(counted.is_err(), "{row:?}"),
                quorum => {
                    let tally = counted.unwrap();
                    let told = (tally.quorum.to_string(), tally.passed.to_string());
                    assert_eq!((told.0.as_str(), told.1.as_str()), (quorum, &row[9]), "{row:?}");
                }
            }
            seen += 1;
        }
        assert_eq!(seen, 14);
    }

    #[test]
    fn pc_3_2_4_numbers_that_cannot_be_are_refused_with_their_field() {
        let good = Ballot { should: 20, present: 15, yes: 12, written: 2, no: 2, abstain: 1 };
        assert!(Rule::Assembly.count(&good).unwrap().passed);
        for (ballot, field) in [
            (Ballot { should: 0, present: 0, yes: 0, written: 0, no: 0, abstain: 0 }, "should"),
            (Ballot { present: 21, ..good }, "present"),
            (Ballot { yes: -1, ..good }, "yes"),
            (Ballot { yes: 13, ..good }, "yes"),
            (Ballot { written: 6, ..good }, "written"),
            (Ballot { should: i32::MAX, ..good }, "should"),
            (Ballot { no: i32::MAX, ..good }, "no"),
        ] {
            assert_eq!(Rule::Assembly.count(&ballot).unwrap_err().field.as_deref(), Some(field), "{ballot:?}");
        }
        assert_eq!(Rule::Committee.count(&good).unwrap_err().field.as_deref(), Some("written"));
    }
}
