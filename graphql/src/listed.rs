use std::borrow::Cow;

use async_graphql::{OutputType, SimpleObject, TypeName};
use zhibu_core::{Page, PageInfo};

/// One page of a list, named after its rows: `OrganisationConnection`.
#[derive(SimpleObject)]
#[graphql(name_type)]
pub struct Listed<T: OutputType> {
    /// The rows of this page.
    nodes: Vec<T>,
    /// Where the page stands.
    page_info: PageInfo,
    /// Rows in all; counted only when asked for.
    total_count: i64,
}

impl<T: OutputType> TypeName for Listed<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", T::type_name()).into()
    }
}

impl<T: OutputType> Listed<T> {
    /// A page of rows and, when it was asked for, their number in all.
    pub fn new(page: Page<T>, total: Option<i64>) -> Self {
        Self { nodes: page.nodes, page_info: page.info, total_count: total.unwrap_or_default() }
    }
}
