//! zhibu-providers
