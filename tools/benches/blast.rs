//! Sends zeros over TCP as fast as the wire takes them, or takes in what comes: two processes of this measure a network, not
//! themselves.
//!
//!     blast sink PORT
//!     blast send ADDRESS:PORT SECONDS      prints bytes and nanoseconds, until the sink had the last of them

use std::env;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

const CHUNK: usize = 256 << 10;

fn main() -> std::io::Result<()> {
    let words: Vec<String> = env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["sink", port] => sink(&format!("0.0.0.0:{port}")),
        ["send", address, seconds] => send(address, seconds.parse().unwrap_or(1)),
        _ => {
            eprintln!("blast sink PORT | blast send ADDRESS:PORT SECONDS");
            std::process::exit(2)
        }
    }
}

fn sink(address: &str) -> std::io::Result<()> {
    for stream in TcpListener::bind(address)?.incoming() {
        let mut stream = stream?;
        thread::spawn(move || {
            let mut chunk = vec![0; CHUNK];
            while let Ok(1..) = stream.read(&mut chunk) {}
        });
    }
    Ok(())
}

fn send(address: &str, seconds: u64) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    let (chunk, start, length) = (vec![0; CHUNK], Instant::now(), Duration::from_secs(seconds));
    let mut sent = 0;
    while start.elapsed() < length {
        stream.write_all(&chunk)?;
        sent += CHUNK;
    }
    stream.shutdown(Shutdown::Write)?;
    // The sink closes its end once it has read everything.
    stream.read(&mut [0])?;
    println!("{sent} {}", start.elapsed().as_nanos());
    Ok(())
}
