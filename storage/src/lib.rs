//! zhibu-storage
