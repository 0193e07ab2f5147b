//! W10 to W12: messages over unbounded mpsc channels.

use crate::session::{mix, now_ns, thread_id, Flavor, Order, Outcome, Parameters, Recorder, Session};
use crate::workers::{finish, OwnRuntime, TwoSides, Workers};
use std::io;
use tokio::runtime::Builder;
use tokio::sync::mpsc::{unbounded_channel, UnboundedReceiver, UnboundedSender};

/// The asking side: `count` round trips. Its sum, and the thread on which it ended.
async fn ask(
    requests: UnboundedSender<u64>,
    mut replies: UnboundedReceiver<u64>,
    first: u64,
    count: u64,
    latencies: Option<Recorder>,
) -> (u64, u64) {
    let mut sum = 0u64;
    for k in 0..count {
        let from = if latencies.is_some() { now_ns() } else { 0 };
        requests.send(first.wrapping_add(k)).expect("the answering side lives");
        sum = sum.wrapping_add(replies.recv().await.expect("the answering side lives"));
        if let Some(into) = latencies {
            into.record(now_ns() - from);
        }
    }
    (sum, thread_id())
}

/// The answering side, until the asking side is gone. The thread on which it ended.
async fn answer(mut requests: UnboundedReceiver<u64>, replies: UnboundedSender<u64>) -> u64 {
    while let Some(message) = requests.recv().await {
        if replies.send(mix(message)).is_err() {
            break;
        }
    }
    thread_id()
}

/// W10.
pub struct SteadyRtt {
    rounds: u64,
    sides: TwoSides,
}

impl SteadyRtt {
    pub fn open(values: &Parameters, flavor: Flavor) -> io::Result<Self> {
        Ok(SteadyRtt { rounds: values.get("rounds"), sides: TwoSides::start(flavor)? })
    }
}

impl Session for SteadyRtt {
    fn run(&mut self, order: &Order) -> io::Result<Outcome> {
        let count = order.iterations * self.rounds;
        let (requests, asked) = unbounded_channel();
        let (replies, answered) = unbounded_channel();
        let ((checksum, asker), answerer) = self
            .sides
            .run(ask(requests, answered, order.seed, count, order.latencies), answer(asked, replies));
        Ok(Outcome { operations: count, checksum, bytes: 0, thread_ids: vec![asker, answerer] })
    }
}

/// W10a: two tasks, wherever the runtime puts them; with the current-thread flavour on one thread.
pub struct TasksRtt {
    rounds: u64,
    workers: Workers,
}

impl TasksRtt {
    pub fn open(values: &Parameters, flavor: Flavor) -> io::Result<Self> {
        Ok(TasksRtt { rounds: values.get("rounds"), workers: Workers::start(flavor, values.workers())? })
    }
}

impl Session for TasksRtt {
    fn run(&mut self, order: &Order) -> io::Result<Outcome> {
        let count = order.iterations * self.rounds;
        let (seed, latencies) = (order.seed, order.latencies);
        let checksum = self.workers.run(async move {
            let (requests, asked) = unbounded_channel();
            let (replies, answered) = unbounded_channel();
            let far = tokio::spawn(answer(asked, replies));
            let near = tokio::spawn(ask(requests, answered, seed, count, latencies));
            let (sum, _) = finish(near.await);
            finish(far.await);
            sum
        });
        Ok(Outcome { operations: count, checksum, ..Outcome::default() })
    }
}

/// What one message of the drain carries: one value, or a batch of them.
trait Load: Send + 'static {
    fn of(first: u64, count: u64) -> Self;
    /// Adds the mixed values up; how many there were.
    fn take(self, sum: &mut u64) -> u64;
}

impl Load for u64 {
    fn of(first: u64, _count: u64) -> Self {
        first
    }
    fn take(self, sum: &mut u64) -> u64 {
        *sum = sum.wrapping_add(mix(self));
        1
    }
}

impl Load for Vec<u64> {
    fn of(first: u64, count: u64) -> Self {
        (0..count).map(|k| first.wrapping_add(k)).collect()
    }
    fn take(self, sum: &mut u64) -> u64 {
        *sum = self.iter().fold(*sum, |sum, value| sum.wrapping_add(mix(*value)));
        self.len() as u64
    }
}

/// W11. A batch is one message that carries it.
pub struct OneWayDrain {
    messages: u64,
    batch: u64,
    sides: TwoSides,
}

impl OneWayDrain {
    pub fn open(values: &Parameters, flavor: Flavor) -> io::Result<Self> {
        let messages = values.get("messages");
        let batch = match values.get("batch") {
            0 => messages,
            size => size,
        };
        Ok(OneWayDrain { messages, batch, sides: TwoSides::start(flavor)? })
    }

    fn drain<L: Load>(&self, order: &Order) -> Outcome {
        let (messages, batch, iterations, seed) = (self.messages, self.batch, order.iterations, order.seed);
        let (outgoing, mut incoming) = unbounded_channel::<L>();
        let (barrier, mut passed) = unbounded_channel::<()>();
        let near = async move {
            let mut next = seed;
            for _ in 0..iterations {
                let mut sent = 0;
                while sent < messages {
                    let now = batch.min(messages - sent);
                    outgoing.send(L::of(next, now)).ok().expect("the receiving side lives");
                    next = next.wrapping_add(now);
                    sent += now;
                }
                passed.recv().await.expect("the receiving side lives");
            }
            thread_id()
        };
        let far = async move {
            let (mut sum, mut taken) = (0u64, 0u64);
            while let Some(load) = incoming.recv().await {
                taken += load.take(&mut sum);
                // What lies there already is taken without asking the scheduler.
                while let Ok(load) = incoming.try_recv() {
                    taken += load.take(&mut sum);
                }
                if taken == messages {
                    taken = 0;
                    if barrier.send(()).is_err() {
                        break;
                    }
                }
            }
            (sum, thread_id())
        };
        let (sender, (checksum, receiver)) = self.sides.run(near, far);
        Outcome { operations: iterations * messages, checksum, bytes: 0, thread_ids: vec![sender, receiver] }
    }
}

impl Session for OneWayDrain {
    fn run(&mut self, order: &Order) -> io::Result<Outcome> {
        Ok(if self.batch == 1 { self.drain::<u64>(order) } else { self.drain::<Vec<u64>>(order) })
    }
}

/// W12. The calling thread is one of the two sides: one thread less to start.
pub struct ColdStart {
    rounds: u64,
    flavor: Flavor,
}

impl ColdStart {
    pub fn open(values: &Parameters, flavor: Flavor) -> io::Result<Self> {
        Ok(ColdStart { rounds: values.get("rounds"), flavor })
    }

    /// Starts, talks, stops. The sum, and the threads of both sides.
    fn once(&self, first: u64) -> (u64, Vec<u64>) {
        let (requests, asked) = unbounded_channel();
        let (replies, answered) = unbounded_channel();
        let near = ask(requests, answered, first, self.rounds, None);
        let far = answer(asked, replies);
        let ((sum, asker), answerer) = match self.flavor {
            Flavor::MultiThread => TwoSides::start(Flavor::MultiThread).expect("a runtime").run(near, far),
            Flavor::CurrentThread => {
                let here = Builder::new_current_thread().build().expect("a runtime");
                let there = OwnRuntime::start().expect("a thread");
                let far = there.handle().spawn(far);
                here.block_on(async { (near.await, finish(far.await)) })
            }
        };
        (sum, vec![asker, answerer])
    }
}

impl Session for ColdStart {
    fn run(&mut self, order: &Order) -> io::Result<Outcome> {
        let mut done = Outcome { operations: order.iterations, ..Outcome::default() };
        for i in 0..order.iterations {
            let from = if order.latencies.is_some() { now_ns() } else { 0 };
            let (sum, threads) = self.once(order.seed.wrapping_add(i * self.rounds));
            done.checksum = done.checksum.wrapping_add(sum);
            done.thread_ids = threads;
            if let Some(into) = order.latencies {
                into.record(now_ns() - from);
            }
        }
        Ok(done)
    }
}
