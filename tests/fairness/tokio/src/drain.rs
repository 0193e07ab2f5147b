//! 2,048 messages to the other thread, then an acknowledgement; one by one, or batches as one message each.

use crate::{mix, Figures};
use tokio::runtime::Builder;
use tokio::sync::mpsc::unbounded_channel;

pub const MESSAGES: u64 = 2048;

pub fn singly() -> impl FnMut(u64, u64) -> Figures {
    let runtime = Builder::new_multi_thread().worker_threads(1).build().unwrap();
    move |iterations, seed| {
        let (messages, mut incoming) = unbounded_channel::<u64>();
        let (done, mut all_there) = unbounded_channel::<()>();
        let receiver = runtime.spawn(async move {
            let (mut checksum, mut received) = (0u64, 0u64);
            while let Some(message) = incoming.recv().await {
                checksum = checksum.wrapping_add(mix(message));
                received += 1;
                if received % MESSAGES == 0 {
                    let _ = done.send(());
                }
            }
            checksum
        });
        runtime.block_on(async move {
            let mut next = seed;
            for _ in 0..iterations {
                for _ in 0..MESSAGES {
                    messages.send(next).unwrap();
                    next += 1;
                }
                all_there.recv().await.unwrap();
            }
        });
        Figures { operations: iterations * MESSAGES, checksum: runtime.block_on(receiver).unwrap() }
    }
}

pub fn in_batches(batch: u64) -> impl FnMut(u64, u64) -> Figures {
    let runtime = Builder::new_multi_thread().worker_threads(1).build().unwrap();
    move |iterations, seed| {
        let (parcels, mut incoming) = unbounded_channel::<Vec<u64>>();
        let (done, mut all_there) = unbounded_channel::<()>();
        let receiver = runtime.spawn(async move {
            let (mut checksum, mut received) = (0u64, 0u64);
            while let Some(parcel) = incoming.recv().await {
                received += parcel.len() as u64;
                checksum = parcel.into_iter().fold(checksum, |sum, message| sum.wrapping_add(mix(message)));
                if received % MESSAGES == 0 {
                    let _ = done.send(());
                }
            }
            checksum
        });
        runtime.block_on(async move {
            let mut next = seed;
            for _ in 0..iterations {
                for _ in 0..MESSAGES / batch {
                    parcels.send((next..next + batch).collect()).unwrap();
                    next += batch;
                }
                all_there.recv().await.unwrap();
            }
        });
        Figures { operations: iterations * MESSAGES, checksum: runtime.block_on(receiver).unwrap() }
    }
}
