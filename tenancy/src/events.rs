//! Events between modules: written in the transaction of what has happened, heard in a job of each module that listens.

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zhibu_core::Result;
use zhibu_core::event::Event;

use crate::jobs::Job;
use crate::{Conn, Cx, Write, tenants};

/// What has happened, to which object, and to whom when it is about one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Happening {
    /// What.
    pub event: Event,
    /// The object.
    pub id: Uuid,
    /// The person it is about.
    pub about: Option<Uuid>,
}

/// Listens in the tenant where it has happened. It may be told twice.
pub type Hear = for<'a> fn(&'a Cx, Happening) -> BoxFuture<'a, Result<()>>;

/// The events that a module listens to.
#[derive(Debug)]
pub struct Ears {
    /// Which.
    pub events: &'static [Event],
    /// What it does.
    pub hear: Hear,
}

/// What people are told of an event (通知).
#[derive(Debug, Clone)]
pub struct Tidings {
    /// Of which kind it is: `meeting_published` and the like.
    pub occasion: &'static str,
    /// In the name of this organisation.
    pub organisation: Uuid,
    /// 标题
    pub title: String,
    /// 内容
    pub text: String,
    /// What templates may name, by variable: 时间, 地点.
    pub facts: Vec<(&'static str, String)>,
    /// To these people.
    pub people: Vec<Uuid>,
    /// What sets it apart from an earlier one about the same object: the same is not told twice.
    pub moment: String,
    /// Nobody is told it twice about the same object, whatever has changed: only those who are new are.
    pub once_each: bool,
}

/// Words for a module's own events.
#[async_trait]
pub trait Tells: Send + Sync {
    /// What people are told; none when it is nobody's business (any more).
    async fn tidings(&self, what: Happening, conn: &mut Conn) -> Result<Option<Tidings>>;
}

impl Write<'_> {
    /// Tells the modules that listen.
    pub async fn emit(&mut self, event: Event, id: Uuid, about: Option<Uuid>) -> Result<()> {
        for module in self.cx.app.registry.modules.clone() {
            if module.hears.is_some_and(|ears| ears.events.contains(&event)) {
                let (module, event) = (module.key.to_owned(), event.0.to_owned());
                self.enqueue(&Heard { module, event, id, about }).await?;
            }
        }
        Ok(())
    }
}

/// The words of the module that an event comes from, in a tenant that has it.
pub async fn tidings(cx: &Cx, what: Happening, conn: &mut Conn) -> Result<Option<Tidings>> {
    let info = tenants::info(&cx.app, cx.tenant()?).await?;
    for module in cx.app.registry.of(&info.modules) {
        if let Some(tells) = module.tells
            && let Some(tidings) = tells.tidings(what, &mut *conn).await?
        {
            return Ok(Some(tidings));
        }
    }
    Ok(None)
}

/// Has a module hear of an event.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Heard {
    module: String,
    event: String,
    id: Uuid,
    about: Option<Uuid>,
}

impl Job for Heard {
    const NAME: &'static str = "event_heard";

    async fn run(self, cx: &Cx) -> Result<()> {
        let info = tenants::info(&cx.app, cx.tenant()?).await?;
        let ears = cx.app.registry.of(&info.modules).find(|module| module.key == self.module).and_then(|one| one.hears);
        let (Some(ears), Some(event)) = (ears, Event::named(&self.event)) else { return Ok(()) };
        (ears.hear)(cx, Happening { event, id: self.id, about: self.about }).await
    }
}
