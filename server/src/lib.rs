//! zhibu-server
