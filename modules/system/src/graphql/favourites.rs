use async_graphql::{Context, Object};
use zhibu_core::Result;
use zhibu_graphql::Request;
use zhibu_tenancy::identity;

#[derive(Default)]
pub(super) struct FavouriteQuery;

#[Object]
impl FavouriteQuery {
    /// Menu keys of the pages that the caller has put on the home page, in their order (我的常用功能).
    async fn favourites(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        identity::favourites(ctx.cx()?).await
    }
}

#[derive(Default)]
pub(super) struct FavouriteMutation;

#[Object]
impl FavouriteMutation {
    /// Chooses the pages on the own home page anew, at most twelve.
    async fn set_favourites(&self, ctx: &Context<'_>, keys: Vec<String>) -> Result<Vec<String>> {
        let cx = ctx.cx()?;
        identity::set_favourites(cx, keys).await?;
        identity::favourites(cx).await
    }
}
