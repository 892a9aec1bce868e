use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::Context;
use async_graphql::dataloader::DataLoader;
use async_graphql::runtime::{TokioSpawner, TokioTimer};
use zhibu_core::{Error, Result};
use zhibu_tenancy::Cx;

use crate::Request;

/// The batch loaders of one request, each made when it is first asked for.
#[derive(Default)]
pub(crate) struct Batches(Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>);

/// The request's batch loader of this kind: what the rows of a list ask for one by one, it fetches in one statement.
/// For optional edges and for edges into another module; what a list always shows its parent loads. Whoever waits
/// for it must not hold the request's read unit of work.
pub fn batch<L>(ctx: &Context<'_>) -> Result<Arc<DataLoader<L>>>
where
    L: From<Arc<Cx>> + Send + Sync + 'static,
{
    let batches = ctx.data_opt::<Batches>().ok_or_else(|| Error::bug("a request without batches"))?;
    let mut made = batches.0.lock().unwrap_or_else(PoisonError::into_inner);
    let cx = ctx.cx()?.clone();
    let fresh = || -> Arc<dyn Any + Send + Sync> {
        Arc::new(DataLoader::new(L::from(cx), TokioSpawner::current(), TokioTimer::default()))
    };
    let loader = made.entry(TypeId::of::<L>()).or_insert_with(fresh).clone();
    loader.downcast().map_err(|_| Error::bug("a batch of another kind"))
}
