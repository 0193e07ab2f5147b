//! W40: the tasks of connections, of reads and of branches on the same workers; the reads' calls on the blocking pool.

use crate::file_ground::{Block, DataFile};
use crate::files::{self, read_blocks, Share};
use crate::session::{mix, work, Knobs, Order, Outcome, Parameters, Session};
use crate::streams::{self, Stream};
use crate::workers::{finish, Driver, Workers};
use std::io;
use std::sync::Arc;

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
    pub fn open(workload: &str, how: &Parameters, knobs: Knobs, port: u16) -> io::Result<Self> {
        let files = files::Shape::read(workload, how, knobs.blocking);
        let least_steps = how.get("least_steps");
        let shape = Shape {
            frames: how.get("frames"),
            files,
            branches: how.get("branches"),
            least_steps,
            most_steps: how.get("most_steps").max(least_steps),
        };
        let data = files.open_file()?;
        let workers = Workers::start_with_pool(knobs.flavor, how.workers(), Driver::Sockets, how.workers())?;
        let streams = streams::connect_all(streams::Shape::read(workload, how), &workers, how.workers() as u64, port)?;
        Ok(Mixed { shape, streams, blocks: files.blocks(), data: Arc::new(data), workers })
    }
}

impl Session for Mixed {
    fn run(&mut self, order: &Order) -> io::Result<Outcome> {
        let Shape { frames, files, branches, .. } = self.shape;
        let (shape, iterations, seed, timed) = (self.shape, order.iterations, order.seed, order.latencies.is_some());
        let (data, places) = (self.data.clone(), self.workers.handles());
        let place = move |index: u64| places[index as usize % places.len()].clone();
        let mut streams = std::mem::take(&mut self.streams);
        let mut blocks = std::mem::take(&mut self.blocks);
        for stream in &mut streams {
            stream.reset(seed);
        }
        // Each stream's own: they move on different threads.
        let mut times: Vec<Vec<u64>> = streams.iter().map(|_| Vec::new()).collect();
        let (streams, blocks, times, mut checksum) = self.workers.run(async move {
            let mut sum = 0u64;
            for iteration in 0..iterations {
                let moving: Vec<_> = streams
                    .drain(..)
                    .zip(times.drain(..))
                    .enumerate()
                    .map(|(i, (stream, times))| place(i as u64).spawn(stream.echo(frames, timed, times)))
                    .collect();
                let first_read = seed.wrapping_add(iteration * files.count);
                let reading: Vec<_> = (0..files.depth)
                    .map(|k| {
                        let share = Share { seed: first_read, first: k, end: files.count, step: files.depth };
                        let block = blocks.pop().expect("one a reader");
                        place(k).spawn(read_blocks(data.clone(), files, share, block, None))
                    })
                    .collect();
                let first_branch = seed.wrapping_add(iteration * branches);
                let computing: Vec<_> = (0..branches)
                    .map(|k| {
                        let number = first_branch.wrapping_add(k);
                        place(k).spawn(async move { work(number, shape.steps_of(number)) })
                    })
                    .collect();
                // All are waited for: when one fails, the others still end.
                let mut failure = None;
                for one in moving {
                    match finish(one.await) {
                        Ok((stream, taken)) => {
                            streams.push(stream);
                            times.push(taken);
                        }
                        Err(error) => failure = Some(streams::of_peer(error)),
                    }
                }
                for one in reading {
                    match finish(one.await) {
                        Ok((block, read)) => {
                            blocks.push(block);
                            sum = sum.wrapping_add(read);
                        }
                        Err(error) => failure = Some(error),
                    }
                }
                for one in computing {
                    sum = sum.wrapping_add(finish(one.await));
                }
                if let Some(error) = failure {
                    return Err(error);
                }
            }
            Ok((streams, blocks, times, sum))
        })?;
        if let Some(into) = order.latencies {
            times.iter().flatten().for_each(|&ns| into.record(ns));
        }
        let mut done = Outcome { bytes: iterations * files.count * files.bytes as u64, ..Outcome::default() };
        for stream in &streams {
            let (moved, sum, bytes) = stream.outcome();
            done.operations += moved;
            done.bytes += bytes;
            checksum = checksum.wrapping_add(sum);
        }
        done.checksum = checksum;
        self.streams = streams;
        self.blocks = blocks;
        Ok(done)
    }
}
