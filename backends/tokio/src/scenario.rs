//! What a workload asks for, as a type. Its name is read here, once; all else goes by the type, and the compiler sees that
//! nothing is forgotten.

use crate::serve::Answering;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scenario {
    SteadyRtt,
    TasksRtt,
    OneWayDrain,
    ColdStart,
    Fanout,
    KeyedFanout,
    Skynet,
    Fib,
    Data,
    Storm,
    Streams(Traffic),
    Churn,
    Serve(Answering),
    OpenLoop,
    Connections,
    Mixed,
    Idle,
    Empty,
}

/// How the frames of W30–W36 are shared out, where the parameters alone do not say it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Traffic {
    /// One stream carries all of them.
    Single,
    /// One stream carries more in a step; which, moves on.
    Hotspot,
    /// Each stream carries as many.
    Even,
    /// Drawn beforehand, in bursts.
    Bursts,
}

impl Scenario {
    /// None for a workload that came after this library was built.
    pub fn of(workload: &str) -> Option<Self> {
        Some(match workload {
            "ping_pong/steady_rtt" => Scenario::SteadyRtt,
            "ping_pong/tasks_rtt" => Scenario::TasksRtt,
            "ping_pong/one_way_drain" => Scenario::OneWayDrain,
            "ping_pong/cold_start" => Scenario::ColdStart,
            "fanout/balanced" | "fanout/skewed" => Scenario::Fanout,
            "fanout/hotkey_rotation" => Scenario::KeyedFanout,
            "fanout/skynet" => Scenario::Skynet,
            "fanout/fib" => Scenario::Fib,
            "fs/read_rtt" | "fs/read_depth" | "fs/write_depth" => Scenario::Data,
            "fs/metadata_storm" => Scenario::Storm,
            "net/echo_rtt" | "net/stream_window" => Scenario::Streams(Traffic::Single),
            "net/imbalanced" | "net/hotspot_rotation" | "net/keyed_hotspot" => Scenario::Streams(Traffic::Hotspot),
            "net/pipeline_hotspot" => Scenario::Streams(Traffic::Even),
            "net/bursty_tenants" => Scenario::Streams(Traffic::Bursts),
            "net/churn" => Scenario::Churn,
            "serve/echo" | "serve/pipelined" => Scenario::Serve(Answering::Echo),
            "serve/skewed" => Scenario::Serve(Answering::Work),
            "serve/fanout" => Scenario::Serve(Answering::Forks),
            "serve/http" => Scenario::Serve(Answering::Http),
            "net/open_loop" => Scenario::OpenLoop,
            "net/connections" => Scenario::Connections,
            "mixed/io_cpu" => Scenario::Mixed,
            "idle/park" => Scenario::Idle,
            "harness/empty" => Scenario::Empty,
            _ => return None,
        })
    }

    /// Whether it makes calls on files, which block.
    pub fn has_files(self) -> bool {
        matches!(self, Scenario::Data | Scenario::Storm | Scenario::Mixed)
    }
}
