//! What is done with notices and reminders, each in one transaction: load, decide, write, tell.

mod mine;
mod notices;
mod rules;
mod schedules;
mod send;

pub use mine::{consent, read, read_all};
pub(crate) use notices::stop;
pub use notices::{remind, remove, withdraw};
pub use rules::{save_budget, save_rule, steps};
pub use schedules::{ScheduleForm, remove as remove_schedule, save as save_schedule, ways};
pub(crate) use send::{Announcement, addressees, draft, publish};
pub use send::{Form, Plan, RungPlan, plan, send};

use zhibu_core::{AnnouncementId, Error, Result};
use zhibu_directory::member;
use zhibu_directory::organisation::Reach;
use zhibu_tenancy::{Conn, Cx, Write};

use crate::store::{self, Found};

/// Faults of a form, or what was made of it.
pub type Checked<T> = std::result::Result<T, Vec<Error>>;

/// A notice that the caller administers, held for the transaction.
async fn managed(write: &mut Write<'_>, id: AnnouncementId) -> Result<Found> {
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    let found = store::held(id, write.conn()?).await?;
    let own = found.row.occasion().is_private();
    if reach.covers(&found.path) && !own { Ok(found) } else { Err(Error::missing()) }
}

/// The member that the caller is.
pub async fn me(cx: &Cx, conn: &mut Conn) -> Result<Option<uuid::Uuid>> {
    let identity = cx.identity()?;
    if identity.guest.is_some() {
        return Ok(None);
    }
    member::own_id(identity.account, conn).await
}
