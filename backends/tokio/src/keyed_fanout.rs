//! W15: an actor a key, which is a task that owns the state and takes its branches from a channel in their order.

use crate::session::{work, Flavor, Order, Outcome, Parameters, Session};
use crate::workers::Workers;
use std::io;
use tokio::sync::mpsc::{unbounded_channel, UnboundedReceiver, UnboundedSender};

#[derive(Clone, Copy)]
struct Shape {
    requests: u64,
    branches: u64,
    keys: u64,
    rotation: u64,
    steps: u64,
}

impl Shape {
    fn key_of(self, request: u64, branch: u64) -> u64 {
        let hot = request / self.rotation % self.keys;
        if branch % 4 != 3 || self.keys == 1 {
            return hot;
        }
        (hot + 1 + (request + branch / 4) % (self.keys - 1)) % self.keys
    }
}

struct Branch {
    iteration: u64,
    request: u64,
    branch: u64,
}

/// Serves one key. Its state begins anew with each iteration.
async fn serve(shape: Shape, start: u64, mut branches: UnboundedReceiver<Branch>, results: UnboundedSender<u64>) {
    let (mut iteration, mut state) = (0, start);
    while let Some(next) = branches.recv().await {
        if next.iteration != iteration {
            iteration = next.iteration;
            state = start;
        }
        let number = next.request * shape.branches + next.branch;
        state = work(state.wrapping_add(number), shape.steps);
        if results.send(state).is_err() {
            return;
        }
    }
}

pub struct KeyedFanout {
    shape: Shape,
    workers: Workers,
    worker_count: u64,
}

impl KeyedFanout {
    pub fn open(values: &Parameters, flavor: Flavor) -> io::Result<Self> {
        let shape = Shape {
            requests: values.get("requests"),
            branches: values.get("branches"),
            keys: values.get("keys"),
            rotation: values.get("rotation"),
            steps: values.get("steps"),
        };
        Ok(KeyedFanout { shape, workers: Workers::start(flavor, values.workers())?, worker_count: values.workers() as u64 })
    }
}

impl Session for KeyedFanout {
    fn run(&mut self, order: &Order) -> io::Result<Outcome> {
        let (shape, iterations) = (self.shape, order.iterations);
        let (results, mut finished) = unbounded_channel();
        let mut actors = Vec::with_capacity(shape.keys as usize);
        for key in 0..shape.keys {
            let (branches, incoming) = unbounded_channel();
            let start = order.seed.wrapping_add(key);
            let place = self.workers.handle((key % self.worker_count) as usize);
            place.spawn(serve(shape, start, incoming, results.clone()));
            actors.push(branches);
        }
        let checksum = self.workers.run(async move {
            let mut sum = 0u64;
            for iteration in 0..iterations {
                for request in 0..shape.requests {
                    for branch in 0..shape.branches {
                        let actor = &actors[shape.key_of(request, branch) as usize];
                        actor.send(Branch { iteration, request, branch }).ok().expect("the actor lives");
                    }
                    for _ in 0..shape.branches {
                        sum = sum.wrapping_add(finished.recv().await.expect("an actor lives"));
                    }
                }
            }
            sum
        });
        Ok(Outcome { operations: iterations * shape.requests * shape.branches, checksum, ..Outcome::default() })
    }
}
