//! Imports (导入): upload, dry run, the user's own workbook back with its faults, confirm, undo. What a row means is
//! the modules' business ([`Importer`]); everything else is done here.

use std::collections::HashSet;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use uuid::Uuid;
use zhibu_core::{ANYONE, AccountId, Error, ImportId, Page, PageArgs, Permission, Result, check};
use zhibu_office::{Fault, Row, Template, Workbook};

use super::{KEEP_DAYS, LINK, XLSX, key, scratch};
use crate::audit::Entry;
use crate::cx::{Cx, Write};
use crate::db::Conn;
use crate::identity::must_be_account;
use crate::jobs::Job;
use crate::schema::{accounts, import_items, imports};

/// Largest upload, in bytes.
const LARGEST: i64 = 30 * 1024 * 1024;
/// Rows that are checked and written together.
const CHUNK: usize = 500;
/// Faults that the page shows; the marked workbook has them all.
const SHOWN: usize = 100;
/// From so many rows on the tables' statistics are renewed.
const MANY: i32 = 1000;
/// Percent between two notes of progress, while nothing is committed.
const STEP: i16 = 5;
/// Objects that are undone together.
const UNDO: i64 = 100;
/// Imports of one account that wait or are under way at once.
const AT_ONCE: i64 = 3;
/// The states in which a job is at work.
const UNDER_WAY: [&str; 3] = ["checking", "applying", "undoing"];

/// What a module imports, one for each template.
#[async_trait]
pub trait Importer: Send + Sync + 'static {
    /// The template's key.
    fn template(&self) -> &'static str;
    /// What the importing person must hold.
    fn permission(&self) -> Permission;
    /// Drop-downs of the moment for the template's columns.
    async fn lists(&self, write: &mut Write<'_>) -> Result<Vec<(&'static str, Vec<String>)>>;
    /// Begins a run over one file; what rows are compared with may be read once here.
    async fn start(&self, write: &mut Write<'_>) -> Result<Box<dyn Run>>;
    /// The tables it fills, whose statistics are renewed after many rows: until then lists are planned for none.
    fn tables(&self) -> &'static [&'static str];
    /// Takes back what an import wrote. For each object: nothing, or why it stays.
    async fn undo(&self, write: &mut Write<'_>, objects: &[Uuid]) -> Result<Vec<Option<String>>>;
    /// How many rows there are places for (席位), where that is limited. With `hold` nobody else takes one before the
    /// transaction ends.
    async fn room(&self, _: &mut Write<'_>, _hold: bool) -> Result<Option<i64>> {
        Ok(None)
    }
}

/// One run over a file, in order.
#[async_trait]
pub trait Run: Send {
    /// Notes what is wrong with each row, looking also at the rows before.
    async fn check(&mut self, write: &mut Write<'_>, rows: &mut [Row<'static>]) -> Result<()>;
    /// Writes rows that were checked last and have no faults; the ids of what was written, in their order.
    async fn apply(&mut self, write: &mut Write<'_>, rows: &[Row<'static>]) -> Result<Vec<Uuid>>;
    /// Comes before each commit: for what others would wait for, and for sums.
    async fn finish(&mut self, _: &mut Write<'_>) -> Result<()> {
        Ok(())
    }
}

/// An import as its page shows it.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = imports)]
pub struct Import {
    /// Its id.
    pub id: Uuid,
    /// The template's key.
    pub template: String,
    /// The name of the uploaded file.
    pub file_name: String,
    /// Where it stands.
    pub state: String,
    /// Good rows are written although others have faults.
    pub partial: bool,
    /// Progress of the present step.
    pub percent: i16,
    /// Rows with data.
    pub row_count: i32,
    /// Rows with faults.
    pub bad_rows: i32,
    /// Rows written.
    pub done_rows: i32,
    /// Rows taken back.
    pub undone_rows: i32,
    /// The first faults: row, column, sentence.
    pub faults: Value,
    /// Why it was refused or failed, or what undoing left.
    pub message: Option<String>,
    /// Who imported.
    pub account_id: Uuid,
    /// Their name.
    pub account_name: String,
    /// When it was uploaded.
    pub created_at: DateTime<Utc>,
    /// When it was done.
    pub finished_at: Option<DateTime<Utc>>,
    /// The files are not kept any more.
    pub files_gone: bool,
    /// Rows with hints.
    pub hint_rows: i32,
    /// The first hints, as faults are.
    pub hints: Value,
}

/// What was written by a row and why it was kept when undoing.
#[derive(Debug, Clone, Queryable)]
pub struct Kept {
    /// The row's number in the workbook.
    pub row: i32,
    /// Why it stays.
    pub reason: Option<String>,
}

/// Where a browser puts the file.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// The import.
    pub id: ImportId,
    /// Signed link for one PUT of just this length and type.
    pub url: String,
}

/// The right to import something, which is none over one's own things only.
fn allow(cx: &Cx, importer: &dyn Importer) -> Result<()> {
    if cx.allow(importer.permission())?.is_own_only() { Err(Error::denied()) } else { Ok(()) }
}

fn importer<'a>(cx: &'a Cx, template: &str) -> Result<&'a dyn Importer> {
    let found = cx.app.registry.importers().find(|one| one.template() == template);
    found.ok_or_else(|| Error::invalid("template", "没有这种导入"))
}

/// The topic on which the progress of an import is announced.
pub fn topic(id: ImportId) -> String {
    format!("import:{id}")
}

/// A link to the empty template with the drop-downs of the moment.
pub async fn template_link(cx: &Cx, template: &str) -> Result<String> {
    must_be_account(cx)?;
    let importer = importer(cx, template)?;
    let lists = {
        let mut write = cx.write(importer.permission()).await?;
        importer.lists(&mut write).await?
    };
    let form = Template::of(template)?;
    let bytes = tokio::task::spawn_blocking(move || form.workbook(&lists)).await.map_err(Error::bug)??;
    let account = cx.identity()?.account;
    let key = zhibu_storage::Key::tenant(cx.tenant()?, ["templates", template, &format!("{account}.xlsx")])?;
    cx.app.store.put(&key, bytes.into(), XLSX).await?;
    cx.app.store.link(&key, &format!("{}导入模板.xlsx", form.title), LINK).await
}

/// Opens an import and gives a ticket for its file.
pub async fn request(cx: &Cx, template: &str, file_name: &str, size: i64) -> Result<Ticket> {
    must_be_account(cx)?;
    let importer = importer(cx, template)?;
    allow(cx, importer)?;
    let file_name = check::text("fileName", "文件名", file_name, 1, 120)?;
    let lower = file_name.to_lowercase();
    if lower.ends_with(".xls") {
        return Err(Error::invalid("fileName", "不支持 .xls 格式，请用 Excel 或 WPS 另存为 .xlsx 后再上传"));
    }
    if !lower.ends_with(".xlsx") {
        return Err(Error::invalid("fileName", "请上传 .xlsx 格式的文件"));
    }
    if !(1..=LARGEST).contains(&size) {
        return Err(Error::invalid("size", "文件大小应在30MB以内"));
    }
    let who = cx.identity()?.clone();
    crate::quotas::room(cx, size).await?;
    let mut write = cx.write(importer.permission()).await?;
    let id: ImportId = cx.app.world.id();
    let row = (
        imports::id.eq(id.0),
        imports::template.eq(template),
        imports::file_name.eq(&file_name),
        imports::file_size.eq(i32::try_from(size).map_err(Error::bug)?),
        imports::state.eq("uploading"),
        imports::account_id.eq(who.account.0),
        imports::account_name.eq(&who.display_name),
        imports::created_at.eq(cx.now()),
    );
    diesel::insert_into(imports::table).values(row).execute(write.conn()?).await?;
    write.audit(Entry::new("import.requested", "import", id.0).note("file", file_name)).await?;
    write.commit().await?;
    let size = u64::try_from(size).map_err(Error::bug)?;
    let url = cx.app.store.upload_link(&key(cx, "imports", id.0, "upload.xlsx")?, XLSX, size, LINK).await?;
    Ok(Ticket { id, url })
}

/// One of the caller's own imports.
pub async fn one(cx: &Cx, id: ImportId) -> Result<Import> {
    must_be_account(cx)?;
    let mut read = cx.read(zhibu_core::SELF).await?;
    mine(cx, id, read.conn()?).await
}

async fn mine(cx: &Cx, id: ImportId, conn: &mut Conn) -> Result<Import> {
    let account = cx.identity()?.account;
    let row = imports::table.find(id.0).filter(imports::account_id.eq(account.0)).select(Import::as_select());
    Ok(row.first(conn).await?)
}

/// The caller's own imports of one template, newest first.
pub async fn list(cx: &Cx, template: &str, page: &PageArgs) -> Result<Page<Import>> {
    must_be_account(cx)?;
    let importer = importer(cx, template)?;
    allow(cx, importer)?;
    let mut read = cx.read(importer.permission()).await?;
    let mut query = imports::table
        .filter(imports::account_id.eq(cx.identity()?.account.0).and(imports::template.eq(template.to_owned())))
        .filter(imports::state.ne("uploading"))
        .select(Import::as_select())
        .order(imports::id.desc())
        .limit(page.limit())
        .offset(page.offset())
        .into_boxed();
    if let Some(after) = page.after::<Uuid>()? {
        query = query.filter(imports::id.lt(after));
    }
    Ok(page.page(query.load(read.conn()?).await?, |row| row.id))
}

/// The rows that undoing an import left in place, first ones first.
pub async fn kept(cx: &Cx, id: ImportId) -> Result<Vec<Kept>> {
    must_be_account(cx)?;
    let mut read = cx.read(zhibu_core::SELF).await?;
    mine(cx, id, read.conn()?).await?;
    Ok(import_items::table
        .filter(import_items::import_id.eq(id.0).and(import_items::kept.is_not_null()))
        .order(import_items::row_number)
        .limit(100)
        .select((import_items::row_number, import_items::kept))
        .load(read.conn()?)
        .await?)
}

/// A link to the user's own workbook with its faults marked.
pub async fn marked_link(cx: &Cx, id: ImportId) -> Result<String> {
    let import = one(cx, id).await?;
    if import.bad_rows == 0 || import.files_gone {
        return Err(Error::missing());
    }
    let name = stem(&import.file_name);
    cx.app.store.link(&key(cx, "imports", id.0, "marked.xlsx")?, &format!("{name}-错误标注.xlsx"), LINK).await
}

/// A file's name without its ending, which may be in capitals.
fn stem(file_name: &str) -> &str {
    match file_name.rsplit_once('.') {
        Some((stem, ending)) if ending.eq_ignore_ascii_case("xlsx") => stem,
        _ => file_name,
    }
}

/// Refuses another step while enough of the account's imports wait or are under way. Its row is held, so that two
/// requests at once do not both find room.
async fn not_busy(write: &mut Write<'_>, account: Uuid) -> Result<()> {
    let _: Uuid = accounts::table.find(account).select(accounts::id).for_no_key_update().first(write.conn()?).await?;
    let busy: i64 = imports::table
        .filter(imports::account_id.eq(account).and(imports::state.eq_any(UNDER_WAY)))
        .count()
        .get_result(write.conn()?)
        .await?;
    if busy >= AT_ONCE {
        let words = format!("您有{AT_ONCE}个导入正在进行，请等其中一个完成后再继续");
        return Err(Error::refuse("IMPORT_BUSY", words));
    }
    Ok(())
}

/// Refuses what there are no places for: all rows when they are too many, the good ones when there is no place left.
async fn has_room(write: &mut Write<'_>, importer: &dyn Importer, import: &Import, partial: bool) -> Result<()> {
    let Some(room) = importer.room(write, false).await? else { return Ok(()) };
    let rows = i64::from(import.row_count - import.bad_rows);
    if room < rows && (!partial || room == 0) { Err(Error::refuse("SEATS", too_few(room, rows))) } else { Ok(()) }
}

fn too_few(room: i64, rows: i64) -> String {
    let advice = if room == 0 {
        "请联系服务商增加席位后再导入".to_owned()
    } else {
        format!("可只导入正确的行中的前{room}行，或联系服务商增加席位后再导入")
    };
    format!("剩余{room}个席位，文件有{rows}行可导入，{advice}")
}

/// Takes the next step: a state that the import must be in, the one it goes to, and the job that does it.
async fn step<J: Job>(
    cx: &Cx,
    id: ImportId,
    from: &'static [&'static str],
    to: &str,
    partial: Option<bool>,
    job: J,
) -> Result<Import> {
    let template = one(cx, id).await?.template;
    let importer = importer(cx, &template)?;
    let mut write = cx.write(importer.permission()).await?;
    let import = mine(cx, id, write.conn()?).await?;
    if import.files_gone && from.contains(&"checked") {
        return Err(Error::refuse("IMPORT_STATE", "文件已过保存期，请重新上传"));
    }
    if partial == Some(false) && import.bad_rows > 0 {
        return Err(Error::refuse("IMPORT_FAULTS", "文件中还有错误，请修改后重新上传，或选择只导入正确的行"));
    }
    // What is in another state is told so, whatever else stands against the step.
    if from.contains(&import.state.as_str()) {
        not_busy(&mut write, import.account_id).await?;
        if let Some(partial) = partial {
            has_room(&mut write, importer, &import, partial).await?;
        }
    }
    let moved = diesel::update(imports::table.find(id.0))
        .filter(imports::state.eq_any(from))
        .set((
            imports::state.eq(to),
            imports::step_at.eq(cx.now()),
            imports::percent.eq(0),
            imports::partial.eq(partial.unwrap_or(import.partial)),
            imports::message.eq(None::<String>),
        ))
        .execute(write.conn()?)
        .await?;
    if moved == 0 {
        return Err(Error::refuse("IMPORT_STATE", "导入已进入其他步骤，请刷新后查看"));
    }
    write.audit(Entry::new("import.step", "import", id.0).change("state", import.state, to)).await?;
    write.enqueue(&job).await?;
    write.commit().await?;
    one(cx, id).await
}

/// The file is there: has it looked through without writing anything (试导入).
pub async fn look_through(cx: &Cx, id: ImportId) -> Result<Import> {
    let import = one(cx, id).await?;
    let head = cx.app.store.head(&key(cx, "imports", id.0, "upload.xlsx")?).await;
    if import.state == "uploading" && head.is_err() {
        return Err(Error::refuse("IMPORT_FILE", "文件没有上传成功，请重新上传"));
    }
    step(cx, id, &["uploading"], "checking", None, CheckImport { id }).await
}

/// Writes what was looked through: everything, or only the good rows.
pub async fn confirm(cx: &Cx, id: ImportId, partial: bool) -> Result<Import> {
    step(cx, id, &["checked"], "applying", Some(partial), ApplyImport { id }).await
}

/// Takes back what an import wrote, as far as nobody has changed it since.
pub async fn undo(cx: &Cx, id: ImportId) -> Result<Import> {
    // Of one that failed, what it had written.
    step(cx, id, &["done", "failed"], "undoing", None, UndoImport { id }).await
}

/// A job's context: the system, for the person who imports, within what that person may reach now.
async fn for_person(cx: &Cx, import: &Import, permission: Permission) -> Result<(Cx, crate::policy::Scope)> {
    let account = AccountId::from(import.account_id);
    let scope = {
        let mut read = cx.read(ANYONE).await?;
        crate::identity::scope_of(cx, account, permission, read.conn()?).await?
    };
    cx.close().await;
    let scope = scope.ok_or_else(|| Error::refuse("DENIED", "导入人已没有此项操作的权限"))?;
    let own = Cx::system(cx.app.clone(), crate::db::Space::Tenant(cx.tenant()?));
    Ok((own.on_behalf(account, import.account_name.clone()), scope))
}

async fn load(cx: &Cx, id: ImportId, state: &str) -> Result<Option<Import>> {
    let row = {
        let mut read = cx.read(ANYONE).await?;
        imports::table.find(id.0).select(Import::as_select()).first(read.conn()?).await.optional()?
    };
    cx.close().await;
    Ok(row.filter(|import: &Import| import.state == state))
}

/// Notes progress or the end of a step, as long as the import is still in it.
async fn report(cx: &Cx, id: ImportId, within: &str, set: Progress) -> Result<()> {
    let mut write = cx.write(ANYONE).await?;
    diesel::update(imports::table.find(id.0).filter(imports::state.eq(within))).set(set).execute(write.conn()?).await?;
    write.commit_quietly().await?;
    cx.app.live.touch(&topic(id));
    Ok(())
}

/// The end of a step in the transaction of its last rows: they are not written when it was ended meanwhile.
async fn end(write: &mut Write<'_>, id: ImportId, within: &str, set: Progress) -> Result<()> {
    let ended = diesel::update(imports::table.find(id.0).filter(imports::state.eq(within)))
        .set(set)
        .execute(write.conn()?)
        .await?;
    if ended == 0 { Err(overtaken()) } else { Ok(()) }
}

/// Makes sure before a portion is committed that the step was not ended meanwhile; until then nobody can.
async fn hold(write: &mut Write<'_>, id: ImportId, within: &str) -> Result<()> {
    let row = imports::table.find(id.0).filter(imports::state.eq(within)).select(imports::id);
    let held: Option<Uuid> = row.for_no_key_update().first(write.conn()?).await.optional()?;
    held.map(|_| ()).ok_or_else(overtaken)
}

fn overtaken() -> Error {
    Error::refuse("IMPORT_STATE", "导入已进入其他步骤，请刷新后查看")
}

#[derive(Default, AsChangeset)]
#[diesel(table_name = imports)]
struct Progress {
    state: Option<&'static str>,
    percent: Option<i16>,
    row_count: Option<i32>,
    bad_rows: Option<i32>,
    done_rows: Option<i32>,
    undone_rows: Option<i32>,
    faults: Option<Value>,
    hint_rows: Option<i32>,
    hints: Option<Value>,
    message: Option<String>,
    finished_at: Option<DateTime<Utc>>,
}

/// A refusal that the person can do something about ends the job; anything else is tried again.
async fn settle(cx: &Cx, id: ImportId, done: Result<()>, within: &str, refused: &'static str) -> Result<()> {
    match done {
        Err(error) if error.kind == zhibu_core::Kind::Refused => {
            let message = Some(error.message.into_owned());
            let finished_at = Some(cx.now());
            report(
                cx,
                id,
                within,
                Progress { state: Some(refused), percent: Some(100), message, finished_at, ..Progress::default() },
            )
            .await
        }
        other => other,
    }
}

/// Ends a step whose job will not be tried any more; what it has written stays, and can be taken back.
async fn give_up(cx: &Cx, id: ImportId, within: &str, state: &'static str) -> Result<()> {
    let message = Some("处理没有完成，请稍后重试；仍不成功时请联系服务商".to_owned());
    let finished_at = Some(cx.now());
    report(
        cx,
        id,
        within,
        Progress { state: Some(state), percent: Some(100), message, finished_at, ..Progress::default() },
    )
    .await
}

/// The rows of a workbook in chunks, read on a thread of its own.
fn chunks(path: std::path::PathBuf, template: &'static Template) -> mpsc::Receiver<Result<Vec<Row<'static>>>> {
    let (send, receive) = mpsc::channel(2);
    tokio::task::spawn_blocking(move || {
        let read = || -> Result<()> {
            let mut workbook = Workbook::open(&path)?;
            let mut chunk = Vec::with_capacity(CHUNK);
            for row in workbook.rows(template)? {
                chunk.push(row?);
                if chunk.len() == CHUNK && send.blocking_send(Ok(std::mem::take(&mut chunk))).is_err() {
                    return Ok(());
                }
            }
            // A closed channel means that nobody wants more.
            let _ = send.blocking_send(Ok(chunk));
            Ok(())
        };
        if let Err(error) = read() {
            let _ = send.blocking_send(Err(error));
        }
    });
    receive
}

/// Looks through an uploaded workbook.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CheckImport {
    id: ImportId,
}

impl Job for CheckImport {
    const NAME: &'static str = "import_check";

    async fn run(self, cx: &Cx) -> Result<()> {
        let Some(import) = load(cx, self.id, "checking").await? else { return Ok(()) };
        let done = examine(cx, self.id, &import).await;
        settle(cx, self.id, done, "checking", "refused").await
    }

    async fn give_up(self, cx: &Cx) -> Result<()> {
        give_up(cx, self.id, "checking", "refused").await
    }
}

async fn examine(cx: &Cx, id: ImportId, import: &Import) -> Result<()> {
    let importer = importer(cx, &import.template)?;
    let template = Template::of(&import.template)?;
    let (own, scope) = for_person(cx, import, importer.permission()).await?;
    let scratch = scratch(cx, id.0)?;
    let (source, upload) = (key(cx, "imports", id.0, "source.xlsx")?, key(cx, "imports", id.0, "upload.xlsx")?);
    let file = scratch.file("source.xlsx");
    if cx.app.store.get_file(&upload, &file).await.is_ok() {
        // From here on nobody outside can change it.
        cx.app.store.put_file(&source, &file, XLSX).await?;
        cx.app.store.delete(&upload).await?;
    } else {
        cx.app.store.get_file(&source, &file).await?;
    }
    let mut run = {
        let mut write = own.write(ANYONE).await?;
        write.scope = scope.clone();
        importer.start(&mut write).await?
    };
    let mut faults: Vec<(u32, Vec<Fault>)> = Vec::new();
    let (mut hints, mut hint_rows) = (Vec::new(), 0i32);
    let (mut rows, mut received) = (0i32, chunks(file.clone(), template));
    while let Some(chunk) = received.recv().await {
        let mut chunk = chunk?;
        rows += i32::try_from(chunk.len()).map_err(Error::bug)?;
        // Looked at in a transaction that is never committed.
        let mut write = own.write(ANYONE).await?;
        write.scope = scope.clone();
        run.check(&mut write, &mut chunk).await?;
        faults
            .extend(chunk.iter().filter(|row| !row.faults().is_empty()).map(|row| (row.number, row.faults().to_vec())));
        let hinted = chunk.iter().filter(|row| !row.hints().is_empty());
        hint_rows += i32::try_from(hinted.clone().count()).map_err(Error::bug)?;
        hints.extend(hinted.take(SHOWN - hints.len().min(SHOWN)).map(|row| (row.number, row.hints().to_vec())));
        drop(write);
        report(
            &own,
            id,
            "checking",
            Progress { row_count: Some(rows), percent: Some(guess(rows)), ..Progress::default() },
        )
        .await?;
    }
    if rows == 0 {
        return Err(Error::refuse("IMPORT_EMPTY", "文件中没有数据行，请填写后再上传"));
    }
    let (bad, shown) = (i32::try_from(faults.len()).map_err(Error::bug)?, shown(template, &faults));
    if bad > 0 {
        let out = scratch.file("marked.xlsx");
        let (from, to) = (file.clone(), out.clone());
        tokio::task::spawn_blocking(move || zhibu_office::mark(&from, template, faults, &to))
            .await
            .map_err(Error::bug)??;
        cx.app.store.put_file(&key(cx, "imports", id.0, "marked.xlsx")?, &out, XLSX).await?;
    }
    let room = {
        let mut write = begin(&own, &scope).await?;
        importer.room(&mut write, false).await?
    };
    let good = i64::from(rows - bad);
    let set = Progress {
        state: Some("checked"),
        percent: Some(100),
        row_count: Some(rows),
        bad_rows: Some(bad),
        faults: Some(shown),
        hint_rows: Some(hint_rows),
        hints: Some(self::shown(template, &hints)),
        message: room.filter(|room| *room < good).map(|room| too_few(room, good)),
        ..Progress::default()
    };
    report(&own, id, "checking", set).await
}

/// Progress without knowing the number of rows: it creeps towards the end.
fn guess(rows: i32) -> i16 {
    i16::try_from(i64::from(rows) * 95 / (i64::from(rows) + 5_000)).unwrap_or(95)
}

fn shown(template: &Template, faults: &[(u32, Vec<Fault>)]) -> Value {
    let title = |key: &str| template.column(key).map_or_else(|| key.to_owned(), |column| column.title.clone());
    let all = faults.iter().flat_map(|(row, faults)| faults.iter().map(move |fault| (row, fault)));
    all.take(SHOWN)
        .map(|(row, fault)| json!({"row": row, "column": title(&fault.column), "sentence": fault.sentence}))
        .collect()
}

/// Writes the rows of a workbook that was looked through.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ApplyImport {
    id: ImportId,
}

impl Job for ApplyImport {
    const NAME: &'static str = "import_apply";

    async fn run(self, cx: &Cx) -> Result<()> {
        let Some(import) = load(cx, self.id, "applying").await? else { return Ok(()) };
        let done = write_rows(cx, self.id, &import).await;
        settle(cx, self.id, done, "applying", "failed").await
    }

    async fn give_up(self, cx: &Cx) -> Result<()> {
        give_up(cx, self.id, "applying", "failed").await
    }
}

async fn write_rows(cx: &Cx, id: ImportId, import: &Import) -> Result<()> {
    let importer = importer(cx, &import.template)?;
    let template = Template::of(&import.template)?;
    let (own, scope) = for_person(cx, import, importer.permission()).await?;
    let scratch = scratch(cx, id.0)?;
    let file = scratch.file("source.xlsx");
    cx.app.store.get_file(&key(cx, "imports", id.0, "source.xlsx")?, &file).await?;
    // After a kill: what is there already is not written again.
    let written: HashSet<i32> = {
        let mut read = own.read(ANYONE).await?;
        let rows = import_items::table.filter(import_items::import_id.eq(id.0)).select(import_items::row_number);
        rows.load(read.conn()?).await?.into_iter().collect()
    };
    let (mut told, mut left_out) = (0, 0);
    let mut done = i32::try_from(written.len()).map_err(Error::bug)?;
    let mut write = begin(&own, &scope).await?;
    let mut run = importer.start(&mut write).await?;
    let mut received = chunks(file, template);
    while let Some(chunk) = received.recv().await {
        let mut chunk: Vec<Row<'static>> = chunk?;
        chunk.retain(|row| i32::try_from(row.number).is_ok_and(|number| !written.contains(&number)));
        run.check(&mut write, &mut chunk).await?;
        let (mut good, bad): (Vec<_>, Vec<_>) = chunk.into_iter().partition(|row| row.faults().is_empty());
        if let Some(row) = bad.as_slice().first().filter(|_| !import.partial) {
            let fault = row.faults().iter().next().map(|fault| fault.sentence.clone()).unwrap_or_default();
            let words = format!("第{}行现在有错误（{fault}），没有导入任何数据，请重新上传检查", row.number);
            return Err(Error::refuse("IMPORT_FAULTS", words));
        }
        if import.partial {
            left_out += fit(&mut write, importer, &mut good).await?;
        }
        done += record(&mut write, id, run.as_mut(), &good).await?;
        if import.partial {
            run.finish(&mut write).await?;
            hold(&mut write, id, "applying").await?;
            write.commit_quietly().await?;
            write = begin(&own, &scope).await?;
        }
        let percent = i16::try_from(i64::from(done) * 99 / i64::from(import.row_count.max(1))).unwrap_or(99);
        // Not after every portion: each version of the row is looked at by the rows that refer to it.
        if percent >= told + STEP || import.partial {
            told = percent;
            let done_rows = import.partial.then_some(done);
            report(&own, id, "applying", Progress { percent: Some(percent), done_rows, ..Progress::default() }).await?;
        }
    }
    run.finish(&mut write).await?;
    let set = Progress {
        state: Some("done"),
        percent: Some(100),
        done_rows: Some(done),
        finished_at: Some(own.app.world.now()),
        message: (left_out > 0).then(|| format!("席位已用完，{left_out}行没有导入")),
        ..Progress::default()
    };
    end(&mut write, id, "applying", set).await?;
    let entry = Entry::new("import.done", "import", id.0).note("template", import.template.clone()).note("rows", done);
    write.audit(entry).await?;
    write.commit().await?;
    if done >= MANY {
        renew(&own, importer.tables()).await?;
    }
    own.app.live.touch(&topic(id));
    Ok(())
}

/// Renews the statistics of tables that have just got many rows.
pub async fn renew(cx: &Cx, tables: &[&str]) -> Result<()> {
    let mut write = cx.write(ANYONE).await?;
    diesel::sql_query(format!("ANALYZE own.{}", tables.join(", own."))).execute(write.conn()?).await?;
    write.commit_quietly().await
}

async fn begin<'a>(own: &'a Cx, scope: &crate::policy::Scope) -> Result<Write<'a>> {
    let mut write = own.write(ANYONE).await?;
    write.scope = scope.clone();
    Ok(write)
}

/// Leaves so many of the good rows as there are places for; how many there are none for. Where places become few they
/// are held, so that those who add at the same time cannot turn a whole portion away.
async fn fit(write: &mut Write<'_>, importer: &dyn Importer, good: &mut Vec<Row<'static>>) -> Result<usize> {
    let wanted = i64::try_from(good.len()).map_err(Error::bug)?;
    let Some(room) = importer.room(write, false).await? else { return Ok(0) };
    if room >= wanted + i64::try_from(CHUNK).map_err(Error::bug)? {
        return Ok(0);
    }
    let room = importer.room(write, true).await?.unwrap_or(wanted);
    let places = usize::try_from(room).unwrap_or_default().min(good.len());
    Ok(good.split_off(places).len())
}

/// Writes good rows and what came of each.
async fn record(write: &mut Write<'_>, id: ImportId, run: &mut dyn Run, good: &[Row<'static>]) -> Result<i32> {
    if good.is_empty() {
        return Ok(0);
    }
    let objects = run.apply(write, good).await?;
    let items: Vec<_> = good
        .iter()
        .zip(objects)
        .map(|(row, object)| {
            let number = i32::try_from(row.number).map_err(Error::bug)?;
            Ok((
                import_items::import_id.eq(id.0),
                import_items::row_number.eq(number),
                import_items::object_id.eq(object),
            ))
        })
        .collect::<Result<_>>()?;
    let count = diesel::insert_into(import_items::table).values(items).execute(write.conn()?).await?;
    i32::try_from(count).map_err(Error::bug)
}

/// Takes back what an import wrote.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct UndoImport {
    id: ImportId,
}

impl Job for UndoImport {
    const NAME: &'static str = "import_undo";

    async fn run(self, cx: &Cx) -> Result<()> {
        let Some(import) = load(cx, self.id, "undoing").await? else { return Ok(()) };
        let done = take_back(cx, self.id, &import).await;
        settle(cx, self.id, done, "undoing", "done").await
    }

    /// Undoing may be asked for once more.
    async fn give_up(self, cx: &Cx) -> Result<()> {
        give_up(cx, self.id, "undoing", "done").await
    }
}

async fn take_back(cx: &Cx, id: ImportId, import: &Import) -> Result<()> {
    let importer = importer(cx, &import.template)?;
    let (own, scope) = for_person(cx, import, importer.permission()).await?;
    loop {
        let mut write = begin(&own, &scope).await?;
        // Last rows first, so that what lies below goes before what it lies in.
        let items: Vec<(i32, Uuid)> = import_items::table
            .filter(import_items::import_id.eq(id.0).and(import_items::kept.is_null()))
            .filter(import_items::undone.eq(false))
            .order(import_items::row_number.desc())
            .limit(UNDO)
            .select((import_items::row_number, import_items::object_id))
            .load(write.conn()?)
            .await?;
        if items.is_empty() {
            break;
        }
        let objects: Vec<Uuid> = items.iter().map(|(_, object)| *object).collect();
        let answers = importer.undo(&mut write, &objects).await?;
        for ((row, _), kept) in items.iter().zip(answers) {
            diesel::update(import_items::table.find((id.0, *row)))
                .set((import_items::undone.eq(kept.is_none()), import_items::kept.eq(kept)))
                .execute(write.conn()?)
                .await?;
        }
        hold(&mut write, id, "undoing").await?;
        write.commit_quietly().await?;
        let (undone, _) = counts(&own, id).await?;
        let percent = i16::try_from(i64::from(undone) * 99 / i64::from(import.done_rows.max(1))).unwrap_or(99);
        let set = Progress { percent: Some(percent), undone_rows: Some(undone), ..Progress::default() };
        report(&own, id, "undoing", set).await?;
    }
    let (undone, kept) = counts(&own, id).await?;
    let message = (kept > 0).then(|| format!("{kept}行在导入后有改动或已被使用，没有撤销"));
    let mut write = begin(&own, &scope).await?;
    let set = Progress {
        state: Some("undone"),
        percent: Some(100),
        undone_rows: Some(undone),
        message,
        ..Progress::default()
    };
    end(&mut write, id, "undoing", set).await?;
    write.audit(Entry::new("import.undone", "import", id.0).note("rows", undone).note("kept", kept)).await?;
    write.commit().await?;
    own.app.live.touch(&topic(id));
    Ok(())
}

async fn counts(cx: &Cx, id: ImportId) -> Result<(i32, i32)> {
    let (undone, kept): (i64, i64) = {
        let mut read = cx.read(ANYONE).await?;
        let items = import_items::table.filter(import_items::import_id.eq(id.0));
        let undone = items.filter(import_items::undone.eq(true)).count().get_result(read.conn()?).await?;
        let kept = items.filter(import_items::kept.is_not_null()).count().get_result(read.conn()?).await?;
        (undone, kept)
    };
    cx.close().await;
    Ok((i32::try_from(undone).map_err(Error::bug)?, i32::try_from(kept).map_err(Error::bug)?))
}

/// Removes the workbooks of old imports, which hold personal data in the open, and ends those whose job has given up.
pub(super) async fn sweep(cx: &Cx) -> Result<()> {
    let before = cx.now() - chrono::Duration::days(KEEP_DAYS);
    let late = cx.now() - chrono::Duration::days(1);
    let mut write = cx.write(ANYONE).await?;
    diesel::update(imports::table)
        .filter(imports::state.eq_any(UNDER_WAY))
        // A version before this one noted no beginning of a step.
        .filter(imports::step_at.lt(late).or(imports::step_at.is_null().and(imports::created_at.lt(late))))
        .set((imports::state.eq("failed"), imports::message.eq("处理没有完成，请联系服务商")))
        .execute(write.conn()?)
        .await?;
    let old: Vec<Uuid> = imports::table
        .filter(imports::created_at.lt(before).and(imports::files_gone.eq(false)))
        .filter(imports::state.ne_all(UNDER_WAY))
        .select(imports::id)
        .limit(100)
        .load(write.conn()?)
        .await?;
    for id in old {
        for file in ["upload.xlsx", "source.xlsx", "marked.xlsx"] {
            cx.app.store.delete(&key(cx, "imports", id, file)?).await?;
        }
        diesel::update(imports::table.find(id)).set(imports::files_gone.eq(true)).execute(write.conn()?).await?;
    }
    write.commit_quietly().await
}
