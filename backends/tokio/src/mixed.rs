//! W40: the tasks of connections, of reads and of branches on the same workers; the reads' calls on the blocking pool.

use crate::file_ground::{Block, DataFile};
use crate::files::{self, read_blocks, Share};
use crate::session::{mix, work, Knobs, Order, Outcome, Parameters, Session};
use crate::stream::{of_peer, Stream};
use crate::stream_shape;
use crate::streams::connect_all;
use crate::workers::{finish, Driver, Workers};
use std::io;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

#[derive(Clone, Copy)]
struct Shape {
    frames: u64,
    files: files::Shape,
    branches: u64,
    least_steps: u64,
    most_steps: u64,
}

impl Shape {
    fn steps_of(self, number: u64) -> u64 {
        self.least_steps + mix(number ^ 0x9e3779b9) % (self.most_steps - self.least_steps + 1)
    }
}

pub struct Mixed {
    shape: Shape,
    streams: Vec<Stream>, // before the runtimes whose drivers they are registered with
    blocks: Vec<Block>,
    data: Arc<DataFile>,
    workers: Workers,
}

impl Mixed {
    pub fn open(values: &Parameters, knobs: Knobs, port: u16) -> io::Result<Self> {
        let files = files::Shape::read(values, knobs.blocking);
        let least_steps = values.get("least_steps");
        let shape = Shape {
            frames: values.get("frames"),
            files,
            branches: values.get("branches"),
            least_steps,
            most_steps: values.get("most_steps").max(least_steps),
        };
        let data = files.open_file()?;
        let workers = Workers::start_with_pool(knobs.flavor, values.workers(), Driver::Sockets, values.workers())?;
        let streams = connect_all(stream_shape::Shape::read(values), &workers, values.workers() as u64, port)?;
        Ok(Mixed { shape, streams, blocks: files.blocks(), data: Arc::new(data), workers })
    }
}

/// What moves in a slice and is handed from one iteration to the next.
struct Slice {
    shape: Shape,
    seed: u64,
    timed: bool,
    places: Vec<Handle>,
    data: Arc<DataFile>,
    streams: Vec<Stream>,
    times: Vec<Vec<u64>>, // each stream's own: they move on different threads
    blocks: Vec<Block>,
    sum: u64, // of reads and branches
}

impl Slice {
    fn place(&self, index: u64) -> Handle {
        self.places[index as usize % self.places.len()].clone()
    }

    fn spawn_streams(&mut self) -> Vec<JoinHandle<io::Result<(Stream, Vec<u64>)>>> {
        let (streams, times) = (std::mem::take(&mut self.streams), std::mem::take(&mut self.times));
        let echo = |(i, (stream, times)): (usize, (Stream, Vec<u64>))| {
            self.place(i as u64).spawn(stream.echo(self.shape.frames, self.timed, times))
        };
        streams.into_iter().zip(times).enumerate().map(echo).collect()
    }

    fn spawn_reads(&mut self, iteration: u64) -> Vec<JoinHandle<io::Result<(Block, u64)>>> {
        let files = self.shape.files;
        let seed = self.seed.wrapping_add(iteration * files.count);
        (0..files.depth)
            .map(|k| {
                let share = Share { seed, first: k, end: files.count, step: files.depth };
                let block = self.blocks.pop().expect("one a reader");
                self.place(k).spawn(read_blocks(self.data.clone(), files, share, block, None))
            })
            .collect()
    }

    fn spawn_branches(&self, iteration: u64) -> Vec<JoinHandle<u64>> {
        let shape = self.shape;
        let first = self.seed.wrapping_add(iteration * shape.branches);
        (0..shape.branches)
            .map(|k| {
                let number = first.wrapping_add(k);
                self.place(k).spawn(async move { work(number, shape.steps_of(number)) })
            })
            .collect()
    }

    /// All are waited for: when one fails, the others still end.
    async fn run_iteration(&mut self, iteration: u64) -> io::Result<()> {
        let moving = self.spawn_streams();
        let reading = self.spawn_reads(iteration);
        let computing = self.spawn_branches(iteration);
        let mut failure = None;
        for one in moving {
            match finish(one.await) {
                Ok((stream, taken)) => {
                    self.streams.push(stream);
                    self.times.push(taken);
                }
                Err(error) => failure = Some(of_peer(error)),
            }
        }
        for one in reading {
            match finish(one.await) {
                Ok((block, read)) => {
                    self.blocks.push(block);
                    self.sum = self.sum.wrapping_add(read);
                }
                Err(error) => failure = Some(error),
            }
        }
        for one in computing {
            self.sum = self.sum.wrapping_add(finish(one.await));
        }
        failure.map_or(Ok(()), Err)
    }
}

impl Session for Mixed {
    fn run(&mut self, order: &Order) -> io::Result<Outcome> {
        let (iterations, files) = (order.iterations, self.shape.files);
        let mut slice = Slice {
            shape: self.shape,
            seed: order.seed,
            timed: order.latencies.is_some(),
            places: self.workers.handles(),
            data: self.data.clone(),
            times: self.streams.iter().map(|_| Vec::new()).collect(),
            streams: std::mem::take(&mut self.streams),
            blocks: std::mem::take(&mut self.blocks),
            sum: 0,
        };
        for stream in &mut slice.streams {
            stream.reset(order.seed);
        }
        let slice = self.workers.run(async move {
            for iteration in 0..iterations {
                slice.run_iteration(iteration).await?;
            }
            Ok::<_, io::Error>(slice)
        })?;
        if let Some(into) = order.latencies {
            slice.times.iter().flatten().for_each(|&ns| into.record(ns));
        }
        let bytes = iterations * files.count * files.bytes as u64;
        let mut done = Outcome { bytes, checksum: slice.sum, ..Outcome::default() };
        for stream in &slice.streams {
            let (moved, sum, bytes) = stream.outcome();
            done.operations += moved;
            done.bytes += bytes;
            done.checksum = done.checksum.wrapping_add(sum);
        }
        self.streams = slice.streams;
        self.blocks = slice.blocks;
        Ok(done)
    }
}
