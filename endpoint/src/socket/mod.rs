//! GraphQL over WebSocket, protocol `graphql-transport-ws`.

mod message;
mod operation;
mod session;
mod slots;

use std::{sync::Arc, time::Duration};

use axum::{extract::WebSocketUpgrade, response::Response};
use http::StatusCode;

use crate::{App, Connection, Transport, accept::Media, http::Endpoint, http::refuse, refusal::Refusal};
use session::Session;
pub(crate) use slots::Slots;

const PROTOCOL: &str = "graphql-transport-ws";

/// Why a socket ends.
#[derive(Debug)]
pub(crate) enum Close {
    /// The other end sent a close frame.
    Asked,
    /// The other end vanished.
    Gone,
    /// We close, with a code and a reason.
    With(u16, String),
}

impl Close {
    pub(crate) fn with(code: u16, reason: &str) -> Self {
        Self::With(code, reason.to_owned())
    }

    pub(crate) fn bad_message(reason: &str) -> Self {
        Self::with(4400, reason)
    }

    fn code(&self) -> u16 {
        match self {
            Self::Asked => 1000,
            Self::Gone => 1006,
            Self::With(code, _) => *code,
        }
    }
}

/// Accepts an upgrade whose origin is already checked.
pub(crate) fn accept<A: App>(endpoint: Arc<Endpoint<A>>, conn: Connection, upgrade: WebSocketUpgrade) -> Response {
    let limits = &endpoint.limits;
    let place = endpoint.slots.take(None, limits.sockets);
    let (Some(place), false) = (place, endpoint.stop.token.is_cancelled()) else {
        return refuse(&busy(), Media::Json, Transport::WebSocket);
    };
    let mut upgrade = upgrade.max_message_size(limits.message).max_frame_size(limits.message).protocols([PROTOCOL]);
    let known = upgrade.selected_protocol().is_some_and(|protocol| protocol == PROTOCOL);
    let asked = upgrade.requested_protocols().next().cloned();
    // A client that asked for something else would not see the close code otherwise.
    if let (false, Some(asked)) = (known, asked) {
        upgrade.set_selected_protocol(asked);
    }
    let running = endpoint.stop.tasks.token();
    upgrade.on_upgrade(move |socket| async move {
        let session = Session::new(endpoint, conn, socket);
        Box::pin(session.run(known)).await;
        drop((running, place));
    })
}

fn busy() -> Refusal {
    Refusal {
        retry_after: Some(Duration::from_secs(5)),
        ..Refusal::of_request(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", "连接数已满，请稍后再试")
    }
}
