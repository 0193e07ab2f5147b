//! Straight-line programs on rayon, without anything of the harness: `straight_rayon ITERATIONS PROGRAM` prints wall ns and
//! CPU ns an operation, and the checksum, as the C++ ones do.

#[path = "../../tokio/src/straight.rs"]
#[allow(dead_code)]
mod straight;

use rayon::prelude::*;
use rayon::ThreadPoolBuilder;
use straight::{measure, work, Figures};

fn two_threads() {
    ThreadPoolBuilder::new().num_threads(2).build_global().unwrap();
}

/// fib(24): one `join` a call, as in rayon's own documentation.
fn fib(seed: u64, n: u64) -> u64 {
    if n < 2 {
        return seed.wrapping_add(n);
    }
    let (left, right) = rayon::join(|| fib(seed, n - 1), || fib(seed, n - 2));
    left.wrapping_add(right)
}

/// Skynet with 100,000 leaves: a parallel iterator over the ten parts.
fn skynet(first: u64, count: u64) -> u64 {
    if count == 1 {
        return first;
    }
    let size = count / 10;
    (0..10u32).into_par_iter().with_max_len(1).map(|part| skynet(first + u64::from(part) * size, size)).sum()
}

/// The same with a scope a node, which spawns all ten.
fn skynet_by_scope(first: u64, count: u64) -> u64 {
    if count == 1 {
        return first;
    }
    let size = count / 10;
    let mut sums = [0u64; 10];
    rayon::scope(|scope| {
        for (part, sum) in (0u64..).zip(&mut sums) {
            scope.spawn(move |_| *sum = skynet_by_scope(first + part * size, size));
        }
    });
    sums.iter().sum()
}

fn trees(operations: u64, root: impl Fn(u64) -> u64 + Sync) -> impl FnMut(u64, u64) -> Figures {
    two_threads();
    move |iterations, seed| {
        // On a worker: from outside every call would be handed in.
        let (checksum, _) = rayon::join(|| (0..iterations).fold(0u64, |sum, _| sum.wrapping_add(root(seed))), || ());
        Figures { operations: iterations * operations, checksum }
    }
}

fn steps(skewed: bool, request: u64, branch: u64) -> u64 {
    match (skewed, request % 16 == branch) {
        (false, _) => 2_000,
        (true, false) => 500,
        (true, true) => 20_000,
    }
}

/// 64 requests in turn, each a parallel iterator over 16 branches.
fn fanout(skewed: bool) -> impl FnMut(u64, u64) -> Figures {
    two_threads();
    move |iterations, seed| {
        let request_sum = |request| {
            let branches = (0..16u32).into_par_iter().with_max_len(1);
            branches
                .map(u64::from)
                .map(|branch| work(seed + request * 16 + branch, steps(skewed, request, branch)))
                .reduce(|| 0, u64::wrapping_add)
        };
        let all = || (0..iterations).flat_map(|_| 0..64).map(request_sum).fold(0, u64::wrapping_add);
        let (checksum, _) = rayon::join(all, || ());
        Figures { operations: iterations * 64 * 16, checksum }
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let iterations = arguments.get(1).and_then(|text| text.parse().ok()).unwrap_or(1);
    match arguments.get(2).map_or("", String::as_str) {
        "balanced" => measure(iterations, fanout(false)),
        "skewed" => measure(iterations, fanout(true)),
        "skynet" => measure(iterations, trees(100_000, |seed| skynet(seed, 100_000))),
        "skynet_by_scope" => measure(iterations, trees(100_000, |seed| skynet_by_scope(seed, 100_000))),
        "fib" => measure(iterations, trees(150_049, |seed| fib(seed, 24))),
        other => {
            eprintln!("straight_rayon: no program '{other}'");
            std::process::exit(2);
        }
    }
}
