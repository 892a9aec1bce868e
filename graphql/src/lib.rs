//! The toolkit modules build their GraphQL on: the request's context, guards, pages, live streams; and the
//! gateway that turns a connection into a caller.

mod batch;
mod cookies;
mod errors;
mod filter;
mod gateway;
mod guard;
mod listed;
mod live;

pub use batch::batch;
pub use cookies::{RefreshCookie, clear, line as cookie, lines as session_cookies, set};
pub use filter::filter;
pub use gateway::{Door, Gateway, address};
pub use guard::{ModuleOn, holds_module};
pub use listed::Listed;
pub use live::{May, Pace, follow, follow_shared};

use std::sync::Arc;

use async_graphql::Context;
use zhibu_core::{Error, Result};
use zhibu_tenancy::{Cx, Registry};

/// Reaches the request's context from a resolver.
pub trait Request {
    /// Who acts, when, and the way to the database.
    fn cx(&self) -> Result<&Arc<Cx>>;
    /// The modules of this build.
    fn registry(&self) -> Result<&Registry> {
        Ok(&self.cx()?.app.registry)
    }
    /// True when the reply will show this field of a list's rows (or of the object itself).
    fn shows(&self, path: &[&str]) -> bool;
}

/// The first of several faults; the others go beside the answer, so that a form shows every one.
pub fn all_faults(ctx: &Context<'_>, faults: Vec<Error>) -> Error {
    let mut faults = faults.into_iter();
    let first = faults.next().unwrap_or_else(|| Error::bug("no fault"));
    for fault in faults {
        ctx.add_error(async_graphql::Error::from(fault).into_server_error(ctx.item.pos));
    }
    first
}

impl Request for Context<'_> {
    fn cx(&self) -> Result<&Arc<Cx>> {
        self.data_opt::<Arc<Cx>>().ok_or_else(|| Error::bug("a request without context"))
    }

    fn shows(&self, path: &[&str]) -> bool {
        let mut at = self.look_ahead();
        for name in path {
            at = at.field(name);
        }
        at.exists()
    }
}
