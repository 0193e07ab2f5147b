//! W60 to W64: a task accepts, a task a connection serves it, as Tokio's tutorial has it; the branches of a
//! request are tasks that it joins. What computes for long does so in its task: at a microsecond to a hundred, the way to
//! the blocking pool and back would cost more than it saves.

use crate::http;
use crate::serve_client::ServeClient;
use crate::session::{work, Flavor, Order, Outcome, Parameters, Session};
use crate::stream::SOCKET_BUFFER;
use crate::workers::Workers;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::Handle;

/// What is read at once (workloads/cases/serve.hpp).
const ROOM: usize = 4096;
const MOST_BRANCHES: u64 = 1024;
/// Of all branches of a request.
const MOST_STEPS: u64 = 2_000_000_000;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answering {
    /// The frame goes back as it came.
    Echo,
    /// What the request asks for, in one piece.
    Work,
    /// The request's branches, each a task.
    Forks,
    Http,
}

/// What a request begins with.
#[derive(Clone, Copy)]
struct Head {
    value: u64,
    steps: u64,
    branches: u64,
}

fn word_at(frame: &[u8], index: usize) -> u64 {
    u64::from_ne_bytes(frame[index * 8..index * 8 + 8].try_into().unwrap())
}

impl Head {
    fn of(frame: &[u8]) -> Self {
        Head { value: word_at(frame, 0), steps: word_at(frame, 1), branches: word_at(frame, 2) }
    }

    fn branch(self, number: u64) -> u64 {
        work(self.value.wrapping_add(number), self.steps)
    }

    /// Whether it asks for work, and for no more than it may (workloads/cases/serve.hpp).
    fn is_computed(self) -> bool {
        self.steps != 0 && self.branches <= MOST_BRANCHES && self.steps <= MOST_STEPS / self.branches.max(1)
    }

    /// Computed here, branch after branch.
    fn answer(self) -> u64 {
        match self.branches {
            _ if !self.is_computed() => self.value,
            0 => work(self.value, self.steps),
            branches => (0..branches).fold(0, |sum, number| u64::wrapping_add(sum, self.branch(number))),
        }
    }

    /// An error where the runtime ends meanwhile.
    async fn forked_answer(self) -> io::Result<u64> {
        if self.branches == 0 || !self.is_computed() {
            return Ok(self.answer());
        }
        let branches: Vec<_> =
            (0..self.branches).map(|number| tokio::spawn(async move { self.branch(number) })).collect();
        let mut sum = 0u64;
        for branch in branches {
            sum = sum.wrapping_add(branch.await?);
        }
        Ok(sum)
    }
}

async fn echo(mut socket: TcpStream) -> io::Result<()> {
    let mut room = vec![0u8; ROOM];
    loop {
        let count = socket.read(&mut room).await?;
        if count == 0 {
            return Ok(());
        }
        socket.write_all(&room[..count]).await?;
    }
}

/// All whole requests that a read has brought are answered by one write.
async fn compute(mut socket: TcpStream, frame_bytes: usize, forks: bool) -> io::Result<()> {
    let mut room = vec![0u8; ROOM];
    let mut got = 0;
    loop {
        let count = socket.read(&mut room[got..]).await?;
        if count == 0 {
            return Ok(());
        }
        got += count;
        let whole = got / frame_bytes * frame_bytes;
        for frame in room[..whole].chunks_exact_mut(frame_bytes) {
            let head = Head::of(frame);
            let value = if forks { head.forked_answer().await? } else { head.answer() };
            frame[..8].copy_from_slice(&value.to_ne_bytes());
        }
        socket.write_all(&room[..whole]).await?;
        room.copy_within(whole..got, 0);
        got -= whole;
    }
}

/// An error is an end: it was the client's.
async fn serve(socket: TcpStream, frame_bytes: usize, answering: Answering) {
    let _ = match answering {
        Answering::Echo => echo(socket).await,
        Answering::Work => compute(socket, frame_bytes, false).await,
        Answering::Forks => compute(socket, frame_bytes, true).await,
        Answering::Http => http::talk(socket, ROOM).await,
    };
}

/// With a runtime a worker each of them has as many connections; a socket goes there as the plain one that it is.
async fn accept_all(listener: TcpListener, places: Vec<Handle>, client: Arc<ServeClient>, answering: Answering) {
    for place in places.iter().cycle() {
        let accepted = async {
            let (socket, _) = listener.accept().await?;
            socket.set_nodelay(true)?;
            if places.len() == 1 {
                place.spawn(serve(socket, client.frame_bytes, answering));
                return Ok(());
            }
            let plain = socket.into_std()?;
            let frame_bytes = client.frame_bytes;
            place.spawn(async move {
                if let Ok(socket) = TcpStream::from_std(plain) {
                    serve(socket, frame_bytes, answering).await;
                }
            });
            Ok(())
        };
        if let Err(error) = accepted.await {
            return client.fail(error);
        }
    }
}

fn listen(place: &Handle) -> io::Result<TcpListener> {
    let _inside = place.enter();
    let socket = TcpSocket::new_v4()?;
    // What it accepts has them too (tcp(7)).
    socket.set_send_buffer_size(SOCKET_BUFFER)?;
    socket.set_recv_buffer_size(SOCKET_BUFFER)?;
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    socket.listen(4096)
}

pub struct Serve {
    client: Arc<ServeClient>,
    _workers: Workers, // dropped, it drops the tasks
}

impl Serve {
    pub fn open(answering: Answering, values: &Parameters, flavor: Flavor, peer_port: u16) -> io::Result<Self> {
        let workers = Workers::start_with_sockets(flavor, values.workers())?;
        let places = workers.handles();
        let listener = listen(&places[0])?;
        let client = Arc::new(ServeClient::connect(peer_port, values, listener.local_addr()?.port())?);
        places[0].spawn(accept_all(listener, places.clone(), client.clone(), answering));
        Ok(Serve { client, _workers: workers })
    }
}

impl Session for Serve {
    fn run(&mut self, order: &Order) -> io::Result<Outcome> {
        self.client.run(order)
    }
}
