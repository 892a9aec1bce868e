use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_graphql::{Executor, Response};
use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use zhibu_core::{Error, Result};
use zhibu_endpoint::{Connection, Refused, SocketSession};
use zhibu_tenancy::{App, Audience, Caller, Cx, Origin, identity, life};

use crate::batch::Batches;
use crate::cookies::{self, RefreshCookie};
use crate::errors::polish;

/// Turns a connection into a caller and runs its requests: one for the tenants' path, one for the operators'.
pub struct Gateway<E> {
    app: Arc<App>,
    schema: E,
    door: Door,
}

/// What sets one door apart.
#[derive(Debug, Clone)]
pub struct Door {
    /// Who comes in here.
    pub audience: Audience,
    /// Strangers may look at the schema: not in production.
    pub open_schema: bool,
    /// Proxies of ours: the address they name counts instead of theirs.
    pub proxies: Vec<IpAddr>,
    /// What our own clients ask, by the SHA-256 of its text.
    pub documents: Arc<HashMap<String, Arc<str>>>,
}

impl<E: Executor> Gateway<E> {
    /// The gateway of one door.
    pub fn new(app: Arc<App>, schema: E, door: Door) -> Self {
        Self { app, schema, door }
    }

    /// The address a request came from.
    fn address(&self, conn: &Connection) -> Option<IpAddr> {
        address(conn.peer.map(|peer| peer.ip()), &conn.headers, &self.door.proxies)
    }

    fn origin(&self, conn: &Connection) -> Origin {
        let device = conn.headers.get(http::header::USER_AGENT).and_then(|v| v.to_str().ok());
        Origin {
            request: conn.request_id.parse().unwrap_or_else(|_| self.app.world.id()),
            address: self.address(conn).map(|ip| ip.to_string()).unwrap_or_default(),
            device: device.unwrap_or_default().to_owned(),
        }
    }

    async fn caller(&self, conn: &Connection) -> Result<Caller> {
        if let Some(caller) = conn.extensions.get::<Caller>() {
            return identity::again(&self.app, caller).await;
        }
        if self.door.audience == Audience::Console
            && let Some(access) = cookies::bearer(&conn.headers)
        {
            return identity::caller(&self.app, access.expose(), Audience::Mini).await;
        }
        match cookies::read(&conn.headers, self.door.audience).0 {
            Some(access) => identity::caller(&self.app, access.expose(), self.door.audience).await,
            None => Ok(Caller::Stranger),
        }
    }

    fn attach(&self, conn: &Connection, request: async_graphql::Request, cx: &Arc<Cx>) -> async_graphql::Request {
        let refresh = cookies::read(&conn.headers, self.door.audience).1;
        let request =
            request.data(cx.clone()).data(RefreshCookie(refresh)).data(self.door.audience).data(Batches::default());
        if self.door.open_schema || !matches!(cx.caller(), Caller::Stranger) {
            request
        } else {
            request.disable_introspection()
        }
    }
}

/// The address a request came from: the last one a proxy of ours saw, else the connection's own.
pub fn address(peer: Option<IpAddr>, headers: &http::HeaderMap, proxies: &[IpAddr]) -> Option<IpAddr> {
    let peer = peer?;
    if !proxies.contains(&peer) {
        return Some(peer);
    }
    let lines = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok());
    let hops: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    // From the right, since what stands further left may be made up; what is no address ends the search.
    let mut known = hops.iter().rev().map_while(|hop| hop.parse().ok());
    Some(known.find(|hop| !proxies.contains(hop)).unwrap_or(peer))
}

fn refused(error: Error, cx: &Cx) -> Response {
    let error = async_graphql::Error::from(error).into_server_error(async_graphql::Pos::default());
    polish(Response::from_errors(vec![error]), cx)
}

#[async_trait]
impl<E: Executor> zhibu_endpoint::App for Gateway<E> {
    async fn execute(&self, conn: &Connection, request: async_graphql::Request) -> Response {
        let origin = self.origin(conn);
        let caller = match self.caller(conn).await {
            Ok(caller) => caller,
            Err(error) => return refused(error, &Cx::new(self.app.clone(), Caller::Stranger, origin)),
        };
        let cx = Arc::new(Cx::new(self.app.clone(), caller, origin));
        if let Caller::Account(identity) = cx.caller()
            && let Err(error) = self.app.requests.count(&self.app, identity.tenant.id)
        {
            return refused(error, &cx);
        }
        let response = self.schema.execute(self.attach(conn, request, &cx)).await;
        cx.close().await;
        polish(response, &cx)
    }

    fn subscribe(
        self: Arc<Self>,
        conn: Arc<Connection>,
        request: async_graphql::Request,
    ) -> BoxStream<'static, Response> {
        let caller = conn.extensions.get::<Caller>().cloned().unwrap_or(Caller::Stranger);
        let cx = Arc::new(Cx::new(self.app.clone(), caller, self.origin(&conn)));
        let request = self.attach(&conn, request, &cx);
        self.schema.execute_stream(request, None).map(move |response| polish(response, &cx)).boxed()
    }

    fn document(&self, id: &str) -> Option<Arc<str>> {
        self.door.documents.get(id.strip_prefix("sha256:")?).cloned()
    }

    async fn connect(&self, conn: &mut Connection, payload: serde_json::Value) -> Result<SocketSession, Refused> {
        // A mini-program cannot add headers to a socket.
        if let Some(line) =
            payload.get("authorization").and_then(|line| http::HeaderValue::from_str(line.as_str()?).ok())
        {
            conn.headers.insert(http::header::AUTHORIZATION, line);
        }
        let caller = self.caller(conn).await.map_err(|error| Refused::unavailable(error.message.into_owned()))?;
        let mut session = SocketSession::default();
        let life = u64::try_from(self.app.settings.access_minutes * 60).unwrap_or_default();
        let tenant = match &caller {
            Caller::Account(identity) => Some(life::topic(identity.tenant.id)),
            Caller::Operator(_) | Caller::Stranger | Caller::System(_) => None,
        };
        let id = match &caller {
            Caller::Account(identity) => Some((identity.account.to_string(), identity.session)),
            Caller::Operator(operator) => Some((operator.id.to_string(), operator.session)),
            Caller::Stranger | Caller::System(_) => None,
        };
        match id {
            Some((key, id)) => {
                session.key = Some(key);
                // The browser reconnects with a fresh token.
                session.expires = Some(Instant::now() + Duration::from_secs(life));
                let own = identity::topic(id);
                let mut all_over = self.app.live.watch(tenant.as_ref().unwrap_or(&own));
                let (mut over, ended) = (self.app.live.watch(&own), session.ended.clone());
                tokio::spawn(async move {
                    tokio::select! {
                        _ = over.changed() => ended.cancel(),
                        _ = all_over.changed() => ended.cancel(),
                        () = tokio::time::sleep(Duration::from_secs(life)) => {}
                    }
                });
            }
            None => session.key = self.address(conn).map(|ip| format!("address:{ip}")),
        }
        conn.extensions.insert(caller);
        Ok(session)
    }
}
