//! The Tokio backend (W56): Tokio behind workloads/backend_c.h. README.md says which guide it follows.

mod bursts;
mod churn;
mod counters;
mod churn_client;
mod connections;
mod fanout;
mod file_ground;
mod files;
mod fork_join;
mod idle;
mod interface;
mod keyed_fanout;
mod mixed;
mod open_loop;
mod own_server;
mod peer;
mod ping_pong;
mod session;
mod streams;
mod timer_descriptor;
mod workers;

use interface::*;
use session::{BlockingCalls, Flavor, Knobs, Parameters, Session, Timers};
use std::collections::HashMap;
use std::ffi::{CStr, CString};
use std::os::raw::{c_char, c_void};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::{io, mem, ptr, slice};

/// What `open` says when there is no session.
struct Refusal(Status, String);

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        // `Unsupported` is the files' word for a machine that lacks something.
        match error.kind() {
            io::ErrorKind::Unsupported => Refusal(UNAVAILABLE, error.to_string()),
            io::ErrorKind::WouldBlock => {
                Refusal(FAILED, format!("Tokio could not start its threads: {error}; look at `ulimit -u`"))
            }
            _ => Refusal(FAILED, error.to_string()),
        }
    }
}

fn unsupported<T>(reason: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal(UNSUPPORTED, reason.into()))
}

fn boxed(made: io::Result<impl Session + 'static>) -> Result<Box<dyn Session>, Refusal> {
    Ok(Box::new(made?))
}

fn open_session(
    workload: &str,
    how: &Parameters,
    knobs: Knobs,
    peer_port: u16,
) -> Result<Box<dyn Session>, Refusal> {
    let flavor = knobs.flavor;
    if knobs.timers != Timers::Own && workload != "net/open_loop" {
        return unsupported(format!(
            "the knob timers says what wakes a sender of net/open_loop, and {workload} has none; leave it at own"
        ));
    }
    match (workload, flavor) {
        ("ping_pong/steady_rtt", _) => boxed(ping_pong::SteadyRtt::open(how, flavor)),
        ("ping_pong/tasks_rtt", _) => boxed(ping_pong::TasksRtt::open(how, flavor)),
        ("ping_pong/one_way_drain", _) => boxed(ping_pong::OneWayDrain::open(how, flavor)),
        ("ping_pong/cold_start", _) => boxed(ping_pong::ColdStart::open(how, flavor)),
        ("fanout/balanced" | "fanout/skewed", _) => boxed(fanout::Fanout::open(how, flavor)),
        ("fanout/hotkey_rotation", _) => boxed(keyed_fanout::KeyedFanout::open(how, flavor)),
        ("fanout/skynet" | "fanout/fib", Flavor::CurrentThread) => unsupported(
            "with a current-thread runtime on each worker a spawned call stays with its worker, and no other can run \
             it, which this workload demands; use flavor=multi_thread",
        ),
        ("fanout/skynet", _) => boxed(fork_join::ForkJoin::skynet(how)),
        ("fanout/fib", _) => boxed(fork_join::ForkJoin::fib(how)),
        ("idle/park", _) => boxed(idle::Idle::open(how, flavor)),
        (name, Flavor::CurrentThread)
            if (name.starts_with("fs/") || name == "mixed/io_cpu") && knobs.blocking == BlockingCalls::InPlace =>
        {
            unsupported(
                "a current-thread runtime has no other thread to hand its tasks to, so that block_in_place panics there; \
                 use flavor=multi_thread or blocking=on_pool",
            )
        }
        ("fs/metadata_storm", _) => boxed(files::Storm::open(how, knobs)),
        (name, _) if name.starts_with("fs/") => boxed(files::Data::open(name, how, knobs)),
        ("harness/empty", _) => unsupported(
            "the empty workload shows the harness's own cost, which the floor measures; no runtime takes part in it",
        ),
        ("mixed/io_cpu", _) => boxed(mixed::Mixed::open(workload, how, knobs, peer_port)),
        ("net/connections", _) => boxed(connections::Connections::open(how, flavor, peer_port)),
        ("net/open_loop", _) => boxed(open_loop::OpenLoop::open(how, knobs, peer_port)),
        ("net/churn", _) => boxed(churn::Churn::open(how, flavor, peer_port)),
        (name, _) if name.starts_with("net/") => boxed(streams::Streams::open(name, how, flavor, peer_port)),
        _ => unsupported(format!("the tokio backend has no form of {workload} yet")),
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

/// A pointer and a length, of which the length may be 0 and the pointer null.
unsafe fn items<'a, T>(first: *const T, count: usize) -> &'a [T] {
    if count == 0 {
        return &[];
    }
    slice::from_raw_parts(first, count)
}

unsafe fn text<'a>(from: *const c_char) -> std::borrow::Cow<'a, str> {
    CStr::from_ptr(from).to_string_lossy()
}

fn say(why: &Text, sentence: &str) {
    if why.capacity == 0 {
        return;
    }
    let length = sentence.len().min(why.capacity - 1);
    unsafe {
        ptr::copy_nonoverlapping(sentence.as_ptr(), why.data as *mut u8, length);
        *why.data.add(length) = 0;
    }
}

/// Nothing that panics may leave this library: what it said becomes the error.
fn guarded(why: Text, work: impl FnOnce() -> Result<(), Refusal>) -> Status {
    let refusal = match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(())) => return OK,
        Ok(Err(refusal)) => refusal,
        Err(panic) => {
            let said = panic.downcast_ref::<String>().cloned();
            let said = said.or_else(|| panic.downcast_ref::<&str>().map(|s| s.to_string()));
            Refusal(FAILED, format!("panicked: {}", said.unwrap_or_else(|| "no message".into())))
        }
    };
    say(&why, &refusal.1);
    refusal.0
}

unsafe fn read_knobs(settings: *const Setting, count: usize) -> Result<Knobs, Refusal> {
    let mut knobs =
        Knobs { flavor: Flavor::MultiThread, blocking: BlockingCalls::OnPool, timers: Timers::Own };
    for setting in items(settings, count) {
        let (name, value) = (text(setting.name), text(setting.value));
        let illegal = |range| Refusal(BAD_KNOB, format!("knob {name}={value} is not legal; it takes {range}"));
        match &*name {
            "flavor" => knobs.flavor = flavor_of(&value).ok_or_else(|| illegal("multi_thread, current_thread"))?,
            "blocking" => knobs.blocking = blocking_of(&value).ok_or_else(|| illegal("on_pool, in_place"))?,
            _ => knobs.timers = timers_of(&value).ok_or_else(|| illegal("own, exact"))?,
        }
    }
    Ok(knobs)
}

unsafe extern "C" fn check_knobs(knobs: *const Setting, count: usize, why: Text) -> Status {
    guarded(why, || read_knobs(knobs, count).map(|_| ()))
}

unsafe extern "C" fn open(host: *const Host, what: *const Case, made: *mut *mut OpenSession, why: Text) -> Status {
    guarded(why, || {
        if (*host).size < mem::size_of::<Host>() || (*what).size < mem::size_of::<Case>() {
            return Err(Refusal(FAILED, "the harness is older than this library; build both again".into()));
        }
        session::set_host(host);
        let what = &*what;
        let numbers: HashMap<_, _> = items(what.parameters, what.parameter_count)
            .iter()
            .map(|number| (text(number.name).into_owned(), number.value))
            .collect();
        let knobs = read_knobs(what.knobs, what.knob_count)?;
        let session = open_session(&text(what.workload), &Parameters(numbers), knobs, what.peer_port)?;
        *made = Box::into_raw(Box::new(session)) as *mut OpenSession;
        Ok(())
    })
}

unsafe extern "C" fn run(
    session: *mut OpenSession,
    order: *const Order,
    into: *mut Recorder,
    done: *mut Outcome,
    why: Text,
) -> Status {
    guarded(why, || {
        let session = &mut *(session as *mut Box<dyn Session>);
        let outcome = session.run(&session::Order {
            iterations: (*order).iterations,
            seed: (*order).seed,
            latencies: ((*order).record_latency != 0).then(|| session::Recorder::new(into)),
        });
        let outcome = outcome.map_err(|error| Refusal(FAILED, error.to_string()))?;
        (*done).operations = outcome.operations;
        (*done).checksum = outcome.checksum;
        (*done).bytes = outcome.bytes;
        (*done).thread_count = outcome.thread_ids.len().min(MOST_THREADS);
        for (to, from) in (*done).thread_ids.iter_mut().zip(&outcome.thread_ids) {
            *to = *from;
        }
        Ok(())
    })
}

unsafe extern "C" fn close(session: *mut OpenSession) {
    // A panic while threads are joined has nowhere to go.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(Box::from_raw(session as *mut Box<dyn Session>))));
}

unsafe extern "C" fn capabilities(session: *mut OpenSession, add: Add, to: *mut c_void) {
    let session = &*(session as *mut Box<dyn Session>);
    for (name, value) in session.capabilities() {
        if let (Ok(name), Ok(value)) = (CString::new(name), CString::new(value)) {
            add(to, name.as_ptr(), value.as_ptr());
        }
    }
}

macro_rules! c_text {
    ($text:expr) => {
        concat!($text, "\0").as_ptr() as *const c_char
    };
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

static TABLE: Backend = Backend {
    abi_version: ABI_VERSION,
    size: mem::size_of::<Backend>(),
    name: c_text!("tokio"),
    version: c_text!(env!("LIBRARY_VERSION")),
    summary: c_text!("Tokio: tasks, unbounded mpsc channels; one multi-thread runtime, or a current-thread one a worker"),
    knobs: KNOBS.as_ptr(),
    knob_count: KNOBS.len(),
    check_knobs: Some(check_knobs),
    open: Some(open),
    run: Some(run),
    close: Some(close),
    capabilities: Some(capabilities),
};

/// The one exported function.
#[no_mangle]
pub extern "C" fn bench_plugin(host_abi_version: u32) -> *const Backend {
    if host_abi_version == ABI_VERSION {
        &TABLE
    } else {
        ptr::null()
    }
}
