//! A stand-in for outside services (provider double): plays Aliyun's and Tencent's text messages and the sign-in
//! of WeChat, Alipay and DingTalk on 127.0.0.1, checks everything a careless counterpart would let pass, and makes faults on demand. It shares no code with the clients.
//!
//! Every provider has a port of its own, and so has the control:
//!
//! | call | does |
//! |---|---|
//! | `POST /_ctl/clock` `{"at": unix}` or `{"advance": seconds}` | moves its clock |
//! | `POST /_ctl/faults` `[{"match": {"provider", "op"?, "nth"?}, "fault": {"kind", …}}]` | replaces the faults to make |
//! | `POST /_ctl/receipts` `{"aliyun"?: url, "tencent"?: url, "failing"?: bool}` | says where receipts go |
//! | `GET /_ctl/accounts` | the accounts of the platforms, for a configuration |
//! | `POST /_ctl/people` `{"mobile"}` | makes somebody whom the platforms know |
//! | `POST /_ctl/codes` `{"platform", "mobile", "app"?}` | issues a login code |
//! | `POST /_ctl/phone` `{"platform", "mobile"}` | what the button for the number hands to the client |
//! | `POST /_ctl/push` `{"url", "event": {"kind", …}}` | pushes an event of DingTalk |
//! | `GET /_ctl/calls` | lists the calls of the platforms |
//! | `GET /_ctl/sent` | lists what was sent |
//! | `GET /_ctl/report` | lists what clients must never do; empty at the end of a test |

mod aliyun;
mod control;
mod crypto;
mod mini;
pub mod oidc;
mod openssl;
mod push;
mod receipts;
mod serve;
mod state;
mod tencent;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::TcpListener;
use tokio::task::JoinSet;

pub use crate::mini::Mini;
pub use crate::mini::dingtalk::{CORP, Push};
use crate::serve::Port;
use crate::state::State;
pub use crate::state::{Fault, Match, Part, Receipts, Rule, Sent, Who};

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
    /// Where WeChat answers.
    pub wechat: SocketAddr,
    /// Where Alipay answers.
    pub alipay: SocketAddr,
    /// Where both hosts of DingTalk answer.
    pub dingtalk: SocketAddr,
    /// Where it is told what to do.
    pub control: SocketAddr,
    shared: Shared,
    _tasks: JoinSet<()>,
}

impl Double {
    /// Starts on free ports of 127.0.0.1.
    pub async fn start() -> std::io::Result<Self> {
        Self::on([0; 6]).await
    }

    /// Starts on these ports: Aliyun, Tencent, control, WeChat, Alipay, DingTalk; where none is named, on a free one.
    pub async fn on<const N: usize>(ports: [u16; N]) -> std::io::Result<Self> {
        let (shared, mut tasks) = (Shared::default(), JoinSet::new());
        let mut open = async |port: u16, what: Port| {
            let listener = TcpListener::bind(("127.0.0.1", port)).await?;
            let address = listener.local_addr()?;
            tasks.spawn(serve::listen(listener, what, shared.clone()));
            std::io::Result::Ok(address)
        };
        let port = |at: usize| ports.get(at).copied().unwrap_or(0);
        let aliyun = open(port(0), Port::Provider(Part::Aliyun)).await?;
        let tencent = open(port(1), Port::Provider(Part::Tencent)).await?;
        let control = open(port(2), Port::Control).await?;
        let wechat = open(port(3), Port::Mini(Mini::Wechat)).await?;
        let alipay = open(port(4), Port::Mini(Mini::Alipay)).await?;
        let dingtalk = open(port(5), Port::Mini(Mini::Dingtalk)).await?;
        Ok(Self { aliyun, tencent, wechat, alipay, dingtalk, control, shared, _tasks: tasks })
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

    /// The accounts that the platforms know, with the keys a configuration needs, the organisation and the suite ticket.
    pub fn accounts(&self) -> serde_json::Value {
        control::accounts(&self.shared.state())
    }

    /// A login code for somebody, of the platform's own app or of another.
    pub fn login_code(&self, platform: Mini, mobile: &str, other_app: Option<&str>) -> String {
        mini::issue(&mut self.shared.state(), platform, mini::Use::Login, mobile, other_app)
    }

    /// What the button for the number hands to the client: a code at WeChat, a sealed reply at Alipay.
    pub fn phone(&self, platform: Mini, mobile: &str) -> serde_json::Value {
        control::phone(&mut self.shared.state(), platform, mobile)
    }

    /// What Alipay hands to the client of somebody who gives no number.
    pub fn no_phone(&self) -> serde_json::Value {
        mini::alipay::phone_reply(None)
    }

    /// Who somebody is at a platform.
    pub fn subject(&self, platform: Mini, mobile: &str) -> String {
        mini::subject(platform, mobile)
    }

    /// Says whether DingTalk tells numbers.
    pub fn tells_numbers(&self, tells: bool) {
        self.shared.state().mini.tells_numbers = tells;
    }

    /// Pushes an event of DingTalk to an address; whether it was acknowledged as it must be.
    pub async fn push(&self, url: &str, event: &Push) -> bool {
        push::dingtalk(&self.shared, url, event).await
    }

    /// An event of DingTalk as it would be pushed: query and body.
    pub fn sealed(&self, event: &Push) -> (String, serde_json::Value) {
        let mut state = self.shared.state();
        let message = mini::dingtalk::message(&mut state, event);
        mini::dingtalk::sealed(&message, state.now().timestamp_millis(), "emunonce")
    }

    /// What a sealed answer to DingTalk says; nothing when it is not sealed as it must be.
    pub fn opened(&self, answer: &str) -> Option<String> {
        mini::dingtalk::opened(answer.as_bytes())
    }

    /// The calls that platforms got, as `wechat jscode2session`.
    pub fn calls(&self) -> Vec<String> {
        self.shared.state().mini.calls.clone()
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
pub fn rule(provider: impl Into<Who>, op: &str, nth: Option<u32>, fault: Fault) -> Rule {
    Rule::new(Match { provider: provider.into(), op: Some(op.to_owned()), nth }, fault)
}

#[cfg(test)]
mod vectors;
