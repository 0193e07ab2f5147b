//! W35: the owner of a table of counters, an actor that takes messages from a channel, as workloads/traffic/keyed_messages.hpp
//! has them.

use crate::session::mix;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;

/// Messages that are handed over at once, at most.
pub const MOST: usize = 16;

pub enum ToOwner {
    /// By value: no allocation for a batch.
    Batch { count: usize, items: [u64; MOST] },
    /// Answered when all that was sent before is applied.
    EndOfStep(oneshot::Sender<()>),
}

impl ToOwner {
    pub fn batch(messages: &[u64]) -> Self {
        let mut items = [0; MOST];
        items[..messages.len()].copy_from_slice(messages);
        ToOwner::Batch { count: messages.len(), items }
    }
}

/// Until the channel is closed. The checksum of the table.
pub async fn own_table(owner: u64, keys: u64, mut incoming: UnboundedReceiver<ToOwner>) -> u64 {
    let mut counters = vec![0u64; keys as usize];
    while let Some(next) = incoming.recv().await {
        match next {
            ToOwner::Batch { count, items } => {
                for &message in &items[..count] {
                    let counter = &mut counters[(((message >> 32) * keys) >> 32) as usize];
                    *counter = counter.wrapping_add(message);
                }
            }
            // Who asked may have gone, with an error.
            ToOwner::EndOfStep(done) => drop(done.send(())),
        }
    }
    let of_key = |(key, counter): (usize, &u64)| mix(counter.wrapping_add(owner * keys + key as u64));
    counters.iter().enumerate().map(of_key).fold(0, u64::wrapping_add)
}
