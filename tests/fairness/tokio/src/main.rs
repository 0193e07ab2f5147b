//! Straight-line programs on Tokio, without anything of the harness: `straight_tokio ITERATIONS PROGRAM` prints wall ns
//! and CPU ns an operation, and the checksum, as the C++ ones do.

mod cold;
mod drain;
mod fanout;
mod reads;
mod steady;
mod tasks;
mod trees;

/// What a run of a program comes to.
pub struct Figures {
    pub operations: u64,
    pub checksum: u64,
}

/// bench::mix of workloads/contract/work.hpp.
#[inline]
pub fn mix(mut value: u64) -> u64 {
    value ^= value >> 30;
    value = value.wrapping_mul(0xbf58476d1ce4e5b9);
    value ^= value >> 27;
    value = value.wrapping_mul(0x94d049bb133111eb);
    value ^ (value >> 31)
}

extern "C" {
    #[link_name = "_ZN5bench4workEmm"]
    fn bench_work(seed: u64, steps: u64) -> u64;
}

pub fn work(seed: u64, steps: u64) -> u64 {
    unsafe { bench_work(seed, steps) }
}

fn clock_ns(clock: libc::clockid_t) -> f64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    unsafe { libc::clock_gettime(clock, &mut now) };
    now.tv_sec as f64 * 1e9 + now.tv_nsec as f64
}

/// Runs `program(iterations, seed)` to warm up, then for the record.
fn measure(iterations: u64, mut program: impl FnMut(u64, u64) -> Figures) {
    program((iterations / 4).max(1), 7);
    let cpu_from = clock_ns(libc::CLOCK_PROCESS_CPUTIME_ID);
    let from = clock_ns(libc::CLOCK_MONOTONIC);
    let done = program(iterations, 1);
    let wall = clock_ns(libc::CLOCK_MONOTONIC) - from;
    let cpu = clock_ns(libc::CLOCK_PROCESS_CPUTIME_ID) - cpu_from;
    let operations = done.operations as f64;
    println!("{:.2} {:.2} {}", wall / operations, cpu / operations, done.checksum);
}

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
