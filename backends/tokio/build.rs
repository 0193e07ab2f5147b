//! Finds out what is being compiled, for the results: the version of Tokio, and of the compiler. Links what all backends
//! share of HTTP, in the folder that HTTP_FOLDER names (CMakeLists.txt).

#[path = "../rust_plugin/library_version.rs"]
mod library_version;

fn main() {
    library_version::tell("Tokio", "tokio");
    println!("cargo:rerun-if-env-changed=HTTP_FOLDER");
    println!("cargo:rustc-link-search=native={}", std::env::var("HTTP_FOLDER").expect("CMake sets HTTP_FOLDER"));
    println!("cargo:rustc-link-lib=static=bench_http");
    println!("cargo:rustc-link-lib=dylib=http_parser");
}
