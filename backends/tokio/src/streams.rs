//! W30–W36: a task moves the frames of its stream, which it owns meanwhile; joining it gives the stream back.
//!
//! The frames are those of workloads/traffic/frame_flow.hpp: word w of frame k of stream i is mix(seed + (i << 40) + k) + w, and
//! the checksum adds up mix(sum of a frame's words + k). Where frames are computed on (W34) that is work() in its place,
//! in the task that moves them: the multi-thread flavour steals it with the task. Messages to an owner (W35) go to the
//! channel of a task that has the table.

use crate::bursts;
use crate::counters::{own_table, ToOwner};
use crate::own_server::OwnServer;
use crate::session::{mix, now_ns, work, Flavor, Order, Outcome, Parameters, Recorder, Session};
use crate::workers::{finish, Workers};
use std::io::{self, IoSlice};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::mpsc::{unbounded_channel, UnboundedSender};
use tokio::sync::oneshot;

const WORD: usize = 8;
/// SO_SNDBUF and SO_RCVBUF, as every backend has them (workloads/peer/peer_connection.hpp).
pub const SOCKET_BUFFER: u32 = 256 * 1024;

#[derive(Clone, Copy)]
pub struct Shape {
    streams: u64,
    steps: u64,
    hot_frames: u64,
    cold_frames: u64,
    frame_bytes: usize,
    window: u64,
    hot_steps: u64,
    cold_steps: u64,
    rotation: u64, // 0: nothing is computed
    messages: u64,
    batch: usize,
    owners: u64,
    keys: u64,
    vectored: bool,
}

/// Frames of each stream in each step (W36), where they differ otherwise than by one that is hot.
type Arrivals = Option<Arc<Vec<u64>>>;

fn read_arrivals(workload: &str, how: &Parameters) -> Arrivals {
    let plan = || {
        bursts::plan(&bursts::Options {
            tenants: how.get("streams"),
            rounds: how.get("rounds"),
            frames: how.get("frames"),
            burst: how.get("burst"),
            gap: how.get("gap"),
            skew_tenths: how.get("skew"),
            pattern: how.get("pattern"),
        })
    };
    (workload == "net/bursty_tenants").then(|| Arc::new(plan()))
}

impl Shape {
    pub fn read(workload: &str, how: &Parameters) -> Self {
        let value = |name: &str, otherwise: u64| how.0.get(name).map_or(otherwise, |&number| number as u64);
        let one_stream = workload == "net/echo_rtt" || workload == "net/stream_window";
        let pipeline = workload == "net/pipeline_hotspot";
        let bursty = workload == "net/bursty_tenants";
        Shape {
            streams: if one_stream { 1 } else { value("streams", 1) },
            steps: value(if bursty { "rounds" } else { "steps_in_turn" }, 1),
            hot_frames: value(if one_stream || pipeline { "frames" } else { "hot_frames" }, 1),
            cold_frames: value(if pipeline { "frames" } else { "cold_frames" }, 0),
            frame_bytes: value("frame_words", 1) as usize * WORD,
            window: value("window", 1),
            hot_steps: value("hot_steps", 0),
            cold_steps: value("steps", 0),
            rotation: value("rotation", 0),
            messages: value("frame_messages", 0),
            batch: value("batch", 1) as usize,
            owners: value("owners", 0),
            keys: value("keys", 0),
            vectored: value("write", 0) != 0,
        }
    }

    fn frames_of(self, stream: u64, step: u64) -> u64 {
        if stream == step % self.streams {
            self.hot_frames
        } else {
            self.cold_frames
        }
    }

    fn work_steps_of(self, stream: u64, frame: u64) -> u64 {
        if frame / self.rotation % self.streams == stream {
            self.hot_steps
        } else {
            self.cold_steps
        }
    }
}

type Owner = UnboundedSender<ToOwner>;

pub struct Stream {
    socket: TcpStream,
    shape: Shape,
    index: u64,
    first: u64,
    sent: u64,
    received: u64,
    done: u64, // of those received, what nothing is left to do on
    end: u64,
    sum: u64,
    words: usize,
    cut: usize, // bytes of a word that is not whole, at the front of `input`
    checksum: u64,
    bytes: u64,
    sums: Vec<u64>, // of the words of each frame of the window that is to be computed on
    outbox: Vec<u64>, // messages of frames that are back
    output: Vec<u8>,
    input: Vec<u8>,
}

impl Stream {
    fn new(socket: TcpStream, shape: Shape, index: u64) -> Self {
        let window_bytes = shape.window as usize * shape.frame_bytes;
        Stream {
            socket,
            shape,
            index,
            first: 0,
            sent: 0,
            received: 0,
            done: 0,
            end: 0,
            sum: 0,
            words: 0,
            cut: 0,
            checksum: 0,
            bytes: 0,
            sums: vec![0; shape.window as usize],
            outbox: Vec::with_capacity((shape.window * shape.messages) as usize),
            output: vec![0; window_bytes],
            input: vec![0; window_bytes.max(64 * 1024) + WORD],
        }
    }

    pub fn reset(&mut self, seed: u64) {
        self.first = seed.wrapping_add(self.index << 40);
        (self.sent, self.received, self.end, self.sum, self.words, self.cut) = (0, 0, 0, 0, 0, 0);
        (self.done, self.checksum, self.bytes) = (0, 0, 0);
    }

    fn may_write(&self) -> u64 {
        (self.end - self.sent).min(self.shape.window - (self.sent - self.done))
    }

    /// Where the next frame stands, filled.
    fn fill_next(&mut self) -> (usize, usize) {
        let at = (self.sent % self.shape.window) as usize * self.shape.frame_bytes;
        let first = mix(self.first.wrapping_add(self.sent));
        let frame = &mut self.output[at..at + self.shape.frame_bytes];
        for (index, word) in frame.chunks_exact_mut(WORD).enumerate() {
            word.copy_from_slice(&first.wrapping_add(index as u64).to_ne_bytes());
        }
        self.sent += 1;
        (at, at + self.shape.frame_bytes)
    }

    async fn write_window(&mut self) -> io::Result<()> {
        if !self.shape.vectored {
            while self.may_write() != 0 {
                let (from, to) = self.fill_next();
                self.socket.write_all(&self.output[from..to]).await?;
            }
            return Ok(());
        }
        let count = self.may_write();
        let places: Vec<_> = (0..count).map(|_| self.fill_next()).collect();
        let mut parts: Vec<_> = places.iter().map(|&(from, to)| IoSlice::new(&self.output[from..to])).collect();
        let mut done = 0;
        let mut left: usize = places.len() * self.shape.frame_bytes;
        while left != 0 {
            let written = self.socket.write_vectored(&parts[done..]).await?;
            if written == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            left -= written;
            // Rebuilt only where the socket did not take all.
            if left != 0 {
                let mut skip = places.len() * self.shape.frame_bytes - left;
                done = skip / self.shape.frame_bytes;
                skip %= self.shape.frame_bytes;
                let (from, to) = places[done];
                parts[done] = IoSlice::new(&self.output[from + skip..to]);
            }
        }
        Ok(())
    }

    async fn read_some(&mut self) -> io::Result<()> {
        let count = self.socket.read(&mut self.input[self.cut..]).await?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.bytes += count as u64;
        let there = self.cut + count;
        let words_of_frame = self.shape.frame_bytes / WORD;
        let mut at = 0;
        while there - at >= WORD {
            let now = ((there - at) / WORD).min(words_of_frame - self.words);
            let words = self.input[at..at + now * WORD].chunks_exact(WORD);
            let sum = words.fold(0u64, |sum, word| sum.wrapping_add(u64::from_ne_bytes(word.try_into().unwrap())));
            self.sum = self.sum.wrapping_add(sum);
            self.words += now;
            at += now * WORD;
            if self.words == words_of_frame {
                if self.shape.rotation == 0 {
                    self.checksum = self.checksum.wrapping_add(mix(self.sum.wrapping_add(self.received)));
                    self.done += 1;
                } else {
                    self.sums[(self.received % self.shape.window) as usize] = self.sum;
                }
                self.outbox.extend((0..self.shape.messages).map(|j| mix(self.sum.wrapping_add(j))));
                (self.sum, self.words) = (0, 0);
                self.received += 1;
            }
        }
        self.input.copy_within(at..there, 0);
        self.cut = there - at;
        Ok(())
    }

    /// Does the work on one frame that is back, after which the next may go out. False where none waits for it.
    fn compute_next(&mut self) -> bool {
        if self.done == self.received {
            return false;
        }
        let sum = self.sums[(self.done % self.shape.window) as usize];
        let result = work(sum.wrapping_add(self.done), self.shape.work_steps_of(self.index, self.done));
        self.checksum = self.checksum.wrapping_add(result);
        self.done += 1;
        true
    }

    /// A step. Gives itself back.
    async fn move_frames(mut self, frames: u64, latencies: Option<Recorder>, owner: Option<Owner>) -> io::Result<Self> {
        self.end = self.sent + frames;
        let mut sent_ns = 0;
        while self.done != self.end {
            if latencies.is_some() && self.may_write() != 0 {
                sent_ns = now_ns();
            }
            self.write_window().await?;
            if self.compute_next() {
                continue;
            }
            let before = self.done;
            self.read_some().await?;
            if let Some(owner) = &owner {
                for batch in self.outbox.chunks(self.shape.batch) {
                    owner.send(ToOwner::batch(batch)).ok().expect("the owner lives");
                }
                self.outbox.clear();
            }
            if let (Some(into), true) = (latencies, self.done != before) {
                into.record(now_ns() - sent_ns);
            }
        }
        Ok(self)
    }

    /// The same for streams that move beside others on other threads: the latencies are collected and given back.
    pub async fn echo(mut self, frames: u64, timed: bool, mut times: Vec<u64>) -> io::Result<(Self, Vec<u64>)> {
        self.end = self.sent + frames;
        while self.done != self.end {
            let sent_ns = if timed { now_ns() } else { 0 };
            self.write_window().await?;
            let before = self.done;
            while self.done == before {
                self.read_some().await?;
            }
            if timed {
                times.push(now_ns() - sent_ns);
            }
        }
        Ok((self, times))
    }

    /// Frames that have come back, their checksum, and bytes.
    pub fn outcome(&self) -> (u64, u64, u64) {
        (self.done, self.checksum, self.bytes)
    }
}

pub fn of_peer(error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("a connection to the echo peer: {error}"))
}

/// As connect_all, to the session itself (peer=self). A runtime has its listener for as long as this takes.
fn connect_all_to_self(shape: Shape, workers: &Workers, worker_count: u64) -> io::Result<Vec<Stream>> {
    let places: Vec<_> = (0..worker_count).map(|worker| workers.handle(worker as usize)).collect();
    let servers = places.iter().map(|place| OwnServer::open(place)).collect::<io::Result<Vec<_>>>()?;
    (0..shape.streams)
        .map(|index| {
            let place = places[(index % worker_count) as usize];
            // Not beside its client, where there are more workers than one (stream_shape::server_of()).
            let server = &servers[((index + 1) % worker_count) as usize];
            let stream = finish(place.block_on(place.spawn(connect(server.port()?, shape, index))))?;
            server.serve_next()?;
            Ok(stream)
        })
        .collect()
}

/// Stream i is registered with the runtime of worker i modulo their number.
pub fn connect_all(shape: Shape, workers: &Workers, worker_count: u64, port: u16) -> io::Result<Vec<Stream>> {
    (0..shape.streams)
        .map(|index| {
            let place = workers.handle((index % worker_count) as usize);
            finish(place.block_on(place.spawn(connect(port, shape, index))))
        })
        .collect()
}

async fn connect(port: u16, shape: Shape, index: u64) -> io::Result<Stream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_send_buffer_size(SOCKET_BUFFER)?;
    socket.set_recv_buffer_size(SOCKET_BUFFER)?;
    let stream = socket.connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
    stream.set_nodelay(true)?;
    Ok(Stream::new(stream, shape, index))
}

pub struct Streams {
    shape: Shape,
    worker_count: u64,
    arrivals: Arrivals,
    streams: Vec<Stream>, // before the runtimes whose drivers they are registered with
    workers: Workers,
}

impl Streams {
    pub fn open(workload: &str, how: &Parameters, flavor: Flavor, port: u16) -> io::Result<Self> {
        let shape = Shape::read(workload, how);
        let workers = Workers::start_with_sockets(flavor, how.workers())?;
        let worker_count = how.workers() as u64;
        let serves_itself = how.0.get("peer").map_or(false, |&peer| peer != 0);
        let streams = if serves_itself {
            connect_all_to_self(shape, &workers, worker_count)?
        } else {
            connect_all(shape, &workers, worker_count, port)?
        };
        Ok(Streams { shape, arrivals: read_arrivals(workload, how), worker_count, streams, workers })
    }
}

impl Session for Streams {
    fn run(&mut self, order: &Order) -> io::Result<Outcome> {
        let shape = self.shape;
        let (iterations, latencies) = (order.iterations, order.latencies);
        let places: Vec<_> =
            (0..shape.streams).map(|i| self.workers.handle((i % self.worker_count) as usize).clone()).collect();
        let mut streams = std::mem::take(&mut self.streams);
        for stream in &mut streams {
            stream.reset(order.seed);
        }
        let mut streams: Vec<_> = streams.into_iter().map(Some).collect();
        let mut owners = Vec::new();
        let mut tables = Vec::new();
        for owner in 0..shape.owners {
            let (to_owner, incoming) = unbounded_channel();
            owners.push(to_owner);
            let place = self.workers.handle((owner % self.worker_count) as usize);
            tables.push(place.spawn(own_table(owner, shape.keys, incoming)));
        }
        let arrivals = self.arrivals.clone();
        let frames_of = move |stream: usize, step: u64| match &arrivals {
            Some(plan) => plan[(step * shape.streams) as usize + stream],
            None => shape.frames_of(stream as u64, step),
        };
        let (streams, of_tables) = self.workers.run(async move {
            for _ in 0..iterations {
                for step in 0..shape.steps {
                    let owner = owners.get((step % shape.owners.max(1)) as usize);
                    // Those that have nothing to move are left in peace.
                    let mut moving = Vec::with_capacity(streams.len());
                    for (i, stream) in streams.iter_mut().enumerate() {
                        let frames = frames_of(i, step);
                        if frames == 0 {
                            continue;
                        }
                        let stream = stream.take().expect("each is back after a step");
                        moving.push((i, places[i].spawn(stream.move_frames(frames, latencies, owner.cloned()))));
                    }
                    // All are waited for: when one fails, the others still end.
                    let mut failure = None;
                    for (i, one) in moving {
                        match finish(one.await) {
                            Ok(stream) => streams[i] = Some(stream),
                            Err(error) => failure = Some(error),
                        }
                    }
                    if let Some(error) = failure {
                        return Err(of_peer(error));
                    }
                    if let Some(owner) = owner {
                        let (done, all_applied) = oneshot::channel();
                        owner.send(ToOwner::EndOfStep(done)).ok().expect("the owner lives");
                        all_applied.await.expect("the owner lives");
                    }
                }
            }
            drop(owners);
            let mut of_tables = 0u64;
            for table in tables {
                of_tables = of_tables.wrapping_add(finish(table.await));
            }
            Ok((streams.into_iter().flatten().collect(), of_tables))
        })?;
        self.streams = streams;
        let sum = |of: fn(&Stream) -> u64| self.streams.iter().fold(0u64, |sum, one| sum.wrapping_add(of(one)));
        Ok(Outcome {
            operations: sum(|one| one.done),
            checksum: sum(|one| one.checksum).wrapping_add(of_tables),
            bytes: sum(|one| one.bytes),
            thread_ids: Vec::new(),
        })
    }
}
