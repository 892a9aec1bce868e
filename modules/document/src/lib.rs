//! zhibu-document
