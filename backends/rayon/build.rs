//! Finds out what is being compiled, for the results: the version of rayon, and of the compiler.

#[path = "../rust_plugin/library_version.rs"]
mod library_version;

fn main() {
    library_version::tell("rayon", "rayon");
}
