//! Straight-line programs on Tokio, without anything of the harness: `straight_tokio ITERATIONS PROGRAM` prints wall ns
//! and CPU ns an operation, and the checksum, as the C++ ones do.

mod cold;
mod drain;
mod fanout;
mod reads;
mod steady;
mod straight;
mod tasks;
mod trees;

pub use straight::{mix, work, Figures};
use straight::measure;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let iterations = arguments.get(1).and_then(|text| text.parse().ok()).unwrap_or(1);
    match arguments.get(2).map_or("", String::as_str) {
        "steady" => measure(iterations, steady::one_runtime()),
        "steady_current" => measure(iterations, steady::two_runtimes()),
        "tasks" => measure(iterations, tasks::program()),
        "drain_1" => measure(iterations, drain::singly()),
        "drain_64" => measure(iterations, drain::in_batches(64)),
        "drain_all" => measure(iterations, drain::in_batches(drain::MESSAGES)),
        "cold" => measure(iterations, cold::run),
        "balanced" => measure(iterations, fanout::program(false)),
        "skewed" => measure(iterations, fanout::program(true)),
        "skynet" => measure(iterations, trees::skynets()),
        "fib" => measure(iterations, trees::fibs()),
        "read_rtt" => measure(iterations, reads::program(256, 1)),
        "read_depth" => measure(iterations, reads::program(4096, 32)),
        other => {
            eprintln!("straight_tokio: no program '{other}'");
            std::process::exit(2);
        }
    }
}
