//! workloads/backend_c.h, word by word. A change of one is a change of the other.

use std::os::raw::{c_char, c_void};

pub const ABI_VERSION: u32 = 1;
pub const MOST_THREADS: usize = 64;

pub type Status = i32;
pub const OK: Status = 0;
pub const UNSUPPORTED: Status = 1;
pub const UNAVAILABLE: Status = 2;
pub const BAD_KNOB: Status = 3;
pub const FAILED: Status = 4;

#[repr(C)]
pub struct Text {
    pub data: *mut c_char,
    pub capacity: usize,
}

#[repr(C)]
pub struct Setting {
    pub name: *const c_char,
    pub value: *const c_char,
}

#[repr(C)]
pub struct Number {
    pub name: *const c_char,
    pub value: i64,
}

#[repr(C)]
pub struct Knob {
    pub name: *const c_char,
    pub initial: *const c_char,
    pub range: *const c_char,
    pub unit: *const c_char,
    pub help: *const c_char,
}

/// The harness's own.
#[repr(C)]
pub struct Recorder {
    _opaque: [u8; 0],
}

#[repr(C)]
pub struct Host {
    pub size: usize,
    pub work: extern "C" fn(seed: u64, steps: u64) -> u64,
    pub thread_id: extern "C" fn() -> u64,
    pub now_ns: extern "C" fn() -> u64,
    pub record: extern "C" fn(into: *mut Recorder, lane: usize, ns: u64, count: u64),
}

#[repr(C)]
pub struct Case {
    pub size: usize,
    pub workload: *const c_char,
    pub parameters: *const Number,
    pub parameter_count: usize,
    pub knobs: *const Setting,
    pub knob_count: usize,
    pub peer_port: u16,
}

#[repr(C)]
pub struct Order {
    pub size: usize,
    pub iterations: u64,
    pub seed: u64,
    pub record_latency: u32,
    pub lanes: u32,
}

#[repr(C)]
pub struct Outcome {
    pub size: usize,
    pub operations: u64,
    pub checksum: u64,
    pub bytes: u64,
    pub thread_ids: [u64; MOST_THREADS],
    pub thread_count: usize,
}

/// Ours; what it holds is the business of lib.rs.
#[repr(C)]
pub struct OpenSession {
    _opaque: [u8; 0],
}

pub type Add = extern "C" fn(to: *mut c_void, name: *const c_char, value: *const c_char);

#[repr(C)]
pub struct Backend {
    pub abi_version: u32,
    pub size: usize,
    pub name: *const c_char,
    pub version: *const c_char,
    pub summary: *const c_char,
    pub knobs: *const Knob,
    pub knob_count: usize,
    pub check_knobs: Option<unsafe extern "C" fn(*const Setting, usize, Text) -> Status>,
    pub open: Option<unsafe extern "C" fn(*const Host, *const Case, *mut *mut OpenSession, Text) -> Status>,
    pub run: Option<unsafe extern "C" fn(*mut OpenSession, *const Order, *mut Recorder, *mut Outcome, Text) -> Status>,
    pub close: Option<unsafe extern "C" fn(*mut OpenSession)>,
    pub capabilities: Option<unsafe extern "C" fn(*mut OpenSession, Add, *mut c_void)>,
    pub standing: *const c_char,
    pub waits: Option<unsafe extern "C" fn(*const Setting, usize) -> *const c_char>,
}

// The tables hold pointers to static text only.
unsafe impl Sync for Backend {}
unsafe impl Sync for Knob {}
