//! zhibu-modules
