//! Live topics: a writer says "this changed", watchers read the state again. At most five notices a second a
//! topic leave a replica, outside the writer's transaction.

use std::any::Any;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use futures_util::StreamExt;
use tokio::sync::{mpsc, watch};

const CHANNEL: &str = "zhibu_live";
const BEAT: Duration = Duration::from_millis(200);

type Topics = Arc<Mutex<HashMap<String, watch::Sender<u64>>>>;

/// What is read once for many watchers, by topic: a `watch::Sender` of the state.
type Shared = Arc<Mutex<HashMap<String, Box<dyn Any + Send>>>>;

/// The live topics of this replica.
#[derive(Debug, Clone)]
pub struct Live {
    touched: mpsc::UnboundedSender<String>,
    topics: Topics,
    shared: Shared,
}

impl Live {
    /// Listens and notifies over `url` (a session connection) for as long as the process lives.
    pub(crate) fn start(url: &str) -> Self {
        let (touched, receiver) = mpsc::unbounded_channel();
        let topics = Topics::default();
        tokio::spawn(listen(url.to_owned(), topics.clone()));
        tokio::spawn(notify(url.to_owned(), receiver));
        Self { touched, topics, shared: Shared::default() }
    }

    /// Says that a topic has changed; call it after the commit.
    pub fn touch(&self, topic: &str) {
        wake(&self.topics, topic);
        // The receiver lives as long as the process.
        let _ = self.touched.send(topic.to_owned());
    }

    /// Sees the changes of a topic from now on.
    pub fn watch(&self, topic: &str) -> watch::Receiver<u64> {
        let mut topics = self.topics.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        topics.retain(|_, sender| sender.receiver_count() > 0);
        topics.entry(topic.to_owned()).or_insert_with(|| watch::channel(0).0).subscribe()
    }

    /// Sees a state that is read once for all who watch it under this name. Whoever comes first gets a sender and has to
    /// keep it up to date until [`Live::forsaken`].
    pub fn share<T: Send + Sync + 'static>(
        &self,
        name: &str,
    ) -> (watch::Receiver<Option<T>>, Option<watch::Sender<Option<T>>>) {
        let mut shared = self.shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(sender) = shared.get(name).and_then(|any| any.downcast_ref::<watch::Sender<Option<T>>>()) {
            return (sender.subscribe(), None);
        }
        let (sender, receiver) = watch::channel(None);
        shared.insert(name.to_owned(), Box::new(sender.clone()));
        (receiver, Some(sender))
    }

    /// Frees the name of a state that cannot be read any more.
    pub fn forget(&self, name: &str) {
        self.shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner).remove(name);
    }

    /// True when nobody watches any more; the name is free then.
    pub fn forsaken<T>(&self, name: &str, sender: &watch::Sender<T>) -> bool {
        let mut shared = self.shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let alone = sender.receiver_count() == 0;
        if alone {
            shared.remove(name);
        }
        alone
    }
}

fn wake(topics: &Topics, topic: &str) {
    let topics = topics.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(sender) = topics.get(topic) {
        sender.send_modify(|n| *n += 1);
    }
}

async fn listen(url: String, topics: Topics) {
    loop {
        if let Ok(mut conn) = AsyncPgConnection::establish(&url).await
            && conn.batch_execute(&format!("LISTEN {CHANNEL}")).await.is_ok()
        {
            let mut notices = std::pin::pin!(conn.notifications_stream());
            while let Some(Ok(notice)) = notices.next().await {
                wake(&topics, &notice.payload);
            }
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn notify(url: String, mut touched: mpsc::UnboundedReceiver<String>) {
    let mut conn = None;
    while let Some(first) = touched.recv().await {
        tokio::time::sleep(BEAT).await;
        let mut topics = HashSet::from([first]);
        while let Ok(topic) = touched.try_recv() {
            topics.insert(topic);
        }
        if conn.is_none() {
            conn = AsyncPgConnection::establish(&url).await.ok();
        }
        let Some(open) = conn.as_mut() else { continue };
        let mut sent = Ok(0);
        for topic in topics {
            sent = sent.and(
                diesel::sql_query("SELECT pg_notify($1, $2)")
                    .bind::<diesel::sql_types::Text, _>(CHANNEL)
                    .bind::<diesel::sql_types::Text, _>(topic)
                    .execute(open)
                    .await,
            );
        }
        if sent.is_err() {
            conn = None;
        }
    }
}
