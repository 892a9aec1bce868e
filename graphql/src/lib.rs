//! zhibu-graphql
