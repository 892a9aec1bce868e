use std::sync::Arc;
use std::time::Duration;

use async_graphql::Context;
use chrono::{DateTime, Utc};
use futures_util::Stream;
use futures_util::future::BoxFuture;
use futures_util::stream::unfold;
use tokio::sync::watch;
use zhibu_core::{Kind, Result};
use zhibu_tenancy::{App, Cx, Space, identity};

use crate::Request;

/// A notice may get lost; everything watched is read again this often.
const AGAIN: Duration = Duration::from_secs(2);

/// Follows a state: reads it now, after every notice on `topic`, and every two seconds; yields it when it has
/// changed and stops after `last`. No connection is held in between.
pub fn follow<T, F, Fut>(
    ctx: &Context<'_>,
    topic: &str,
    read: F,
    last: fn(&T) -> bool,
) -> Result<impl Stream<Item = Result<T>> + use<T, F, Fut>>
where
    T: PartialEq + Clone + Send + 'static,
    F: Fn(Arc<Cx>) -> Fut + Send + 'static,
    Fut: Future<Output = Result<T>> + Send,
{
    let cx = ctx.cx()?.clone();
    let notices = cx.app.live.watch(topic);
    let start = Some(Watch { cx, notices, read, seen: None });
    Ok(unfold(start, move |watch| async move {
        let mut watch = watch?;
        match watch.next().await {
            Ok(state) => {
                let go_on = !last(&state);
                Some((Ok(state), go_on.then_some(watch)))
            }
            Err(error) => Some((Err(error), None)),
        }
    }))
}

struct Watch<T, F> {
    cx: Arc<Cx>,
    notices: watch::Receiver<u64>,
    read: F,
    seen: Option<T>,
}

impl<T, F, Fut> Watch<T, F>
where
    T: PartialEq + Clone,
    F: Fn(Arc<Cx>) -> Fut,
    Fut: Future<Output = Result<T>>,
{
    async fn next(&mut self) -> Result<T> {
        loop {
            let caller = identity::again(&self.cx.app, self.cx.caller()).await?;
            let cx = Arc::new(Cx::new(self.cx.app.clone(), caller, self.cx.origin.clone()));
            let state = (self.read)(cx.clone()).await;
            cx.close().await;
            let state = state?;
            if self.seen.as_ref() != Some(&state) {
                self.seen = Some(state.clone());
                return Ok(state);
            }
            // A closed channel means the process is ending; the timer alone then keeps the pace.
            if let Ok(Err(_)) = tokio::time::timeout(AGAIN, self.notices.changed()).await {
                tokio::time::sleep(AGAIN).await;
            }
        }
    }
}

/// How a state that many watch is read.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// At the latest so long after the last time, since a notice may get lost.
    pub again: Duration,
    /// At the earliest so long after the last time: what changes a hundred times a second is not told a hundred times.
    pub rest: Duration,
}

/// A watcher's session is looked up again this often.
const SESSION: Duration = Duration::from_secs(20);
/// The shortest wait for it.
const LEAST: Duration = Duration::from_secs(1);
/// Whether the watcher still may watch is asked every so many times of it.
const RIGHTS: u8 = 3;

/// Whether somebody may watch; an error when not.
pub type May = Box<dyn Fn(Arc<Cx>) -> BoxFuture<'static, Result<()>> + Send + Sync>;

/// Follows a state that is the same for all who may see it: it is read once a replica, by the system in the caller's tenant,
/// however many watch. Whether the caller may is asked before, and every minute.
pub async fn follow_shared<T, F, Fut>(
    ctx: &Context<'_>,
    topic: &str,
    name: &str,
    pace: Pace,
    may: May,
    read: F,
    last: fn(&T) -> bool,
) -> Result<impl Stream<Item = Result<T>> + use<T, F, Fut>>
where
    T: PartialEq + Clone + Send + Sync + 'static,
    F: Fn(Arc<Cx>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<T>> + Send + 'static,
{
    let cx = ctx.cx()?.clone();
    let asked = may(cx.clone()).await;
    cx.close().await;
    asked?;
    let tenant = cx.tenant()?;
    let name = format!("{name} {topic}");
    let (states, sender) = cx.app.live.share::<Result<T>>(&name);
    if let Some(sender) = sender {
        tokio::spawn(keep((cx.app.clone(), Space::Tenant(tenant)), (topic.to_owned(), name), pace, read, sender));
    }
    let asked = cx.app.world.now();
    let watcher = Watcher { cx, states, may, asked, rounds: 0, fresh: true };
    Ok(unfold(Some(watcher), move |watcher| async move {
        let mut watcher = watcher?;
        let state = watcher.next().await?;
        let go_on = state.as_ref().is_ok_and(|state| !last(state));
        Some((state, go_on.then_some(watcher)))
    }))
}

/// Reads a state for as long as somebody watches.
async fn keep<T, F, Fut>(
    cx: (Arc<App>, Space),
    (topic, name): (String, String),
    pace: Pace,
    read: F,
    sender: watch::Sender<Option<Result<T>>>,
) where
    T: PartialEq + Send + Sync + 'static,
    F: Fn(Arc<Cx>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<T>> + Send + 'static,
{
    let (app, space) = cx;
    let mut notices = app.live.watch(&topic);
    loop {
        let cx = Arc::new(Cx::system(app.clone(), space));
        let state = read(cx.clone()).await;
        cx.close().await;
        match state {
            Ok(state) => {
                sender.send_if_modified(|known| {
                    let changed = known.as_ref().and_then(|known| known.as_ref().ok()) != Some(&state);
                    if changed {
                        *known = Some(Ok(state));
                    }
                    changed
                });
            }
            // The database is away for a moment: what was seen last stays until it is back.
            Err(error) if error.kind == Kind::Unavailable => {}
            Err(error) => {
                app.live.forget(&name);
                sender.send_replace(Some(Err(error)));
                return;
            }
        }
        if app.live.forsaken(&name, &sender) {
            return;
        }
        tokio::time::sleep(pace.rest).await;
        if let Ok(Err(_)) = tokio::time::timeout(pace.again.saturating_sub(pace.rest), notices.changed()).await {
            tokio::time::sleep(pace.again).await;
        }
    }
}

struct Watcher<T> {
    cx: Arc<Cx>,
    states: watch::Receiver<Option<Result<T>>>,
    may: May,
    asked: DateTime<Utc>,
    rounds: u8,
    fresh: bool,
}

impl<T: Clone> Watcher<T> {
    /// The session, and now and then the right: who has lost a role or a place on a list sees no more.
    async fn again(&mut self) -> Result<()> {
        let caller = match identity::again(&self.cx.app, self.cx.caller()).await {
            // The database is away for a moment.
            Err(error) if error.kind == Kind::Unavailable => return Ok(()),
            caller => caller?,
        };
        self.rounds += 1;
        if self.rounds < RIGHTS {
            return Ok(());
        }
        self.rounds = 0;
        let cx = Arc::new(Cx::new(self.cx.app.clone(), caller, self.cx.origin.clone()));
        let asked = (self.may)(cx.clone()).await;
        cx.close().await;
        match asked {
            Err(error) if error.kind == Kind::Unavailable => Ok(()),
            other => other,
        }
    }

    async fn next(&mut self) -> Option<Result<T>> {
        // Whoever comes later sees at once what the others see.
        if std::mem::take(&mut self.fresh)
            && let Some(state) = self.states.borrow_and_update().clone()
        {
            return Some(state);
        }
        loop {
            let now = self.cx.app.world.now();
            let since = (now - self.asked).to_std().unwrap_or_default();
            if since >= SESSION {
                self.asked = now;
                if let Err(error) = self.again().await {
                    return Some(Err(error));
                }
            }
            match tokio::time::timeout(SESSION.saturating_sub(since).max(LEAST), self.states.changed()).await {
                Err(_) => {}
                Ok(Err(_)) => return None,
                Ok(Ok(())) => {
                    if let Some(state) = self.states.borrow_and_update().clone() {
                        return Some(state);
                    }
                }
            }
        }
    }
}
