//! zhibu-tenancy
