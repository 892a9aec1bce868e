//! zhibu-directory
