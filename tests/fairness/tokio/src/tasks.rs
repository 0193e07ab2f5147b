//! 256 round trips between two tasks of a runtime of two workers, which puts them where it likes.

use crate::{mix, Figures};
use tokio::runtime::Builder;
use tokio::sync::mpsc::unbounded_channel;

pub fn program() -> impl FnMut(u64, u64) -> Figures {
    let runtime = Builder::new_multi_thread().worker_threads(2).build().unwrap();
    move |iterations, seed| {
        let count = iterations * 256;
        let asking = runtime.spawn(async move {
            let (questions, mut asked) = unbounded_channel();
            let (answers, mut answered) = unbounded_channel();
            tokio::spawn(async move {
                while let Some(question) = asked.recv().await {
                    answers.send(mix(question)).unwrap();
                }
            });
            let mut checksum = 0u64;
            for k in 0..count {
                questions.send(seed + k).unwrap();
                checksum = checksum.wrapping_add(answered.recv().await.unwrap());
            }
            checksum
        });
        Figures { operations: count, checksum: runtime.block_on(asking).unwrap() }
    }
}
