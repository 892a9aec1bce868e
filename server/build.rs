//! The console and the mini-program's web page are embedded when they have been built; a change of them rebuilds the binary.

fn main() {
    for built in ["../web/console/dist", "../miniapp/dist/h5"] {
        // The folder must be there when the binary is compiled, also when it is built only afterwards.
        if let Err(fault) = std::fs::create_dir_all(built) {
            println!("cargo:warning={built}: {fault}");
        }
        println!("cargo:rerun-if-changed={built}");
    }
    println!("cargo:rerun-if-changed=build.rs");
}
