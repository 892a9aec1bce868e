use std::sync::Arc;

use async_graphql::{Context, Enum, InputObject, Json, Object, SimpleObject, Subscription};
use chrono::{DateTime, Utc};
use futures_util::Stream;
use serde_json::Value;
use zhibu_core::{ExportId, ImportId, PageArgs, PageInfo, Result};
use zhibu_graphql::{Request, follow};
use zhibu_tenancy::exchange::{XLSX, export, import};
use zhibu_tenancy::{Cx, identity};

/// Where an import stands.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub(super) enum ImportState {
    /// 待上传
    Uploading,
    /// 检查中
    Checking,
    /// 文件不可用
    Refused,
    /// 待确认
    Checked,
    /// 导入中
    Applying,
    /// 已导入
    Done,
    /// 撤销中
    Undoing,
    /// 已撤销
    Undone,
    /// 导入失败
    Failed,
}

/// One fault or hint in an uploaded workbook.
#[derive(SimpleObject, Clone, PartialEq)]
pub(super) struct ImportFault {
    /// The row's number in the workbook.
    row: i32,
    /// The column's header.
    column: String,
    /// What is wrong, or to be looked at.
    sentence: String,
}

/// An import of a spreadsheet (导入).
#[derive(SimpleObject, Clone, PartialEq)]
pub(super) struct Import {
    id: ImportId,
    template: String,
    file_name: String,
    state: ImportState,
    percent: i16,
    row_count: i32,
    bad_rows: i32,
    done_rows: i32,
    undone_rows: i32,
    /// The first hundred; all of them are in the marked workbook.
    faults: Vec<ImportFault>,
    /// Rows with hints, which block nothing.
    hint_rows: i32,
    /// The first hundred: what is read otherwise than written, or looks unlikely.
    hints: Vec<ImportFault>,
    message: Option<String>,
    account_name: String,
    created_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
    /// The marked workbook can still be had.
    marked: bool,
}

/// A page of imports.
#[derive(SimpleObject)]
pub(super) struct ImportConnection {
    nodes: Vec<Import>,
    page_info: PageInfo,
}

/// A row that undoing an import left in place.
#[derive(SimpleObject)]
pub(super) struct KeptRow {
    row: i32,
    reason: String,
}

/// A signed link for a few minutes.
#[derive(SimpleObject)]
pub(super) struct Link {
    url: String,
}

/// Where the file of an import goes: PUT it there with just this type and the size that was told.
#[derive(SimpleObject)]
pub(super) struct UploadTicket {
    id: ImportId,
    url: String,
    content_type: &'static str,
}

impl From<import::Import> for Import {
    fn from(row: import::Import) -> Self {
        use ImportState as S;
        let state = match row.state.as_str() {
            "uploading" => S::Uploading,
            "checking" => S::Checking,
            "refused" => S::Refused,
            "checked" => S::Checked,
            "applying" => S::Applying,
            "done" => S::Done,
            "undoing" => S::Undoing,
            "undone" => S::Undone,
            _ => S::Failed,
        };
        let fault = |fault: &Value| {
            let text = |key: &str| fault[key].as_str().unwrap_or_default().to_owned();
            let row = fault["row"].as_i64().and_then(|row| i32::try_from(row).ok()).unwrap_or_default();
            ImportFault { row, column: text("column"), sentence: text("sentence") }
        };
        Self {
            id: row.id.into(),
            faults: row.faults.as_array().into_iter().flatten().map(fault).collect(),
            hint_rows: row.hint_rows,
            hints: row.hints.as_array().into_iter().flatten().map(fault).collect(),
            marked: row.bad_rows > 0 && !row.files_gone && !matches!(state, S::Uploading | S::Checking),
            template: row.template,
            file_name: row.file_name,
            state,
            percent: row.percent,
            row_count: row.row_count,
            bad_rows: row.bad_rows,
            done_rows: row.done_rows,
            undone_rows: row.undone_rows,
            message: row.message,
            account_name: row.account_name,
            created_at: row.created_at,
            finished_at: row.finished_at,
        }
    }
}

/// Where an export stands.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub(super) enum ExportState {
    /// 生成中
    Running,
    /// 可下载
    Done,
    /// 失败
    Failed,
    /// 已过期
    Expired,
}

/// An export (导出) with its file, kept for some days.
#[derive(SimpleObject, Clone, PartialEq)]
pub(super) struct Export {
    id: ExportId,
    kind: String,
    state: ExportState,
    percent: i16,
    row_count: i64,
    /// What was asked for, in words.
    filter_words: String,
    columns: Vec<String>,
    sensitive: bool,
    reason: Option<String>,
    message: Option<String>,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

/// A page of exports.
#[derive(SimpleObject)]
pub(super) struct ExportConnection {
    nodes: Vec<Export>,
    page_info: PageInfo,
}

/// A column that an export may have.
#[derive(SimpleObject)]
pub(super) struct ExportColumn {
    key: &'static str,
    title: &'static str,
    /// Masked elsewhere: needs a reason.
    sensitive: bool,
}

impl From<export::Export> for Export {
    fn from(row: export::Export) -> Self {
        let state = match row.state.as_str() {
            "running" => ExportState::Running,
            "done" => ExportState::Done,
            "expired" => ExportState::Expired,
            _ => ExportState::Failed,
        };
        Self {
            id: row.id.into(),
            kind: row.kind,
            state,
            percent: row.percent,
            row_count: row.row_count,
            filter_words: row.filter_words,
            columns: row.chosen,
            sensitive: row.sensitive,
            reason: row.reason,
            message: row.message,
            created_at: row.created_at,
            expires_at: row.expires_at,
        }
    }
}

#[derive(Default)]
pub(super) struct ExchangeQuery;

#[Object]
impl ExchangeQuery {
    /// The own imports of one template, newest first.
    async fn imports(
        &self,
        ctx: &Context<'_>,
        template: String,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
    ) -> Result<ImportConnection> {
        let args = PageArgs::new(first, after, offset)?;
        let page = import::list(ctx.cx()?, &template, &args).await?;
        Ok(ImportConnection { nodes: page.nodes.into_iter().map(Into::into).collect(), page_info: page.info })
    }

    /// One of the own imports.
    async fn import(&self, ctx: &Context<'_>, id: ImportId) -> Result<Import> {
        Ok(import::one(ctx.cx()?, id).await?.into())
    }

    /// The rows that undoing an import left in place, at most a hundred.
    async fn kept_rows(&self, ctx: &Context<'_>, id: ImportId) -> Result<Vec<KeptRow>> {
        let rows = import::kept(ctx.cx()?, id).await?;
        Ok(rows.into_iter().map(|row| KeptRow { row: row.row, reason: row.reason.unwrap_or_default() }).collect())
    }

    /// The own exports (下载记录), newest first.
    async fn exports(
        &self,
        ctx: &Context<'_>,
        kind: Option<String>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
    ) -> Result<ExportConnection> {
        let args = PageArgs::new(first, after, offset)?;
        let page = export::list(ctx.cx()?, kind.as_deref(), &args).await?;
        Ok(ExportConnection { nodes: page.nodes.into_iter().map(Into::into).collect(), page_info: page.info })
    }

    /// The columns the caller may export.
    async fn export_columns(&self, ctx: &Context<'_>, kind: String) -> Result<Vec<ExportColumn>> {
        let columns = export::columns(ctx.cx()?, &kind)?;
        Ok(columns.iter().map(|c| ExportColumn { key: c.key, title: c.title, sensitive: c.sensitive }).collect())
    }
}

#[derive(InputObject)]
pub(super) struct RequestImportInput {
    /// `organisation` or `member`.
    template: String,
    file_name: String,
    /// Bytes.
    size: i64,
}

#[derive(InputObject)]
pub(super) struct RequestExportInput {
    /// `organisation`, `member` or `user`; for operators `code`.
    kind: String,
    /// The filter of the list, as the list takes it.
    filter: Option<Json<Value>>,
    /// Keys of columns.
    columns: Vec<String>,
    /// For what; needed for sensitive columns.
    reason: Option<String>,
}

#[derive(Default)]
pub(super) struct ExchangeMutation;

#[Object]
impl ExchangeMutation {
    /// Makes the empty workbook for an import, with the drop-downs of the moment.
    async fn import_template(&self, ctx: &Context<'_>, template: String) -> Result<Link> {
        Ok(Link { url: import::template_link(ctx.cx()?, &template).await? })
    }

    /// Opens an import and says where its file goes.
    async fn request_import(&self, ctx: &Context<'_>, input: RequestImportInput) -> Result<UploadTicket> {
        let ticket = import::request(ctx.cx()?, &input.template, &input.file_name, input.size).await?;
        Ok(UploadTicket { id: ticket.id, url: ticket.url, content_type: XLSX })
    }

    /// The file is there: it is looked through, nothing is written.
    async fn check_import(&self, ctx: &Context<'_>, id: ImportId) -> Result<Import> {
        Ok(import::look_through(ctx.cx()?, id).await?.into())
    }

    /// Writes what was looked through: everything, or only the good rows.
    async fn confirm_import(&self, ctx: &Context<'_>, id: ImportId, partial: bool) -> Result<Import> {
        Ok(import::confirm(ctx.cx()?, id, partial).await?.into())
    }

    /// Takes back what an import wrote, as far as nobody has changed it since.
    async fn undo_import(&self, ctx: &Context<'_>, id: ImportId) -> Result<Import> {
        Ok(import::undo(ctx.cx()?, id).await?.into())
    }

    /// The own workbook with its faults marked.
    async fn download_marked_import(&self, ctx: &Context<'_>, id: ImportId) -> Result<Link> {
        Ok(Link { url: import::marked_link(ctx.cx()?, id).await? })
    }

    /// Orders an export; it is made in the background.
    async fn request_export(&self, ctx: &Context<'_>, input: RequestExportInput) -> Result<Export> {
        let filter = input.filter.map_or_else(|| Value::Object(Default::default()), |filter| filter.0);
        let reason = input.reason.as_deref();
        Ok(export::order(ctx.cx()?, &input.kind, filter, &input.columns, reason).await?.into())
    }

    /// The file of a finished export.
    async fn download_export(&self, ctx: &Context<'_>, id: ExportId) -> Result<Link> {
        Ok(Link { url: export::download(ctx.cx()?, id).await? })
    }
}

#[derive(Default)]
pub(super) struct ExchangeSubscription;

#[Subscription]
impl ExchangeSubscription {
    /// One of the own imports as it goes on; ends when something is to be decided or it is over.
    async fn import_progress(
        &self,
        ctx: &Context<'_>,
        id: ImportId,
    ) -> Result<impl Stream<Item = Result<Import>> + use<>> {
        identity::must_be_account(ctx.cx()?)?;
        let read = move |cx: Arc<Cx>| async move { Ok(import::one(&cx, id).await?.into()) };
        follow(ctx, &import::topic(id), read, |import: &Import| {
            !matches!(import.state, ImportState::Checking | ImportState::Applying | ImportState::Undoing)
        })
    }

    /// One of the own exports as it goes on.
    async fn export_progress(
        &self,
        ctx: &Context<'_>,
        id: ExportId,
    ) -> Result<impl Stream<Item = Result<Export>> + use<>> {
        export::orderer(ctx.cx()?)?;
        let read = move |cx: Arc<Cx>| async move { Ok(export::one(&cx, id).await?.into()) };
        follow(ctx, &export::topic(id), read, |export: &Export| export.state != ExportState::Running)
    }
}
