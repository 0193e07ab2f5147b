//! What a slice of frames on connections is made of (W30–W36), read from the parameters once.

use crate::bursts;
use crate::scenario::Traffic;
use crate::session::Parameters;
use std::sync::Arc;

pub const WORD: usize = 8;

#[derive(Clone, Copy)]
pub struct Shape {
    pub streams: u64,
    pub steps: u64,
    pub hot_frames: u64,
    pub cold_frames: u64,
    pub frame_bytes: usize,
    pub window: u64,
    pub hot_steps: u64,
    pub cold_steps: u64,
    pub rotation: u64, // 0: nothing is computed
    pub messages: u64,
    pub batch: usize,
    pub owners: u64,
    pub keys: u64,
    pub vectored: bool,
}

/// Frames of each stream in each step (W36), where they differ otherwise than by one that is hot.
pub type Arrivals = Option<Arc<Vec<u64>>>;

pub fn read_arrivals(traffic: Traffic, values: &Parameters) -> Arrivals {
    let plan = || {
        bursts::plan(&bursts::Options {
            tenants: values.get("streams"),
            rounds: values.get("rounds"),
            frames: values.get("frames"),
            burst: values.get("burst"),
            gap: values.get("gap"),
            skew_tenths: values.get("skew"),
            pattern: values.get("pattern"),
        })
    };
    (traffic == Traffic::Bursts).then(|| Arc::new(plan()))
}

impl Shape {
    /// What the parameters say of their own names. What is not said is the plainest case.
    pub fn read(values: &Parameters) -> Self {
        let value = |name: &str, otherwise: u64| values.get_or(name, otherwise);
        Shape {
            streams: value("streams", 1),
            steps: value("steps_in_turn", 1),
            hot_frames: value("hot_frames", 1),
            cold_frames: value("cold_frames", 0),
            frame_bytes: value("frame_words", 1) as usize * WORD,
            window: value("window", 1),
            hot_steps: value("hot_steps", 0),
            cold_steps: value("steps", 0),
            rotation: value("rotation", 0),
            messages: value("frame_messages", 0),
            batch: value("batch", 1) as usize,
            owners: value("owners", 0),
            keys: value("keys", 0),
            vectored: value("write", 0) != 0,
        }
    }

    /// The same, with what `frames` and `rounds` mean to the workload.
    pub fn of(traffic: Traffic, values: &Parameters) -> Self {
        let shape = Self::read(values);
        match traffic {
            Traffic::Single => Shape { hot_frames: values.get("frames"), ..shape },
            Traffic::Hotspot => shape,
            Traffic::Even => Shape { hot_frames: values.get("frames"), cold_frames: values.get("frames"), ..shape },
            Traffic::Bursts => Shape { steps: values.get("rounds"), ..shape },
        }
    }

    pub fn frames_of(self, stream: u64, step: u64) -> u64 {
        if stream == step % self.streams {
            self.hot_frames
        } else {
            self.cold_frames
        }
    }

    pub fn work_steps_of(self, stream: u64, frame: u64) -> u64 {
        if frame / self.rotation % self.streams == stream {
            self.hot_steps
        } else {
            self.cold_steps
        }
    }
}
