//! W16: `join` for the two calls of fib, a parallel iterator over the parts of a skynet node; or a scope a call, which spawns
//! all parts but the last.

use crate::session::{Fork, Order, Outcome, Parameters, Session};
use crate::workers::Workers;
use rayon::prelude::*;
use std::io;

/// One call of a recursion, and the calls that it makes.
pub trait Call: Copy + Send + Sync + 'static {
    const WAYS: usize;
    type Results: Default + AsMut<[u64]>;
    /// 0 for a leaf.
    fn parts(self) -> usize;
    fn part(self, index: usize) -> Self;
    fn leaf(self) -> u64;
    fn by_join(self) -> u64;
}

#[derive(Clone, Copy)]
pub struct SkynetCall {
    first: u64,
    count: u64,
}

impl Call for SkynetCall {
    const WAYS: usize = 10;
    type Results = [u64; 10];

    fn parts(self) -> usize {
        match self.count {
            1 => 0,
            count => count.min(Self::WAYS as u64) as usize,
        }
    }
    fn part(self, index: usize) -> Self {
        let (index, ways) = (index as u64, Self::WAYS as u64);
        if self.count < ways {
            return SkynetCall { first: self.first.wrapping_add(index), count: 1 };
        }
        let from = self.count * index / ways;
        SkynetCall { first: self.first.wrapping_add(from), count: self.count * (index + 1) / ways - from }
    }
    fn leaf(self) -> u64 {
        self.first
    }
    fn by_join(self) -> u64 {
        match self.parts() {
            0 => self.leaf(),
            // Left alone it would do several parts as one.
            parts => (0..parts)
                .into_par_iter()
                .with_max_len(1)
                .map(|index| self.part(index).by_join())
                .reduce(|| 0, u64::wrapping_add),
        }
    }
}

#[derive(Clone, Copy)]
pub struct FibCall {
    seed: u64,
    n: u64,
}

impl Call for FibCall {
    const WAYS: usize = 2;
    type Results = [u64; 2];

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
    fn by_join(self) -> u64 {
        if self.n < 2 {
            return self.leaf();
        }
        let (left, right) = rayon::join(|| self.part(0).by_join(), || self.part(1).by_join());
        left.wrapping_add(right)
    }
}

fn by_scope<C: Call>(call: C) -> u64 {
    let parts = call.parts();
    if parts == 0 {
        return call.leaf();
    }
    let mut results = C::Results::default();
    let (last, forked) = results.as_mut()[..parts].split_last_mut().expect("a call has parts");
    rayon::scope(|scope| {
        for (index, result) in forked.iter_mut().enumerate() {
            scope.spawn(move |_| *result = by_scope(call.part(index)));
        }
        *last = by_scope(call.part(parts - 1));
    });
    results.as_mut()[..parts].iter().fold(0, |sum, &result| sum.wrapping_add(result))
}

pub struct ForkJoin<C> {
    workers: Workers,
    fork: Fork,
    /// The root call, for a seed.
    root: Box<dyn Fn(u64) -> C>,
    operations: u64,
}

impl ForkJoin<SkynetCall> {
    pub fn skynet(values: &Parameters, fork: Fork) -> io::Result<Self> {
        let leaves = values.get("leaves");
        Ok(ForkJoin {
            workers: Workers::start(values.workers())?,
            fork,
            root: Box::new(move |seed| SkynetCall { first: seed, count: leaves }),
            operations: leaves,
        })
    }
}

impl ForkJoin<FibCall> {
    pub fn fib(values: &Parameters, fork: Fork) -> io::Result<Self> {
        let n = values.get("n");
        Ok(ForkJoin {
            workers: Workers::start(values.workers())?,
            fork,
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
        let (root, fork, iterations) = ((self.root)(order.seed), self.fork, order.iterations);
        let checksum = self.workers.run(|| {
            let once = || if fork == Fork::Join { root.by_join() } else { by_scope(root) };
            (0..iterations).fold(0u64, |sum, _| sum.wrapping_add(once()))
        });
        Ok(Outcome { operations: iterations * self.operations, checksum, ..Outcome::default() })
    }
}
