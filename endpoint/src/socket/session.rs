//! One socket from its upgrade to its close.

use std::{collections::HashMap, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_util::{FutureExt, future::BoxFuture};
use tokio::{
    sync::mpsc,
    task::{AbortHandle, JoinSet},
    time::{Instant, Interval, interval, sleep_until, timeout},
};

use super::{
    Close,
    message::{self, Incoming},
    operation::{Item, Line, operate},
    slots::Slot,
};
use crate::{
    App, Connection, Refused, SocketSession, Transport,
    http::Endpoint,
    metric,
    params::Params,
    prepare::{self, Prepared},
    refusal::coded,
    run,
};

/// Longest reason a close frame may carry.
const REASON: usize = 123;
/// Messages of operations waiting for the socket.
const BACKLOG: usize = 16;

type Connecting = BoxFuture<'static, Result<(Connection, SocketSession), Close>>;

enum Phase {
    /// No `connection_init` yet.
    Fresh {
        deadline: Instant,
        conn: Option<Connection>,
    },
    /// The application decides.
    Connecting(Connecting),
    Ready {
        conn: Arc<Connection>,
        session: SocketSession,
        _slot: Option<Slot>,
    },
}

struct Operation {
    serial: u64,
    abort: AbortHandle,
}

enum Event {
    Connected(Connection, SocketSession),
    Item(Item),
    Received(Option<Result<Message, axum::Error>>),
    Tick,
    Joined,
}

/// The state of one socket.
pub(crate) struct Session<A: App> {
    endpoint: Arc<Endpoint<A>>,
    socket: WebSocket,
    phase: Phase,
    operations: HashMap<Arc<str>, Operation>,
    tasks: JoinSet<()>,
    serial: u64,
    outbox: mpsc::Sender<Item>,
    inbox: mpsc::Receiver<Item>,
    ticker: Interval,
    silent: u8,
}

impl<A: App> Session<A> {
    pub(crate) fn new(endpoint: Arc<Endpoint<A>>, conn: Connection, socket: WebSocket) -> Self {
        let (outbox, inbox) = mpsc::channel(BACKLOG);
        let deadline = Instant::now() + endpoint.limits.init_time;
        Self {
            ticker: interval(endpoint.limits.keepalive),
            endpoint,
            socket,
            phase: Phase::Fresh { deadline, conn: Some(conn) },
            operations: HashMap::new(),
            tasks: JoinSet::new(),
            serial: 0,
            outbox,
            inbox,
            silent: 0,
        }
    }

    pub(crate) async fn run(mut self, known_protocol: bool) {
        metric::socket_opened();
        let close = if known_protocol { self.serve().await } else { Close::with(4406, "Subprotocol not acceptable") };
        self.tasks.abort_all();
        metric::socket_closed(close.code());
        match close {
            Close::With(code, reason) => self.say_goodbye(code, &reason).await,
            Close::Asked => self.drain().await,
            Close::Gone => {}
        }
    }

    async fn serve(&mut self) -> Close {
        loop {
            let event = match self.event().await {
                Ok(event) => event,
                Err(close) => return close,
            };
            if let Err(close) = self.handle(event).await {
                return close;
            }
        }
    }

    async fn event(&mut self) -> Result<Event, Close> {
        tokio::select! {
            () = self.endpoint.stop.token.cancelled() => Err(Close::with(1001, "Going away")),
            connected = self.phase.moves() => connected.map(|(conn, session)| Event::Connected(conn, session)),
            Some(item) = self.inbox.recv() => Ok(Event::Item(item)),
            received = self.socket.recv() => Ok(Event::Received(received)),
            _ = self.ticker.tick() => Ok(Event::Tick),
            Some(_) = self.tasks.join_next(), if !self.tasks.is_empty() => Ok(Event::Joined),
        }
    }

    async fn handle(&mut self, event: Event) -> Result<(), Close> {
        match event {
            Event::Connected(conn, session) => self.ready(conn, session).await,
            Event::Item(item) => self.deliver(item).await,
            Event::Received(received) => {
                self.silent = 0;
                self.receive(received).await
            }
            Event::Tick => self.ping().await,
            Event::Joined => Ok(()),
        }
    }

    async fn receive(&mut self, received: Option<Result<Message, axum::Error>>) -> Result<(), Close> {
        match received {
            Some(Ok(Message::Text(text))) => self.obey(Incoming::parse(text.as_str())?).await,
            Some(Ok(Message::Binary(_))) => Err(Close::bad_message("Invalid message")),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
            Some(Ok(Message::Close(_))) => Err(Close::Asked),
            None => Err(Close::Gone),
            Some(Err(error)) => Err(broken(&error)),
        }
    }

    async fn obey(&mut self, message: Incoming) -> Result<(), Close> {
        match message {
            Incoming::Init(payload) => self.init(payload),
            Incoming::Ping(payload) => self.send(message::pong(payload)).await,
            Incoming::Pong => Ok(()),
            Incoming::Subscribe(id, params) => self.subscribe(id, *params).await,
            Incoming::Complete(id) => {
                if let Some(operation) = self.operations.remove(id.as_str()) {
                    operation.abort.abort();
                }
                Ok(())
            }
        }
    }

    fn init(&mut self, payload: serde_json::Value) -> Result<(), Close> {
        let Phase::Fresh { conn, .. } = &mut self.phase else {
            return Err(Close::with(4429, "Too many initialisation requests"));
        };
        let Some(conn) = conn.take() else {
            return Err(Close::Gone);
        };
        let endpoint = Arc::clone(&self.endpoint);
        self.phase = Phase::Connecting(connect(endpoint, conn, payload).boxed());
        Ok(())
    }

    async fn ready(&mut self, conn: Connection, mut session: SocketSession) -> Result<(), Close> {
        let slot = match session.key.clone() {
            Some(key) => {
                let most = self.endpoint.limits.sockets_per_key;
                let slot = self.endpoint.slots.take(Some(key), most);
                Some(slot.ok_or_else(|| Close::with(4429, "Too many sockets"))?)
            }
            None => None,
        };
        let payload = session.payload.take();
        self.phase = Phase::Ready { conn: Arc::new(conn), session, _slot: slot };
        self.send(message::ack(payload)).await
    }

    async fn subscribe(&mut self, id: String, params: Params) -> Result<(), Close> {
        let Phase::Ready { conn, .. } = &self.phase else {
            return Err(Close::with(4401, "Unauthorized"));
        };
        let conn = Arc::clone(conn);
        if self.operations.contains_key(id.as_str()) {
            return Err(Close::with(4409, &format!("Subscriber for {id} already exists")));
        }
        if self.operations.len() >= self.endpoint.limits.subscriptions {
            let error = coded("TOO_MANY", "同一连接上的订阅过多");
            return self.send(message::error(&id, &vec![error])).await;
        }
        match prepare::prepare(&*self.endpoint.app, &self.endpoint.limits, params) {
            Ok(prepared) => {
                self.start(id.into(), conn, prepared);
                Ok(())
            }
            Err(refusal) => {
                metric::refusal(refusal.code, Transport::WebSocket);
                self.send(message::error(&id, &vec![refusal.error()])).await
            }
        }
    }

    fn start(&mut self, id: Arc<str>, conn: Arc<Connection>, prepared: Prepared) {
        self.serial += 1;
        let line = Line { id: Arc::clone(&id), serial: self.serial, out: self.outbox.clone() };
        let endpoint = Arc::clone(&self.endpoint);
        let abort = self.tasks.spawn(operate(endpoint, conn, prepared, line));
        self.operations.insert(id, Operation { serial: self.serial, abort });
    }

    /// Passes on what an operation says, unless the client has ended it.
    async fn deliver(&mut self, item: Item) -> Result<(), Close> {
        if self.operations.get(&item.id).is_none_or(|operation| operation.serial != item.serial) {
            return Ok(());
        }
        if item.last {
            self.operations.remove(&item.id);
        }
        self.send(item.text).await
    }

    async fn ping(&mut self) -> Result<(), Close> {
        self.silent += 1;
        if self.silent > 3 {
            return Err(Close::Gone);
        }
        self.write(Message::Ping(bytes::Bytes::new())).await
    }

    async fn send(&mut self, text: String) -> Result<(), Close> {
        self.write(Message::Text(text.into())).await
    }

    async fn write(&mut self, message: Message) -> Result<(), Close> {
        match timeout(self.endpoint.limits.write_time, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Close::Gone),
        }
    }

    /// Sends the close frame and waits for the other end, lest a reset overtake it.
    async fn say_goodbye(&mut self, code: u16, reason: &str) {
        let reason = reason.get(..reason.floor_char_boundary(REASON)).unwrap_or_default();
        let frame = CloseFrame { code, reason: reason.into() };
        if self.write(Message::Close(Some(frame))).await.is_ok() {
            self.drain().await;
        }
    }

    /// Reading to the end also sends the answer to the other end's close frame.
    async fn drain(&mut self) {
        let drained = async { while let Some(Ok(_)) = self.socket.recv().await {} };
        let _ = timeout(Duration::from_secs(1), drained).await;
    }
}

impl Phase {
    /// Waits until the phase ends by itself.
    async fn moves(&mut self) -> Result<(Connection, SocketSession), Close> {
        match self {
            Self::Fresh { deadline, .. } => {
                sleep_until(*deadline).await;
                Err(Close::with(4408, "Connection initialisation timeout"))
            }
            Self::Connecting(connecting) => connecting.await,
            Self::Ready { session, .. } => {
                tokio::select! {
                    () = session.ended.cancelled() => {}
                    () = at(session.expires) => {}
                }
                Err(Close::with(4401, "Session ended"))
            }
        }
    }
}

async fn at(moment: Option<std::time::Instant>) {
    match moment {
        Some(moment) => sleep_until(Instant::from_std(moment)).await,
        None => std::future::pending().await,
    }
}

/// Asks the application whether the socket may start.
async fn connect<A: App>(
    endpoint: Arc<Endpoint<A>>,
    mut conn: Connection,
    payload: serde_json::Value,
) -> Result<(Connection, SocketSession), Close> {
    let asked = AssertUnwindSafe(endpoint.app.connect(&mut conn, payload)).catch_unwind();
    match timeout(endpoint.limits.request_time, asked).await {
        Ok(Ok(Ok(session))) => Ok((conn, session)),
        Ok(Ok(Err(Refused { code, reason }))) => Err(Close::With(code, reason)),
        Ok(Err(panic)) => {
            drop(run::panicked(&*panic));
            Err(Close::with(1011, "Internal error"))
        }
        Err(_) => Err(Close::with(1013, "Try again later")),
    }
}

fn broken(error: &axum::Error) -> Close {
    let text = error.to_string();
    if text.starts_with("Space limit exceeded") {
        Close::with(1009, "Message too big")
    } else if text.contains("UTF-8") {
        Close::with(1007, "Invalid UTF-8")
    } else {
        Close::with(1002, "Protocol error")
    }
}
