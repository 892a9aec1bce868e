//! The handshake of two tenants: codes are given out, letters arrive and are answered, receipts come back. Everything is a
//! signed text; within one installation jobs carry it, else people do.

use chrono::{Days, NaiveDate};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zhibu_core::{Error, LetterId, OrganisationId, ReceivingCodeId, Result, TransferId, check};
use zhibu_directory::organisation;
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::letters::{self, Mail, Signed};
use zhibu_tenancy::purge::NAMELESS;
use zhibu_tenancy::{Caller, Cx, Job, Write, tenants};

use super::actions::{
    New, back, blinds, close, event, from_letter, gone_out, held, hold_member, insert, letter_expired, reach,
    record_of, seal,
};
use super::model::{CodeRow, InboxRow, LetterRow, Row, TransferSide as Side, TransferStatus as Status};
use super::papers::{CODE, Code, LETTER, Letter, RECEIPT, Receipt};
use super::{rules, store};
use crate::schema::{transfer_codes, transfer_inbox, transfer_letters, transfers};
use crate::{TRANSFER_ACCEPT, may};

/// Days a receiving code may be valid.
const CODE_DAYS: i32 = 90;

/// Hands a letter or a receipt that was signed here over to its tenant, when that is one of this installation.
#[derive(Debug, Serialize, Deserialize)]
pub struct Deliver {
    /// The letter's id.
    pub letter: Uuid,
}

/// Takes in what lies in the tenant's letter box.
#[derive(Debug, Serialize, Deserialize)]
pub struct TakeIn {}

impl Job for Deliver {
    const NAME: &'static str = "mobility_deliver";

    async fn run(self, cx: &Cx) -> Result<()> {
        let mut read = cx.read(TRANSFER_ACCEPT).await?;
        let mail = mail(cx, self.letter, read.conn()?).await?;
        drop(read);
        cx.close().await;
        let Some(mail) = mail else { return Ok(()) };
        if !letters::post(cx, &mail, "mobility", &TakeIn {}).await? {
            tracing::info!(letter = %mail.id, "a letter has nobody to be delivered to; people carry it");
        }
        Ok(())
    }
}

/// What is to be delivered of a letter: the letter itself where it was written, the receipt where it arrived.
async fn mail(cx: &Cx, id: Uuid, conn: &mut zhibu_tenancy::Conn) -> Result<Option<Mail>> {
    let made = |kind: &str, tenant: Uuid, body: String| Mail {
        id,
        kind: kind.to_owned(),
        tenant_id: tenant,
        body,
        posted_at: cx.now(),
    };
    let arrived: Option<InboxRow> =
        transfer_inbox::table.find(id).select(InboxRow::as_select()).first(&mut *conn).await.optional()?;
    if let Some(arrived) = arrived {
        return Ok(arrived.receipt.filter(|_| arrived.here).map(|text| made("receipt", arrived.from_tenant, text)));
    }
    let Some(LetterRow { document: Some(text), transfer_id, .. }) = store::letter(id, &mut *conn).await? else {
        return Ok(None);
    };
    let receiver: Option<String> = transfers::table.find(transfer_id).select(transfers::receiver).first(conn).await?;
    let code = receiver.and_then(|text| letters::read::<Code>(CODE, &text));
    match code {
        Some(code) if letters::ours(&cx.app, &code.key)? => Ok(Some(made("letter", code.body.tenant, text))),
        Some(_) | None => Ok(None),
    }
}

impl Job for TakeIn {
    const NAME: &'static str = "mobility_take_in";

    async fn run(self, cx: &Cx) -> Result<()> {
        take_all(cx).await
    }
}

/// True when a document is refused for what it is, which another try does not change.
fn final_refusal(error: &Error) -> bool {
    let named = ["LETTER_", "CODE_", "RECEIPT_"].iter().any(|start| error.code.starts_with(start));
    error.kind == zhibu_core::Kind::Refused && (named || error.code == "MEMBER_GONE")
}

/// Takes in what lies in the letter box. What is refused for what it is, is recorded and thrown away; what could not be
/// taken in now, such as when somebody else was at work, stays for the next try and holds nothing else up.
pub(super) async fn take_all(cx: &Cx) -> Result<()> {
    let mut later = Ok(());
    for mail in letters::waiting(cx).await? {
        let done = match mail.kind.as_str() {
            "letter" => Box::pin(read_letter(cx, &mail.body)).await.map(|_| ()),
            _ => Box::pin(read_receipt(cx, &mail.body)).await.map(|_| ()),
        };
        if let Err(error) = done {
            if !final_refusal(&error) {
                later = later.and(Err(error));
                continue;
            }
            tracing::warn!(letter = %mail.id, code = error.code, "a delivered document was refused");
            told(cx, &mail, &error).await?;
        }
        letters::taken(cx, &mail).await?;
    }
    later
}

/// Records that a document was refused which nobody was there to be told of. Of a receipt the timeline tells it, unless it is
/// one that was filed before.
async fn told(cx: &Cx, mail: &Mail, error: &Error) -> Result<()> {
    let mut write = cx.write(TRANSFER_ACCEPT).await?;
    let letter = mail.kind == "letter";
    if !letter
        && error.code != "RECEIPT_REPLAYED"
        && let Some(letter) = store::letter(mail.id, write.conn()?).await?
    {
        let words: String = error.message.chars().take(200).collect();
        event(&mut write, letter.transfer_id, "receipt_refused", ("", &words)).await?;
    }
    let action = if letter { "transfer.letter_refused" } else { "transfer.receipt_refused" };
    write.audit(Entry::new(action, "letter", mail.id).note("reason", error.message.to_string())).await?;
    write.commit().await
}

/// Ends letters that nobody has taken in by their last day. What they say of somebody goes; also of those that were refused
/// without a transfer. Answers with what is to be told.
pub(super) async fn lapse(write: &mut Write<'_>) -> Result<Vec<Entry>> {
    let (today, now) = (write.cx.app.world.today(), write.cx.now());
    let over = transfer_inbox::valid_until.lt(today).and(transfer_inbox::transfer_id.is_null());
    let full = diesel::dsl::sql::<diesel::sql_types::Bool>("length(record) > 0");
    let ended: Vec<(Uuid, String)> = diesel::update(transfer_inbox::table)
        .filter(over.and(transfer_inbox::state.eq_any(["waiting", "refused"])).and(full))
        .set((transfer_inbox::name.eq(NAMELESS), transfer_inbox::record.eq(Vec::<u8>::new())))
        .returning((transfer_inbox::id, transfer_inbox::number))
        .get_results(write.conn()?)
        .await?;
    let ids: Vec<Uuid> = ended.iter().map(|(id, _)| *id).collect();
    diesel::update(transfer_inbox::table)
        .filter(transfer_inbox::id.eq_any(ids).and(transfer_inbox::state.eq("waiting")))
        .set((transfer_inbox::state.eq("lapsed"), transfer_inbox::closed_at.eq(now)))
        .execute(write.conn()?)
        .await?;
    let entry = |(id, number)| Entry::new("transfer.letter_lapsed", "letter", id).note("letterNo", number);
    Ok(ended.into_iter().map(entry).collect())
}

/// Gives out a receiving code for a committee (出具接收码).
pub async fn new_code(cx: &Cx, organisation: OrganisationId, days: i32) -> Result<ReceivingCodeId> {
    may(cx, TRANSFER_ACCEPT)?;
    let days = u64::try_from(days).ok().filter(|days| (1..=u64::from(CODE_DAYS.unsigned_abs())).contains(days));
    let days = days.ok_or_else(|| Error::invalid("days", "有效期应为1至90天"))?;
    let mut write = cx.write(TRANSFER_ACCEPT).await?;
    let reach = reach(&mut write).await?;
    let at = organisation::get(&reach, organisation, write.conn()?).await.map_err(|error| error.at("organisation"))?;
    let today = cx.app.world.today();
    let expires_on = today.checked_add_days(Days::new(days)).ok_or_else(|| Error::bug("days"))?;
    let (seal, private) = letters::new_pair()?;
    let tenant = tenants::info(&cx.app, cx.tenant()?).await?;
    let id = cx.app.world.id::<Uuid>();
    let code = Code {
        id,
        tenant: cx.tenant()?.0,
        tenant_name: tenant.name.clone(),
        organisation: at.id,
        organisation_name: at.short_name.clone(),
        address: cx.app.settings.public_url.clone(),
        seal,
        expires_on,
    };
    let vault = tenants::vault(&cx.app, cx.tenant()?).await?;
    diesel::insert_into(transfer_codes::table)
        .values((
            transfer_codes::id.eq(id),
            transfer_codes::organisation_id.eq(at.id),
            transfer_codes::secret.eq(vault.seal_for(id.as_bytes(), &private)?),
            transfer_codes::document.eq(letters::sign(&cx.app, CODE, &code)?),
            transfer_codes::expires_on.eq(expires_on),
            transfer_codes::account_name.eq(cx.actor()),
            transfer_codes::created_at.eq(cx.now()),
        ))
        .execute(write.conn()?)
        .await?;
    let entry = Entry::new("transfer.code_made", "transfer_code", id).note("organisation", at.short_name);
    write.audit(entry.note("expiresOn", expires_on.to_string())).await?;
    write.commit().await?;
    Ok(id.into())
}

/// Ends a receiving code: letters that are sealed for it no longer open.
pub async fn close_code(cx: &Cx, id: ReceivingCodeId) -> Result<()> {
    let mut write = cx.write(TRANSFER_ACCEPT).await?;
    let row = code_within(&mut write, id.0).await?.ok_or_else(Error::missing)?;
    if row.closed_at.is_some() {
        return write.commit_quietly().await;
    }
    diesel::update(transfer_codes::table.find(id.0))
        .set((transfer_codes::secret.eq(None::<Vec<u8>>), transfer_codes::closed_at.eq(cx.now())))
        .execute(write.conn()?)
        .await?;
    write.audit(Entry::new("transfer.code_ended", "transfer_code", id.0)).await?;
    write.commit().await
}

/// A code inside the reach of the transaction, held.
async fn code_within(write: &mut Write<'_>, id: Uuid) -> Result<Option<CodeRow>> {
    let reach = reach(write).await?;
    let row: Option<CodeRow> = transfer_codes::table
        .find(id)
        .select(CodeRow::as_select())
        .for_update()
        .first(write.conn()?)
        .await
        .optional()?;
    let at = row.as_ref().map(|row| row.organisation_id).unwrap_or_default();
    let place = organisation::places(&[at], write.conn()?).await?.remove(&at);
    Ok(row.filter(|_| place.is_some_and(|(_, path)| reach.covers(&path))))
}

fn altered() -> Error {
    Error::refuse("LETTER_ALTERED", "介绍信不完整或已被改动，不能接收").at("text")
}

fn not_ours() -> Error {
    Error::refuse("LETTER_NOT_YOURS", "该介绍信不是开给本组织的，或所用接收码不在您的管理范围").at("text")
}

/// Takes an electronic letter into the inbox: whole, for us, in time, and for the first time.
pub async fn read_letter(cx: &Cx, text: &str) -> Result<LetterId> {
    cx.allow(TRANSFER_ACCEPT)?;
    let Signed { body: letter, key } = letters::read::<Letter>(LETTER, text).ok_or_else(altered)?;
    if letter.tenant != cx.tenant()?.0 {
        return Err(not_ours());
    }
    let mut write = cx.write(TRANSFER_ACCEPT).await?;
    let today = cx.app.world.today();
    let code = code_within(&mut write, letter.code).await?.ok_or_else(not_ours)?;
    let digest = letters::digest(text);
    let known: Option<Uuid> =
        transfer_inbox::table.find(letter.id).select(transfer_inbox::id).first(write.conn()?).await.optional()?;
    if known.is_some() {
        return Err(Error::refuse("LETTER_REPLAYED", "该介绍信已经收到过，不能重复接收").at("text"));
    }
    let until = letter.valid_until.min(rules::valid_until(letter.issued_on, rules::MOST_DAYS)?);
    if rules::expired(until, today) {
        return Err(letter_expired().at("text"));
    }
    let secret = code.secret.filter(|_| today <= code.expires_on);
    let secret =
        secret.ok_or_else(|| Error::refuse("CODE_EXPIRED", "所用接收码已失效，请重新出具后由转出方重开").at("text"))?;
    let vault = tenants::vault(&cx.app, cx.tenant()?).await?;
    let private = vault.open_for(code.id.as_bytes(), &secret)?;
    let record = letter.open(&private, &key)?.ok_or_else(altered)?;
    let (sealed, (id_index, _)) = (seal(&write, &record).await?, blinds(&write, &record.whole()).await?);
    diesel::insert_into(transfer_inbox::table)
        .values((
            transfer_inbox::id.eq(letter.id),
            transfer_inbox::code_id.eq(code.id),
            transfer_inbox::organisation_id.eq(code.organisation_id),
            transfer_inbox::state.eq("waiting"),
            transfer_inbox::name.eq(&record.facts.name),
            transfer_inbox::number.eq(&letter.number),
            transfer_inbox::from_tenant.eq(letter.from_tenant),
            transfer_inbox::from_name.eq(&letter.from_name),
            transfer_inbox::signer.eq(&key),
            transfer_inbox::here.eq(letters::ours(&cx.app, &key)?),
            transfer_inbox::issued_on.eq(letter.issued_on),
            transfer_inbox::valid_until.eq(until),
            transfer_inbox::record.eq(sealed),
            transfer_inbox::arrived_at.eq(cx.now()),
            (transfer_inbox::digest.eq(digest), transfer_inbox::id_index.eq(id_index)),
        ))
        .execute(write.conn()?)
        .await?;
    let entry = Entry::new("transfer.letter_arrived", "letter", letter.id).note("name", record.facts.name);
    write.audit(entry.note("from", letter.from_name).note("letterNo", letter.number)).await?;
    write.commit().await?;
    Ok(letter.id.into())
}

/// The committee agrees to an electronic letter and chooses the branch, which then takes the member in.
pub async fn take_letter(cx: &Cx, id: LetterId, branch: OrganisationId) -> Result<TransferId> {
    let mut write = cx.write(TRANSFER_ACCEPT).await?;
    let reach = reach(&mut write).await?;
    let letter = store::inbox_one(&reach, id, true, write.conn()?).await?;
    if letter.state != "waiting" {
        return Err(Error::refuse("LETTER_DONE", "该介绍信已经处理过"));
    }
    if rules::expired(letter.valid_until, cx.app.world.today()) {
        return Err(letter_expired());
    }
    let record = record_of(cx, &letter.record).await?;
    let new = from_letter(&mut write, &record, branch).await?;
    let new = New {
        from_name: format!("{}（{}）", record.branch, letter.from_name).chars().take(100).collect(),
        letter_no: Some(letter.number.clone()),
        issued_on: Some(letter.issued_on),
        valid_until: Some(letter.valid_until),
        ..new
    };
    let names = organisation::names(&[letter.organisation_id], write.conn()?).await?;
    let at = names.get(&letter.organisation_id).cloned().unwrap_or_default();
    let transfer = insert(&mut write, new, &at).await?;
    diesel::update(transfer_inbox::table.find(id.0))
        .set((transfer_inbox::state.eq("taken"), transfer_inbox::transfer_id.eq(transfer.0)))
        .execute(write.conn()?)
        .await?;
    write.commit().await?;
    Ok(transfer)
}

/// Refuses an electronic letter with a reason: the refusal goes back like a receipt.
pub async fn refuse_letter(cx: &Cx, id: LetterId, reason: &str) -> Result<()> {
    may(cx, TRANSFER_ACCEPT)?;
    let reason = check::text("reason", "拒收原因", reason, 2, 200)?;
    let mut write = cx.write(TRANSFER_ACCEPT).await?;
    let reach = reach(&mut write).await?;
    // The transfer before the letter that it came of, as whoever takes the member in.
    let looked = store::inbox_one(&reach, id, false, write.conn()?).await?;
    let row = match looked.transfer_id {
        Some(transfer) => {
            hold_member(&mut write, transfer.into()).await?;
            let row = transfers::table.find(transfer).select(Row::as_select()).for_update();
            Some(row.first(write.conn()?).await?)
        }
        None => None,
    };
    let letter = store::inbox_one(&reach, id, true, write.conn()?).await?;
    if letter.transfer_id != looked.transfer_id {
        return Err(Error::conflict());
    }
    if !["waiting", "taken"].contains(&letter.state.as_str()) {
        return Err(Error::refuse("LETTER_DONE", "该介绍信已经处理过"));
    }
    let names = organisation::names(&[letter.organisation_id], write.conn()?).await?;
    let at = names.get(&letter.organisation_id).cloned().unwrap_or_default();
    if let Some(row) = row {
        close(&mut write, &row, Status::Withdrawn, None).await?;
        event(&mut write, row.id, "refused", (&at, &reason)).await?;
    }
    reply(&mut write, &letter, (false, &at, &reason)).await?;
    let entry = Entry::new("transfer.letter_refused", "letter", id.0).note("name", letter.name.clone());
    write.audit(entry.note("reason", reason)).await?;
    write.commit().await
}

/// Signs the receipt of the letter that a transfer came of, if it came of one.
pub(super) async fn answer(write: &mut Write<'_>, transfer: Uuid, outcome: (bool, &str, &str)) -> Result<()> {
    match store::inbox_of(transfer, write.conn()?).await? {
        Some(letter) => reply(write, &letter, outcome).await,
        None => Ok(()),
    }
}

async fn reply(write: &mut Write<'_>, letter: &InboxRow, (accepted, at, note): (bool, &str, &str)) -> Result<()> {
    let cx = write.cx;
    let receipt = Receipt {
        letter: letter.id,
        number: letter.number.clone(),
        digest: letter.digest.clone().unwrap_or_default(),
        code: letter.code_id,
        tenant: cx.tenant()?.0,
        to_tenant: letter.from_tenant,
        accepted,
        on: cx.app.world.today(),
        organisation_name: at.to_owned(),
        note: note.to_owned(),
    };
    diesel::update(transfer_inbox::table.find(letter.id))
        .set((
            transfer_inbox::state.eq(if accepted { "accepted" } else { "refused" }),
            transfer_inbox::receipt.eq(letters::sign(&cx.app, RECEIPT, &receipt)?),
            transfer_inbox::note.eq(Some(note).filter(|note| !note.is_empty())),
            transfer_inbox::closed_at.eq(cx.now()),
        ))
        .execute(write.conn()?)
        .await?;
    if letter.here {
        write.enqueue(&Deliver { letter: letter.id }).await?;
    }
    Ok(())
}

fn false_receipt() -> Error {
    Error::refuse("RECEIPT_INVALID", "回执不完整、已被改动，或不是由接收方签发的").at("text")
}

/// Files a signed receipt: the membership ends here, or the transfer comes back with the receiver's reason.
pub async fn read_receipt(cx: &Cx, text: &str) -> Result<TransferId> {
    cx.allow(TRANSFER_ACCEPT)?;
    let Signed { body: receipt, key } = letters::read::<Receipt>(RECEIPT, text).ok_or_else(false_receipt)?;
    let unknown = || Error::refuse("RECEIPT_NOT_YOURS", "该回执不属于您管理的调动").at("text");
    if receipt.to_tenant != cx.tenant()?.0 {
        return Err(unknown());
    }
    let mut write = cx.write(TRANSFER_ACCEPT).await?;
    let letter = store::letter(receipt.letter, write.conn()?).await?.ok_or_else(unknown)?;
    let reach = reach(&mut write).await?;
    let row = held(&mut write, &reach, letter.transfer_id.into()).await;
    let row = row.map_err(|error| if error.code == "NOT_FOUND" { unknown() } else { error })?;
    let committee = row.source_id.ok_or_else(unknown)?;
    if !matches!(cx.caller(), Caller::System(_)) && !reach.covers(&store::path(committee, write.conn()?).await?) {
        return Err(unknown());
    }
    // Again under the lock of the transfer: of two receipts at once one is the second.
    let letter = store::letter(receipt.letter, write.conn()?).await?.ok_or_else(unknown)?;
    still_waited_for(&row, &letter)?;
    let code = row.receiver.as_deref().and_then(|text| letters::read::<Code>(CODE, text)).ok_or_else(false_receipt)?;
    let digest = letter.document.as_deref().map(letters::digest).ok_or_else(false_receipt)?;
    // Of this letter as it was issued, and by whom it was sealed for.
    let answers = (receipt.code, receipt.tenant, receipt.number.as_str(), receipt.digest.as_str());
    if code.key != key || answers != (code.body.id, code.body.tenant, letter.number.as_str(), digest.as_str()) {
        return Err(false_receipt());
    }
    in_time(&receipt, &letter)?;
    diesel::update(transfer_letters::table.find(letter.id))
        .set((
            transfer_letters::receipt.eq(text.split_whitespace().collect::<String>()),
            transfer_letters::receipt_on.eq(receipt.on),
            transfer_letters::receipt_no.eq(&receipt.number),
        ))
        .execute(write.conn()?)
        .await?;
    let at = receipt.organisation_name.chars().take(100).collect::<String>();
    if receipt.accepted {
        event(&mut write, row.id, "receipt_filed", (&at, &receipt.number)).await?;
        Box::pin(gone_out(&mut write, &row)).await?;
    } else {
        let reason: String = receipt.note.chars().take(200).collect();
        back(&mut write, &row, (&at, &reason)).await?;
    }
    write.commit().await?;
    Ok(row.id.into())
}

/// A receipt counts for the letter in force, while it is waited for; otherwise it is told what has become of the letter.
fn still_waited_for(row: &Row, letter: &LetterRow) -> Result<()> {
    let refuse = |code: &'static str, words: String| Err(Error::refuse(code, words).at("text"));
    if letter.receipt.is_some() {
        return refuse("RECEIPT_REPLAYED", "该回执已经登记过".to_owned());
    }
    match (row.status.as_str(), &row.letter_no) {
        ("withdrawn", _) => refuse(
            "RECEIPT_WITHDRAWN",
            "该调动已经撤回，介绍信已作废，回执不能登记；对方如已接收该党员，请核实后重新办理调出".to_owned(),
        ),
        ("receipt_filed" | "accepted", _) => refuse("RECEIPT_REPLAYED", "该调动已经办结，不需要再登记回执".to_owned()),
        (_, Some(number)) if row.letter_id != Some(letter.id) => refuse(
            "RECEIPT_OUTDATED",
            format!(
                "该回执对应的介绍信{}已由{number}代替，不能登记；对方如已按原介绍信接收，请核实后登记纸质回执并说明原因",
                letter.number
            ),
        ),
        _ if row.side() != Some(Side::Receipt) => {
            refuse("RECEIPT_OUTDATED", "该调动已经退回修改，原介绍信的回执不能登记".to_owned())
        }
        _ => Ok(()),
    }
}

/// A letter that had run out cannot have been accepted.
fn in_time(receipt: &Receipt, letter: &LetterRow) -> Result<()> {
    let late = |day: NaiveDate| day < letter.issued_on || rules::expired(letter.valid_until, day);
    if receipt.accepted && late(receipt.on) { Err(letter_expired().at("text")) } else { Ok(()) }
}
