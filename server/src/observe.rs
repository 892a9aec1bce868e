//! Logs to standard error: for people on a terminal, JSON otherwise. Never personal data: `docs/logging.md`.

use std::io::IsTerminal;
use std::sync::OnceLock;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

/// The store's spans print whole requests, the others talk too much.
const QUIET: &str = "info,s3s=warn,s3s_fs=warn,graphile_worker=warn,tokio_postgres=warn,aws_smithy_runtime=warn";

/// Starts logging; `ZHIBU_LOG` sets the filter.
pub fn logs() {
    let filter = crate::config::variable("ZHIBU_LOG").unwrap_or_else(|| QUIET.to_owned());
    let builder = tracing_subscriber::fmt().with_env_filter(EnvFilter::new(filter)).with_writer(std::io::stderr);
    let started = if std::io::stderr().is_terminal() { builder.try_init() } else { builder.json().try_init() };
    if let Err(fault) = started {
        tracing::debug!(%fault, "logging was started before");
    }
}

/// The recorder of metrics, one a process.
pub(crate) fn metrics() -> Option<PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    HANDLE.get_or_init(|| PrometheusBuilder::new().install_recorder().ok()).clone()
}
