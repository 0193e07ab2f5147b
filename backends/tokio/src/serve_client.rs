//! The way to the load generator, by the words of workloads/cases/serve.hpp: workloads/ground/serve_service.cpp in Rust.

use crate::session::{Order, Outcome, Parameters};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpStream};
use std::sync::Mutex;

pub struct ServeClient {
    control: TcpStream,
    port: u64,
    requests: u64,
    /// 0: HTTP.
    pub frame_bytes: usize,
    connections: u64,
    depth: u64,
    rate: u64,
    /// Steps, heavy_every, heavy_times, branches.
    work: [u64; 4],
    failure: Mutex<Option<io::Error>>,
}

impl ServeClient {
    /// The session serves at `port`.
    pub fn connect(peer_port: u16, values: &Parameters, port: u16) -> io::Result<Self> {
        Ok(ServeClient {
            control: TcpStream::connect((Ipv4Addr::LOCALHOST, peer_port))?,
            port: u64::from(port),
            requests: values.get("requests"),
            frame_bytes: values.get_or("frame_words", 0) as usize * 8,
            connections: values.get("connections"),
            depth: values.get("depth"),
            rate: values.get("rate"),
            work: ["steps", "heavy_every", "heavy_times", "branches"].map(|name| values.get_or(name, 0)),
            failure: Mutex::new(None),
        })
    }

    /// The server cannot go on: ends `run`. Not for what one client did.
    pub fn fail(&self, error: io::Error) {
        self.failure.lock().unwrap().get_or_insert(error);
        let _ = self.control.shutdown(Shutdown::Both);
    }

    /// One slice: blocks until the load generator has had the last answer.
    pub fn run(&self, order: &Order) -> io::Result<Outcome> {
        let answered = self.ask(order);
        if let Some(error) = self.failure.lock().unwrap().take() {
            return Err(error);
        }
        let [operations, checksum, bytes, error, latencies] = answered?;
        if error != 0 {
            return Err(io::Error::from_raw_os_error(error as i32));
        }
        for _ in 0..latencies {
            let [ns, count] = self.read_words()?;
            if let Some(into) = order.latencies {
                into.record_many(ns, count);
            }
        }
        Ok(Outcome { operations, checksum, bytes, thread_ids: Vec::new() })
    }

    fn ask(&self, order: &Order) -> io::Result<[u64; 5]> {
        let [steps, heavy_every, heavy_times, branches] = self.work;
        let request = [
            self.port,
            u64::from(self.frame_bytes == 0), // the protocol
            order.seed,
            self.requests * order.iterations,
            self.frame_bytes as u64,
            self.connections,
            self.depth,
            self.rate,
            steps,
            heavy_every,
            heavy_times,
            branches,
            u64::from(order.latencies.is_some()),
        ];
        let bytes: Vec<u8> = request.iter().flat_map(|word| word.to_ne_bytes()).collect();
        let mut control = &self.control;
        control.write_all(&bytes)?;
        self.read_words()
    }

    fn read_words<const COUNT: usize>(&self) -> io::Result<[u64; COUNT]> {
        let mut bytes = vec![0u8; COUNT * 8];
        let mut control = &self.control;
        control.read_exact(&mut bytes)?;
        let mut words = [0u64; COUNT];
        for (word, bytes) in words.iter_mut().zip(bytes.chunks_exact(8)) {
            *word = u64::from_ne_bytes(bytes.try_into().unwrap());
        }
        Ok(words)
    }
}
