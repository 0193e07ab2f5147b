//! The Tokio backend (W56): Tokio behind workloads/backend_c.h. README.md says which guide it follows.

mod bursts;
mod churn;
mod churn_client;
mod connections;
mod counters;
mod fanout;
mod file_ground;
mod files;
mod fork_join;
mod idle;
mod keyed_fanout;
mod mixed;
mod open_loop;
mod own_server;
mod peer;
mod ping_pong;
mod scenario;
mod http;
mod serve;
mod serve_client;
mod session;
mod stream;
mod stream_shape;
mod streams;
mod timer_descriptor;
mod workers;

use rust_plugin::c_text;
use rust_plugin::interface::{Backend, Knob, ABI_VERSION};
use rust_plugin::plugin::{boxed, table, unsupported, Opened, Plugin};
use rust_plugin::session::Parameters;
use scenario::Scenario;
use session::{BlockingCalls, Flavor, Knobs, Timers};
use std::ptr;

fn open_session(
    workload: &str,
    values: &Parameters,
    knobs: Knobs,
    peer_port: u16,
) -> Opened {
    let flavor = knobs.flavor;
    let scenario = Scenario::of(workload);
    if knobs.timers != Timers::Own && scenario != Some(Scenario::OpenLoop) {
        return unsupported(format!(
            "the knob timers says what wakes a sender of net/open_loop, and {workload} has none; leave it at own"
        ));
    }
    let scenario = match scenario {
        Some(known) => known,
        None => return unsupported(format!("the tokio backend has no form of {workload} yet")),
    };
    if scenario.has_files() && flavor == Flavor::CurrentThread && knobs.blocking == BlockingCalls::InPlace {
        return unsupported(
            "a current-thread runtime has no other thread to hand its tasks to, so that block_in_place panics there; \
             use flavor=multi_thread or blocking=on_pool",
        );
    }
    match scenario {
        Scenario::SteadyRtt => boxed(ping_pong::SteadyRtt::open(values, flavor)),
        Scenario::TasksRtt => boxed(ping_pong::TasksRtt::open(values, flavor)),
        Scenario::OneWayDrain => boxed(ping_pong::OneWayDrain::open(values, flavor)),
        Scenario::ColdStart => boxed(ping_pong::ColdStart::open(values, flavor)),
        Scenario::Fanout => boxed(fanout::Fanout::open(values, flavor)),
        Scenario::KeyedFanout => boxed(keyed_fanout::KeyedFanout::open(values, flavor)),
        Scenario::Skynet | Scenario::Fib if flavor == Flavor::CurrentThread => unsupported(
            "with a current-thread runtime on each worker a spawned call stays with its worker, and no other can run \
             it, which this workload demands; use flavor=multi_thread",
        ),
        Scenario::Skynet => boxed(fork_join::ForkJoin::skynet(values)),
        Scenario::Fib => boxed(fork_join::ForkJoin::fib(values)),
        Scenario::Data => boxed(files::Data::open(values, knobs)),
        Scenario::Storm => boxed(files::Storm::open(values, knobs)),
        Scenario::Streams(traffic) => boxed(streams::Streams::open(traffic, values, flavor, peer_port)),
        Scenario::Churn => boxed(churn::Churn::open(values, flavor, peer_port)),
        Scenario::Serve(answering) => boxed(serve::Serve::open(answering, values, flavor, peer_port)),
        Scenario::OpenLoop => boxed(open_loop::OpenLoop::open(values, knobs, peer_port)),
        Scenario::Connections => boxed(connections::Connections::open(values, flavor, peer_port)),
        Scenario::Mixed => boxed(mixed::Mixed::open(values, knobs, peer_port)),
        Scenario::Idle => boxed(idle::Idle::open(values, flavor)),
        Scenario::Empty => unsupported(
            "the empty workload shows the harness's own cost, which the floor measures; no runtime takes part in it",
        ),
    }
}

fn flavor_of(value: &str) -> Option<Flavor> {
    match value {
        "multi_thread" => Some(Flavor::MultiThread),
        "current_thread" => Some(Flavor::CurrentThread),
        _ => None,
    }
}

fn blocking_of(value: &str) -> Option<BlockingCalls> {
    match value {
        "on_pool" => Some(BlockingCalls::OnPool),
        "in_place" => Some(BlockingCalls::InPlace),
        _ => None,
    }
}

fn timers_of(value: &str) -> Option<Timers> {
    match value {
        "own" => Some(Timers::Own),
        "exact" => Some(Timers::Exact),
        _ => None,
    }
}

/// As the harness sees it.
struct Tokio;

impl Plugin for Tokio {
    type Knobs = Knobs;
    const STANDING: &'static str = "general\0";
    const WAITS: &'static str = "sleeps\0";

    fn set_knob(knobs: &mut Knobs, name: &str, value: &str) -> Result<(), &'static str> {
        match name {
            "flavor" => knobs.flavor = flavor_of(value).ok_or("multi_thread, current_thread")?,
            "blocking" => knobs.blocking = blocking_of(value).ok_or("on_pool, in_place")?,
            _ => knobs.timers = timers_of(value).ok_or("own, exact")?,
        }
        Ok(())
    }

    fn open(workload: &str, values: &Parameters, knobs: Knobs, peer_port: u16) -> Opened {
        open_session(workload, values, knobs, peer_port)
    }
}

static KNOBS: [Knob; 3] = [
    Knob {
        name: c_text!("flavor"),
        initial: c_text!("multi_thread"),
        range: c_text!("multi_thread, current_thread"),
        unit: c_text!(""),
        help: c_text!("one work-stealing runtime with all workers, or a current-thread runtime on each worker"),
    },
    Knob {
        name: c_text!("blocking"),
        initial: c_text!("on_pool"),
        range: c_text!("on_pool, in_place"),
        unit: c_text!(""),
        help: c_text!("calls on files: spawn_blocking, or block_in_place on the worker's own thread"),
    },
    Knob {
        name: c_text!("timers"),
        initial: c_text!("own"),
        range: c_text!("own, exact"),
        unit: c_text!(""),
        help: c_text!("what wakes a sender of net/open_loop: Tokio's timers, of milliseconds, or a timerfd that it watches"),
    },
];

static TABLE: Backend = table::<Tokio>(
    [
        "tokio\0",
        concat!(env!("LIBRARY_VERSION"), "\0"),
        "Tokio: tasks, unbounded mpsc channels; one multi-thread runtime, or a current-thread one a worker\0",
    ],
    &KNOBS,
);

/// The one exported function.
#[no_mangle]
pub extern "C" fn bench_plugin(host_abi_version: u32) -> *const Backend {
    if host_abi_version == ABI_VERSION {
        &TABLE
    } else {
        ptr::null()
    }
}
