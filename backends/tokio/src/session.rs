//! What the scenarios are opened with: the interface that all backends in Rust have, and the knobs of this one.

pub use rust_plugin::session::*;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flavor {
    /// One work-stealing runtime with all workers.
    MultiThread,
    /// A runtime of its own on each worker's thread.
    CurrentThread,
}

/// Where a call runs that may block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BlockingCalls {
    /// `spawn_blocking`: on a thread of the blocking pool.
    OnPool,
    /// `block_in_place`: on the worker's own thread, which hands its other tasks to another one meanwhile.
    InPlace,
}

/// What wakes a task when it is time (net/open_loop).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timers {
    /// Tokio's, which count milliseconds.
    Own,
    /// A timerfd that its driver watches.
    Exact,
}

/// What the user may choose.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Knobs {
    pub flavor: Flavor,
    pub blocking: BlockingCalls,
    pub timers: Timers,
}

impl Default for Knobs {
    fn default() -> Self {
        Knobs { flavor: Flavor::MultiThread, blocking: BlockingCalls::OnPool, timers: Timers::Own }
    }
}
