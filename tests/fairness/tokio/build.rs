//! Links the work of a branch, which is compiled once for all sides (workloads/contract/work.cpp).

fn main() {
    let folder = std::env::var("WORKLOADS_FOLDER").expect("the folder of libbench_workloads.a");
    println!("cargo:rustc-link-search=native={folder}");
    println!("cargo:rustc-link-lib=static=bench_workloads");
    // What stands beside it in its object needs it.
    println!("cargo:rustc-link-lib=stdc++");
    println!("cargo:rerun-if-env-changed=WORKLOADS_FOLDER");
    println!("cargo:rerun-if-changed=build.rs");
}
