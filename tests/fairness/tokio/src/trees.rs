//! fib(24) with one call spawned and the other awaited; skynet with 100,000 leaves and all ten parts spawned.

use crate::Figures;
use std::future::Future;
use std::pin::Pin;
use tokio::runtime::Builder;

type Answer = Pin<Box<dyn Future<Output = u64> + Send>>;

fn fib(seed: u64, n: u64) -> Answer {
    Box::pin(async move {
        if n < 2 {
            return seed.wrapping_add(n);
        }
        let left = tokio::spawn(fib(seed, n - 1));
        let right = fib(seed, n - 2).await;
        left.await.unwrap().wrapping_add(right)
    })
}

fn skynet(first: u64, count: u64) -> Answer {
    Box::pin(async move {
        if count == 1 {
            return first;
        }
        let size = count / 10;
        let parts: Vec<_> = (0..10).map(|part| tokio::spawn(skynet(first + part * size, size))).collect();
        let mut sum = 0u64;
        for part in parts {
            sum = sum.wrapping_add(part.await.unwrap());
        }
        sum
    })
}

fn runs(operations: u64, root: impl Fn(u64) -> Answer) -> impl FnMut(u64, u64) -> Figures {
    let runtime = Builder::new_multi_thread().worker_threads(2).build().unwrap();
    move |iterations, seed| {
        let once = || runtime.block_on(runtime.spawn(root(seed))).unwrap();
        let checksum = (0..iterations).fold(0u64, |sum, _| sum.wrapping_add(once()));
        Figures { operations: iterations * operations, checksum }
    }
}

pub fn fibs() -> impl FnMut(u64, u64) -> Figures {
    runs(150_049, |seed| fib(seed, 24))
}

pub fn skynets() -> impl FnMut(u64, u64) -> Figures {
    runs(100_000, |seed| skynet(seed, 100_000))
}
