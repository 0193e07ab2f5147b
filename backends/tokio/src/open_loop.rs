//! W38: for each connection a task that sleeps until a request is due and writes it, and one that reads the answers.
//! Tokio's timers count milliseconds, so a request goes out up to one late, with all that have become due meanwhile. The
//! knob timers=exact has it wait for a timerfd instead.

use crate::peer::{checksum, connect, fill, gone, sum};
use crate::session::{now_ns, Knobs, Order, Outcome, Parameters, Session, Timers};
use crate::timer_descriptor::TimerDescriptor;
use crate::workers::{finish, Workers};
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::{sleep_until, Instant};

/// From the begin of a slice to its first request (workloads/cases/open_loop.cpp).
const LEAD_NS: u64 = 1_000_000;
const ROOM: usize = 16 * 1024;

#[derive(Clone, Copy)]
struct Shape {
    connections: u64,
    requests: u64,
    rate: u64,
    frame_bytes: usize,
}

/// What one connection has to do in a slice.
#[derive(Clone, Copy)]
struct Task {
    shape: Shape,
    connection: u64,
    requests: u64,
    seed: u64,
    start_ns: u64,
    timed: bool,
}

impl Task {
    fn due_ns(&self, request: u64) -> u64 {
        self.start_ns + (request * self.shape.connections + self.connection) * 1_000_000_000 / self.shape.rate
    }
}

struct Writer {
    to: OwnedWriteHalf,
    frame: Vec<u8>,
    exact: Option<TimerDescriptor>,
}

impl Writer {
    async fn write_when_due(mut self, task: Task) -> io::Result<Self> {
        for request in 0..task.requests {
            let due_ns = task.due_ns(request);
            let mut now = now_ns();
            while now < due_ns {
                match &self.exact {
                    Some(timer) => timer.wait(due_ns - now).await?,
                    None => sleep_until(Instant::now() + Duration::from_nanos(due_ns - now)).await,
                }
                now = now_ns();
            }
            fill(&mut self.frame, task.seed, task.connection, request);
            self.to.write_all(&self.frame).await.map_err(gone)?;
        }
        Ok(self)
    }
}

struct Reader {
    from: OwnedReadHalf,
    room: Vec<u8>,
    bytes: u64,
    checksum: u64,
    latencies: Vec<u64>,
}

impl Reader {
    async fn read_all(mut self, task: Task) -> io::Result<Self> {
        (self.bytes, self.checksum) = (0, 0);
        self.latencies.clear();
        let (mut request, mut cut) = (0, 0);
        while request < task.requests {
            let count = self.from.read(&mut self.room[cut..]).await.map_err(gone)?;
            if count == 0 {
                return Err(gone(io::ErrorKind::UnexpectedEof.into()));
            }
            self.bytes += count as u64;
            let there = cut + count;
            let now = if task.timed { now_ns() } else { 0 };
            let whole = there / task.shape.frame_bytes * task.shape.frame_bytes;
            for frame in self.room[..whole].chunks_exact(task.shape.frame_bytes) {
                self.checksum = self.checksum.wrapping_add(checksum(sum(frame), request));
                if task.timed {
                    self.latencies.push(now - task.due_ns(request));
                }
                request += 1;
            }
            self.room.copy_within(whole..there, 0);
            cut = there - whole;
        }
        Ok(self)
    }
}

pub struct OpenLoop {
    shape: Shape,
    worker_count: u64,
    lines: Vec<(Reader, Writer)>, // before the runtimes whose drivers they are registered with
    workers: Workers,
}

impl OpenLoop {
    pub fn open(values: &Parameters, knobs: Knobs, port: u16) -> io::Result<Self> {
        let shape = Shape {
            connections: values.get("connections"),
            requests: values.get("requests"),
            rate: values.get("rate"),
            frame_bytes: values.get("frame_words") as usize * 8,
        };
        let workers = Workers::start_with_sockets_and_timers(knobs.flavor, values.workers())?;
        let worker_count = values.workers() as u64;
        let mut lines = Vec::new();
        for connection in 0..shape.connections {
            let place = workers.handle((connection % worker_count) as usize);
            let (from, to) = finish(place.block_on(place.spawn(connect(port))))?.into_split();
            let exact = match knobs.timers {
                Timers::Exact => Some(place.block_on(async { TimerDescriptor::new() })?),
                Timers::Own => None,
            };
            let reader = Reader { from, room: vec![0; ROOM], bytes: 0, checksum: 0, latencies: Vec::new() };
            lines.push((reader, Writer { to, frame: vec![0; shape.frame_bytes], exact }));
        }
        Ok(OpenLoop { shape, worker_count, lines, workers })
    }
}

impl Session for OpenLoop {
    fn run(&mut self, order: &Order) -> io::Result<Outcome> {
        let shape = self.shape;
        let all = order.iterations * shape.requests;
        let start_ns = now_ns() + LEAD_NS;
        let mut moving = Vec::new();
        for (index, (reader, writer)) in std::mem::take(&mut self.lines).into_iter().enumerate() {
            let connection = index as u64;
            let requests = all / shape.connections + u64::from(connection < all % shape.connections);
            let timed = order.latencies.is_some();
            let task = Task { shape, connection, requests, seed: order.seed, start_ns, timed };
            let place = self.workers.handle((connection % self.worker_count) as usize);
            moving.push((place.spawn(reader.read_all(task)), place.spawn(writer.write_when_due(task))));
        }
        let mut failure = None;
        let wait = self.workers.handle(0).clone();
        for (reading, writing) in moving {
            match (finish(wait.block_on(reading)), finish(wait.block_on(writing))) {
                (Ok(reader), Ok(writer)) => self.lines.push((reader, writer)),
                (Err(error), _) | (_, Err(error)) => failure = Some(error),
            }
        }
        if let Some(error) = failure {
            return Err(error);
        }
        let readers = || self.lines.iter().map(|(reader, _)| reader);
        if let Some(into) = order.latencies {
            readers().flat_map(|reader| &reader.latencies).for_each(|&ns| into.record(ns));
        }
        let bytes = readers().map(|reader| reader.bytes).sum::<u64>();
        Ok(Outcome {
            operations: bytes / shape.frame_bytes as u64,
            checksum: readers().fold(0u64, |sum, reader| sum.wrapping_add(reader.checksum)),
            bytes,
            thread_ids: Vec::new(),
        })
    }
}
