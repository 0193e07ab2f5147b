//! From the functions of a `bench_backend` to a backend in safe Rust: whoever implements `Plugin` has the table.

use crate::interface::{self, *};
use crate::session::{self, Parameters, Session};
use std::borrow::Cow;
use std::collections::HashMap;
use std::ffi::{CStr, CString};
use std::os::raw::{c_char, c_void};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::{io, mem, ptr, slice};

/// What `open` says when there is no session.
pub struct Refusal(pub Status, pub String);

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        // `Unsupported` is the files' word for a machine that lacks something.
        match error.kind() {
            io::ErrorKind::Unsupported => Refusal(UNAVAILABLE, error.to_string()),
            io::ErrorKind::WouldBlock => {
                Refusal(FAILED, format!("the runtime could not start its threads: {error}; look at `ulimit -u`"))
            }
            _ => Refusal(FAILED, error.to_string()),
        }
    }
}

pub type Opened = Result<Box<dyn Session>, Refusal>;

pub fn unsupported<T>(reason: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal(UNSUPPORTED, reason.into()))
}

pub fn boxed(made: io::Result<impl Session + 'static>) -> Opened {
    Ok(Box::new(made?))
}

/// A backend: its knobs as a type, and its sessions.
pub trait Plugin {
    type Knobs: Default;

    /// "general\0" or "specialist\0", and "sleeps\0", "spins\0" or "polls\0" (backend_c.h), whatever the knobs.
    const STANDING: &'static str;
    const WAITS: &'static str;

    /// Sets one knob, or says which values are legal.
    fn set_knob(knobs: &mut Self::Knobs, name: &str, value: &str) -> Result<(), &'static str>;

    fn open(workload: &str, values: &Parameters, knobs: Self::Knobs, peer_port: u16) -> Opened;
}

/// The table of a backend, whose texts end in a zero byte.
pub const fn table<P: Plugin>(texts: [&'static str; 3], knobs: &'static [Knob]) -> Backend {
    let [name, version, summary] = texts;
    Backend {
        abi_version: ABI_VERSION,
        size: mem::size_of::<Backend>(),
        name: name.as_ptr() as *const c_char,
        version: version.as_ptr() as *const c_char,
        summary: summary.as_ptr() as *const c_char,
        knobs: knobs.as_ptr(),
        knob_count: knobs.len(),
        check_knobs: Some(check_knobs::<P>),
        open: Some(open::<P>),
        run: Some(run),
        close: Some(close),
        capabilities: Some(capabilities),
        standing: P::STANDING.as_ptr() as *const c_char,
        waits: Some(waits::<P>),
    }
}

/// A text as C wants it.
#[macro_export]
macro_rules! c_text {
    ($text:expr) => {
        concat!($text, "\0").as_ptr() as *const std::os::raw::c_char
    };
}

/// A pointer and a length, of which the length may be 0 and the pointer null.
unsafe fn items<'a, T>(first: *const T, count: usize) -> &'a [T] {
    if count == 0 {
        return &[];
    }
    slice::from_raw_parts(first, count)
}

unsafe fn text<'a>(from: *const c_char) -> Cow<'a, str> {
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

unsafe fn read_knobs<P: Plugin>(settings: *const Setting, count: usize) -> Result<P::Knobs, Refusal> {
    let mut knobs = P::Knobs::default();
    for setting in items(settings, count) {
        let (name, value) = (text(setting.name), text(setting.value));
        P::set_knob(&mut knobs, &name, &value)
            .map_err(|range| Refusal(BAD_KNOB, format!("knob {name}={value} is not legal; it takes {range}")))?;
    }
    Ok(knobs)
}

unsafe extern "C" fn check_knobs<P: Plugin>(knobs: *const Setting, count: usize, why: Text) -> Status {
    guarded(why, || read_knobs::<P>(knobs, count).map(|_| ()))
}

unsafe extern "C" fn open<P: Plugin>(
    host: *const Host,
    asked: *const Case,
    made: *mut *mut OpenSession,
    why: Text,
) -> Status {
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
        let knobs = read_knobs::<P>(asked.knobs, asked.knob_count)?;
        let session = P::open(&text(asked.workload), &Parameters(numbers), knobs, asked.peer_port)?;
        *made = Box::into_raw(Box::new(session)) as *mut OpenSession;
        Ok(())
    })
}

unsafe extern "C" fn run(
    session: *mut OpenSession,
    order: *const interface::Order,
    into: *mut Recorder,
    done: *mut Outcome,
    why: Text,
) -> Status {
    guarded(why, || {
        let open = &mut *(session as *mut Box<dyn Session>);
        let outcome = open.run(&session::Order {
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

unsafe extern "C" fn waits<P: Plugin>(_knobs: *const interface::Setting, _count: usize) -> *const c_char {
    P::WAITS.as_ptr() as *const c_char
}

unsafe extern "C" fn capabilities(session: *mut OpenSession, add: Add, to: *mut c_void) {
    let session = &*(session as *mut Box<dyn Session>);
    for (name, value) in session.capabilities() {
        if let (Ok(name), Ok(value)) = (CString::new(name), CString::new(value)) {
            add(to, name.as_ptr(), value.as_ptr());
        }
    }
}
