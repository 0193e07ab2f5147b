//! W39: a task for each connection reads for ever and sends what came over its worker's channel; a task for each worker
//! writes to the active ones and waits there for the answers of an iteration.

use crate::peer::{checksum, connect, fill, gone, sum};
use crate::session::{now_ns, Flavor, Order, Outcome, Parameters, Session};
use crate::workers::{finish, Workers};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc::{unbounded_channel, UnboundedReceiver, UnboundedSender};

#[derive(Clone, Copy)]
struct Shape {
    connections: u64,
    active: u64,
    frame_bytes: usize,
    workers: u64,
}

impl Shape {
    fn read(values: &Parameters) -> Self {
        let connections = values.get("connections");
        Shape {
            connections,
            active: (connections * values.get("active_percent") / 100).max(1),
            frame_bytes: values.get("frame_words") as usize * 8,
            workers: values.workers() as u64,
        }
    }
}

struct Answer {
    place: usize,
    sum: u64,
    taken_ns: u64, // 0 where nothing is measured
}

async fn read_for_ever(
    mut from: OwnedReadHalf,
    place: usize,
    frame_bytes: usize,
    timed: Arc<AtomicBool>,
    answers: UnboundedSender<io::Result<Answer>>,
) {
    let mut room = vec![0u8; frame_bytes];
    loop {
        let answer = match from.read_exact(&mut room).await {
            Ok(_) => {
                let taken_ns = if timed.load(Ordering::Relaxed) { now_ns() } else { 0 };
                Ok(Answer { place, sum: sum(&room), taken_ns })
            }
            Err(error) => Err(gone(error)),
        };
        let ended = answer.is_err();
        if answers.send(answer).is_err() || ended {
            return;
        }
    }
}

struct Line {
    to: OwnedWriteHalf,
    sent: u64,
    written_ns: u64,
}

/// One worker's connections.
struct Share {
    shape: Shape,
    worker: u64,
    lines: Vec<Line>, // connection i at place i / workers
    answers: UnboundedReceiver<io::Result<Answer>>,
    frame: Vec<u8>,
    operations: u64,
    checksum: u64,
    latencies: Vec<u64>,
}

impl Share {
    async fn drive(mut self, iterations: u64, seed: u64, timed: bool) -> io::Result<Self> {
        (self.operations, self.checksum) = (0, 0);
        self.latencies.clear();
        for line in &mut self.lines {
            line.sent = 0;
        }
        for iteration in 0..iterations {
            let waiting = self.write_active(iteration, seed, timed).await.map_err(gone)?;
            for _ in 0..waiting {
                let answer = self.answers.recv().await.expect("a reader lives")?;
                let line = &self.lines[answer.place];
                self.checksum = self.checksum.wrapping_add(checksum(answer.sum, line.sent - 1));
                if timed {
                    self.latencies.push(answer.taken_ns - line.written_ns);
                }
            }
            self.operations += waiting;
        }
        Ok(self)
    }

    /// Says how many there were.
    async fn write_active(&mut self, iteration: u64, seed: u64, timed: bool) -> io::Result<u64> {
        let mut waiting = 0;
        for place in 0..self.shape.active {
            let one = (iteration * self.shape.active + place) % self.shape.connections;
            if one % self.shape.workers != self.worker {
                continue;
            }
            let line = &mut self.lines[(one / self.shape.workers) as usize];
            fill(&mut self.frame, seed, one, line.sent);
            line.sent += 1;
            if timed {
                line.written_ns = now_ns();
            }
            line.to.write_all(&self.frame).await?;
            waiting += 1;
        }
        Ok(waiting)
    }
}

/// Bytes of anonymous memory of this process: workloads/measure/memory_growth.cpp in Rust.
fn anonymous_bytes() -> u64 {
    let text = std::fs::read_to_string("/proc/self/smaps_rollup").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("Anonymous:"));
    line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) * 1024
}

pub struct Connections {
    shape: Shape,
    shares: Vec<Share>,
    timed: Arc<AtomicBool>,
    bytes_per_connection: u64,
    workers: Workers,
}

impl Connections {
    pub fn open(values: &Parameters, flavor: Flavor, port: u16) -> io::Result<Self> {
        let shape = Shape::read(values);
        let workers = Workers::start_with_sockets(flavor, values.workers())?;
        let timed = Arc::new(AtomicBool::new(false));
        let before = anonymous_bytes();
        let mut shares = Vec::new();
        for worker in 0..shape.workers {
            let place = workers.handle(worker as usize);
            let (sender, answers) = unbounded_channel();
            let mut lines = Vec::new();
            for _ in (worker..shape.connections).step_by(shape.workers as usize) {
                let (from, to) = finish(place.block_on(place.spawn(connect(port))))?.into_split();
                place.spawn(read_for_ever(from, lines.len(), shape.frame_bytes, timed.clone(), sender.clone()));
                lines.push(Line { to, sent: 0, written_ns: 0 });
            }
            let frame = vec![0; shape.frame_bytes];
            shares.push(Share { shape, worker, lines, answers, frame, operations: 0, checksum: 0, latencies: Vec::new() });
        }
        let mut opened = Connections { shape, shares, timed, bytes_per_connection: 0, workers };
        let whole_turn = (shape.connections + shape.active - 1) / shape.active;
        opened.run(&Order { iterations: whole_turn, seed: 0, latencies: None })?;
        opened.bytes_per_connection = anonymous_bytes().saturating_sub(before) / shape.connections;
        Ok(opened)
    }
}

impl Session for Connections {
    fn run(&mut self, order: &Order) -> io::Result<Outcome> {
        let (iterations, seed, timed) = (order.iterations, order.seed, order.latencies.is_some());
        self.timed.store(timed, Ordering::Relaxed);
        let driving: Vec<_> = std::mem::take(&mut self.shares)
            .into_iter()
            .enumerate()
            .map(|(worker, share)| self.workers.handle(worker).spawn(share.drive(iterations, seed, timed)))
            .collect();
        // All are waited for: when one fails, the others still end.
        let mut failure = None;
        for one in driving {
            match finish(self.workers.handle(0).block_on(one)) {
                Ok(share) => self.shares.push(share),
                Err(error) => failure = Some(error),
            }
        }
        if let Some(error) = failure {
            return Err(error);
        }
        if let Some(into) = order.latencies {
            for &ns in self.shares.iter().flat_map(|share| &share.latencies) {
                into.record(ns);
            }
        }
        let operations = self.shares.iter().map(|share| share.operations).sum::<u64>();
        Ok(Outcome {
            operations,
            checksum: self.shares.iter().fold(0u64, |sum, share| sum.wrapping_add(share.checksum)),
            bytes: operations * self.shape.frame_bytes as u64,
            thread_ids: Vec::new(),
        })
    }

    fn capabilities(&self) -> Vec<(String, String)> {
        vec![("bytes_per_idle_connection".into(), self.bytes_per_connection.to_string())]
    }
}
