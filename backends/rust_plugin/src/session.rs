//! The interface as the scenarios see it: safe types, and what the harness does for them.

use crate::interface;
use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicPtr, Ordering};

/// Set when a session is opened; lives as long as the process.
static HOST: AtomicPtr<interface::Host> = AtomicPtr::new(std::ptr::null_mut());

pub(crate) fn set_host(host: *const interface::Host) {
    HOST.store(host as *mut _, Ordering::Release);
}

fn host() -> &'static interface::Host {
    // Sessions, the only callers, are opened after set_host.
    unsafe { &*HOST.load(Ordering::Acquire) }
}

/// The work of a branch: the harness's, so that every backend runs the same instructions.
pub fn work(seed: u64, steps: u64) -> u64 {
    (host().work)(seed, steps)
}

pub fn thread_id() -> u64 {
    (host().thread_id)()
}

pub fn now_ns() -> u64 {
    (host().now_ns)()
}

/// What the answering side of a message does with it (bench_mix).
#[inline]
pub fn mix(mut value: u64) -> u64 {
    value ^= value >> 30;
    value = value.wrapping_mul(0xbf58476d1ce4e5b9);
    value ^= value >> 27;
    value = value.wrapping_mul(0x94d049bb133111eb);
    value ^ (value >> 31)
}

/// Where latencies go.
#[derive(Clone, Copy)]
pub struct Recorder(*mut interface::Recorder);

// The harness takes records from any thread, one thread a lane at a time.
unsafe impl Send for Recorder {}
unsafe impl Sync for Recorder {}

impl Recorder {
    pub(crate) fn new(into: *mut interface::Recorder) -> Self {
        Recorder(into)
    }

    /// Lane 0 is the asking side's; no other side records here.
    pub fn record(self, ns: u64) {
        self.record_many(ns, 1)
    }

    /// So many of the same length.
    pub fn record_many(self, ns: u64, count: u64) {
        (host().record)(self.0, 0, ns, count)
    }
}

/// One slice.
pub struct Order {
    pub iterations: u64,
    pub seed: u64,
    /// None: latencies are not wanted, and the clock is not read.
    pub latencies: Option<Recorder>,
}

#[derive(Default)]
pub struct Outcome {
    pub operations: u64,
    pub checksum: u64,
    pub bytes: u64,
    pub thread_ids: Vec<u64>,
}

/// A runtime at work on one workload. Dropping it joins its threads.
pub trait Session {
    /// What failed is told by the error; the session may be dropped then, as always.
    fn run(&mut self, order: &Order) -> io::Result<Outcome>;

    /// What is known only after the start: names and values.
    fn capabilities(&self) -> Vec<(String, String)> {
        Vec::new()
    }
}

/// The parameters of the workload.
pub struct Parameters(pub HashMap<String, i64>);

impl Parameters {
    /// Of a workload that this backend knows, and so a parameter that it has.
    pub fn get(&self, name: &str) -> u64 {
        self.0[name] as u64
    }

    /// Of one that not every workload has.
    pub fn get_or(&self, name: &str, otherwise: u64) -> u64 {
        self.0.get(name).map_or(otherwise, |&number| number as u64)
    }

    pub fn workers(&self) -> usize {
        self.get("workers") as usize
    }
}
