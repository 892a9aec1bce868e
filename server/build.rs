//! The console is embedded when it has been built; a change of it rebuilds the binary.

fn main() {
    let dist = std::path::Path::new("../web/console/dist");
    let watched = if dist.exists() { "../web/console/dist" } else { "build.rs" };
    println!("cargo:rerun-if-changed={watched}");
}
