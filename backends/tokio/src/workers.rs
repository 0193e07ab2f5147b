//! The threads of a session: one multi-thread runtime, or a current-thread runtime on each.
//!
//! The timer and the driver for sockets are switched on only where the scenario has timers and sockets: a worker without
//! them sleeps on a condition variable and not in epoll, which is cheaper to wake.

use crate::session::Flavor;
use std::future::Future;
use std::io;
use std::thread;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::oneshot;

/// Whether a runtime's workers can wait for sockets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Driver {
    None,
    Sockets,
    SocketsAndTimers,
}

fn build(mut builder: Builder, driver: Driver, pool: Option<usize>) -> io::Result<Runtime> {
    if driver != Driver::None {
        builder.enable_io();
    }
    if driver == Driver::SocketsAndTimers {
        builder.enable_time();
    }
    if let Some(threads) = pool {
        builder.max_blocking_threads(threads);
    }
    builder.build()
}

pub fn multi_thread(workers: usize) -> io::Result<Runtime> {
    multi_thread_with(workers, Driver::None, None)
}

fn multi_thread_with(workers: usize, driver: Driver, pool: Option<usize>) -> io::Result<Runtime> {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(workers);
    build(builder, driver, pool)
}

/// A thread that runs a current-thread runtime until it is dropped.
pub struct OwnRuntime {
    handle: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl OwnRuntime {
    pub fn start() -> io::Result<Self> {
        Self::start_with(Driver::None, None)
    }

    fn start_with(driver: Driver, pool: Option<usize>) -> io::Result<Self> {
        let runtime = build(Builder::new_current_thread(), driver, pool)?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = thread::Builder::new().name("tokio-current".into()).spawn(move || {
            // Ends when the sender is dropped, too.
            let _ = runtime.block_on(stopped);
        })?;
        Ok(OwnRuntime { handle, stop: Some(stop), thread: Some(thread) })
    }

    pub fn handle(&self) -> &Handle {
        &self.handle
    }
}

impl Drop for OwnRuntime {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

pub enum Workers {
    Stealing(Runtime),
    Own(Vec<OwnRuntime>),
}

impl Workers {
    pub fn start(flavor: Flavor, workers: usize) -> io::Result<Self> {
        Self::start_with(flavor, workers, Driver::None, None)
    }

    pub fn start_with_sockets_and_timers(flavor: Flavor, workers: usize) -> io::Result<Self> {
        Self::start_with(flavor, workers, Driver::SocketsAndTimers, None)
    }

    pub fn start_with_sockets(flavor: Flavor, workers: usize) -> io::Result<Self> {
        Self::start_with(flavor, workers, Driver::Sockets, None)
    }

    /// With a blocking pool of that many threads in all: with a runtime a worker each has its share. They are started
    /// when they are first needed.
    pub fn start_with_pool(flavor: Flavor, workers: usize, driver: Driver, pool: usize) -> io::Result<Self> {
        let share = match flavor {
            Flavor::MultiThread => pool,
            Flavor::CurrentThread => (pool + workers - 1) / workers,
        };
        Self::start_with(flavor, workers, driver, Some(share))
    }

    fn start_with(flavor: Flavor, workers: usize, driver: Driver, pool: Option<usize>) -> io::Result<Self> {
        Ok(match flavor {
            Flavor::MultiThread => Workers::Stealing(multi_thread_with(workers, driver, pool)?),
            Flavor::CurrentThread => {
                Workers::Own((0..workers).map(|_| OwnRuntime::start_with(driver, pool)).collect::<io::Result<_>>()?)
            }
        })
    }

    /// Of the runtime that runs that worker; with a multi-thread runtime the same for all.
    pub fn handle(&self, worker: usize) -> &Handle {
        match self {
            Workers::Stealing(runtime) => runtime.handle(),
            Workers::Own(all) => all[worker % all.len()].handle(),
        }
    }

    /// Handles of all runtimes.
    pub fn handles(&self) -> Vec<Handle> {
        match self {
            Workers::Stealing(runtime) => vec![runtime.handle().clone()],
            Workers::Own(all) => all.iter().map(|one| one.handle().clone()).collect(),
        }
    }

    /// Runs a task on the first worker, or any, to its end; the caller sleeps meanwhile. What a task spawns from there
    /// goes to the local queue of its worker, which is cheaper than to spawn from outside.
    pub fn run<F>(&self, root: F) -> F::Output
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let handle = self.handle(0);
        finish(handle.block_on(handle.spawn(root)))
    }
}

/// The result of a joined task. A panic in it goes on in the caller that joins.
pub fn finish<T>(joined: Result<T, tokio::task::JoinError>) -> T {
    match joined {
        Ok(value) => value,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// Two sides that are certain to run on two threads.
pub enum TwoSides {
    /// The near side on the calling thread in `block_on`, the far side on the one worker of a multi-thread runtime.
    CallerAndWorker(Runtime),
    /// A current-thread runtime each.
    Own(Box<[OwnRuntime; 2]>),
}

impl TwoSides {
    pub fn start(flavor: Flavor) -> io::Result<Self> {
        Ok(match flavor {
            Flavor::MultiThread => TwoSides::CallerAndWorker(multi_thread(1)?),
            Flavor::CurrentThread => TwoSides::Own(Box::new([OwnRuntime::start()?, OwnRuntime::start()?])),
        })
    }

    pub fn run<Near, Far>(&self, near: Near, far: Far) -> (Near::Output, Far::Output)
    where
        Near: Future + Send + 'static,
        Near::Output: Send + 'static,
        Far: Future + Send + 'static,
        Far::Output: Send + 'static,
    {
        match self {
            TwoSides::CallerAndWorker(runtime) => {
                let far = runtime.spawn(far);
                let near = runtime.block_on(near);
                (near, finish(runtime.block_on(far)))
            }
            TwoSides::Own(sides) => {
                let far = sides[1].handle().spawn(far);
                let near = sides[0].handle().spawn(near);
                let near = finish(sides[0].handle().block_on(near));
                (near, finish(sides[1].handle().block_on(far)))
            }
        }
    }
}
