//! The form of a meeting: what is asked, in which bounds. All faults are told at once.

use std::collections::HashSet;

use chrono::{DateTime, Duration, Utc};
use zhibu_core::{Error, OrganisationId, PersonId, check};

use super::geo::{self, GeoFrame, Point};
use crate::model::{MeetingAttend, MeetingMode, MeetingVoteRule};
use crate::rules::count::DECIDING;

/// Kinds one meeting may be at once.
const KINDS: usize = 4;
/// Longest meeting.
const LONGEST: i64 = 48;
/// A place to sign in by, in metres.
const RADIUS: std::ops::RangeInclusive<i16> = 50..=5_000;
/// People named one by one.
const NAMED: usize = 5_000;

/// Who is not counted, and why.
#[derive(Debug, Clone)]
pub struct Exempt {
    /// Who.
    pub person: PersonId,
    /// 原因
    pub reason: String,
}

/// Where one may sign in.
#[derive(Debug, Clone, Copy)]
pub struct Fence {
    /// North of the equator, degrees.
    pub latitude: f64,
    /// East of Greenwich, degrees.
    pub longitude: f64,
    /// In which frame.
    pub frame: GeoFrame,
    /// Metres around it.
    pub radius: i16,
}

/// What was filled in.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields of the form, as in the interface")]
pub struct Form {
    pub organisation: OrganisationId,
    pub types: Vec<String>,
    pub title: String,
    pub mode: MeetingMode,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub place: Option<String>,
    pub link: Option<String>,
    pub agenda: String,
    pub speaker: Option<String>,
    pub observers: Option<String>,
    pub host: Option<PersonId>,
    pub recorder: Option<PersonId>,
    pub late_minutes: i16,
    pub fence: Option<Fence>,
    pub attend: MeetingAttend,
    pub named: Vec<PersonId>,
    pub guests: Vec<PersonId>,
    pub exempt: Vec<Exempt>,
}

/// A form looked over; the fence in WGS-84.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Its fields, trimmed.
    pub form: Form,
    /// Where one may sign in, and within how many metres.
    pub fence: Option<(Point, i16)>,
}

/// Looks a form over.
pub fn accept(mut form: Form, now: DateTime<Utc>) -> Result<Facts, Vec<Error>> {
    let mut faults = Vec::new();
    let keep = |result: Result<String, Error>, faults: &mut Vec<Error>| {
        result.map_err(|fault| faults.push(fault)).unwrap_or_default()
    };
    form.title = keep(check::text("title", "会议主题", &form.title, 2, 80), &mut faults);
    form.agenda = keep(check::lines("agenda", "会议议程", &form.agenda, 2, 5_000), &mut faults);
    for (field, label, value, most) in [
        ("place", "会议地点", &mut form.place, 100),
        ("speaker", "主讲人", &mut form.speaker, 60),
        ("observers", "列席人员", &mut form.observers, 500),
    ] {
        match check::optional(field, label, value.as_deref(), most) {
            Ok(text) => *value = text,
            Err(fault) => faults.push(fault),
        }
    }
    match check::optional("link", "会议链接", form.link.as_deref(), 500) {
        Ok(link) if link.as_deref().is_none_or(|link| link.starts_with("https://")) => form.link = link,
        Ok(_) => faults.push(Error::invalid("link", "会议链接应以 https:// 开头")),
        Err(fault) => faults.push(fault),
    }
    let mut seen = HashSet::new();
    form.types.retain(|code| seen.insert(code.clone()));
    if form.types.is_empty() || form.types.len() > KINDS {
        faults.push(Error::invalid("types", "请选择1至4个会议类型"));
    }
    if form.ends_at <= form.starts_at {
        faults.push(Error::invalid("endsAt", "结束时间应晚于开始时间"));
    } else if form.ends_at - form.starts_at > Duration::hours(LONGEST) {
        faults.push(Error::invalid("endsAt", "会议时长不能超过48小时"));
    }
    // A meeting may be entered after it was held, not years after.
    if form.starts_at < now - Duration::days(400) || form.starts_at > now + Duration::days(800) {
        faults.push(Error::invalid("startsAt", "开始时间不正确"));
    }
    if form.mode != MeetingMode::Video && form.place.is_none() {
        faults.push(Error::invalid("place", "请填写会议地点"));
    }
    if !(0..=120).contains(&form.late_minutes) {
        faults.push(Error::invalid("lateMinutes", "迟到时限应在0至120分钟之间"));
    }
    let mut fence = None;
    if let Some(given) = form.fence {
        match geo::point(given.latitude, given.longitude, given.frame) {
            Ok(point) if RADIUS.contains(&given.radius) => fence = Some((point, given.radius)),
            Ok(_) => faults.push(Error::invalid("fence.radius", "签到范围应在50至5000米之间")),
            Err(fault) => {
                let field = fault.field.clone().unwrap_or_default();
                faults.push(fault.at(format!("fence.{field}")));
            }
        }
    }
    if form.named.len() > NAMED || form.guests.len() > NAMED || form.exempt.len() > NAMED {
        faults.push(Error::invalid("named", "一次最多选择5000人"));
    }
    if form.attend == MeetingAttend::Named && form.named.is_empty() {
        faults.push(Error::invalid("named", "请选择参会人员"));
    }
    for exempt in &mut form.exempt {
        exempt.reason = keep(check::text("exempt", "不计入应到的原因", &exempt.reason, 1, 100), &mut faults);
    }
    if faults.is_empty() { Ok(Facts { form, fence }) } else { Err(faults) }
}

/// A vote as it is prepared.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields of the form, as in the interface")]
pub struct VoteForm {
    pub title: String,
    pub options: Vec<String>,
    pub most: i16,
    pub secret: bool,
    pub rule: MeetingVoteRule,
}

/// Looks a vote over. One that decides has the three answers.
pub fn accept_vote(mut form: VoteForm) -> Result<VoteForm, Vec<Error>> {
    let mut faults = Vec::new();
    match check::text("title", "投票事项", &form.title, 2, 200) {
        Ok(title) => form.title = title,
        Err(fault) => faults.push(fault),
    }
    if matches!(form.rule, MeetingVoteRule::Resolution | MeetingVoteRule::Assembly) {
        form.options = DECIDING.map(str::to_owned).to_vec();
        form.most = 1;
    }
    let mut options = Vec::new();
    for option in &form.options {
        match check::text("options", "选项", option, 1, 60) {
            Ok(option) if options.contains(&option) => {
                faults.push(Error::invalid("options", format!("选项“{option}”重复")))
            }
            Ok(option) => options.push(option),
            Err(fault) => faults.push(fault),
        }
    }
    if !(2..=20).contains(&form.options.len()) {
        faults.push(Error::invalid("options", "请填写2至20个选项"));
    }
    form.options = options;
    if form.most < 1 || usize::try_from(form.most).is_ok_and(|most| most > form.options.len()) {
        faults.push(Error::invalid("most", "可选数量应在1至选项数量之间"));
    }
    if faults.is_empty() { Ok(form) } else { Err(faults) }
}

/// A ballot: each option once, at least one, at most so many as the vote says.
pub fn accept_choices(choices: &[i16], options: usize, most: i16) -> Result<Vec<i16>, Error> {
    let mut chosen = choices.to_vec();
    chosen.sort_unstable();
    chosen.dedup();
    let known = |at: &i16| usize::try_from(*at).is_ok_and(|at| at < options);
    if chosen.is_empty() || chosen.len() != choices.len() || !chosen.iter().all(known) {
        return Err(Error::invalid("choices", "请选择选项"));
    }
    if chosen.len() > usize::try_from(most).unwrap_or_default() {
        return Err(Error::invalid("choices", format!("最多选择{most}项")));
    }
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use uuid::Uuid;

    use super::*;

    fn now() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, 27, 8, 0, 0).unwrap()
    }

    fn good() -> Form {
        Form {
            organisation: Uuid::from_u128(1).into(),
            types: vec!["branch_assembly".into()],
            title: "第四季度党员大会".into(),
            mode: MeetingMode::Offline,
            starts_at: now() + Duration::days(1),
            ends_at: now() + Duration::hours(26),
            place: Some("一楼会议室".into()),
            link: None,
            agenda: "一、学习文件\n二、讨论".into(),
            speaker: None,
            observers: None,
            host: None,
            recorder: None,
            late_minutes: 10,
            fence: Some(Fence { latitude: 32.0, longitude: 118.0, frame: GeoFrame::Wgs84, radius: 300 }),
            attend: MeetingAttend::Members,
            named: Vec::new(),
            guests: Vec::new(),
            exempt: Vec::new(),
        }
    }

    fn faults(change: impl Fn(&mut Form)) -> Vec<String> {
        let mut form = good();
        change(&mut form);
        accept(form, now()).err().unwrap_or_default().into_iter().filter_map(|fault| fault.field).collect()
    }

    #[test]
    fn pc_4_3c_the_form_of_a_meeting_names_every_fault() {
        assert_eq!(faults(|_| ()), Vec::<String>::new());
        assert_eq!(faults(|form| form.title = "会".into()), ["title"]);
        assert_eq!(faults(|form| form.types.clear()), ["types"]);
        assert_eq!(faults(|form| form.ends_at = form.starts_at), ["endsAt"]);
        assert_eq!(faults(|form| form.ends_at = form.starts_at + Duration::days(3)), ["endsAt"]);
        assert_eq!(faults(|form| form.starts_at = now() - Duration::days(500)), ["endsAt", "startsAt"]);
        assert_eq!(faults(|form| form.place = None), ["place"]);
        assert_eq!(faults(|form| (form.place, form.mode) = (None, MeetingMode::Video)), Vec::<String>::new());
        assert_eq!(faults(|form| form.link = Some("http://a".into())), ["link"]);
        assert_eq!(faults(|form| form.link = Some("javascript:alert(1)".into())), ["link"]);
        assert_eq!(faults(|form| form.late_minutes = 121), ["lateMinutes"]);
        assert_eq!(faults(|form| form.attend = MeetingAttend::Named), ["named"]);
        let fence = |radius, latitude| Some(Fence { latitude, longitude: 118.0, frame: GeoFrame::Gcj02, radius });
        assert_eq!(faults(|form| form.fence = fence(10, 32.0)), ["fence.radius"]);
        assert_eq!(faults(|form| form.fence = fence(300, 95.0)), ["fence.latitude"]);
        assert_eq!(faults(|form| (form.title, form.place) = (String::new(), None)), ["title", "place"]);
    }

    #[test]
    fn pc_4_3f_a_vote_that_decides_has_three_answers_and_a_ballot_fits_its_vote() {
        let form = |rule, options: &[&str], most| VoteForm {
            title: "通过年度总结".into(),
            options: options.iter().map(|option| (*option).to_owned()).collect(),
            most,
            secret: false,
            rule,
        };
        let decided = accept_vote(form(MeetingVoteRule::Resolution, &["甲"], 9)).unwrap();
        assert_eq!((decided.options, decided.most), (DECIDING.map(str::to_owned).to_vec(), 1));
        let fields =
            |form| accept_vote(form).err().unwrap_or_default().into_iter().filter_map(|f| f.field).collect::<Vec<_>>();
        assert_eq!(fields(form(MeetingVoteRule::None, &["甲"], 1)), ["options"]);
        assert_eq!(fields(form(MeetingVoteRule::None, &["甲", "甲"], 1)), ["options"]);
        assert_eq!(fields(form(MeetingVoteRule::None, &["甲", "乙"], 3)), ["most"]);
        assert_eq!(fields(form(MeetingVoteRule::None, &["甲", "乙"], 0)), ["most"]);
        assert_eq!(accept_choices(&[1, 0], 3, 2).unwrap(), [0, 1]);
        for wrong in [&[][..], &[0, 0], &[3], &[-1], &[0, 1, 2]] {
            assert_eq!(accept_choices(wrong, 3, 2).unwrap_err().field.as_deref(), Some("choices"), "{wrong:?}");
        }
    }
}
