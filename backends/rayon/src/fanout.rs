//! W13, W14: a parallel iterator over the branches of a request, cut down to one branch a task; or a scope that spawns each.

use crate::session::{work, Fork, Order, Outcome, Parameters, Session};
use crate::workers::Workers;
use rayon::prelude::*;
use std::io;

#[derive(Clone, Copy)]
struct Shape {
    requests: u64,
    branches: u64,
    steps: u64,
    hot_steps: u64,
}

impl Shape {
    fn run_branch(self, seed: u64, request: u64, branch: u64) -> u64 {
        let steps = if request % self.branches == branch { self.hot_steps } else { self.steps };
        work(seed.wrapping_add(request * self.branches + branch), steps)
    }
}

pub struct Fanout {
    shape: Shape,
    fork: Fork,
    results: Vec<u64>,
    workers: Workers,
}

impl Fanout {
    pub fn open(values: &Parameters, fork: Fork) -> io::Result<Self> {
        let shape = Shape {
            requests: values.get("requests"),
            branches: values.get("branches"),
            steps: values.get("steps"),
            hot_steps: values.get("hot_steps"),
        };
        Ok(Fanout { shape, fork, results: vec![0; shape.branches as usize], workers: Workers::start(values.workers())? })
    }
}

fn fork_and_join(shape: Shape, fork: Fork, results: &mut [u64], seed: u64, request: u64) {
    let numbered = (0u64..).zip(results.iter_mut());
    match fork {
        // Left alone it would put several branches into one task.
        Fork::Join => results.par_iter_mut().enumerate().with_max_len(1).for_each(|(branch, result)| {
            *result = shape.run_branch(seed, request, branch as u64);
        }),
        Fork::Scope => rayon::scope(|scope| {
            for (branch, result) in numbered {
                scope.spawn(move |_| *result = shape.run_branch(seed, request, branch));
            }
        }),
    }
}

impl Session for Fanout {
    fn run(&mut self, order: &Order) -> io::Result<Outcome> {
        let (shape, fork, iterations, seed) = (self.shape, self.fork, order.iterations, order.seed);
        let results = &mut self.results;
        let checksum = self.workers.run(|| {
            let mut sum = 0u64;
            for request in (0..iterations).flat_map(|_| 0..shape.requests) {
                fork_and_join(shape, fork, results, seed, request);
                sum = results.iter().fold(sum, |sum, &result| sum.wrapping_add(result));
            }
            sum
        });
        Ok(Outcome { operations: iterations * shape.requests * shape.branches, checksum, ..Outcome::default() })
    }
}
