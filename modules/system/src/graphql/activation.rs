use async_graphql::{Context, Enum, InputObject, Object, SimpleObject, Subscription};
use futures_util::Stream;
use zhibu_core::{ANYONE, Result, Secret};
use zhibu_graphql::{Request, follow};
use zhibu_tenancy::activation::{self, Activation, Application};

#[derive(InputObject)]
pub(super) struct ActivateInput {
    code: String,
    organisation_name: String,
    mobile: Option<String>,
    user_name: Option<String>,
}

/// Proof with which the activation can be watched.
#[derive(SimpleObject)]
pub(super) struct ActivatePayload {
    ticket: String,
}

/// Where an activation stands.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub(super) enum ActivationState {
    /// 排队
    Queued,
    /// 进行中
    Running,
    /// 已就绪
    Ready,
    /// 失败，将重试
    Failed,
}

/// How far an activation is.
#[derive(SimpleObject, Clone, PartialEq)]
pub(super) struct ActivationProgress {
    state: ActivationState,
    percent: i16,
    /// What is being done.
    step: String,
    message: Option<String>,
    /// How the administrator signs in, once ready; a mobile number is masked.
    user_name: Option<String>,
}

impl From<Activation> for ActivationProgress {
    fn from(a: Activation) -> Self {
        let state = match (a.state.as_str(), a.percent) {
            ("provisioning", 0) => ActivationState::Queued,
            ("provisioning", _) => ActivationState::Running,
            ("failed", _) => ActivationState::Failed,
            _ => ActivationState::Ready,
        };
        let ready = state == ActivationState::Ready;
        let message =
            (state == ActivationState::Failed).then(|| "系统会自动重试，请稍候；长时间未完成请联系服务商".to_owned());
        Self { state, percent: a.percent, step: a.step, message, user_name: a.administrator.filter(|_| ready) }
    }
}

#[derive(Default)]
pub(super) struct ActivationQuery;

#[Object]
impl ActivationQuery {
    /// How far the activation behind a ticket is.
    async fn activation_progress(&self, ctx: &Context<'_>, ticket: String) -> Result<ActivationProgress> {
        Ok(activation::progress(ctx.cx()?, &Secret::new(ticket)).await?.into())
    }
}

#[derive(Default)]
pub(super) struct ActivationMutation;

#[Object]
impl ActivationMutation {
    /// Activates a tenant with a code (PC-1.1a).
    async fn activate(&self, ctx: &Context<'_>, input: ActivateInput) -> Result<ActivatePayload> {
        let filled = |text: Option<String>| text.filter(|t| !t.trim().is_empty());
        let application = Application {
            code: Secret::new(input.code),
            organisation_name: input.organisation_name,
            mobile: filled(input.mobile).map(Secret::new),
            user_name: filled(input.user_name),
        };
        Ok(ActivatePayload { ticket: activation::activate(ctx.cx()?, &application).await? })
    }
}

#[derive(Default)]
pub(super) struct ActivationSubscription;

#[Subscription]
impl ActivationSubscription {
    /// How far the activation behind a ticket is, as it changes.
    async fn activation_progress(
        &self,
        ctx: &Context<'_>,
        ticket: String,
    ) -> Result<impl Stream<Item = Result<ActivationProgress>> + use<>> {
        ctx.cx()?.allow(ANYONE)?;
        let ticket = Secret::new(ticket);
        let topic = activation::topic(&ticket);
        let read = move |cx: std::sync::Arc<zhibu_tenancy::Cx>| {
            let ticket = ticket.clone();
            async move { Ok(activation::progress(&cx, &ticket).await?.into()) }
        };
        follow(ctx, &topic, read, |p: &ActivationProgress| p.state == ActivationState::Ready)
    }
}
