//! The rayon backend (W59): rayon behind workloads/backend_c.h, for the fan-out family. README.md says which guide it
//! follows.

mod fanout;
mod fork_join;
mod idle;
mod keyed_fanout;
mod session;
mod workers;

use rust_plugin::c_text;
use rust_plugin::interface::{Backend, Knob, ABI_VERSION};
use rust_plugin::plugin::{boxed, table, unsupported, Opened, Plugin};
use rust_plugin::session::Parameters;
use session::Fork;
use std::ptr;

/// Why it has none of the workload.
fn reason_of(workload: &str) -> String {
    let reason = match workload.split('/').next() {
        Some("ping_pong") => {
            "tasks of a fork-join library must not wait for messages, so two of them cannot hold a conversation"
        }
        Some("net" | "mixed") => "rayon has no sockets, and a task that waited for one would keep a thread",
        Some("fs") => {
            "rayon is a fork-join library without input and output; a task that reads blocks a worker, which is what the \
             threads backend measures"
        }
        Some("harness") => {
            "the empty workload shows the harness's own cost, which the floor measures; no runtime takes part in it"
        }
        _ => return format!("the rayon backend is for the fan-out family and has no form of {workload}"),
    };
    reason.into()
}

/// As the harness sees it.
struct Rayon;

impl Plugin for Rayon {
    type Knobs = Fork;
    const STANDING: &'static str = "specialist\0";
    const WAITS: &'static str = "spins\0";

    fn set_knob(fork: &mut Fork, _name: &str, value: &str) -> Result<(), &'static str> {
        *fork = match value {
            "join" => Fork::Join,
            "scope" => Fork::Scope,
            _ => return Err("join, scope"),
        };
        Ok(())
    }

    fn open(workload: &str, values: &Parameters, fork: Fork, _peer_port: u16) -> Opened {
        match workload {
            "fanout/balanced" | "fanout/skewed" => boxed(fanout::Fanout::open(values, fork)),
            "fanout/hotkey_rotation" => boxed(keyed_fanout::KeyedFanout::open(values)),
            "fanout/skynet" => boxed(fork_join::ForkJoin::skynet(values, fork)),
            "fanout/fib" => boxed(fork_join::ForkJoin::fib(values, fork)),
            "idle/park" => boxed(idle::Idle::open(values)),
            _ => unsupported(reason_of(workload)),
        }
    }
}

static KNOBS: [Knob; 1] = [Knob {
    name: c_text!("fork"),
    initial: c_text!("join"),
    range: c_text!("join, scope"),
    unit: c_text!(""),
    help: c_text!("how a call forks (not hotkey_rotation, which always spawns): join and parallel iterators, or a scope that spawns each part"),
}];

static TABLE: Backend = table::<Rayon>(
    [
        "rayon\0",
        concat!(env!("LIBRARY_VERSION"), "\0"),
        "rayon: join and parallel iterators, or scopes, on a pool of its own\0",
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
