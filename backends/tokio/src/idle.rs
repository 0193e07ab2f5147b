//! W41: workers that have nothing to do.

use crate::session::{Flavor, Order, Outcome, Parameters, Session};
use crate::workers::Workers;
use std::{io, thread, time};

pub struct Idle {
    _workers: Workers,
}

impl Idle {
    pub fn open(values: &Parameters, flavor: Flavor) -> io::Result<Self> {
        Ok(Idle { _workers: Workers::start(flavor, values.workers())? })
    }
}

impl Session for Idle {
    fn run(&mut self, order: &Order) -> io::Result<Outcome> {
        thread::sleep(time::Duration::from_millis(order.iterations));
        Ok(Outcome { operations: order.iterations, ..Outcome::default() })
    }
}
