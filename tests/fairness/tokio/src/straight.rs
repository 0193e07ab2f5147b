//! What the straight-line programs in Rust share: the work of a branch, timing, printing.

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
pub fn measure(iterations: u64, mut program: impl FnMut(u64, u64) -> Figures) {
    program((iterations / 4).max(1), 7);
    let cpu_from = clock_ns(libc::CLOCK_PROCESS_CPUTIME_ID);
    let from = clock_ns(libc::CLOCK_MONOTONIC);
    let done = program(iterations, 1);
    let wall = clock_ns(libc::CLOCK_MONOTONIC) - from;
    let cpu = clock_ns(libc::CLOCK_PROCESS_CPUTIME_ID) - cpu_from;
    let operations = done.operations as f64;
    println!("{:.2} {:.2} {}", wall / operations, cpu / operations, done.checksum);
}
