//! The namespace `mobility`.

mod flow;
mod transfer;

pub use flow::*;
pub use transfer::*;

use async_graphql::MergedObject;

/// 党员流动与调动
#[derive(MergedObject, Default)]
pub struct MobilityQuery(TransferQuery, FlowQuery);

/// 党员流动与调动
#[derive(MergedObject, Default)]
#[graphql(serial)]
pub struct MobilityMutation(TransferMutation, FlowMutation);
