// For the build.rs of a backend: what is being compiled, for the results.

use std::path::PathBuf;
use std::{env, fs, process};

/// The version that Cargo has locked; the libraries do not say it themselves.
fn locked_version(of: &str) -> Option<String> {
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR")?);
    let lock = fs::read_to_string(manifest.join("Cargo.lock")).ok()?;
    let entry = lock.split("[[package]]").find(|entry| entry.contains(&format!("name = \"{of}\"\n")))?;
    entry.split("version = \"").nth(1)?.split('"').next().map(str::to_owned)
}

fn compiler() -> Option<String> {
    let said = process::Command::new(env::var_os("RUSTC")?).arg("--version").output().ok()?;
    let words = String::from_utf8(said.stdout).ok()?;
    words.split_whitespace().nth(1).map(str::to_owned)
}

/// Sets LIBRARY_VERSION: `title`, the version of the crate, and that of the compiler.
pub fn tell(title: &str, of: &str) {
    let library = locked_version(of).unwrap_or_else(|| "of unknown version".into());
    let rustc = compiler().unwrap_or_else(|| "unknown".into());
    println!("cargo:rustc-env=LIBRARY_VERSION={title} {library} (rustc {rustc})");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=Cargo.lock");
}
