//! Make a runtime, 64 round trips between main() and its worker, drop it.

use crate::{mix, Figures};
use tokio::runtime::Builder;
use tokio::sync::mpsc::unbounded_channel;

fn start_and_stop(first: u64) -> u64 {
    let runtime = Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let (questions, mut asked) = unbounded_channel();
    let (answers, mut answered) = unbounded_channel();
    runtime.spawn(async move {
        while let Some(question) = asked.recv().await {
            answers.send(mix(question)).unwrap();
        }
    });
    runtime.block_on(async move {
        let mut checksum = 0u64;
        for k in 0..64 {
            questions.send(first + k).unwrap();
            checksum = checksum.wrapping_add(answered.recv().await.unwrap());
        }
        checksum
    })
}

pub fn run(iterations: u64, seed: u64) -> Figures {
    let checksum = (0..iterations).fold(0u64, |sum, i| sum.wrapping_add(start_and_stop(seed + i * 64)));
    Figures { operations: iterations, checksum }
}
