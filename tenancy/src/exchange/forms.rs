//! Forms on paper of single records: of one that is asked for by its id, or of those that a list shows.

use async_trait::async_trait;
use chrono::NaiveDate;
use serde_json::Value;
use zhibu_core::{Page, PageArgs, Permission, Result};
use zhibu_office::paper::Paper;

use super::cells::{ExportColumn, next};
use super::export::{Exporter, Forms, Made};
use crate::cx::{Cx, Read};

/// So many records are read whole at a time.
const FORMS: i32 = 50;

/// Records that have a form, in a list that has a filter.
#[async_trait]
pub trait Records: Send + Sync + 'static {
    /// Names one.
    type Id: Copy + Send + Sync;
    /// What the list asks for.
    type Filter: Send + Sync;
    /// One, as a page of the list brings it.
    type Row: Send + Sync;

    /// The key of the export.
    fn kind(&self) -> &'static str;
    /// What users call it.
    fn title(&self) -> &'static str;
    /// What the exporting person must hold: to see the list.
    fn permission(&self) -> Permission;
    /// What sensitive columns need.
    fn reveals(&self) -> Option<Permission>;
    /// Every column there is, in order.
    fn columns(&self) -> &'static [ExportColumn];
    /// Reads a filter, which names one record or is that of the list.
    fn asked(&self, value: &Value, today: NaiveDate) -> Result<(Option<Self::Id>, Self::Filter)>;
    /// Which one, in words; refuses one that has no form.
    async fn one_in_words(&self, id: Self::Id, read: &mut Read<'_>) -> Result<String>;
    /// The list's filter in words.
    async fn in_words(&self, filter: Self::Filter, read: &mut Read<'_>) -> Result<String>;
    /// About how many there are.
    async fn count(&self, cx: &Cx, filter: &Self::Filter, read: &mut Read<'_>) -> Result<i64>;
    /// One by its id.
    async fn one(&self, id: Self::Id, read: &mut Read<'_>) -> Result<Self::Row>;
    /// One page of the list.
    async fn page(
        &self,
        cx: &Cx,
        filter: &Self::Filter,
        args: &PageArgs,
        read: &mut Read<'_>,
    ) -> Result<Page<Self::Row>>;
    /// Their forms, of one that is printed alone or of many; one that has none is left out.
    async fn papers(
        &self,
        cx: &Cx,
        rows: &[Self::Row],
        columns: &[&'static ExportColumn],
        read: &mut Read<'_>,
    ) -> Result<Vec<Paper>>;
}

/// The export of the forms of records.
#[derive(Debug, Clone, Copy)]
pub struct FormsOf<R>(pub R);

#[async_trait]
impl<R: Records> Exporter for FormsOf<R> {
    fn kind(&self) -> &'static str {
        self.0.kind()
    }

    fn title(&self) -> &'static str {
        self.0.title()
    }

    fn permission(&self) -> Permission {
        self.0.permission()
    }

    fn reveals(&self) -> Option<Permission> {
        self.0.reveals()
    }

    fn columns(&self) -> &'static [ExportColumn] {
        self.0.columns()
    }

    async fn words(&self, value: &Value, read: &mut Read<'_>) -> Result<String> {
        // A day of no meaning: words are of what was asked for, not of what a day makes of it.
        let (one, filter) = self.0.asked(value, NaiveDate::default())?;
        let mut words = Vec::new();
        if let Some(one) = one {
            words.push(self.0.one_in_words(one, read).await?);
        }
        words.push(self.0.in_words(filter, read).await?);
        words.retain(|text| !text.is_empty());
        Ok(words.join("；"))
    }

    async fn count(&self, cx: &Cx, value: &Value, read: &mut Read<'_>) -> Result<i64> {
        match self.0.asked(value, cx.app.world.today())? {
            (Some(_), _) => Ok(1),
            (None, filter) => self.0.count(cx, &filter, read).await,
        }
    }

    fn made(&self) -> Made<'_> {
        Made::Forms(self)
    }
}

#[async_trait]
impl<R: Records> Forms for FormsOf<R> {
    async fn forms(
        &self,
        cx: &Cx,
        value: &Value,
        columns: &[&'static ExportColumn],
        after: Option<String>,
        read: &mut Read<'_>,
    ) -> Result<(Vec<Paper>, Option<String>)> {
        let (one, filter) = self.0.asked(value, cx.app.world.today())?;
        if let Some(one) = one {
            let row = self.0.one(one, read).await?;
            return Ok((self.0.papers(cx, &[row], columns, read).await?, None));
        }
        let page = self.0.page(cx, &filter, &PageArgs::new(Some(FORMS), after, None)?, read).await?;
        let papers = self.0.papers(cx, &page.nodes, columns, read).await?;
        Ok((papers, next(&page)))
    }
}
