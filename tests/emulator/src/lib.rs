//! A stand-in for outside services (provider double): plays Aliyun's and Tencent's text messages on 127.0.0.1, checks
//! everything a careless counterpart would let pass, and makes faults on demand. It shares no code with the clients.
//!
//! Every provider has a port of its own, and so has the control:
//!
//! | call | does |
//! |---|---|
//! | `POST /_ctl/clock` `{"at": unix}` or `{"advance": seconds}` | moves its clock |
//! | `POST /_ctl/faults` `[{"match": {"provider", "op"?, "nth"?}, "fault": {"kind", …}}]` | replaces the faults to make |
//! | `POST /_ctl/receipts` `{"aliyun"?: url, "tencent"?: url, "failing"?: bool}` | says where receipts go |
//! | `GET /_ctl/sent` | lists what was sent |
//! | `GET /_ctl/report` | lists what clients must never do; empty at the end of a test |

mod aliyun;
mod control;
mod crypto;
pub mod oidc;
mod receipts;
mod serve;
mod state;
mod tencent;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::serve::Port;
use crate::state::State;
pub use crate::state::{Fault, Match, Part, Receipts, Rule, Sent};

/// The memory that all ports share.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shared(Arc<Mutex<State>>);

impl Shared {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running emulator; it ends when dropped.
#[derive(Debug)]
pub struct Double {
    /// Where Aliyun answers.
    pub aliyun: SocketAddr,
    /// Where Tencent answers.
    pub tencent: SocketAddr,
    /// Where it is told what to do.
    pub control: SocketAddr,
    shared: Shared,
    _tasks: JoinSet<()>,
}

impl Double {
    /// Starts on three free ports of 127.0.0.1.
    pub async fn start() -> std::io::Result<Self> {
        Self::on([0; 3]).await
    }

    /// Starts on these ports: Aliyun, Tencent, control.
    pub async fn on(ports: [u16; 3]) -> std::io::Result<Self> {
        let (shared, mut tasks) = (Shared::default(), JoinSet::new());
        let mut open = async |port: u16, what: Port| {
            let listener = TcpListener::bind(("127.0.0.1", port)).await?;
            let address = listener.local_addr()?;
            tasks.spawn(serve::listen(listener, what, shared.clone()));
            std::io::Result::Ok(address)
        };
        let [aliyun, tencent, control] = ports;
        let aliyun = open(aliyun, Port::Provider(Part::Aliyun)).await?;
        let tencent = open(tencent, Port::Provider(Part::Tencent)).await?;
        let control = open(control, Port::Control).await?;
        Ok(Self { aliyun, tencent, control, shared, _tasks: tasks })
    }

    /// Replaces the faults to make.
    pub fn faults(&self, rules: Vec<Rule>) {
        self.shared.state().faults = rules;
    }

    /// Moves its clock.
    pub fn advance(&self, seconds: i64) {
        self.shared.state().advance(seconds);
    }

    /// Says where receipts go.
    pub fn receipts(&self, receipts: Receipts) {
        self.shared.state().receipts = receipts;
    }

    /// What was sent.
    pub fn sent(&self) -> Vec<Sent> {
        self.shared.state().sent.clone()
    }

    /// What clients must never do; empty at the end of a test.
    pub fn report(&self) -> Vec<String> {
        self.shared.state().report.clone()
    }
}

/// The rule that makes a fault at the n-th call of an action.
pub fn rule(provider: Part, op: &str, nth: Option<u32>, fault: Fault) -> Rule {
    Rule::new(Match { provider, op: Some(op.to_owned()), nth }, fault)
}

#[cfg(test)]
mod vectors;
