//! W37: a task a listener accepts, a task a connection serves it, as Tokio's tutorial has it.

use crate::churn_client::{Client, LISTENERS};
use crate::session::{Flavor, Order, Outcome, Parameters, Session};
use crate::workers::Workers;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const MOST_FRAME_BYTES: usize = 512;

async fn serve(mut socket: TcpStream, client: &Client) -> io::Result<()> {
    let mut room = [0u8; MOST_FRAME_BYTES];
    let frame = &mut room[..client.frame_bytes];
    socket.read_exact(frame).await?;
    socket.write_all(frame).await?;
    client.served();
    Ok(())
}

async fn accept_all(listener: TcpListener, client: Arc<Client>) {
    loop {
        match listener.accept().await {
            Ok((socket, _)) => {
                let client = client.clone();
                tokio::spawn(async move {
                    if let Err(error) = serve(socket, &client).await {
                        client.fail(error);
                    }
                });
            }
            Err(error) => return client.fail(error),
        }
    }
}

pub struct Churn {
    client: Arc<Client>,
    _workers: Workers, // dropped, it drops the tasks
}

impl Churn {
    pub fn open(values: &Parameters, flavor: Flavor, port: u16) -> io::Result<Self> {
        let workers = Workers::start_with_sockets(flavor, values.workers())?;
        let mut listeners = Vec::new();
        for _ in 0..LISTENERS {
            let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
            listener.set_nonblocking(true)?;
            listeners.push(listener);
        }
        let ports = listeners.iter().map(|one| Ok(one.local_addr()?.port())).collect::<io::Result<Vec<_>>>()?;
        let client = Arc::new(Client::connect(port, values, &ports)?);
        for (index, listener) in listeners.into_iter().enumerate() {
            let place = workers.handle(index % values.workers());
            let _inside = place.enter();
            place.spawn(accept_all(TcpListener::from_std(listener)?, client.clone()));
        }
        Ok(Churn { client, _workers: workers })
    }
}

impl Session for Churn {
    fn run(&mut self, order: &Order) -> io::Result<Outcome> {
        self.client.run(order.iterations, order.seed)
    }
}
