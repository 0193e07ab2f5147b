//! A connection to the echo peer and the frames on it (W30–W36), as workloads/traffic/frame_flow.hpp has them: word w of
//! frame k of stream i is mix(seed + (i << 40) + k) + w, and the checksum adds up mix(sum of a frame's words + k). Where
//! frames are computed on (W34) that is work() in its place, in the task that moves them.

use crate::counters::ToOwner;
use crate::session::{mix, now_ns, work, Recorder};
use crate::stream_shape::{Shape, WORD};
use std::io::{self, IoSlice};
use std::net::{Ipv4Addr, SocketAddr};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::mpsc::UnboundedSender;

/// SO_SNDBUF and SO_RCVBUF, as every backend has them (workloads/peer/peer_connection.hpp).
pub const SOCKET_BUFFER: u32 = 256 * 1024;

pub type Owner = UnboundedSender<ToOwner>;

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
    pub async fn move_frames(mut self, frames: u64, latencies: Option<Recorder>, owner: Option<Owner>) -> io::Result<Self> {
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

pub async fn connect(port: u16, shape: Shape, index: u64) -> io::Result<Stream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_send_buffer_size(SOCKET_BUFFER)?;
    socket.set_recv_buffer_size(SOCKET_BUFFER)?;
    let stream = socket.connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
    stream.set_nodelay(true)?;
    Ok(Stream::new(stream, shape, index))
}
