//! W13, W14: a task a branch, joined by its handle.

use crate::session::{work, Flavor, Order, Outcome, Parameters, Session};
use crate::workers::{finish, Workers};
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
    workers: Workers,
}

impl Fanout {
    pub fn open(values: &Parameters, flavor: Flavor) -> io::Result<Self> {
        let shape = Shape {
            requests: values.get("requests"),
            branches: values.get("branches"),
            steps: values.get("steps"),
            hot_steps: values.get("hot_steps"),
        };
        Ok(Fanout { shape, workers: Workers::start(flavor, values.workers())? })
    }
}

impl Session for Fanout {
    fn run(&mut self, order: &Order) -> io::Result<Outcome> {
        let (shape, iterations, seed) = (self.shape, order.iterations, order.seed);
        let places = self.workers.handles();
        let checksum = self.workers.run(async move {
            let mut sum = 0u64;
            let mut branches = Vec::with_capacity(shape.branches as usize);
            for request in (0..iterations).flat_map(|_| 0..shape.requests) {
                for branch in 0..shape.branches {
                    let place = &places[branch as usize % places.len()];
                    branches.push(place.spawn(async move { shape.run_branch(seed, request, branch) }));
                }
                for branch in branches.drain(..) {
                    sum = sum.wrapping_add(finish(branch.await));
                }
            }
            sum
        });
        Ok(Outcome { operations: iterations * shape.requests * shape.branches, checksum, ..Outcome::default() })
    }
}
