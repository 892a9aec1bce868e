//! Activity certificates as PDF (PC-3.2.1d): that of one member, or those of a list.

use std::collections::HashMap;

use async_trait::async_trait;
use chrono::NaiveDate;
use serde_json::Value;
use uuid::Uuid;
use zhibu_core::{PageArgs, Permission, PersonId, Result, dictionary, mask};
use zhibu_office::paper::{Block, Field, Paper, Table};
use zhibu_tenancy::exchange::export::{ExportColumn, Exporter, Forms, Made};
use zhibu_tenancy::keys::Vault;
use zhibu_tenancy::{Cx, Read, tenants};

use super::{Part, Row, current, parts};
use crate::exchange::{column, sensitive};
use crate::graphql::MemberFilter;
use crate::member::rules::party_age;
use crate::member::{self, Entry, Filter, Sort};
use crate::organisation::{self, Reach};
use crate::{MEMBER_READ, MEMBER_REVEAL};

/// So many are read at a time.
const BATCH: i32 = 50;

const COLUMNS: &[ExportColumn] = &[column("form", "党员活动证", 20), sensitive("idNumber", "公民身份号码", 22)];

/// Activity certificates.
pub(crate) struct Certificates;

/// A filter: that of the list of members, or one member.
#[derive(async_graphql::InputObject)]
struct Wanted {
    person: Option<PersonId>,
    #[graphql(flatten)]
    list: MemberFilter,
}

fn wanted(value: &Value) -> Result<(Option<PersonId>, Filter)> {
    let wanted = zhibu_graphql::filter::<Wanted>(value)?;
    Ok((wanted.person, wanted.list.try_into()?))
}

#[async_trait]
impl Exporter for Certificates {
    fn kind(&self) -> &'static str {
        "certificate"
    }

    fn title(&self) -> &'static str {
        "党员活动证"
    }

    fn permission(&self) -> Permission {
        MEMBER_READ
    }

    fn reveals(&self) -> Option<Permission> {
        Some(MEMBER_REVEAL)
    }

    fn columns(&self) -> &'static [ExportColumn] {
        COLUMNS
    }

    async fn words(&self, value: &Value, read: &mut Read<'_>) -> Result<String> {
        let (person, filter) = wanted(value)?;
        let Some(person) = person else { return member::filter_words(&filter, read).await };
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        Ok(format!("党员：{}", member::get(&reach, person, read.conn()?).await?.person.name))
    }

    async fn count(&self, cx: &Cx, value: &Value, read: &mut Read<'_>) -> Result<i64> {
        let (person, filter) = wanted(value)?;
        if person.is_some() {
            return Ok(1);
        }
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        member::count(cx, &reach, &filter, read.conn()?).await
    }

    fn made(&self) -> Made<'_> {
        Made::Forms(self)
    }
}

#[async_trait]
impl Forms for Certificates {
    async fn forms(
        &self,
        cx: &Cx,
        value: &Value,
        columns: &[&'static ExportColumn],
        after: Option<String>,
        read: &mut Read<'_>,
    ) -> Result<(Vec<Paper>, Option<String>)> {
        let (person, filter) = wanted(value)?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let (entries, next) = match person {
            Some(person) => (vec![member::get(&reach, person, read.conn()?).await?], None),
            None => {
                let args = PageArgs::new(Some(BATCH), after, None)?;
                let page = member::list(cx, &reach, &filter, Sort::Name, &args, read.conn()?).await?;
                (page.nodes, page.info.end_cursor.filter(|_| page.info.has_next_page))
            }
        };
        let vault = tenants::vault(&cx.app, cx.tenant()?).await?;
        let whole = columns.iter().any(|column| column.key == "idNumber");
        let ids: Vec<_> = entries.iter().map(|entry| entry.person.id).collect();
        let posts = member::posts_of(&ids, true, read.conn()?).await?;
        let places = entries.iter().flat_map(|entry| {
            let assigned = &entry.assignment;
            [Some(assigned.organisation_id), assigned.group_id].into_iter().flatten()
        });
        let held = posts.values().flatten().map(|post| post.organisation);
        let names = organisation::names(&places.chain(held).collect::<Vec<_>>(), read.conn()?).await?;
        let mut papers = Vec::new();
        for entry in &entries {
            let id = entry.person.id;
            let issued = current(id, read.conn()?).await?;
            let posts: Vec<String> = posts
                .get(&id)
                .into_iter()
                .flatten()
                .map(|post| {
                    let at = names.get(&post.organisation).map_or("", String::as_str);
                    format!("{}（{at}）", dictionary::words("post", &post.post))
                })
                .collect();
            let known = Known { entry, posts: posts.join("、"), names: &names, vault: &vault, whole };
            papers.push(paper(cx, &known, issued.as_ref(), parts(cx, id, false, read.conn()?).await?)?);
        }
        Ok((papers, next))
    }
}

/// What a certificate is written with.
struct Known<'k> {
    entry: &'k Entry,
    posts: String,
    names: &'k HashMap<Uuid, String>,
    vault: &'k Vault,
    /// The identity number may be shown as it is.
    whole: bool,
}

/// The same as the page that is printed.
fn paper(cx: &Cx, known: &Known<'_>, issued: Option<&Row>, parts: Vec<Part>) -> Result<Paper> {
    let today = cx.app.world.today();
    let facts = Block::Table(Table { widths: vec![4, 6, 4, 6], heads: 0, rows: facts(known, today)? });
    let mut blocks = vec![facts];
    blocks.extend(parts.into_iter().map(section));
    blocks.push(match issued {
        Some(row) => Block::Code {
            text: format!("{}{}", cx.app.settings.public_url, row.path(cx)?),
            beside: vec![
                format!("证号：{}", row.number()),
                format!("签发日期：{}", row.issued_on),
                format!("签发人：{}", row.issued_by),
                format!("数据截至：{today}"),
                "扫码可核验是否有效".to_owned(),
            ],
        },
        None => Block::Text(format!("尚未签发，不作为凭证使用。数据截至{today}。")),
    });
    Ok(Paper { title: "党员活动证".to_owned(), blocks, foot: String::new() })
}

fn facts(known: &Known<'_>, today: NaiveDate) -> Result<Vec<Vec<Field>>> {
    let (person, terms, assigned) = (&known.entry.person, &known.entry.membership, &known.entry.assignment);
    let number = known.vault.open_text(&person.id_number)?;
    let number = if known.whole { number.expose().to_owned() } else { mask::id_number(number.expose()) };
    let at = |id: Uuid| known.names.get(&id).cloned().unwrap_or_default();
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let age = party_age(terms.join_date, terms.conversion_date, terms.kind(), today);
    let all = [
        ("姓名", person.name.clone()),
        ("性别", dictionary::words("sex", &person.sex)),
        ("民族", dictionary::words("ethnicity", &person.ethnicity)),
        ("出生日期", person.birth_date.to_string()),
        ("学历", dictionary::words("education_level", &person.education_level)),
        ("公民身份号码", number),
        ("所在党支部", at(assigned.organisation_id)),
        ("党小组", assigned.group_id.map(at).unwrap_or_default()),
        ("人员类别", dictionary::words("member_type", &terms.member_type)),
        ("入党日期", terms.join_date.to_string()),
        ("转正日期", day(terms.conversion_date)),
        ("党龄", age.map(|years| format!("{years}年")).unwrap_or_default()),
        ("党内职务", known.posts.clone()),
        ("工作单位及职务", person.employer.clone().unwrap_or_default()),
    ];
    let pairs = all
        .chunks(2)
        .map(|pair| pair.iter().flat_map(|(name, value)| [Field::label(*name), Field::value(value.clone())]).collect());
    Ok(pairs.collect())
}

fn section((_, title, found): Part) -> Block {
    let mut rows = Vec::new();
    let mut say = |words: &str| rows.push(vec![Field::value(words).over(2)]);
    let mut heading = title;
    match found {
        None => say("本单位未启用此项记录"),
        Some(section) if section.count == 0 => say("暂无记录"),
        Some(section) => {
            let words = section.words.map(|words| format!("，{words}")).unwrap_or_default();
            heading = format!("{heading}（共{}项{words}）", section.count);
            let shown = section.lines.len();
            for line in section.lines {
                let detail = line.detail.map(|detail| format!("（{detail}）")).unwrap_or_default();
                rows.push(vec![Field::value(line.on.to_string()), Field::value(format!("{}{detail}", line.title))]);
            }
            if i64::try_from(shown).is_ok_and(|shown| shown < section.count) {
                rows.push(vec![Field::value(format!("仅列出最近{shown}项")).over(2)]);
            }
        }
    }
    rows.insert(0, vec![Field::label(heading).over(2)]);
    Block::Table(Table { widths: vec![3, 13], heads: 1, rows })
}
