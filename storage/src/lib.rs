//! Media (附件) over S3, and the embedded store that speaks it.
//!
//! Nothing else in the product names S3. Keys are made by the server and bound to a tenant; people only ever get
//! short signed links to read. The embedded store is the real protocol over HTTP, so there is one code path.

pub mod embedded;
mod key;
pub mod picture;
mod store;

pub use embedded::Embedded;
pub use key::Key;
pub use store::{Head, Object, Part, Settings, Store};
