//! W30–W36: a task moves the frames of its stream, which it owns meanwhile; joining it gives the stream back. The
//! multi-thread flavour steals the work on frames (W34) with that task. Messages to an owner (W35) go to the channel of a
//! task that has the table.

use crate::counters::{own_table, ToOwner};
use crate::own_server::OwnServer;
use crate::scenario::Traffic;
use crate::session::{Flavor, Order, Outcome, Parameters, Recorder, Session};
use crate::stream::{connect, of_peer, Owner, Stream};
use crate::stream_shape::{read_arrivals, Arrivals, Shape};
use crate::workers::{finish, Workers};
use std::io;
use tokio::runtime::Handle;
use tokio::sync::mpsc::unbounded_channel;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

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

pub struct Streams {
    shape: Shape,
    worker_count: u64,
    arrivals: Arrivals,
    streams: Vec<Stream>, // before the runtimes whose drivers they are registered with
    workers: Workers,
}

impl Streams {
    pub fn open(traffic: Traffic, values: &Parameters, flavor: Flavor, port: u16) -> io::Result<Self> {
        let shape = Shape::of(traffic, values);
        let workers = Workers::start_with_sockets(flavor, values.workers())?;
        let worker_count = values.workers() as u64;
        let serves_itself = values.get_or("peer", 0) != 0;
        let streams = if serves_itself {
            connect_all_to_self(shape, &workers, worker_count)?
        } else {
            connect_all(shape, &workers, worker_count, port)?
        };
        Ok(Streams { shape, arrivals: read_arrivals(traffic, values), worker_count, streams, workers })
    }

    /// A task for each table (W35), and the way to it.
    fn start_owners(&self) -> (Vec<Owner>, Vec<JoinHandle<u64>>) {
        (0..self.shape.owners)
            .map(|owner| {
                let (to_owner, incoming) = unbounded_channel();
                let place = self.workers.handle((owner % self.worker_count) as usize);
                (to_owner, place.spawn(own_table(owner, self.shape.keys, incoming)))
            })
            .unzip()
    }
}

/// One step of all streams; each is back in its place afterwards.
async fn move_step(
    streams: &mut [Option<Stream>],
    places: &[Handle],
    frames_of: impl Fn(usize) -> u64,
    latencies: Option<Recorder>,
    owner: Option<&Owner>,
) -> io::Result<()> {
    // Those that have nothing to move are left in peace.
    let mut moving = Vec::with_capacity(streams.len());
    for (i, stream) in streams.iter_mut().enumerate() {
        let frames = frames_of(i);
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
    Ok(())
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
        let (owners, tables) = self.start_owners();
        let arrivals = self.arrivals.clone();
        let frames_of = move |stream: usize, step: u64| match &arrivals {
            Some(plan) => plan[(step * shape.streams) as usize + stream],
            None => shape.frames_of(stream as u64, step),
        };
        let (streams, of_tables) = self.workers.run(async move {
            for _ in 0..iterations {
                for step in 0..shape.steps {
                    let owner = owners.get((step % shape.owners.max(1)) as usize);
                    move_step(&mut streams, &places, |stream| frames_of(stream, step), latencies, owner).await?;
                }
            }
            drop(owners);
            let mut of_tables = 0u64;
            for table in tables {
                of_tables = of_tables.wrapping_add(finish(table.await));
            }
            Ok::<_, io::Error>((streams.into_iter().flatten().collect(), of_tables))
        })?;
        self.streams = streams;
        let mut done = Outcome { checksum: of_tables, ..Outcome::default() };
        for stream in &self.streams {
            let (frames, sum, bytes) = stream.outcome();
            done.operations += frames;
            done.checksum = done.checksum.wrapping_add(sum);
            done.bytes += bytes;
        }
        Ok(done)
    }
}
