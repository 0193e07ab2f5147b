//! What the scenarios are opened with: the interface that all backends in Rust have, and the knob of this one.

pub use rust_plugin::session::*;

/// How a call forks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Fork {
    /// `join` for two, a parallel iterator for more, which comes down to it.
    #[default]
    Join,
    /// `scope`, with a `spawn` for each.
    Scope,
}
