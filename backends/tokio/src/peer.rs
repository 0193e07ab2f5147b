//! What the scenarios with many connections to the echo peer share (W38, W39): connecting, and the frames of
//! workloads/traffic/frame_flow.hpp.

use crate::session::mix;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use tokio::net::{TcpSocket, TcpStream};

const WORD: usize = 8;
/// SO_SNDBUF and SO_RCVBUF, as every backend has them (workloads/peer/peer_connection.hpp).
const SOCKET_BUFFER: u32 = 256 * 1024;

pub async fn connect(port: u16) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_send_buffer_size(SOCKET_BUFFER)?;
    socket.set_recv_buffer_size(SOCKET_BUFFER)?;
    let stream = socket.connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Frame k of a connection.
pub fn fill(frame: &mut [u8], seed: u64, connection: u64, k: u64) {
    let first = mix(seed.wrapping_add(connection << 40).wrapping_add(k));
    for (index, word) in frame.chunks_exact_mut(WORD).enumerate() {
        word.copy_from_slice(&first.wrapping_add(index as u64).to_ne_bytes());
    }
}

/// Of the words of a frame.
pub fn sum(frame: &[u8]) -> u64 {
    let words = frame.chunks_exact(WORD);
    words.fold(0u64, |sum, word| sum.wrapping_add(u64::from_ne_bytes(word.try_into().unwrap())))
}

/// What frame k adds to the checksum.
pub fn checksum(sum: u64, k: u64) -> u64 {
    mix(sum.wrapping_add(k))
}

pub fn gone(error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("a connection to the echo peer: {error}"))
}
