//! peer=self (W6): the other ends of a session's connections, echoed by a spawned task each, as the example of
//! Tokio's README does it.

use crate::stream::SOCKET_BUFFER;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::Handle;

/// What is read at once (workloads/peer/own_listener.hpp).
const CHUNK: usize = 64 * 1024;

/// Until the other side closes. An error is an end as well: the other side sees it.
async fn echo(mut socket: TcpStream) {
    let mut chunk = vec![0; CHUNK];
    loop {
        match socket.read(&mut chunk).await {
            Ok(count) if count != 0 => {
                if socket.write_all(&chunk[..count]).await.is_err() {
                    return;
                }
            }
            _ => return,
        }
    }
}

/// A listener at the runtime that serves what it accepts. Dropped when the session is open: no other process gets in.
pub struct OwnServer {
    listener: TcpListener,
    place: Handle,
}

impl OwnServer {
    pub fn open(place: &Handle) -> io::Result<Self> {
        let _inside = place.enter();
        let socket = TcpSocket::new_v4()?;
        // What it accepts has them too (tcp(7)).
        socket.set_send_buffer_size(SOCKET_BUFFER)?;
        socket.set_recv_buffer_size(SOCKET_BUFFER)?;
        socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        Ok(OwnServer { listener: socket.listen(4096)?, place: place.clone() })
    }

    pub fn port(&self) -> io::Result<u16> {
        Ok(self.listener.local_addr()?.port())
    }

    /// Accepts the next connection and serves it until it ends or the runtime does.
    pub fn serve_next(&self) -> io::Result<()> {
        // In the context of that runtime, with whose driver the connection is registered.
        let (socket, _) = self.place.block_on(self.listener.accept())?;
        socket.set_nodelay(true)?;
        self.place.spawn(echo(socket));
        Ok(())
    }
}
