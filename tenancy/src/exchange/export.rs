//! Exports (导出): made in the background, streamed, with what was asked for in their head, kept for some days. What
//! the rows are is the modules' business ([`Exporter`]); everything else is done here.

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::mpsc;
use uuid::Uuid;
use zhibu_core::{ANYONE, Error, ExportId, Page, PageArgs, Permission, Result, SELF, check};
use zhibu_office::paper::{self, Paper};
use zhibu_office::{Heading, Layout, Sheet, Watermark};

pub use super::cells::{Batch, Cell, ExportColumn, batch, column, sensitive};
pub use super::forms::{FormsOf, Records};
use super::{KEEP_DAYS, LINK, XLSX, key, scratch};
use crate::audit::Entry;
use crate::cx::{Caller, Cx, Read};
use crate::db::{Conn, Space};
use crate::jobs::Job;
use crate::policy::Scope;
use crate::schema::exports;

/// Take data out (数据导出).
pub const EXPORT: Permission = Permission::new("data.export");
/// Rows that go from the database to the file together.
pub const BATCH: i64 = 1000;

/// What a module exports.
#[async_trait]
pub trait Exporter: Send + Sync + 'static {
    /// Its key.
    fn kind(&self) -> &'static str;
    /// What users call it.
    fn title(&self) -> &'static str;
    /// What the exporting person must hold beside [`EXPORT`]: to see the list.
    fn permission(&self) -> Permission;
    /// What sensitive columns need; an export without any needs nothing.
    fn reveals(&self) -> Option<Permission> {
        None
    }
    /// Every column there is, in order.
    fn columns(&self) -> &'static [ExportColumn];
    /// The filter in words; refuses one that is none.
    async fn words(&self, filter: &Value, read: &mut Read<'_>) -> Result<String>;
    /// About how many rows there will be, for the progress.
    async fn count(&self, cx: &Cx, filter: &Value, read: &mut Read<'_>) -> Result<i64>;
    /// What the file holds.
    fn made(&self) -> Made<'_>;
}

/// What an export is made of.
#[derive(Clone, Copy)]
pub enum Made<'e> {
    /// Rows of a workbook.
    Rows(&'e dyn Rows),
    /// Forms on paper, in a PDF.
    Forms(&'e dyn Forms),
}

/// What a module exports as rows.
#[async_trait]
pub trait Rows: Send + Sync + 'static {
    /// The rows after a position, at most [`BATCH`], with the next position; none at the end.
    async fn rows(
        &self,
        cx: &Cx,
        filter: &Value,
        columns: &[&'static ExportColumn],
        after: Option<String>,
        read: &mut Read<'_>,
    ) -> Result<Batch>;
}

/// What a module exports as forms on paper, one for each row. Columns only decide whether what is masked elsewhere is shown.
#[async_trait]
pub trait Forms: Send + Sync + 'static {
    /// The forms after a position, with the next position; none at the end.
    async fn forms(
        &self,
        cx: &Cx,
        filter: &Value,
        columns: &[&'static ExportColumn],
        after: Option<String>,
        read: &mut Read<'_>,
    ) -> Result<(Vec<Paper>, Option<String>)>;
}

/// So many forms go into one file.
const MOST_FORMS: i64 = 300;

/// An export as its list shows it.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = exports)]
pub struct Export {
    /// Its id.
    pub id: Uuid,
    /// What it is of.
    pub kind: String,
    /// `running`, `done`, `failed`, `expired`.
    pub state: String,
    /// Progress.
    pub percent: i16,
    /// Rows written.
    pub row_count: i64,
    /// What was asked for, sealed; nothing when it is over.
    pub filter: Value,
    /// The same in words.
    pub filter_words: String,
    /// Keys of the columns.
    pub chosen: Vec<String>,
    /// It holds what is masked elsewhere.
    pub sensitive: bool,
    /// For what.
    pub reason: Option<String>,
    /// Why it failed.
    pub message: Option<String>,
    /// Who exported: an account of the tenant, on the platform an operator.
    pub account_id: Uuid,
    /// Their name.
    pub account_name: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// The file is kept until.
    pub expires_at: DateTime<Utc>,
}

/// The topic on which the progress of an export is announced.
pub fn topic(id: ExportId) -> String {
    format!("export:{id}")
}

/// Whose exports are meant: of an account with a full session, or of an operator.
#[derive(Debug)]
pub struct Orderer {
    id: Uuid,
    name: String,
}

/// Who orders; refuses whoever can have no exports.
pub fn orderer(cx: &Cx) -> Result<Orderer> {
    cx.allow(SELF)?;
    match cx.caller() {
        Caller::Account(account) => Ok(Orderer { id: account.account.0, name: account.display_name.clone() }),
        Caller::Operator(operator) => Ok(Orderer { id: operator.id.0, name: operator.user_name.clone() }),
        Caller::Stranger | Caller::System(_) => Err(Error::denied()),
    }
}

/// What whoever ordered an export may reach with a permission now.
async fn reach(cx: &Cx, who: Uuid, permission: Permission, conn: &mut Conn) -> Result<Option<Scope>> {
    match cx.space() {
        Space::Tenant(_) => crate::identity::scope_of(cx, who.into(), permission, conn).await,
        Space::Platform => crate::operator::scope_of(cx, who.into(), permission, conn).await,
    }
}

fn exporter<'a>(cx: &'a Cx, kind: &str) -> Result<&'a dyn Exporter> {
    let found = cx.app.registry.exporters().find(|one| one.kind() == kind);
    found.ok_or_else(|| Error::invalid("kind", "没有这种导出"))
}

/// A filter as it waits for its job: sealed, for it may hold a whole number that somebody looks for.
async fn sealed(cx: &Cx, filter: &Value) -> Result<Value> {
    let plain = serde_json::to_vec(filter).map_err(Error::bug)?;
    Ok(Value::String(STANDARD.encode(cx.vault().await?.seal(&plain)?)))
}

/// The filter again; one of an export that was ordered before filters were sealed stands open.
async fn opened(cx: &Cx, stored: &Value) -> Result<Value> {
    let Value::String(text) = stored else { return Ok(stored.clone()) };
    let sealed = STANDARD.decode(text).map_err(Error::bug)?;
    serde_json::from_slice(&cx.vault().await?.open(&sealed)?).map_err(Error::bug)
}

/// The columns the caller may take.
pub fn columns(cx: &Cx, kind: &str) -> Result<Vec<ExportColumn>> {
    orderer(cx)?;
    let exporter = exporter(cx, kind)?;
    cx.allow(EXPORT)?;
    cx.allow(exporter.permission())?;
    let reveals = exporter.reveals().is_some_and(|permission| cx.allow(permission).is_ok());
    Ok(exporter.columns().iter().filter(|column| !column.sensitive || reveals).copied().collect())
}

/// Orders an export. Sensitive columns need the right to see them and a reason, which goes into the audit.
pub async fn order(cx: &Cx, kind: &str, filter: Value, wanted: &[String], reason: Option<&str>) -> Result<Export> {
    let allowed = columns(cx, kind)?;
    let exporter = exporter(cx, kind)?;
    let chosen: Vec<&ExportColumn> =
        allowed.iter().filter(|column| wanted.iter().any(|key| key == column.key)).collect();
    if chosen.is_empty() || chosen.len() != wanted.len() {
        return Err(Error::invalid("columns", "请选择要导出的列"));
    }
    let sensitive = chosen.iter().any(|column| column.sensitive);
    let reason = match (sensitive, reason) {
        (true, reason) => Some(check::text("reason", "导出用途", reason.unwrap_or_default(), 2, 100)?),
        (false, reason) => check::optional("reason", "导出用途", reason, 100)?,
    };
    let words = {
        let mut read = cx.read(exporter.permission()).await?;
        if matches!(exporter.made(), Made::Forms(_)) && exporter.count(cx, &filter, &mut read).await? > MOST_FORMS {
            return Err(Error::invalid("filter", format!("一次最多生成{MOST_FORMS}份表格，请缩小范围后再导出")));
        }
        exporter.words(&filter, &mut read).await?
    };
    let who = orderer(cx)?;
    let filter = sealed(cx, &filter).await?;
    let mut write = cx.write(EXPORT).await?;
    let running: i64 = exports::table
        .filter(exports::account_id.eq(who.id).and(exports::state.eq("running")))
        .count()
        .get_result(write.conn()?)
        .await?;
    if running >= 3 {
        return Err(Error::refuse("EXPORT_BUSY", "您有3个导出正在进行，请等其中一个完成后再导出"));
    }
    let id: ExportId = cx.app.world.id();
    let keys: Vec<&str> = chosen.iter().map(|column| column.key).collect();
    let row = (
        exports::id.eq(id.0),
        exports::kind.eq(kind),
        exports::state.eq("running"),
        exports::filter.eq(&filter),
        exports::filter_words.eq(&words),
        exports::chosen.eq(&keys),
        exports::sensitive.eq(sensitive),
        exports::reason.eq(&reason),
        exports::account_id.eq(who.id),
        exports::account_name.eq(&who.name),
        exports::created_at.eq(cx.now()),
        exports::expires_at.eq(cx.now() + chrono::Duration::days(KEEP_DAYS)),
    );
    diesel::insert_into(exports::table).values(row).execute(write.conn()?).await?;
    let entry = Entry::new("export.ordered", "export", id.0)
        .note("kind", kind)
        .note("columns", keys)
        .note("filter", words)
        .note("sensitive", sensitive)
        .note("reason", reason);
    write.audit(entry).await?;
    write.enqueue(&MakeExport { id }).await?;
    write.commit().await?;
    one(cx, id).await
}

/// One of the caller's own exports.
pub async fn one(cx: &Cx, id: ExportId) -> Result<Export> {
    let who = orderer(cx)?;
    let mut read = cx.read(SELF).await?;
    mine(&who, id, read.conn()?).await
}

async fn mine(who: &Orderer, id: ExportId, conn: &mut Conn) -> Result<Export> {
    let row = exports::table.find(id.0).filter(exports::account_id.eq(who.id));
    Ok(row.select(Export::as_select()).first(conn).await?)
}

/// The caller's own exports (下载记录), newest first.
pub async fn list(cx: &Cx, kind: Option<&str>, page: &PageArgs) -> Result<Page<Export>> {
    let who = orderer(cx)?;
    let mut read = cx.read(SELF).await?;
    let mut query = exports::table
        .filter(exports::account_id.eq(who.id))
        .select(Export::as_select())
        .order(exports::id.desc())
        .limit(page.limit())
        .offset(page.offset())
        .into_boxed();
    if let Some(kind) = kind {
        query = query.filter(exports::kind.eq(kind.to_owned()));
    }
    if let Some(after) = page.after::<Uuid>()? {
        query = query.filter(exports::id.lt(after));
    }
    Ok(page.page(query.load(read.conn()?).await?, |row| row.id))
}

/// A link to the finished file; each download of sensitive data leaves an audit row.
pub async fn download(cx: &Cx, id: ExportId) -> Result<String> {
    let who = orderer(cx)?;
    let mut write = cx.write(EXPORT).await?;
    let export = mine(&who, id, write.conn()?).await?;
    if export.state != "done" || export.expires_at <= cx.now() {
        return Err(Error::refuse("EXPORT_GONE", "文件还没有生成或已过期，请重新导出"));
    }
    let exporter = exporter(cx, &export.kind)?;
    let title = exporter.title();
    // What was allowed when it was ordered need not be now.
    for needed in [Some(exporter.permission()), exporter.reveals()].into_iter().flatten().filter(|_| export.sensitive) {
        if reach(cx, who.id, needed, write.conn()?).await?.is_none_or(|scope| scope.is_own_only()) {
            return Err(Error::denied());
        }
    }
    write.audit(Entry::new("export.downloaded", "export", id.0).note("sensitive", export.sensitive)).await?;
    write.commit().await?;
    let day = (export.created_at + chrono::Duration::hours(8)).format("%Y%m%d-%H%M");
    let (file, ending, _) = kind_of(exporter);
    cx.app.store.link(&key(cx, "exports", id.0, file)?, &format!("{title}{day}.{ending}"), LINK).await
}

/// Makes the file of an export.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct MakeExport {
    id: ExportId,
}

impl Job for MakeExport {
    const NAME: &'static str = "export_make";
    const ATTEMPTS: i32 = 3;

    async fn run(self, cx: &Cx) -> Result<()> {
        let export: Option<Export> = {
            let mut read = cx.read(ANYONE).await?;
            let row = exports::table.find(self.id.0).filter(exports::state.eq("running"));
            row.select(Export::as_select()).first(read.conn()?).await.optional()?
        };
        cx.close().await;
        let Some(export) = export else { return Ok(()) };
        match make(cx, self.id, &export).await {
            Ok(rows) => finish(cx, self.id, "done", rows, None).await,
            Err(error) if error.kind == zhibu_core::Kind::Refused => {
                finish(cx, self.id, "failed", 0, Some(error.message.into_owned())).await
            }
            Err(error) => Err(error),
        }
    }

    async fn give_up(self, cx: &Cx) -> Result<()> {
        let message = "生成没有完成，请重新导出；仍不成功时请联系服务商";
        finish(cx, self.id, "failed", 0, Some(message.to_owned())).await
    }
}

async fn finish(cx: &Cx, id: ExportId, state: &str, rows: i64, message: Option<String>) -> Result<()> {
    let mut write = cx.write(ANYONE).await?;
    let ended = diesel::update(exports::table.find(id.0))
        .filter(exports::state.eq("running"))
        .set((
            exports::state.eq(state),
            exports::percent.eq(100),
            exports::row_count.eq(rows),
            exports::message.eq(message),
            exports::filter.eq(Value::Object(serde_json::Map::new())),
        ))
        .execute(write.conn()?)
        .await?;
    if ended == 0 {
        return Ok(());
    }
    write.audit(Entry::new("export.finished", "export", id.0).note("state", state).note("rows", rows)).await?;
    write.commit().await?;
    cx.app.live.touch(&topic(id));
    Ok(())
}

async fn progress(cx: &Cx, id: ExportId, rows: i64, all: i64) -> Result<()> {
    let own = Cx::system(cx.app.clone(), cx.space());
    let mut write = own.write(ANYONE).await?;
    let percent = i16::try_from((rows * 99 / all.max(1)).min(99)).unwrap_or(99);
    diesel::update(exports::table.find(id.0))
        .set((exports::percent.eq(percent), exports::row_count.eq(rows)))
        .execute(write.conn()?)
        .await?;
    write.commit_quietly().await?;
    cx.app.live.touch(&topic(id));
    Ok(())
}

async fn make(cx: &Cx, id: ExportId, export: &Export) -> Result<i64> {
    let own = Cx::system(cx.app.clone(), cx.space());
    let cx = &match cx.space() {
        Space::Tenant(_) => own.on_behalf(export.account_id.into(), export.account_name.clone()),
        Space::Platform => own,
    };
    let exporter = exporter(cx, &export.kind)?;
    let columns: Vec<&'static ExportColumn> =
        exporter.columns().iter().filter(|column| export.chosen.iter().any(|key| key == column.key)).collect();
    let scope = {
        let mut read = cx.read(ANYONE).await?;
        let mut held = Scope::all();
        // Each of them says how far; with sensitive columns also the right to see those.
        for needed in [Some(EXPORT), Some(exporter.permission()), exporter.reveals().filter(|_| export.sensitive)] {
            let Some(needed) = needed else { continue };
            let one = reach(cx, export.account_id, needed, read.conn()?).await?;
            held = held.meet(&one.ok_or_else(|| Error::refuse("DENIED", "导出人已没有此项操作的权限"))?);
        }
        held
    };
    let filter = opened(cx, &export.filter).await?;
    let from = match exporter.made() {
        Made::Rows(rows) => rows,
        Made::Forms(forms) => {
            return Box::pin(make_forms(cx, id, export, forms, &filter, &columns, &scope)).await;
        }
    };
    let scratch = scratch(cx, id.0)?;
    let file = scratch.file("file.xlsx");
    let (send, writer) = writer(layout(cx, exporter, export, &columns), file.clone());
    let (mut after, mut rows, mut all) = (None, 0, None);
    loop {
        // Each batch in a picture of its own: a long export holds no old picture of the database.
        let batch = {
            let mut read = cx.read(ANYONE).await?;
            read.scope = scope.clone();
            if all.is_none() {
                all = Some(exporter.count(cx, &filter, &mut read).await?);
            }
            from.rows(cx, &filter, &columns, after, &mut read).await?
        };
        cx.close().await;
        rows += i64::try_from(batch.0.len()).map_err(Error::bug)?;
        if send.send(batch.0).await.is_err() {
            break;
        }
        progress(cx, id, rows, all.unwrap_or_default()).await?;
        after = batch.1;
        if after.is_none() {
            break;
        }
    }
    drop(send);
    writer.await.map_err(Error::bug)??;
    cx.app.store.put_file(&key(cx, "exports", id.0, "file.xlsx")?, &file, XLSX).await?;
    Ok(rows)
}

/// Name, ending and type of the file that an exporter makes.
fn kind_of(exporter: &dyn Exporter) -> (&'static str, &'static str, &'static str) {
    match exporter.made() {
        Made::Rows(_) => ("file.xlsx", "xlsx", XLSX),
        Made::Forms(_) => ("file.pdf", "pdf", "application/pdf"),
    }
}

async fn make_forms(
    cx: &Cx,
    id: ExportId,
    export: &Export,
    forms: &dyn Forms,
    filter: &Value,
    columns: &[&'static ExportColumn],
    scope: &Scope,
) -> Result<i64> {
    let (mut papers, mut after) = (Vec::new(), None);
    loop {
        let (more, next) = {
            let mut read = cx.read(ANYONE).await?;
            read.scope = scope.clone();
            forms.forms(cx, filter, columns, after, &mut read).await?
        };
        cx.close().await;
        papers.extend(more);
        let made = i64::try_from(papers.len()).map_err(Error::bug)?;
        progress(cx, id, made, MOST_FORMS).await?;
        after = next;
        if after.is_none() || made >= MOST_FORMS {
            break;
        }
    }
    if papers.is_empty() {
        return Err(Error::refuse("EXPORT_EMPTY", "没有可以生成表格的记录"));
    }
    let foot = [Some(export.account_name.clone()), Some(made_at(cx)), export.reason.clone()];
    let foot = foot.into_iter().flatten().collect::<Vec<_>>().join("　");
    for paper in &mut papers {
        paper.foot.clone_from(&foot);
    }
    let rows = i64::try_from(papers.len()).map_err(Error::bug)?;
    let bytes = tokio::task::spawn_blocking(move || paper::pdf(&papers)).await.map_err(Error::bug)??;
    cx.app.store.put(&key(cx, "exports", id.0, "file.pdf")?, bytes.into(), "application/pdf").await?;
    Ok(rows)
}

fn made_at(cx: &Cx) -> String {
    (cx.app.world.now() + chrono::Duration::hours(8)).format("%Y-%m-%d %H:%M").to_string()
}

fn layout(cx: &Cx, exporter: &dyn Exporter, export: &Export, columns: &[&'static ExportColumn]) -> Layout {
    let at = made_at(cx);
    let purpose = export.reason.clone().unwrap_or_default();
    Layout {
        name: exporter.title().to_owned(),
        title: Some(exporter.title().to_owned()),
        filters: export.filter_words.clone(),
        watermark: export.sensitive.then(|| Watermark { by: export.account_name.clone(), at, purpose }),
        columns: columns.iter().map(|c| Heading { title: c.title.to_owned(), width: c.width }).collect(),
    }
}

type Writer = tokio::task::JoinHandle<Result<()>>;

/// Writes rows into a file on a thread of its own.
fn writer(layout: Layout, path: std::path::PathBuf) -> (mpsc::Sender<Vec<Vec<Cell>>>, Writer) {
    let (send, mut receive) = mpsc::channel::<Vec<Vec<Cell>>>(2);
    let task = tokio::task::spawn_blocking(move || {
        let mut sheet = Sheet::create(&path, layout, |_| {})?;
        while let Some(rows) = receive.blocking_recv() {
            for row in &rows {
                let cells: Vec<zhibu_office::Cell<'_>> = row.iter().map(cell).collect();
                sheet.row(&cells)?;
            }
        }
        sheet.finish().map(|_| ())
    });
    (send, task)
}

fn cell(cell: &Cell) -> zhibu_office::Cell<'_> {
    match cell {
        Cell::Blank => zhibu_office::Cell::Blank,
        Cell::Text(text) => zhibu_office::Cell::Text(text),
        Cell::Integer(number) => zhibu_office::Cell::Integer(*number),
        Cell::Date(day) => zhibu_office::Cell::Date(*day),
    }
}

/// Removes the files of exports whose time is over, and ends those whose job has given up.
pub(super) async fn sweep(cx: &Cx) -> Result<()> {
    let mut write = cx.write(ANYONE).await?;
    diesel::update(exports::table)
        .filter(exports::state.eq("running").and(exports::created_at.lt(cx.now() - chrono::Duration::hours(6))))
        .set((
            exports::state.eq("failed"),
            exports::message.eq("生成没有完成，请重新导出"),
            exports::filter.eq(Value::Object(serde_json::Map::new())),
        ))
        .execute(write.conn()?)
        .await?;
    let old: Vec<Uuid> = exports::table
        .filter(exports::expires_at.lt(cx.now()).and(exports::state.eq_any(["running", "done"])))
        .select(exports::id)
        .limit(100)
        .load(write.conn()?)
        .await?;
    for id in old {
        for file in ["file.xlsx", "file.pdf"] {
            cx.app.store.delete(&key(cx, "exports", id, file)?).await?;
        }
        diesel::update(exports::table.find(id)).set(exports::state.eq("expired")).execute(write.conn()?).await?;
    }
    write.commit_quietly().await
}
