//! The way to the client of net/churn, by the words of workloads/cases/churn.hpp: workloads/ground/churn_service.cpp in Rust.

use crate::session::{Outcome, Parameters};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Mutex;

pub const LISTENERS: usize = 4;

pub struct Client {
    control: TcpStream,
    pub frame_bytes: usize,
    connections: u64,
    window: u64,
    ports: Vec<u16>,
    served: AtomicU64,
    failure: Mutex<Option<io::Error>>,
}

impl Client {
    pub fn connect(port: u16, values: &Parameters, ports: &[u16]) -> io::Result<Self> {
        Ok(Client {
            control: TcpStream::connect((Ipv4Addr::LOCALHOST, port))?,
            frame_bytes: values.get("frame_words") as usize * 8,
            connections: values.get("connections"),
            window: values.get("window"),
            ports: ports.to_vec(),
            served: AtomicU64::new(0),
            failure: Mutex::new(None),
        })
    }

    /// A connection's frame has gone back; it is closed next.
    pub fn served(&self) {
        self.served.fetch_add(1, Ordering::Relaxed);
    }

    /// Ends `run`.
    pub fn fail(&self, error: io::Error) {
        self.failure.lock().unwrap().get_or_insert(error);
        let _ = self.control.shutdown(Shutdown::Both);
    }

    /// One slice: blocks until the client has seen the last connection closed.
    pub fn run(&self, iterations: u64, seed: u64) -> io::Result<Outcome> {
        self.served.store(0, Ordering::Relaxed);
        let answered = self.ask(self.connections * iterations, seed);
        if let Some(error) = self.failure.lock().unwrap().take() {
            return Err(error);
        }
        let [_, checksum, error] = answered?;
        if error != 0 {
            return Err(io::Error::from_raw_os_error(error as i32));
        }
        let operations = self.served.load(Ordering::Relaxed);
        Ok(Outcome { operations, checksum, bytes: operations * self.frame_bytes as u64, thread_ids: Vec::new() })
    }

    fn ask(&self, connections: u64, seed: u64) -> io::Result<[u64; 3]> {
        let mut request = vec![connections, seed, self.frame_bytes as u64, self.window];
        request.extend(self.ports.iter().map(|&port| u64::from(port)));
        let bytes: Vec<u8> = request.iter().flat_map(|word| word.to_ne_bytes()).collect();
        let mut control = &self.control;
        control.write_all(&bytes)?;
        let mut answer = [0u8; 24];
        control.read_exact(&mut answer)?;
        let word = |index: usize| u64::from_ne_bytes(answer[index * 8..index * 8 + 8].try_into().unwrap());
        Ok([word(0), word(1), word(2)])
    }
}
