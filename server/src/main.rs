//! `zhibu`: the server and its tools in one program.

use std::process::ExitCode;

use clap::Parser;
use zhibu_server::command::Cli;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    zhibu_server::observe::logs();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(fault) => {
            tracing::error!(%fault, "no runtime");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(cli.run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let cause = error.cause.as_ref().map(|c| format!("（{c}）")).unwrap_or_default();
            eprintln!("{}: {}{cause}", error.code, error.message);
            ExitCode::FAILURE
        }
    }
}
