use async_graphql::{Context, Guard};
use zhibu_core::Error;

use crate::Request;

/// True when the caller may use something of a module: the one question behind a namespace's `visible` and its
/// guard. A module that is switched off has no field.
pub fn holds_module(ctx: &Context<'_>, module: &str) -> bool {
    use zhibu_tenancy::Caller;
    let Ok(cx) = ctx.cx() else { return false };
    match cx.caller() {
        Caller::Stranger => false,
        Caller::System(_) | Caller::Operator(_) => true,
        Caller::Account(identity) => cx.app.registry.of(&identity.tenant.modules).any(|m| m.key == module),
    }
}

/// The refusal for a namespace that is not there for this caller.
pub struct ModuleOn(pub &'static str);

#[async_trait::async_trait]
impl Guard for ModuleOn {
    async fn check(&self, ctx: &Context<'_>) -> async_graphql::Result<()> {
        let cx = ctx.cx()?;
        if holds_module(ctx, self.0) {
            Ok(())
        } else if matches!(cx.caller(), zhibu_tenancy::Caller::Stranger) {
            Err(Error::unauthenticated().into())
        } else {
            Err(Error::missing().into())
        }
    }
}
