//! W15: a queue for each key, emptied by one task of the scope at a time. Who puts a branch into an empty queue spawns that
//! task; it goes on until the queue is empty.

use crate::session::{work, Order, Outcome, Parameters, Session};
use crate::workers::Workers;
use rayon::Scope;
use std::collections::VecDeque;
use std::io;
use std::sync::Mutex;

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

#[derive(Default)]
struct Queue {
    waiting: VecDeque<u64>,
    /// A task empties it, or will.
    is_served: bool,
}

/// A key's cache lines are its own: they are served by different threads.
#[repr(align(128))]
#[derive(Default)]
struct Key {
    queue: Mutex<Queue>,
    /// Of the task that serves; what it has added up of this slice's results beside it.
    state: Mutex<(u64, u64)>,
}

impl Key {
    /// True where nobody serves it yet, and so the caller must see to that.
    fn put(&self, number: u64) -> bool {
        let mut queue = self.queue.lock().unwrap();
        queue.waiting.push_back(number);
        !std::mem::replace(&mut queue.is_served, true)
    }

    fn next(&self) -> Option<u64> {
        let mut queue = self.queue.lock().unwrap();
        let next = queue.waiting.pop_front();
        queue.is_served = next.is_some();
        next
    }

    fn serve(&self, steps: u64) {
        let mut state = self.state.lock().unwrap();
        while let Some(number) = self.next() {
            state.0 = work(state.0.wrapping_add(number), steps);
            state.1 = state.1.wrapping_add(state.0);
        }
    }
}

pub struct KeyedFanout {
    shape: Shape,
    keys: Vec<Key>,
    workers: Workers,
}

impl KeyedFanout {
    pub fn open(values: &Parameters) -> io::Result<Self> {
        let shape = Shape {
            requests: values.get("requests"),
            branches: values.get("branches"),
            keys: values.get("keys"),
            rotation: values.get("rotation"),
            steps: values.get("steps"),
        };
        let keys = (0..shape.keys).map(|_| Key::default()).collect();
        Ok(KeyedFanout { shape, keys, workers: Workers::start(values.workers())? })
    }
}

fn dispatch<'a>(shape: Shape, keys: &'a [Key], request: u64, scope: &Scope<'a>) {
    for branch in 0..shape.branches {
        let key = &keys[shape.key_of(request, branch) as usize];
        if key.put(request * shape.branches + branch) {
            scope.spawn(move |_| key.serve(shape.steps));
        }
    }
}

impl Session for KeyedFanout {
    fn run(&mut self, order: &Order) -> io::Result<Outcome> {
        let (shape, iterations, seed, keys) = (self.shape, order.iterations, order.seed, &self.keys);
        for key in keys {
            key.state.lock().unwrap().1 = 0;
        }
        self.workers.run(|| {
            for _ in 0..iterations {
                for (number, key) in (0u64..).zip(keys) {
                    key.state.lock().unwrap().0 = seed.wrapping_add(number);
                }
                for request in 0..shape.requests {
                    rayon::scope(|scope| dispatch(shape, keys, request, scope));
                }
            }
        });
        let checksum = keys.iter().fold(0u64, |sum, key| sum.wrapping_add(key.state.lock().unwrap().1));
        Ok(Outcome { operations: iterations * shape.requests * shape.branches, checksum, ..Outcome::default() })
    }
}
