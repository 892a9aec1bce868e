//! The console is embedded when it has been built; a change of it rebuilds the binary.

fn main() {
    // The folder must be there when the binary is compiled, also when the console is built only afterwards.
    let console = "../web/console/dist";
    if let Err(fault) = std::fs::create_dir_all(console) {
        println!("cargo:warning={console}: {fault}");
    }
    println!("cargo:rerun-if-changed={console}");
    println!("cargo:rerun-if-changed=build.rs");
}
