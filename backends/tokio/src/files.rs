//! W20–W23: positional reads and writes, one blocking call an operation, which takes the block and gives it back; as many
//! tasks as operations may be under way.

use crate::file_ground::{block_sum, expect_transferred, failed, mark_block, temporary_place};
use crate::file_ground::{Block, DataFile, ScratchFolder};
use crate::session::{mix, now_ns, BlockingCalls, Knobs, Order, Outcome, Parameters, Recorder, Session};
use crate::workers::{finish, Driver, Workers};
use std::future::Future;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::task::{block_in_place, spawn_blocking, JoinHandle};

#[derive(Clone, Copy)]
pub struct Shape {
    pub count: u64,
    pub bytes: usize,
    pub depth: u64,
    blocks: u64,
    workers: usize,
    writes: bool,
    direct: bool,
    calls: BlockingCalls,
}

impl Shape {
    /// Reads or writes by which of the two the workload counts.
    pub fn read(values: &Parameters, calls: BlockingCalls) -> Self {
        let writes = values.get_or("writes", 0) != 0;
        let count = values.get(if writes { "writes" } else { "reads" });
        let bytes = values.get("bytes") / 512 * 512;
        Shape {
            count,
            bytes: bytes as usize,
            depth: values.get_or("depth", 1),
            blocks: if writes { count } else { (values.get("file_mib") << 20) / bytes },
            workers: values.workers(),
            writes,
            direct: values.get_or("direct", 0) != 0,
            calls,
        }
    }

    fn read_offset(self, number: u64) -> u64 {
        mix(number) % self.blocks * self.bytes as u64
    }

    fn write_offset(self, number: u64) -> u64 {
        number % self.blocks * self.bytes as u64
    }

    /// `Unsupported` as the error's kind: the place of the files has no O_DIRECT.
    pub fn open_file(self) -> io::Result<DataFile> {
        DataFile::new(self.blocks, self.bytes, self.writes, self.direct).map_err(|error| {
            if !self.direct || error.kind() != io::ErrorKind::InvalidInput {
                return error;
            }
            let text = format!(
                "direct=on needs O_DIRECT, which the file system of {} does not have (a tmpfs?); let TMPDIR name a \
                 directory on a disk",
                temporary_place().display()
            );
            io::Error::new(io::ErrorKind::Unsupported, text)
        })
    }

    /// One for each operation that may be under way.
    pub fn blocks(self) -> Vec<Block> {
        (0..self.depth).map(|_| Block::new(self.bytes)).collect()
    }

    /// As many threads as calls block for a disk; from the page cache as many as workers.
    fn pool(self) -> usize {
        if self.direct {
            self.depth as usize
        } else {
            self.workers
        }
    }
}

/// A call that may block, from a task.
async fn blocking<T: Send + 'static>(place: BlockingCalls, call: impl FnOnce() -> T + Send + 'static) -> T {
    match place {
        BlockingCalls::OnPool => finish(spawn_blocking(call).await),
        BlockingCalls::InPlace => block_in_place(call),
    }
}

/// Task k does the operations k, k + step, … below `end`.
#[derive(Clone, Copy)]
pub struct Share {
    pub seed: u64,
    pub first: u64,
    pub end: u64,
    pub step: u64,
}

impl Share {
    fn numbers(self) -> impl Iterator<Item = u64> {
        (self.first..self.end).step_by(self.step as usize)
    }
}

/// A task for each operation that may be under way, dealt to the runtimes in turn; the results of all, or an error when
/// all have ended.
async fn for_each_slot<T, F>(places: &[Handle], depth: u64, mut task_of: impl FnMut(u64) -> F) -> io::Result<Vec<T>>
where
    T: Send + 'static,
    F: Future<Output = io::Result<T>> + Send + 'static,
{
    let tasks: Vec<JoinHandle<_>> = (0..depth).map(|k| places[k as usize % places.len()].spawn(task_of(k))).collect();
    let mut results = Vec::with_capacity(tasks.len());
    for task in tasks {
        results.push(finish(task.await));
    }
    results.into_iter().collect()
}

/// The blocks come back with the sum.
pub async fn read_blocks(
    data: Arc<DataFile>,
    shape: Shape,
    share: Share,
    mut block: Block,
    latencies: Option<Recorder>,
) -> io::Result<(Block, u64)> {
    let mut sum = 0u64;
    for number in share.numbers() {
        let from = if latencies.is_some() { now_ns() } else { 0 };
        let offset = shape.read_offset(share.seed.wrapping_add(number));
        let file = data.clone();
        let read = move || {
            let got = file.file().read_at(&mut block, offset);
            (block, got)
        };
        let (filled, got) = blocking(shape.calls, read).await;
        block = filled;
        if let Some(into) = latencies {
            into.record(now_ns() - from);
        }
        expect_transferred("read", got.map_err(|error| failed("read", error))?, shape.bytes)?;
        sum = sum.wrapping_add(block_sum(&block));
    }
    Ok((block, sum))
}

async fn write_blocks(data: Arc<DataFile>, shape: Shape, share: Share, mut block: Block) -> io::Result<(Block, u64)> {
    let mut bytes = 0;
    for number in share.numbers() {
        mark_block(&mut block, share.seed.wrapping_add(number));
        let offset = shape.write_offset(number);
        let file = data.clone();
        let write = move || {
            let put = file.file().write_at(&block, offset);
            (block, put)
        };
        let (written, put) = blocking(shape.calls, write).await;
        block = written;
        expect_transferred("write", put.map_err(|error| failed("write", error))?, shape.bytes)?;
        bytes += shape.bytes as u64;
    }
    Ok((block, bytes))
}

pub struct Data {
    shape: Shape,
    data: Arc<DataFile>,
    blocks: Vec<Block>,
    workers: Workers,
}

impl Data {
    pub fn open(values: &Parameters, knobs: Knobs) -> io::Result<Self> {
        let shape = Shape::read(values, knobs.blocking);
        let data = shape.open_file()?;
        let workers = Workers::start_with_pool(knobs.flavor, shape.workers, Driver::None, shape.pool())?;
        Ok(Data { shape, data: Arc::new(data), blocks: shape.blocks(), workers })
    }

    fn read(&mut self, order: &Order) -> io::Result<Outcome> {
        let shape = self.shape;
        let count = order.iterations * shape.count;
        let (seed, latencies) = (order.seed, order.latencies);
        let (data, places) = (self.data.clone(), self.workers.handles());
        let mut blocks = self.take_blocks();
        let ended = self.workers.run(async move {
            for_each_slot(&places, shape.depth, |first| {
                let share = Share { seed, first, end: count, step: shape.depth };
                read_blocks(data.clone(), shape, share, blocks.pop().expect("one a slot"), latencies)
            })
            .await
        })?;
        let mut done = Outcome { operations: count, bytes: count * shape.bytes as u64, ..Outcome::default() };
        for (block, sum) in ended {
            self.blocks.push(block);
            done.checksum = done.checksum.wrapping_add(sum);
        }
        Ok(done)
    }

    fn write(&mut self, order: &Order) -> io::Result<Outcome> {
        let shape = self.shape;
        let (iterations, first_seed) = (order.iterations, order.seed);
        let (data, places) = (self.data.clone(), self.workers.handles());
        let mut blocks = self.take_blocks();
        let (done, blocks) = self.workers.run(async move {
            let mut done = Outcome::default();
            for iteration in 0..iterations {
                let seed = first_seed.wrapping_add(iteration * shape.count);
                let ended = for_each_slot(&places, shape.depth, |first| {
                    let share = Share { seed, first, end: shape.count, step: shape.depth };
                    write_blocks(data.clone(), shape, share, blocks.pop().expect("one a slot"))
                })
                .await?;
                for (block, bytes) in ended {
                    blocks.push(block);
                    done.bytes += bytes;
                }
                let file = data.clone();
                let synced = blocking(shape.calls, move || file.file().sync_all()).await;
                synced.map_err(|error| failed("fsync", error))?;
                done.operations += shape.count;
                done.checksum = done.checksum.wrapping_add(data.sum_of_marks());
            }
            Ok::<_, io::Error>((done, blocks))
        })?;
        self.blocks = blocks;
        Ok(done)
    }

    /// A slice that failed has dropped them: made anew.
    fn take_blocks(&mut self) -> Vec<Block> {
        let mut blocks = std::mem::take(&mut self.blocks);
        blocks.resize_with(self.shape.depth as usize, || Block::new(self.shape.bytes));
        blocks
    }
}

impl Session for Data {
    fn run(&mut self, order: &Order) -> io::Result<Outcome> {
        if self.shape.writes {
            self.write(order)
        } else {
            self.read(order)
        }
    }
}

const MOST_STORM_BYTES: u64 = 256;

/// How long file `number` of a storm is.
fn storm_bytes(number: u64) -> usize {
    (64 + mix(number) % (MOST_STORM_BYTES - 64)) as usize
}

/// All calls of a file in one, as the documentation of tokio::fs advises for many operations.
fn one_file(folder: &ScratchFolder, index: u64, bytes: usize) -> io::Result<u64> {
    let contents = [0u8; MOST_STORM_BYTES as usize];
    let made: PathBuf = folder.path().join(index.to_string());
    let renamed: PathBuf = folder.path().join(format!("{index}.renamed"));
    std::fs::write(&made, &contents[..bytes]).map_err(|error| failed("write", error))?;
    std::fs::rename(&made, &renamed).map_err(|error| failed("rename", error))?;
    let size = std::fs::metadata(&renamed).map_err(|error| failed("stat", error))?.len();
    std::fs::remove_file(&renamed).map_err(|error| failed("unlink", error))?;
    Ok(size)
}

async fn storm_files(folder: Arc<ScratchFolder>, share: Share, calls: BlockingCalls) -> io::Result<(u64, u64)> {
    let (mut sum, mut bytes) = (0u64, 0);
    for index in share.numbers() {
        let number = share.seed.wrapping_add(index);
        let place = folder.clone();
        let size = blocking(calls, move || one_file(&place, index, storm_bytes(number))).await?;
        sum = sum.wrapping_add(mix(number.wrapping_add(size)));
        bytes += size;
    }
    Ok((sum, bytes))
}

pub struct Storm {
    files: u64,
    depth: u64,
    calls: BlockingCalls,
    folder: Arc<ScratchFolder>,
    workers: Workers,
}

impl Storm {
    pub fn open(values: &Parameters, knobs: Knobs) -> io::Result<Self> {
        Ok(Storm {
            calls: knobs.blocking,
            files: values.get("files"),
            depth: values.get("depth"),
            folder: Arc::new(ScratchFolder::new()?),
            workers: Workers::start_with_pool(knobs.flavor, values.workers(), Driver::None, values.workers())?,
        })
    }
}

impl Session for Storm {
    fn run(&mut self, order: &Order) -> io::Result<Outcome> {
        let count = order.iterations * self.files;
        let (seed, depth, calls) = (order.seed, self.depth, self.calls);
        let (folder, places) = (self.folder.clone(), self.workers.handles());
        let ended = self.workers.run(async move {
            for_each_slot(&places, depth, |first| {
                storm_files(folder.clone(), Share { seed, first, end: count, step: depth }, calls)
            })
            .await
        })?;
        self.folder.expect_empty()?;
        let mut done = Outcome { operations: count, ..Outcome::default() };
        for (sum, bytes) in ended {
            done.checksum = done.checksum.wrapping_add(sum);
            done.bytes += bytes;
        }
        Ok(done)
    }
}
