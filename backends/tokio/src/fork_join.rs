//! W16: a task for each forked call, joined by its handle; the last call of a node runs in place.

use crate::session::{Order, Outcome, Parameters, Session};
use crate::workers::{finish, multi_thread};
use std::future::Future;
use std::io;
use std::pin::Pin;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

/// One call of a recursion, and the calls that it makes.
pub trait Call: Copy + Send + Sync + 'static {
    /// Room for the handles of all parts but the last, in the future itself: a Vec would be an allocation.
    type Forked: Default + AsMut<[Option<JoinHandle<u64>>]> + Send;
    /// 0 for a leaf.
    fn parts(self) -> usize;
    fn part(self, index: usize) -> Self;
    fn leaf(self) -> u64;
}

#[derive(Clone, Copy)]
pub struct SkynetCall {
    first: u64,
    count: u64,
}

impl SkynetCall {
    const WAYS: u64 = 10;
}

impl Call for SkynetCall {
    type Forked = [Option<JoinHandle<u64>>; SkynetCall::WAYS as usize - 1];

    fn parts(self) -> usize {
        match self.count {
            1 => 0,
            count => count.min(Self::WAYS) as usize,
        }
    }
    fn part(self, index: usize) -> Self {
        let (index, ways) = (index as u64, Self::WAYS);
        if self.count < ways {
            return SkynetCall { first: self.first.wrapping_add(index), count: 1 };
        }
        let from = self.count * index / ways;
        SkynetCall { first: self.first.wrapping_add(from), count: self.count * (index + 1) / ways - from }
    }
    fn leaf(self) -> u64 {
        self.first
    }
}

#[derive(Clone, Copy)]
pub struct FibCall {
    seed: u64,
    n: u64,
}

impl Call for FibCall {
    type Forked = [Option<JoinHandle<u64>>; 1];

    fn parts(self) -> usize {
        if self.n < 2 {
            0
        } else {
            2
        }
    }
    fn part(self, index: usize) -> Self {
        FibCall { seed: self.seed, n: self.n - 1 - index as u64 }
    }
    fn leaf(self) -> u64 {
        self.seed.wrapping_add(self.n)
    }
}

/// The future of a call. The last part stands in a box, because a future cannot contain itself.
async fn run<C: Call>(call: C) -> u64 {
    let parts = call.parts();
    if parts == 0 {
        return call.leaf();
    }
    let mut forked = C::Forked::default();
    for (index, place) in forked.as_mut().iter_mut().enumerate().take(parts - 1) {
        *place = Some(fork(call.part(index)));
    }
    let last = call.part(parts - 1);
    let mut sum = if last.parts() == 0 { last.leaf() } else { in_place(last).await };
    for task in forked.as_mut().iter_mut().flatten() {
        sum = sum.wrapping_add(finish(task.await));
    }
    sum
}

fn fork<C: Call>(call: C) -> JoinHandle<u64> {
    tokio::spawn(run(call))
}

fn in_place<C: Call>(call: C) -> Pin<Box<dyn Future<Output = u64> + Send>> {
    Box::pin(run(call))
}

pub struct ForkJoin<C> {
    runtime: Runtime,
    /// The root call, for a seed.
    root: Box<dyn Fn(u64) -> C>,
    operations: u64,
}

impl ForkJoin<SkynetCall> {
    pub fn skynet(values: &Parameters) -> io::Result<Self> {
        let leaves = values.get("leaves");
        Ok(ForkJoin {
            runtime: multi_thread(values.workers())?,
            root: Box::new(move |seed| SkynetCall { first: seed, count: leaves }),
            operations: leaves,
        })
    }
}

impl ForkJoin<FibCall> {
    pub fn fib(values: &Parameters) -> io::Result<Self> {
        let n = values.get("n");
        Ok(ForkJoin {
            runtime: multi_thread(values.workers())?,
            root: Box::new(move |seed| FibCall { seed, n }),
            operations: calls(n),
        })
    }
}

/// Calls of the tree of fib(n), the root included.
fn calls(n: u64) -> u64 {
    let (mut now, mut next) = (1u64, 1u64);
    for _ in 0..n {
        (now, next) = (next, now + next + 1);
    }
    now
}

impl<C: Call> Session for ForkJoin<C> {
    fn run(&mut self, order: &Order) -> io::Result<Outcome> {
        let mut checksum = 0u64;
        for _ in 0..order.iterations {
            let root = self.runtime.spawn(run((self.root)(order.seed)));
            checksum = checksum.wrapping_add(finish(self.runtime.block_on(root)));
        }
        Ok(Outcome { operations: order.iterations * self.operations, checksum, ..Outcome::default() })
    }
}
