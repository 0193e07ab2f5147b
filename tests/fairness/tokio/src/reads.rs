//! Reads of 4 KiB from a file of 16 MiB in the page cache, by `spawn_blocking`; `depth` tasks at a time.

use crate::{mix, Figures};
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::{env, process};
use tokio::runtime::Builder;
use tokio::task::spawn_blocking;

const BLOCK: u64 = 4096;
const BLOCKS: u64 = 4096;

fn filled() -> File {
    let path = env::temp_dir().join(format!("straight-tokio-{}", process::id()));
    let contents: Vec<u8> =
        (0..BLOCKS * BLOCK / 8).flat_map(|index| mix(index ^ 0x5bd1e995).to_ne_bytes()).collect();
    fs::write(&path, contents).unwrap();
    let file = File::open(&path).unwrap();
    fs::remove_file(&path).unwrap();
    file
}

fn sum_of(block: &[u8]) -> u64 {
    let word = |at: usize| u64::from_ne_bytes(block[at * 8..at * 8 + 8].try_into().unwrap());
    word(0).wrapping_add(word(256).rotate_left(7)).wrapping_add(word(511).rotate_left(13))
}

pub fn program(reads: u64, depth: u64) -> impl FnMut(u64, u64) -> Figures {
    let runtime = Builder::new_multi_thread().worker_threads(2).max_blocking_threads(2).build().unwrap();
    let file = Arc::new(filled());
    move |iterations, seed| {
        let (file, count) = (file.clone(), iterations * reads);
        let root = runtime.spawn(async move {
            let readers: Vec<_> = (0..depth)
                .map(|first| {
                    let file = file.clone();
                    tokio::spawn(async move {
                        let (mut sum, mut block) = (0u64, vec![0u8; BLOCK as usize]);
                        for k in (first..count).step_by(depth as usize) {
                            let (file, offset) = (file.clone(), mix(seed + k) % BLOCKS * BLOCK);
                            block = spawn_blocking(move || {
                                file.read_exact_at(&mut block, offset).unwrap();
                                block
                            })
                            .await
                            .unwrap();
                            sum = sum.wrapping_add(sum_of(&block));
                        }
                        sum
                    })
                })
                .collect();
            let mut checksum = 0u64;
            for reader in readers {
                checksum = checksum.wrapping_add(reader.await.unwrap());
            }
            checksum
        });
        Figures { operations: count, checksum: runtime.block_on(root).unwrap() }
    }
}
