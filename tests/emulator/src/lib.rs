//! A stand-in for outside services (provider double): plays Aliyun's and Tencent's text messages, Aliyun's calls, sign-in
//! and notices of WeChat and DingTalk, the sign-in of Alipay, and LiveKit's meetings on 127.0.0.1, checks everything a
//! careless counterpart would let pass, and makes faults on demand. It shares no code with the clients.
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
//! | `POST /_ctl/consents` `{"mobile", "template", "messages"}` | somebody agrees to so many subscribe messages at WeChat |
//! | `POST /_ctl/templates` `{"id", "keys"}` | approves a template of subscribe messages |
//! | `POST /_ctl/read` `{"mobile"}` | somebody reads what DingTalk delivers |
//! | `GET /_ctl/told` | lists the notices that WeChat and DingTalk delivered |
//! | `POST /_ctl/voice` `{"end": {"kind", "seconds"?}, "receipts"?: url}` | says how calls end and where their receipts go |
//! | `GET /_ctl/rung` | lists the calls that were made |
//! | `POST /_ctl/join` `{"token"}` | somebody comes into a room of LiveKit; `{"refused"}` says why not |
//! | `POST /_ctl/webhook` `{"url", "event": {"kind", …}, "times"?}` | posts a signed webhook of LiveKit, the same so often |
//! | `GET /_ctl/calls` | lists the calls of the platforms |
//! | `GET /_ctl/sent` | lists what was sent |
//! | `GET /_ctl/report` | lists what clients must never do; empty at the end of a test |

mod aliyun;
mod control;
mod crypto;
mod livekit;
mod mini;
pub mod oidc;
mod openssl;
mod push;
mod receipts;
mod serve;
mod state;
mod tencent;
mod voice;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::TcpListener;
use tokio::task::JoinSet;

pub use crate::livekit::{Host, Webhook};
pub use crate::mini::dingtalk::{CORP, Push};
pub use crate::mini::{Mini, Told};
use crate::serve::Port;
use crate::state::State;
pub use crate::state::{Fault, Match, Part, Receipts, Rule, Sent, Who};
pub use crate::voice::{End, Rung};

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
    /// Where LiveKit answers.
    pub livekit: SocketAddr,
    /// Where it is told what to do.
    pub control: SocketAddr,
    shared: Shared,
    _tasks: JoinSet<()>,
}

impl Double {
    /// Starts on free ports of 127.0.0.1.
    pub async fn start() -> std::io::Result<Self> {
        Self::on([0; 7]).await
    }

    /// Starts on these ports: Aliyun, Tencent, control, WeChat, Alipay, DingTalk, LiveKit; where none is
    /// named, on a free one.
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
        let livekit = open(port(6), Port::Video).await?;
        Ok(Self { aliyun, tencent, wechat, alipay, dingtalk, livekit, control, shared, _tasks: tasks })
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

    /// Somebody agrees to so many messages of a template at WeChat.
    pub fn consent(&self, mobile: &str, template: &str, messages: u32) {
        let pair = (mini::subject(Mini::Wechat, mobile), template.to_owned());
        self.shared.state().mini.consents.insert(pair, messages);
    }

    /// Makes somebody whom the platforms know.
    pub fn person(&self, mobile: &str) {
        mini::person(&mut self.shared.state(), mobile);
    }

    /// Somebody reads what DingTalk delivers.
    pub fn reads(&self, mobile: &str) {
        self.shared.state().mini.readers.insert(mini::subject(Mini::Dingtalk, mobile));
    }

    /// Somebody has had as many notices today as DingTalk delivers in a day.
    pub fn fill(&self, mobile: &str) {
        mini::notice::fill(&mut self.shared.state(), &mini::subject(Mini::Dingtalk, mobile));
    }

    /// The notices that WeChat and DingTalk delivered.
    pub fn told(&self) -> Vec<Told> {
        self.shared.state().mini.told.clone()
    }

    /// Says how calls end from now on, and where their receipts go.
    pub fn calls_end(&self, end: End, receipts: Option<String>) {
        self.shared.state().voice.order = voice::Order { end, receipts };
    }

    /// The calls that were made.
    pub fn rung(&self) -> Vec<Rung> {
        self.shared.state().voice.rung.clone()
    }

    /// Somebody comes into a room of LiveKit with a token: where and who, or why not.
    pub fn join(&self, token: &str) -> Result<serde_json::Value, &'static str> {
        livekit::join(&mut self.shared.state(), token)
    }

    /// Posts a webhook of LiveKit, the same event so often; whether it was acknowledged every time.
    pub async fn webhook(&self, url: &str, event: &Webhook, times: u32) -> bool {
        push::webhook(&self.shared, url, event, times).await
    }

    /// A webhook of LiveKit as it would be posted: the header `Authorization` and the body.
    pub fn signed(&self, event: &Webhook) -> (String, String) {
        let mut state = self.shared.state();
        let body = livekit::event(&mut state, event);
        (livekit::signature(&state, &body), body)
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
