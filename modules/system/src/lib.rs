//! zhibu-system
