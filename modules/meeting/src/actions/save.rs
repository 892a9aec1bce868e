//! Planning a meeting: the form and the list of those who should attend.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, MeetingId, PersonId, Result, event, grams};
use zhibu_directory::member::{self, Attender, Whom};
use zhibu_directory::organisation::{self, Reach};
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::{Cx, Write};

use super::{Checked, at_version, entry, managed, must, touch};
use crate::actions::kinds;
use crate::model::{MeetingAttend, MeetingPart, MeetingState};
use crate::rules::form::{self, Facts, Form};
use crate::schema::{meeting_people as people, meetings};
use crate::{MANAGE, store};

/// Longest list of one meeting.
const MOST: i64 = 5_000;
/// Rows written by one statement.
const CHUNK: usize = 500;

/// Which meeting is saved.
#[derive(Debug, Clone, Copy)]
pub enum Which {
    /// A new one; the key tells a repetition.
    New(Option<MeetingId>),
    /// One that is there, as it was at a version.
    Old(MeetingId, i32),
}

/// Somebody's place on a list that is being made.
struct Place {
    who: Attender,
    part: MeetingPart,
    reason: Option<String>,
    chosen: bool,
}

/// Plans a meeting or edits one that has not begun; with `publish` it is announced too.
pub async fn save(cx: &Cx, which: Which, form: &Form, publish: bool) -> Result<Checked<MeetingId>> {
    let facts = match form::accept(form.clone(), cx.now()) {
        Ok(facts) => facts,
        Err(faults) => return Ok(Err(faults)),
    };
    let mut write = cx.write(MANAGE).await?;
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    let before = match which {
        Which::New(_) => {
            if let Some(known) = repeated(&mut write, &reach, which).await? {
                return again(cx, write, known, publish).await.map(Ok);
            }
            None
        }
        Which::Old(id, version) => Some(at_version(&mut write, id, version).await?),
    };
    if let Some(before) = &before {
        must(before, &[MeetingState::Draft, MeetingState::Published])?;
    }
    let form = &facts.form;
    let at = match organisation::get(&reach, form.organisation, write.conn()?).await {
        Ok(at) if at.status == "active" => at,
        _ => return Ok(Err(vec![Error::invalid("organisation", "该组织不存在、已停用或无权限")])),
    };
    let allowed = kinds::allowed(&at.path, &at.org_type, write.conn()?).await?;
    let kept = |code: &String| before.as_ref().is_some_and(|before| before.row.types.contains(code));
    if let Some(wrong) = form.types.iter().find(|code| !kept(code) && !allowed.iter().any(|kind| kind.code == **code)) {
        let name = allowed.iter().find(|kind| kind.code == *wrong).map_or(wrong.as_str(), |kind| &kind.name);
        return Ok(Err(vec![Error::invalid("types", format!("该组织不能召开此类会议：{name}"))]));
    }
    let places = match listed(&mut write, at.id, &facts).await? {
        Ok(places) => places,
        Err(fault) => return Ok(Err(vec![fault])),
    };
    let id = match &before {
        None => match insert(&mut write, &facts, which).await? {
            Some(id) => id,
            // The other one was faster.
            None => {
                let known = repeated(&mut write, &reach, which).await?.ok_or_else(Error::conflict)?;
                return again(cx, write, known, publish).await.map(Ok);
            }
        },
        Some(before) => update(&mut write, before.row.id, before.row.version, &facts).await?,
    };
    relist(&mut write, id, &places).await?;
    let found = store::held(id.into(), write.conn()?).await?;
    let told = match &before {
        None => entry("meeting.created", &found),
        Some(before) => {
            let (old, new) = (&before.row, &found.row);
            entry("meeting.edited", &found)
                .change("title", old.title.clone(), new.title.clone())
                .change("startsAt", old.starts_at.to_rfc3339(), new.starts_at.to_rfc3339())
                .change("endsAt", old.ends_at.to_rfc3339(), new.ends_at.to_rfc3339())
                .change("place", old.place.clone(), new.place.clone())
                .change("agenda", old.agenda.clone(), new.agenda.clone())
        }
    };
    write.audit(told).await?;
    if publish && found.row.state() == MeetingState::Draft {
        super::hold::announce(&mut write, &found).await?;
    }
    if let Some(before) = before.filter(|before| before.row.state() == MeetingState::Published) {
        let (old, new) = (&before.row, &found.row);
        let elsewhere = old.place != new.place || old.link != new.link || old.mode != new.mode;
        let moved = old.starts_at != new.starts_at || elsewhere;
        if moved {
            write.emit(event::MEETING_CHANGED, id, None).await?;
        }
        // Whoever has come onto the list is told for the first time.
        write.emit(event::MEETING_PUBLISHED, id, None).await?;
    }
    write.commit().await?;
    touch(cx, id.into());
    Ok(Ok(id.into()))
}

macro_rules! columns {
    ($facts:expr, $now:expr) => {{
        let (form, fence) = (&$facts.form, $facts.fence);
        (
            (
                meetings::organisation_id.eq(form.organisation.0),
                meetings::types.eq(form.types.clone()),
                meetings::title.eq(form.title.clone()),
                meetings::grams.eq(grams(&form.title)),
                meetings::mode.eq(form.mode.code()),
                meetings::starts_at.eq(form.starts_at),
                meetings::ends_at.eq(form.ends_at),
                meetings::place.eq(form.place.clone()),
                meetings::link.eq(form.link.clone()),
                meetings::agenda.eq(form.agenda.clone()),
            ),
            (
                meetings::speaker.eq(form.speaker.clone()),
                meetings::observers.eq(form.observers.clone()),
                meetings::attend.eq(form.attend.code()),
                meetings::host_id.eq(form.host.map(|host| host.0)),
                meetings::recorder_id.eq(form.recorder.map(|recorder| recorder.0)),
                meetings::late_minutes.eq(form.late_minutes),
                meetings::latitude.eq(fence.map(|(point, _)| point.latitude)),
                meetings::longitude.eq(fence.map(|(point, _)| point.longitude)),
                meetings::radius.eq(fence.map(|(_, radius)| radius)),
                meetings::updated_at.eq($now),
            ),
        )
    }};
}

/// The meeting that an earlier request with this key has made.
async fn repeated(write: &mut Write<'_>, reach: &Reach, which: Which) -> Result<Option<MeetingId>> {
    let Which::New(Some(key)) = which else { return Ok(None) };
    let known: Option<Uuid> = meetings::table
        .filter(meetings::request_key.eq(key.0))
        .select(meetings::id)
        .first(write.conn()?)
        .await
        .optional()?;
    let Some(id) = known.map(MeetingId) else { return Ok(None) };
    if reach.covers(&store::one(id, write.conn()?).await?.path) {
        return Ok(Some(id));
    }
    Err(Error::refuse("KEY_USED", "这次提交已用于另一个会议，请重新打开页面"))
}

/// What an order that is known already still asks for: a draft may be announced by the same form.
async fn again(cx: &Cx, mut write: Write<'_>, id: MeetingId, publish: bool) -> Result<MeetingId> {
    let found = store::held(id, write.conn()?).await?;
    if publish && found.row.state() == MeetingState::Draft {
        super::hold::announce(&mut write, &found).await?;
        write.commit().await?;
        touch(cx, id);
    }
    Ok(id)
}

async fn insert(write: &mut Write<'_>, facts: &Facts, which: Which) -> Result<Option<Uuid>> {
    let (cx, id) = (write.cx, write.cx.app.world.id::<Uuid>());
    let key = if let Which::New(key) = which { key } else { None };
    let own = (
        meetings::id.eq(id),
        meetings::request_key.eq(key.map(|key| key.0)),
        meetings::state.eq(MeetingState::Draft.code()),
        meetings::account_name.eq(cx.actor()),
        meetings::created_at.eq(cx.now()),
    );
    let (first, second) = columns!(facts, cx.now());
    let made = diesel::insert_into(meetings::table)
        .values((own, first, second))
        .on_conflict(meetings::request_key)
        .do_nothing()
        .execute(write.conn()?)
        .await?;
    Ok((made > 0).then_some(id))
}

async fn update(write: &mut Write<'_>, id: Uuid, version: i32, facts: &Facts) -> Result<Uuid> {
    let columns = columns!(facts, write.cx.now());
    diesel::update(meetings::table.find(id))
        .set((meetings::version.eq(version + 1), columns))
        .execute(write.conn()?)
        .await?;
    Ok(id)
}

/// Who is to be on the list: whom the kind of attendance means, whoever is named, and who is not counted.
async fn listed(write: &mut Write<'_>, at: Uuid, facts: &Facts) -> Result<Checked1> {
    let form = &facts.form;
    let whom = match form.attend {
        MeetingAttend::Members => Some(Whom::Members(at)),
        MeetingAttend::Committee => Some(Whom::Committee(at)),
        MeetingAttend::Named => None,
    };
    let mut places: HashMap<Uuid, Place> = HashMap::new();
    if let Some(whom) = whom {
        for who in member::attenders(&whom, MOST + 1, write.conn()?).await? {
            let away = match (who.lost, who.floating) {
                (true, _) => Some("失联"),
                (_, true) => Some("流动党员"),
                _ => None,
            };
            let part = if away.is_some() { MeetingPart::Exempt } else { MeetingPart::Should };
            let reason = away.map(str::to_owned);
            places.insert(who.person, Place { who, part, reason, chosen: false });
        }
    }
    for (chosen, part, field) in
        [(&form.named, MeetingPart::Should, "named"), (&form.guests, MeetingPart::Observer, "guests")]
    {
        match invited(write, chosen).await? {
            Some(found) => {
                for who in found {
                    places.insert(who.person, Place { who, part, reason: None, chosen: true });
                }
            }
            None => return Ok(Err(Error::invalid(field, "所选人员中有人不存在、已离开或无权限"))),
        }
    }
    for exempt in &form.exempt {
        match places.get_mut(&exempt.person.0) {
            Some(place) => (place.part, place.reason) = (MeetingPart::Exempt, Some(exempt.reason.clone())),
            None => return Ok(Err(Error::invalid("exempt", "不计入应到的人员不在参会名单中"))),
        }
    }
    for (one, field) in [(form.host, "host"), (form.recorder, "recorder")] {
        if let Some(one) = one
            && !places.contains_key(&one.0)
        {
            return Ok(Err(Error::invalid(field, "请从参会人员中选择")));
        }
    }
    if places.is_empty() {
        return Ok(Err(Error::invalid("attend", "参会名单为空，请检查参会范围")));
    }
    if i64::try_from(places.len()).map_err(Error::bug)? > MOST {
        return Ok(Err(Error::invalid("attend", "参会名单超过5000人，请分开召开")));
    }
    Ok(Ok(places.into_values().collect()))
}

type Checked1 = std::result::Result<Vec<Place>, Error>;

/// Present members of the tenant's part that the caller administers; nothing when one of them is not.
async fn invited(write: &mut Write<'_>, chosen: &[PersonId]) -> Result<Option<Vec<Attender>>> {
    if chosen.is_empty() {
        return Ok(Some(Vec::new()));
    }
    let unique: HashSet<PersonId> = chosen.iter().copied().collect();
    let found = member::attenders(&Whom::People(store::ids(chosen)), MOST + 1, write.conn()?).await?;
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    let branches: Vec<Uuid> = found.iter().map(|who| who.organisation).collect();
    let paths = organisation::places(&branches, write.conn()?).await?;
    // A branch invites whoever belongs to the same tenant's superior only where it administers them.
    let inside = |who: &Attender| paths.get(&who.organisation).is_some_and(|(_, path)| reach.covers(path));
    let whole = found.len() == unique.len() && found.iter().all(inside);
    Ok(whole.then_some(found))
}

/// Makes the list anew: who stays keeps what is known of them.
async fn relist(write: &mut Write<'_>, id: Uuid, places: &[Place]) -> Result<()> {
    let there: Vec<Uuid> = places.iter().map(|place| place.who.person).collect();
    diesel::delete(people::table.filter(people::meeting_id.eq(id).and(people::person_id.ne_all(there))))
        .execute(write.conn()?)
        .await?;
    for chunk in places.chunks(CHUNK) {
        let rows: Vec<_> = chunk
            .iter()
            .map(|place| {
                (
                    people::meeting_id.eq(id),
                    people::person_id.eq(place.who.person),
                    people::name.eq(&place.who.name),
                    people::pinyin.eq(&place.who.pinyin),
                    people::organisation_id.eq(place.who.organisation),
                    people::part.eq(place.part.code()),
                    people::part_reason.eq(&place.reason),
                    people::chosen.eq(place.chosen),
                    people::votes.eq(place.who.votes()),
                )
            })
            .collect();
        diesel::insert_into(people::table)
            .values(rows)
            .on_conflict((people::meeting_id, people::person_id))
            .do_update()
            .set((
                people::name.eq(diesel::upsert::excluded(people::name)),
                people::organisation_id.eq(diesel::upsert::excluded(people::organisation_id)),
                people::part.eq(diesel::upsert::excluded(people::part)),
                people::part_reason.eq(diesel::upsert::excluded(people::part_reason)),
                people::chosen.eq(diesel::upsert::excluded(people::chosen)),
                people::votes.eq(diesel::upsert::excluded(people::votes)),
            ))
            .execute(write.conn()?)
            .await?;
    }
    Ok(())
}

/// Adds people to the list of a meeting that has begun, such as somebody who stands at the door.
pub async fn add(cx: &Cx, id: MeetingId, chosen: &[PersonId], part: MeetingPart) -> Result<()> {
    let mut write = cx.write(MANAGE).await?;
    let found = managed(&mut write, id).await?;
    must(&found, &[MeetingState::Published, MeetingState::Running, MeetingState::MinutesPending])?;
    let Some(people_found) = invited(&mut write, chosen).await? else {
        return Err(Error::invalid("people", "所选人员中有人不存在、已离开或无权限"));
    };
    let known: HashSet<Uuid> = people::table
        .filter(people::meeting_id.eq(id.0).and(people::person_id.eq_any(store::ids(chosen))))
        .select(people::person_id)
        .load(write.conn()?)
        .await?
        .into_iter()
        .collect();
    let fresh: Vec<Attender> = people_found.into_iter().filter(|who| !known.contains(&who.person)).collect();
    if fresh.is_empty() {
        return Err(Error::invalid("people", "请选择不在名单中的人员"));
    }
    let rows: Vec<_> = fresh
        .iter()
        .map(|who| {
            (
                people::meeting_id.eq(id.0),
                people::person_id.eq(who.person),
                people::name.eq(&who.name),
                people::pinyin.eq(&who.pinyin),
                people::organisation_id.eq(who.organisation),
                people::part.eq(part.code()),
                people::chosen.eq(true),
                people::votes.eq(who.votes()),
            )
        })
        .collect();
    diesel::insert_into(people::table).values(rows).execute(write.conn()?).await?;
    let names: Vec<String> = fresh.into_iter().map(|who| who.name).collect();
    let told: Entry = entry("meeting.people_added", &found).note("people", names.join("、"));
    write.audit(told).await?;
    write.emit(event::MEETING_PUBLISHED, id.0, None).await?;
    write.commit().await?;
    touch(cx, id);
    Ok(())
}
