//! The section of the activity certificate (党员活动证).

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Result, dictionary};
use zhibu_tenancy::Conn;
use zhibu_tenancy::sections::{Line, Section, Sections};

use crate::model::Row;
use crate::rules::{self, KINDS};
use crate::schema::contributions;

/// 发挥作用情况
pub(crate) struct Served;

#[async_trait]
impl Sections for Served {
    fn permission(&self) -> zhibu_core::Permission {
        crate::READ
    }

    async fn section(&self, person: Uuid, most: i64, conn: &mut Conn) -> Result<Section> {
        let of = contributions::table.filter(contributions::person_id.eq(person));
        let sum = (diesel::dsl::count_star(), diesel::dsl::sum(contributions::minutes));
        let (count, minutes): (i64, Option<i64>) = of.select(sum).first(conn).await?;
        let latest = of.order((contributions::served_on.desc(), contributions::id.desc())).limit(most);
        let rows: Vec<Row> = latest.select(Row::as_select()).load(conn).await?;
        let words = minutes.filter(|minutes| *minutes > 0).map(|minutes| format!("累计{}小时", rules::hours(minutes)));
        Ok(Section {
            key: "contribution", title: "发挥作用情况", count, words, lines: rows.iter().map(line).collect()
        })
    }
}

fn line(row: &Row) -> Line {
    let kind = dictionary::label(KINDS, &row.kind).unwrap_or(&row.kind);
    let hours = row.minutes.map(|minutes| format!("{}小时", rules::hours(minutes.into())));
    let about: Vec<&str> = row.place.as_deref().into_iter().chain(hours.as_deref()).collect();
    Line {
        on: row.served_on,
        title: format!("{kind}：{}", row.body),
        detail: Some(about.join("，")).filter(|text| !text.is_empty()),
    }
}
