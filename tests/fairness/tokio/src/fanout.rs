//! 64 requests in turn, each spawns 16 branches on a runtime of two workers and joins them.

use crate::{work, Figures};
use tokio::runtime::Builder;

fn steps(skewed: bool, request: u64, branch: u64) -> u64 {
    match (skewed, request % 16 == branch) {
        (false, _) => 2_000,
        (true, false) => 500,
        (true, true) => 20_000,
    }
}

pub fn program(skewed: bool) -> impl FnMut(u64, u64) -> Figures {
    let runtime = Builder::new_multi_thread().worker_threads(2).build().unwrap();
    move |iterations, seed| {
        let requests = runtime.spawn(async move {
            let mut checksum = 0u64;
            for _ in 0..iterations {
                for request in 0..64 {
                    let branches: Vec<_> = (0..16)
                        .map(|branch| {
                            tokio::spawn(async move { work(seed + request * 16 + branch, steps(skewed, request, branch)) })
                        })
                        .collect();
                    for branch in branches {
                        checksum = checksum.wrapping_add(branch.await.unwrap());
                    }
                }
            }
            checksum
        });
        Figures { operations: iterations * 64 * 16, checksum: runtime.block_on(requests).unwrap() }
    }
}
