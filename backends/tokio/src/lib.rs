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
mod interface;
mod keyed_fanout;
mod mixed;
mod open_loop;
mod own_server;
mod peer;
mod ping_pong;
mod scenario;
mod session;
mod stream;
mod stream_shape;
mod streams;
mod timer_descriptor;
mod workers;

use interface::*;
use scenario::Scenario;
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
    values: &Parameters,
    knobs: Knobs,
    peer_port: u16,
) -> Result<Box<dyn Session>, Refusal> {
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

unsafe extern "C" fn open(host: *const Host, asked: *const Case, made: *mut *mut OpenSession, why: Text) -> Status {
    guarded(why, || {
        if (*host).size < mem::size_of::<Host>() || (*asked).size < mem::size_of::<Case>() {
            return Err(Refusal(FAILED, "the harness is older than this library; build both again".into()));
        }
        session::set_host(host);
        let asked = &*asked;
        let numbers: HashMap<_, _> = items(asked.parameters, asked.parameter_count)
            .iter()
            .map(|number| (text(number.name).into_owned(), number.value))
            .collect();
        let knobs = read_knobs(asked.knobs, asked.knob_count)?;
        let session = open_session(&text(asked.workload), &Parameters(numbers), knobs, asked.peer_port)?;
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
