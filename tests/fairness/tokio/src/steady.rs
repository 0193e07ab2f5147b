//! 256 round trips between two threads, an unbounded channel each way.

use crate::{mix, Figures};
use std::thread;
use tokio::runtime::Builder;
use tokio::sync::mpsc::{unbounded_channel, UnboundedReceiver, UnboundedSender};

async fn echo(mut questions: UnboundedReceiver<u64>, answers: UnboundedSender<u64>) {
    while let Some(question) = questions.recv().await {
        answers.send(mix(question)).unwrap();
    }
}

async fn ask(questions: UnboundedSender<u64>, mut answers: UnboundedReceiver<u64>, count: u64, seed: u64) -> Figures {
    let mut checksum = 0u64;
    for k in 0..count {
        questions.send(seed + k).unwrap();
        checksum = checksum.wrapping_add(answers.recv().await.unwrap());
    }
    Figures { operations: count, checksum }
}

/// main() in block_on, the other side spawned on the one worker.
pub fn one_runtime() -> impl FnMut(u64, u64) -> Figures {
    let runtime = Builder::new_multi_thread().worker_threads(1).build().unwrap();
    move |iterations, seed| {
        let (questions, asked) = unbounded_channel();
        let (answers, answered) = unbounded_channel();
        runtime.spawn(echo(asked, answers));
        runtime.block_on(ask(questions, answered, iterations * 256, seed))
    }
}

/// A current-thread runtime here, and one on a second thread.
pub fn two_runtimes() -> impl FnMut(u64, u64) -> Figures {
    let here = Builder::new_current_thread().build().unwrap();
    let there = Builder::new_current_thread().build().unwrap();
    let (sides, mut new_side) = unbounded_channel::<(UnboundedReceiver<u64>, UnboundedSender<u64>)>();
    thread::spawn(move || {
        there.block_on(async move {
            while let Some((asked, answers)) = new_side.recv().await {
                echo(asked, answers).await;
            }
        })
    });
    move |iterations, seed| {
        let (questions, asked) = unbounded_channel();
        let (answers, answered) = unbounded_channel();
        sides.send((asked, answers)).ok().unwrap();
        here.block_on(ask(questions, answered, iterations * 256, seed))
    }
}
