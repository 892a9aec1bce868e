//! zhibu-tests
