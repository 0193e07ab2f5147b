//! W41: workers that have nothing to do.

use crate::session::{Order, Outcome, Parameters, Session};
use crate::workers::Workers;
use std::{io, thread, time};

pub struct Idle {
    _workers: Workers,
}

impl Idle {
    /// The workers are woken by one job first, so that they exist and then have nothing to do.
    pub fn open(values: &Parameters) -> io::Result<Self> {
        let workers = Workers::start(values.workers())?;
        workers.run(|| rayon::broadcast(|_| ()));
        Ok(Idle { _workers: workers })
    }
}

impl Session for Idle {
    fn run(&mut self, order: &Order) -> io::Result<Outcome> {
        thread::sleep(time::Duration::from_millis(order.iterations));
        Ok(Outcome { operations: order.iterations, ..Outcome::default() })
    }
}
