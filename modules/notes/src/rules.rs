//! What a text may be. Pure decisions.

use chrono::{Datelike, NaiveDate};
use zhibu_core::{Error, check};

use crate::model::{PledgeType, Shelf};

/// The longest text.
const LONGEST: usize = 20_000;

/// What the form gives.
#[derive(Debug, Clone, Default)]
pub struct Form {
    /// 承诺类型
    pub kind: Option<PledgeType>,
    /// 承诺年度
    pub year: Option<i32>,
    /// 标题
    pub title: String,
    /// 正文
    pub body: String,
    /// 学习内容
    pub source: Option<String>,
}

/// What was made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// 承诺类型
    pub kind: Option<PledgeType>,
    /// 承诺年度
    pub year: Option<i16>,
    /// 标题
    pub title: String,
    /// 正文, paragraphs separated by blank lines
    pub body: String,
    /// 学习内容
    pub source: Option<String>,
}

/// Checks and tidies a text; every fault is told.
pub fn accept(shelf: &Shelf, form: &Form, today: NaiveDate) -> Result<Facts, Vec<Error>> {
    let mut faults = Vec::new();
    let text = |result: Result<String, Error>, faults: &mut Vec<Error>| {
        result.map_err(|fault| faults.push(fault)).unwrap_or_default()
    };
    let title = text(check::text("title", "标题", &form.title, 2, 80), &mut faults);
    let (least, most) = match (shelf.yearly(), form.kind) {
        (true, Some(PledgeType::OneLine)) => (5, 100),
        (true, _) => (10, LONGEST),
        (false, _) => (20, LONGEST),
    };
    let body = text(check::lines("body", "正文", &tidy(&form.body), least, most), &mut faults);
    let mut source = None;
    match check::optional("source", "学习内容", form.source.as_deref(), 200) {
        Ok(given) => source = given,
        Err(fault) => faults.push(fault),
    }
    let mut year = None;
    if shelf.yearly() {
        if form.kind.is_none() {
            faults.push(Error::invalid("kind", "请选择承诺类型"));
        }
        let near = form.year.filter(|year| (today.year() - 1..=today.year() + 1).contains(year));
        year = near.and_then(|year| i16::try_from(year).ok());
        if year.is_none() {
            faults.push(Error::invalid("year", "承诺年度应为去年、今年或明年"));
        }
        if source.is_some() {
            faults.push(Error::invalid("source", "承诺没有学习内容"));
        }
    } else {
        for (given, field) in [(form.kind.is_some(), "kind"), (form.year.is_some(), "year")] {
            if given {
                faults.push(Error::invalid(field, "学习心得没有承诺类型和年度"));
            }
        }
    }
    if faults.is_empty() { Ok(Facts { kind: form.kind, year, title, body, source }) } else { Err(faults) }
}

/// Line ends are made one kind, runs of blank lines one.
fn tidy(body: &str) -> String {
    let body = body.replace("\r\n", "\n").replace('\r', "\n");
    body.split('\n').map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{NOTES, PLEDGES};

    fn faults(shelf: &Shelf, form: &Form) -> Vec<String> {
        let today = NaiveDate::from_ymd_opt(2026, 11, 26).unwrap();
        let faults = accept(shelf, form, today).err().unwrap_or_default();
        faults.into_iter().filter_map(|fault| fault.field).collect()
    }

    #[test]
    fn pc_3_2_6a_pledges_are_checked() {
        let good = Form {
            kind: Some(PledgeType::OneLine),
            year: Some(2026),
            title: "一句话承诺".into(),
            body: "立足岗位，服务职工。".into(),
            source: None,
        };
        assert_eq!(faults(&PLEDGES, &good), Vec::<String>::new());
        let long = Form { body: "长".repeat(101), ..good.clone() };
        assert_eq!(faults(&PLEDGES, &long), ["body"]);
        assert_eq!(faults(&PLEDGES, &Form { kind: Some(PledgeType::Full), ..long }), Vec::<String>::new());
        assert_eq!(faults(&PLEDGES, &Form { kind: None, year: Some(2024), ..good.clone() }), ["kind", "year"]);
        assert_eq!(faults(&PLEDGES, &Form { source: Some("党章".into()), ..good.clone() }), ["source"]);
        assert_eq!(faults(&PLEDGES, &Form::default()), ["title", "body", "kind", "year"]);
        assert_eq!(faults(&NOTES, &good), ["body", "kind", "year"]);
    }

    #[test]
    fn pc_3_2_7a_notes_are_checked_and_tidied() {
        let body = "第一段谈学习的体会和收获。\r\n\r\n\r\n  第二段谈今后怎样去做。 \n";
        let good =
            Form { title: "学习党章有感".into(), body: body.into(), source: Some(" ".into()), ..Form::default() };
        let today = NaiveDate::from_ymd_opt(2026, 11, 26).unwrap();
        let facts = accept(&NOTES, &good, today).unwrap();
        assert_eq!(facts.body, "第一段谈学习的体会和收获。\n\n第二段谈今后怎样去做。");
        assert_eq!(facts.source, None);
        assert_eq!(faults(&NOTES, &Form { body: "短".into(), ..good.clone() }), ["body"]);
        assert_eq!(faults(&NOTES, &Form { body: "长".repeat(20_001), ..good }), ["body"]);
    }
}
