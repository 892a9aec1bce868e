//! Exports: the list of meetings as a workbook, minutes on paper as PDF (PC-4.3a, PC-4.3i).

use std::collections::HashMap;

use async_trait::async_trait;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde_json::Value;
use zhibu_core::{MeetingId, Page, PageArgs, Permission, Result, dictionary, mask};
use zhibu_directory::organisation::{self, Reach};
use zhibu_office::paper::{Block, Field, Paper, Table};
use zhibu_tenancy::exchange::export::{Batch, Cell, ExportColumn, Exporter, Made, Records, Rows, batch, column};
use zhibu_tenancy::{Cx, Read};

use crate::LIST_READ;
use crate::graphql::MeetingFilter;
use crate::model::{Counts, MeetingAttendance, MeetingPart, MinutesRow, PersonRow};
use crate::store::{self, Filter, Found};

/// The list of meetings.
pub(crate) struct Meetings;

const COLUMNS: &[ExportColumn] = &[
    column("title", "会议主题", 30),
    column("organisation", "召开组织", 24),
    column("types", "会议类型", 20),
    column("mode", "会议方式", 12),
    column("startsAt", "开始时间", 18),
    column("endsAt", "结束时间", 18),
    column("place", "会议地点", 20),
    column("state", "状态", 10),
    column("should", "应到", 8),
    column("attended", "实到", 8),
    column("leave", "请假", 8),
    column("absent", "缺席", 8),
];

fn filter(value: &Value) -> Result<Filter> {
    zhibu_graphql::filter::<MeetingFilter>(value)?.read()
}

async fn in_words(filter: &Filter, read: &mut Read<'_>) -> Result<String> {
    let mut words = Vec::new();
    if let Some(under) = filter.under {
        words.push(organisation::words_under(under, read).await?);
    }
    let kinds = store::types(read.conn()?).await?;
    let mut say = |name: &str, text: Option<String>| words.extend(text.map(|text| format!("{name}：{text}")));
    say("搜索", filter.search.as_deref().map(mask::searched));
    let named =
        |code: &String| kinds.iter().find(|kind| kind.code == *code).map_or_else(|| code.clone(), |k| k.name.clone());
    say("会议类型", filter.kind.as_ref().map(named));
    let states: Vec<String> =
        filter.states.iter().map(|state| dictionary::words("meeting_status", state.code())).collect();
    say("状态", Some(states.join("、")).filter(|text| !text.is_empty()));
    say("会议方式", filter.mode.map(|mode| dictionary::words("meeting_mode", mode.code())));
    say("日期从", filter.from.map(|day| day.to_string()));
    say("日期至", filter.to.map(|day| day.to_string()));
    Ok(words.join("；"))
}

#[async_trait]
impl Exporter for Meetings {
    fn kind(&self) -> &'static str {
        "meeting"
    }

    fn title(&self) -> &'static str {
        "会议"
    }

    fn permission(&self) -> Permission {
        LIST_READ
    }

    fn columns(&self) -> &'static [ExportColumn] {
        COLUMNS
    }

    async fn words(&self, value: &Value, read: &mut Read<'_>) -> Result<String> {
        in_words(&filter(value)?, read).await
    }

    async fn count(&self, _: &Cx, value: &Value, read: &mut Read<'_>) -> Result<i64> {
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        store::count(&reach, &filter(value)?, read.conn()?).await
    }

    fn made(&self) -> Made<'_> {
        Made::Rows(self)
    }
}

#[async_trait]
impl Rows for Meetings {
    async fn rows(
        &self,
        _: &Cx,
        value: &Value,
        columns: &[&'static ExportColumn],
        after: Option<String>,
        read: &mut Read<'_>,
    ) -> Result<Batch> {
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let page = store::list(&reach, &filter(value)?, &PageArgs::batch(after), read.conn()?).await?;
        let ids: Vec<_> = page.nodes.iter().map(|found| found.row.id).collect();
        let counts = store::counts(&ids, read.conn()?).await?;
        let names = names(read).await?;
        batch(&page, columns, |key, found| {
            Ok(cell(key, found, &names, counts.get(&found.row.id).copied().unwrap_or_default()))
        })
    }
}

async fn names(read: &mut Read<'_>) -> Result<HashMap<String, String>> {
    Ok(store::types(read.conn()?).await?.into_iter().map(|kind| (kind.code, kind.name)).collect())
}

fn kinds(found: &Found, names: &HashMap<String, String>) -> String {
    let named = |code: &String| names.get(code).cloned().unwrap_or_else(|| code.clone());
    found.row.types.iter().map(named).collect::<Vec<_>>().join("、")
}

/// A time as people here read it.
fn minute(at: DateTime<Utc>) -> String {
    (at + Duration::hours(8)).format("%Y-%m-%d %H:%M").to_string()
}

fn cell(key: &str, found: &Found, names: &HashMap<String, String>, counts: Counts) -> Cell {
    let row = &found.row;
    match key {
        "title" => Cell::Text(row.title.clone()),
        "organisation" => Cell::Text(found.organisation.clone()),
        "types" => Cell::Text(kinds(found, names)),
        "mode" => Cell::Text(dictionary::words("meeting_mode", &row.mode)),
        "startsAt" => Cell::Text(minute(row.starts_at)),
        "endsAt" => Cell::Text(minute(row.ends_at)),
        "place" => row.place.clone().into(),
        "state" => Cell::Text(dictionary::words("meeting_status", &row.state)),
        "should" => Cell::Integer(counts.should.into()),
        "attended" => Cell::Integer(counts.attended().into()),
        "leave" => Cell::Integer(counts.leave.into()),
        "absent" => Cell::Integer(counts.absent.into()),
        _ => Cell::Blank,
    }
}

/// Minutes on paper.
pub(crate) struct MinutesForms;

/// A filter: that of the list of meetings, or one meeting.
#[derive(async_graphql::InputObject)]
struct Wanted {
    meeting: Option<MeetingId>,
    #[graphql(flatten)]
    list: MeetingFilter,
}

#[async_trait]
impl Records for MinutesForms {
    type Id = MeetingId;
    type Filter = Filter;
    type Row = Found;

    fn kind(&self) -> &'static str {
        "meeting_minutes"
    }

    fn title(&self) -> &'static str {
        "会议纪要"
    }

    fn permission(&self) -> Permission {
        LIST_READ
    }

    fn reveals(&self) -> Option<Permission> {
        None
    }

    fn columns(&self) -> &'static [ExportColumn] {
        const { &[column("form", "会议纪要", 20)] }
    }

    fn asked(&self, value: &Value, _: NaiveDate) -> Result<(Option<MeetingId>, Filter)> {
        let wanted = zhibu_graphql::filter::<Wanted>(value)?;
        Ok((wanted.meeting, wanted.list.read()?))
    }

    async fn one_in_words(&self, meeting: MeetingId, read: &mut Read<'_>) -> Result<String> {
        Ok(format!("会议：{}", self.one(meeting, read).await?.row.title))
    }

    async fn in_words(&self, filter: Filter, read: &mut Read<'_>) -> Result<String> {
        in_words(&filter, read).await
    }

    async fn count(&self, _: &Cx, filter: &Filter, read: &mut Read<'_>) -> Result<i64> {
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        store::count(&reach, filter, read.conn()?).await
    }

    async fn one(&self, meeting: MeetingId, read: &mut Read<'_>) -> Result<Found> {
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let found = store::one(meeting, read.conn()?).await?;
        if reach.covers(&found.path) { Ok(found) } else { Err(zhibu_core::Error::missing()) }
    }

    async fn page(&self, _: &Cx, filter: &Filter, args: &PageArgs, read: &mut Read<'_>) -> Result<Page<Found>> {
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        store::list(&reach, filter, args, read.conn()?).await
    }

    async fn papers(
        &self,
        _: &Cx,
        meetings: &[Found],
        _: &[&'static ExportColumn],
        read: &mut Read<'_>,
    ) -> Result<Vec<Paper>> {
        let names = names(read).await?;
        let mut papers = Vec::new();
        for found in meetings {
            let minutes = store::minutes(found.row.id.into(), read.conn()?).await?;
            let people = store::everybody(found.row.id.into(), read.conn()?).await?;
            papers.push(paper(found, &kinds(found, &names), minutes.first(), &people));
        }
        Ok(papers)
    }
}

/// Names of those of a list who are something.
pub(crate) fn those(people: &[PersonRow], part: MeetingPart, attendance: Option<MeetingAttendance>) -> Vec<&str> {
    people
        .iter()
        .filter(|row| row.part == part.code())
        .filter(|row| attendance.is_none_or(|wanted| row.attendance.as_deref() == Some(wanted.code())))
        .map(|row| row.name.as_str())
        .collect()
}

fn paper(found: &Found, kinds: &str, minutes: Option<&MinutesRow>, people: &[PersonRow]) -> Paper {
    let row = &found.row;
    let (name, value) = (|text: &str| Field::label(text), |text: String| Field::value(text));
    let who = |id: Option<uuid::Uuid>| {
        people.iter().find(|person| Some(person.person_id) == id).map(|person| person.name.clone()).unwrap_or_default()
    };
    let listed = |part, attendance| those(people, part, attendance).join("、");
    let should = MeetingPart::Should;
    let present = [listed(should, Some(MeetingAttendance::Present)), listed(should, Some(MeetingAttendance::Late))];
    let present: Vec<&str> = present.iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
    let observers: Vec<String> = [listed(MeetingPart::Observer, None), row.observers.clone().unwrap_or_default()]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect();
    let counted = minutes.map_or_else(String::new, |minutes| {
        format!(
            "应到{}人，实到{}人（其中迟到{}人），请假{}人，缺席{}人",
            minutes.should,
            minutes.present + minutes.late,
            minutes.late,
            minutes.on_leave,
            minutes.absent
        )
    });
    let wide = |label: &str, text: String| vec![name(label), value(text).over(3)];
    let head = Table {
        widths: vec![4, 7, 4, 7],
        heads: 0,
        rows: vec![
            wide("会议主题", row.title.clone()),
            vec![name("召开组织"), value(found.organisation.clone()), name("会议类型"), value(kinds.to_owned())],
            vec![
                name("会议时间"),
                value(format!(
                    "{} 至 {}",
                    minute(row.started_at.unwrap_or(row.starts_at)),
                    minute(row.ended_at.unwrap_or(row.ends_at))
                )),
                name("会议地点"),
                value(row.place.clone().unwrap_or_else(|| "线上".to_owned())),
            ],
            vec![name("主持人"), value(who(row.host_id)), name("记录人"), value(who(row.recorder_id))],
            wide("出席情况", counted),
            wide("出席人员", present.join("、")),
            wide("请假人员", listed(should, Some(MeetingAttendance::Leave))),
            wide("缺席人员", listed(should, Some(MeetingAttendance::Absent))),
            wide("列席人员", observers.join("、")),
        ],
    };
    let mut blocks = vec![Block::Table(head), Block::Text(format!("会议议程：{}", row.agenda))];
    match minutes {
        None => blocks.push(Block::Text("（纪要尚未填写）".to_owned())),
        Some(minutes) => {
            for (title, text) in [
                ("会议内容", Some(&minutes.body)),
                ("会议决议", minutes.resolutions.as_ref()),
                ("待办事项", minutes.tasks.as_ref()),
            ] {
                let Some(text) = text else { continue };
                blocks.push(Block::Text(format!("【{title}】")));
                blocks.extend(text.lines().filter(|line| !line.is_empty()).map(|line| Block::Text(line.to_owned())));
            }
            if let Some(reason) = &minutes.reason {
                blocks.push(Block::Text(format!("（第{}版，更正原因：{reason}）", minutes.number)));
            }
        }
    }
    blocks.push(Block::Signatures(["主持人（签字）：", "记录人（签字）："].map(str::to_owned).to_vec()));
    Paper { title: "会议纪要".to_owned(), blocks, foot: String::new() }
}
