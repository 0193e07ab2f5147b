//! A session's pool: rayon's own threads, as many as workers, which are joined when it closes.

use rayon::{ThreadPool, ThreadPoolBuilder};
use std::io;
use std::sync::Mutex;
use std::thread::{Builder, JoinHandle};

pub struct Workers {
    pool: Option<ThreadPool>,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    pub fn start(count: usize) -> io::Result<Self> {
        let threads = Mutex::new(Vec::with_capacity(count));
        let pool = ThreadPoolBuilder::new()
            .num_threads(count)
            .spawn_handler(|thread| {
                let started = Builder::new().name("rayon".into()).spawn(|| thread.run())?;
                threads.lock().unwrap().push(started);
                Ok(())
            })
            .build()
            .map_err(|error| io::Error::new(io::ErrorKind::WouldBlock, error.to_string()))?;
        Ok(Workers { pool: Some(pool), threads: threads.into_inner().unwrap() })
    }

    /// Runs the root on a worker, so that what it forks goes to that one's own deque; the caller sleeps meanwhile.
    pub fn run<R: Send>(&self, root: impl FnOnce() -> R + Send) -> R {
        self.pool.as_ref().expect("there until it is dropped").install(root)
    }
}

impl Drop for Workers {
    /// A pool that is dropped tells its threads to end, and does not wait until they have.
    fn drop(&mut self) {
        drop(self.pool.take());
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
