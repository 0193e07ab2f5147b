//! W30–W33: a task moves the frames of its stream, which it owns meanwhile; joining it gives the stream back.
//!
//! The frames are those of workloads/frame_flow.hpp: word w of frame k of stream i is mix(seed + (i << 40) + k) + w, and
//! the checksum adds up mix(sum of a frame's words + k).

use crate::session::{mix, now_ns, Flavor, Order, Outcome, Parameters, Recorder, Session};
use crate::workers::{finish, Workers};
use std::io::{self, IoSlice};
use std::net::{Ipv4Addr, SocketAddr};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

const WORD: usize = 8;
/// SO_SNDBUF and SO_RCVBUF, as every backend has them (workloads/peer_connection.hpp).
const SOCKET_BUFFER: u32 = 256 * 1024;

#[derive(Clone, Copy)]
struct Shape {
    streams: u64,
    steps: u64,
    hot_frames: u64,
    cold_frames: u64,
    frame_bytes: usize,
    window: u64,
    vectored: bool,
}

impl Shape {
    fn read(workload: &str, how: &Parameters) -> Self {
        let value = |name: &str, otherwise: u64| how.0.get(name).map_or(otherwise, |&number| number as u64);
        let one_stream = workload == "net/echo_rtt" || workload == "net/stream_window";
        Shape {
            streams: if one_stream { 1 } else { value("streams", 1) },
            steps: value("steps_in_turn", 1),
            hot_frames: value(if one_stream { "frames" } else { "hot_frames" }, 1),
            cold_frames: value("cold_frames", 0),
            frame_bytes: value("frame_words", 1) as usize * WORD,
            window: value("window", 1),
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
}

struct Stream {
    socket: TcpStream,
    shape: Shape,
    first: u64,
    sent: u64,
    received: u64,
    end: u64,
    sum: u64,
    words: usize,
    cut: usize, // bytes of a word that is not whole, at the front of `input`
    checksum: u64,
    bytes: u64,
    output: Vec<u8>,
    input: Vec<u8>,
}

impl Stream {
    fn new(socket: TcpStream, shape: Shape) -> Self {
        let window_bytes = shape.window as usize * shape.frame_bytes;
        Stream {
            socket,
            shape,
            first: 0,
            sent: 0,
            received: 0,
            end: 0,
            sum: 0,
            words: 0,
            cut: 0,
            checksum: 0,
            bytes: 0,
            output: vec![0; window_bytes],
            input: vec![0; window_bytes.max(64 * 1024) + WORD],
        }
    }

    fn reset(&mut self, seed: u64, index: u64) {
        self.first = seed.wrapping_add(index << 40);
        (self.sent, self.received, self.end, self.sum, self.words, self.cut) = (0, 0, 0, 0, 0, 0);
        (self.checksum, self.bytes) = (0, 0);
    }

    fn may_write(&self) -> u64 {
        (self.end - self.sent).min(self.shape.window - (self.sent - self.received))
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
                self.checksum = self.checksum.wrapping_add(mix(self.sum.wrapping_add(self.received)));
                (self.sum, self.words) = (0, 0);
                self.received += 1;
            }
        }
        self.input.copy_within(at..there, 0);
        self.cut = there - at;
        Ok(())
    }

    /// A step. Gives itself back.
    async fn move_frames(mut self, frames: u64, latencies: Option<Recorder>) -> io::Result<Self> {
        self.end = self.sent + frames;
        let mut sent_ns = 0;
        while self.received != self.end {
            if latencies.is_some() && self.may_write() != 0 {
                sent_ns = now_ns();
            }
            self.write_window().await?;
            let before = self.received;
            self.read_some().await?;
            if let (Some(into), true) = (latencies, self.received != before) {
                into.record(now_ns() - sent_ns);
            }
        }
        Ok(self)
    }
}

async fn connect(port: u16, shape: Shape) -> io::Result<Stream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_send_buffer_size(SOCKET_BUFFER)?;
    socket.set_recv_buffer_size(SOCKET_BUFFER)?;
    let stream = socket.connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
    stream.set_nodelay(true)?;
    Ok(Stream::new(stream, shape))
}

pub struct Streams {
    shape: Shape,
    worker_count: u64,
    streams: Vec<Stream>, // before the runtimes whose drivers they are registered with
    workers: Workers,
}

impl Streams {
    pub fn open(workload: &str, how: &Parameters, flavor: Flavor, port: u16) -> io::Result<Self> {
        let shape = Shape::read(workload, how);
        let workers = Workers::start_with_sockets(flavor, how.workers())?;
        let worker_count = how.workers() as u64;
        let mut streams = Vec::new();
        for index in 0..shape.streams {
            let place = workers.handle((index % worker_count) as usize);
            streams.push(finish(place.block_on(place.spawn(connect(port, shape))))?);
        }
        Ok(Streams { shape, worker_count, streams, workers })
    }
}

impl Session for Streams {
    fn run(&mut self, order: &Order) -> io::Result<Outcome> {
        let shape = self.shape;
        let (iterations, latencies) = (order.iterations, order.latencies);
        let places: Vec<_> =
            (0..shape.streams).map(|i| self.workers.handle((i % self.worker_count) as usize).clone()).collect();
        let mut streams = std::mem::take(&mut self.streams);
        for (index, stream) in streams.iter_mut().enumerate() {
            stream.reset(order.seed, index as u64);
        }
        self.streams = self.workers.run(async move {
            for _ in 0..iterations {
                for step in 0..shape.steps {
                    let moving: Vec<_> = streams
                        .drain(..)
                        .enumerate()
                        .map(|(i, stream)| places[i].spawn(stream.move_frames(shape.frames_of(i as u64, step), latencies)))
                        .collect();
                    // All are waited for: when one fails, the others still end.
                    let mut failure = None;
                    for one in moving {
                        match finish(one.await) {
                            Ok(stream) => streams.push(stream),
                            Err(error) => failure = Some(error),
                        }
                    }
                    if let Some(error) = failure {
                        return Err(io::Error::new(error.kind(), format!("a connection to the echo peer: {error}")));
                    }
                }
            }
            Ok(streams)
        })?;
        let sum = |of: fn(&Stream) -> u64| self.streams.iter().fold(0u64, |sum, one| sum.wrapping_add(of(one)));
        Ok(Outcome {
            operations: sum(|one| one.received),
            checksum: sum(|one| one.checksum),
            bytes: sum(|one| one.bytes),
            thread_ids: Vec::new(),
        })
    }
}
