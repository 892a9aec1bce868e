//! zhibu-core
