//! What can be taken out of the cases (PC-3.2.4): the list as a workbook, and the form of each case as PDF.

use async_trait::async_trait;
use chrono::NaiveDate;
use serde_json::Value;
use zhibu_core::{DevelopmentCaseId, Error, Page, PageArgs, Permission, Result, dictionary, mask};
use zhibu_directory::MEMBER_REVEAL;
use zhibu_directory::organisation::{self, Reach};
use zhibu_office::paper::{Block, Field, Paper, Table};
use zhibu_tenancy::exchange::export::{
    Batch, Cell, ExportColumn, Exporter, Made, Records, Rows, batch, column, sensitive,
};
use zhibu_tenancy::keys::Vault;
use zhibu_tenancy::{Cx, Read, tenants};

use crate::READ;
use crate::graphql::{self, DevelopmentFilter};
use crate::model::{CaseRow, never};
use crate::rules::plan::{STEPS, Standing, step_of};
use crate::store::{self, Filter, Loaded};

const ID_NUMBER: ExportColumn = sensitive("idNumber", "公民身份号码", 20);

const LIST: &[ExportColumn] = &[
    column("name", "姓名", 12),
    column("sex", "性别", 6),
    column("birthDate", "出生日期", 12),
    column("ethnicity", "民族", 10),
    column("education", "学历", 16),
    column("workPost", "工作岗位", 20),
    column("employer", "工作单位及职务", 24),
    column("branch", "所在党支部", 24),
    column("standing", "现状", 12),
    column("outcome", "办理结果", 14),
    column("stage", "阶段", 22),
    column("step", "当前步骤", 22),
    column("earliest", "最早可办日期", 14),
    column("latest", "最迟办理日期", 14),
    ID_NUMBER,
    sensitive("mobile", "手机号", 14),
];

const FORM: &[ExportColumn] = &[column("form", "全程纪实表", 20), ID_NUMBER];

/// The list of cases.
pub(crate) struct Cases;

/// The form 发展党员工作全程纪实表 of each case.
pub(crate) struct CaseForms;

/// A filter: that of the list, or one case.
#[derive(async_graphql::InputObject)]
struct Wanted {
    case: Option<DevelopmentCaseId>,
    #[graphql(flatten)]
    list: DevelopmentFilter,
}

fn filter(value: &Value, today: NaiveDate) -> Result<Filter> {
    zhibu_graphql::filter::<DevelopmentFilter>(value)?.read(today)
}

async fn in_words(filter: Filter, read: &mut Read<'_>) -> Result<String> {
    let mut words = Vec::new();
    if let Some(under) = filter.under {
        words.push(organisation::words_under(under, read).await?);
    }
    let mut say = |name: &str, text: Option<String>| words.extend(text.map(|text| format!("{name}：{text}")));
    say("搜索", filter.search.as_deref().map(mask::searched));
    say("阶段", filter.stage.map(stage));
    say("步骤", filter.step.map(step));
    say("待办方", filter.side.map(|side| side.words().to_owned()));
    say("已超期", filter.overdue.map(|_| "是".to_owned()));
    say("需提醒", filter.remind.map(|_| "是".to_owned()));
    say("已结束", filter.closed.then(|| "是".to_owned()));
    Ok(words.join("；"))
}

fn stage(stage: i16) -> String {
    let found = STEPS.iter().find(|step| i16::from(step.stage) == stage);
    found.map(|step| step.stage_title.clone()).unwrap_or_default()
}

fn step(step: i16) -> String {
    step_of(store::no(step)).map(|step| format!("{}. {}", step.no, step.title)).unwrap_or_default()
}

fn standing(row: &CaseRow) -> String {
    Standing::from_code(&row.standing).map(Standing::words).unwrap_or_default().to_owned()
}

fn cell(key: &str, row: &CaseRow, branch: &str, vault: &Vault) -> Result<Cell> {
    Ok(match key {
        "name" => Cell::Text(row.name.clone()),
        "sex" => Cell::Text(dictionary::words("sex", &row.sex)),
        "birthDate" => Cell::Date(row.birth_date),
        "ethnicity" => Cell::Text(dictionary::words("ethnicity", &row.ethnicity)),
        "education" => Cell::Text(dictionary::words("education_level", &row.education_level)),
        "workPost" => Cell::Text(dictionary::words("work_post", &row.work_post)),
        "employer" => row.employer.clone().into(),
        "branch" => Cell::Text(branch.to_owned()),
        "standing" => Cell::Text(standing(row)),
        "outcome" => Cell::Text(dictionary::words("development_outcome", &row.outcome)),
        "stage" => Cell::Text(stage(row.stage)),
        "step" => row.step.map(step).into(),
        "earliest" => row.earliest.into(),
        "latest" => row.due().into(),
        "idNumber" => Cell::Text(vault.open_text(&row.id_number)?.expose().to_owned()),
        "mobile" => Cell::Text(vault.open_text(&row.mobile)?.expose().to_owned()),
        other => return Err(Error::bug(format!("no column {other}"))),
    })
}

#[async_trait]
impl Exporter for Cases {
    fn kind(&self) -> &'static str {
        "development"
    }

    fn title(&self) -> &'static str {
        "党员发展"
    }

    fn permission(&self) -> Permission {
        READ
    }

    fn reveals(&self) -> Option<Permission> {
        Some(MEMBER_REVEAL)
    }

    fn columns(&self) -> &'static [ExportColumn] {
        LIST
    }

    async fn words(&self, value: &Value, read: &mut Read<'_>) -> Result<String> {
        in_words(filter(value, never())?, read).await
    }

    async fn count(&self, cx: &Cx, value: &Value, read: &mut Read<'_>) -> Result<i64> {
        let filter = filter(value, cx.app.world.today())?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        store::count(cx, &reach, &filter, read.conn()?).await
    }

    fn made(&self) -> Made<'_> {
        Made::Rows(self)
    }
}

#[async_trait]
impl Rows for Cases {
    async fn rows(
        &self,
        cx: &Cx,
        value: &Value,
        columns: &[&'static ExportColumn],
        after: Option<String>,
        read: &mut Read<'_>,
    ) -> Result<Batch> {
        let filter = filter(value, cx.app.world.today())?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let page = store::list(cx, &reach, &filter, &PageArgs::batch(after), read.conn()?).await?;
        let at: Vec<_> = page.nodes.iter().map(|row| row.organisation_id).collect();
        let names = organisation::names(&at, read.conn()?).await?;
        let vault = tenants::vault(&cx.app, cx.tenant()?).await?;
        batch(&page, columns, |key, row| {
            cell(key, row, names.get(&row.organisation_id).map_or("", String::as_str), &vault)
        })
    }
}

#[async_trait]
impl Records for CaseForms {
    type Id = DevelopmentCaseId;
    type Filter = Filter;
    type Row = DevelopmentCaseId;

    fn kind(&self) -> &'static str {
        "development_form"
    }

    fn title(&self) -> &'static str {
        "发展党员全程纪实表"
    }

    fn permission(&self) -> Permission {
        READ
    }

    fn reveals(&self) -> Option<Permission> {
        Some(MEMBER_REVEAL)
    }

    fn columns(&self) -> &'static [ExportColumn] {
        FORM
    }

    fn asked(&self, value: &Value, today: NaiveDate) -> Result<(Option<DevelopmentCaseId>, Filter)> {
        let wanted = zhibu_graphql::filter::<Wanted>(value)?;
        Ok((wanted.case, wanted.list.read(today)?))
    }

    async fn one_in_words(&self, case: DevelopmentCaseId, read: &mut Read<'_>) -> Result<String> {
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        Ok(format!("发展对象：{}", store::load(&reach, case, false, read.conn()?).await?.row.name))
    }

    async fn in_words(&self, filter: Filter, read: &mut Read<'_>) -> Result<String> {
        in_words(filter, read).await
    }

    async fn count(&self, cx: &Cx, filter: &Filter, read: &mut Read<'_>) -> Result<i64> {
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        store::count(cx, &reach, filter, read.conn()?).await
    }

    async fn one(&self, case: DevelopmentCaseId, _: &mut Read<'_>) -> Result<DevelopmentCaseId> {
        Ok(case)
    }

    async fn page(
        &self,
        cx: &Cx,
        filter: &Filter,
        args: &PageArgs,
        read: &mut Read<'_>,
    ) -> Result<Page<DevelopmentCaseId>> {
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let page = store::list(cx, &reach, filter, args, read.conn()?).await?;
        Ok(Page { nodes: page.nodes.iter().map(|row| row.id.into()).collect(), info: page.info })
    }

    async fn papers(
        &self,
        cx: &Cx,
        cases: &[DevelopmentCaseId],
        columns: &[&'static ExportColumn],
        read: &mut Read<'_>,
    ) -> Result<Vec<Paper>> {
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let vault = tenants::vault(&cx.app, cx.tenant()?).await?;
        let whole = columns.iter().any(|column| column.key == ID_NUMBER.key);
        let mut papers = Vec::new();
        for id in cases {
            let loaded = store::load(&reach, *id, false, read.conn()?).await?;
            let names = store::people_names(&graphql::people(&loaded), read.conn()?).await?;
            let number = vault.open_text(&loaded.row.id_number)?;
            let number = if whole { number.expose().to_owned() } else { mask::id_number(number.expose()) };
            papers.push(form(&loaded, number, |given| graphql::told(given, &names)));
        }
        Ok(papers)
    }
}

/// The form, the same as the page that is printed.
fn form(loaded: &Loaded, id_number: String, told: impl Fn(&crate::rules::Given) -> Vec<String>) -> Paper {
    let row = &loaded.row;
    let (name, value) = (|text: &str| Field::label(text), |text: String| Field::value(text));
    let state = format!("{}（{}）", standing(row), dictionary::words("development_outcome", &row.outcome));
    let person = Table {
        widths: vec![4, 4, 2, 3, 3, 5],
        heads: 0,
        rows: vec![
            vec![
                name("姓名"),
                value(row.name.clone()),
                name("性别"),
                value(dictionary::words("sex", &row.sex)),
                name("出生日期"),
                value(row.birth_date.to_string()),
            ],
            vec![
                name("民族"),
                value(dictionary::words("ethnicity", &row.ethnicity)),
                name("学历"),
                value(dictionary::words("education_level", &row.education_level)),
                name("公民身份号码"),
                value(id_number),
            ],
            vec![name("所在党支部"), value(loaded.branch.clone()).over(3), name("现状"), value(state)],
            vec![name("工作单位及职务"), value(row.employer.clone().unwrap_or_default()).over(5)],
        ],
    };
    let mut rows = vec![vec![name("步骤"), name("办理日期"), name("办理情况"), name("材料")]];
    for (at, step) in STEPS.iter().enumerate() {
        if at.checked_sub(1).and_then(|before| STEPS.get(before)).is_none_or(|before| before.stage != step.stage) {
            rows.push(vec![name(&step.stage_title).over(4)]);
        }
        let done = loaded.file.done.get(&step.no);
        let mut papers: Vec<String> = Vec::new();
        for paper in loaded.documents.iter().filter(|paper| store::no(paper.step) == step.no) {
            let title = dictionary::words("development_doc", &paper.kind);
            if !graphql::is_past(paper, loaded) && !papers.contains(&title) {
                papers.push(title);
            }
        }
        rows.push(vec![
            value(format!("{}. {}", step.no, step.title)),
            value(done.map(|done| done.on.to_string()).unwrap_or_default()),
            value(done.map(|done| told(&done.given).join("；")).unwrap_or_default()),
            value(papers.join("、")),
        ]);
    }
    let steps = Table { widths: vec![5, 3, 8, 5], heads: 1, rows };
    let places = ["党支部（盖章）：", "上级党委（盖章）："].map(str::to_owned).to_vec();
    Paper {
        title: "发展党员工作全程纪实表".to_owned(),
        blocks: vec![Block::Table(person), Block::Table(steps), Block::Signatures(places)],
        foot: String::new(),
    }
}
