use std::sync::Arc;
use std::time::Duration;

use async_graphql::Context;
use futures_util::Stream;
use futures_util::stream::unfold;
use tokio::sync::watch;
use zhibu_core::Result;
use zhibu_tenancy::{Cx, identity};

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
