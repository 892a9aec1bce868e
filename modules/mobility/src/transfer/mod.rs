//! Transfers of memberships (党员调动), letters of introduction and the handshake between tenants.

mod actions;
pub(crate) mod export;
mod handshake;
mod model;
mod paper;
pub mod papers;
pub(crate) mod route;
pub mod rules;
pub mod store;

pub use actions::{
    Inbound, Internal, LetterForm, Outbound, approve, file_receipt, hourly, printed, record_of, reissue, resubmit,
    send_back, start_inbound, start_internal, start_outbound, withdraw,
};
pub(crate) use actions::{event, went_along};
pub use handshake::{Deliver, TakeIn, close_code, new_code, read_letter, read_receipt, refuse_letter, take_letter};
pub use model::{
    CodeRow, EventRow, InboxRow, InboxState, LetterRow, Record, Row, TransferKind, TransferSide, TransferStatus,
};
