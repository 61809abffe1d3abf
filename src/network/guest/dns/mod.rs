//! The name server of one server: knows its neighbours, and asks others about everything else.

mod answer;
mod desk;
mod forward;
mod query;
mod reply;
mod resolv_conf;

use std::io;
use std::net::{TcpListener as StdTcpListener, UdpSocket as StdUdpSocket};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

pub use answer::DOMAIN;
pub(super) use desk::Desk;

/// How a question came; another server is asked in the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transport {
    Udp,
    Tcp,
}

/// What one server may have under way; of what comes by UDP beyond it nothing is heard.
const QUESTIONS: usize = 32;
const CONNECTIONS: usize = 8;
/// Who is connected and says nothing for so long is hung up on.
const PATIENCE: Duration = Duration::from_secs(10);
/// After an error of a listening socket, so as not to run hot.
const PAUSE: Duration = Duration::from_millis(100);
const LONGEST_QUESTION: usize = 4096;

/// Dropped, it leaves nothing behind: all sockets and tasks are within.
pub(super) fn serve(
    desk: Desk,
    udp: StdUdpSocket,
    tcp: StdTcpListener,
) -> io::Result<impl Future<Output = ()>> {
    let (udp, tcp) = (UdpSocket::from_std(udp)?, TcpListener::from_std(tcp)?);
    let desk = Arc::new(desk);
    let turns = Arc::new(Semaphore::new(QUESTIONS));
    Ok(async move {
        tokio::join!(datagrams(desk.clone(), udp, turns), connections(desk, tcp));
    })
}

async fn datagrams(desk: Arc<Desk>, socket: UdpSocket, turns: Arc<Semaphore>) {
    let socket = Arc::new(socket);
    let mut buffer = vec![0; LONGEST_QUESTION];
    let mut tasks = JoinSet::new();
    loop {
        let Ok((size, from)) = socket.recv_from(&mut buffer).await else {
            sleep(PAUSE).await;
            continue;
        };
        while tasks.try_join_next().is_some() {}
        let Ok(turn) = turns.clone().try_acquire_owned() else {
            continue;
        };
        let (desk, socket, question) = (desk.clone(), socket.clone(), buffer[..size].to_vec());
        tasks.spawn(async move {
            if let Some(reply) = desk.reply(&question, Transport::Udp).await {
                // Who asked may be gone.
                let _ = socket.send_to(&reply, from).await;
            }
            drop(turn);
        });
    }
}

async fn connections(desk: Arc<Desk>, listener: TcpListener) {
    let turns = Arc::new(Semaphore::new(CONNECTIONS));
    let mut tasks = JoinSet::new();
    // It is never closed.
    while let Ok(turn) = turns.clone().acquire_owned().await {
        let Ok((stream, _)) = listener.accept().await else {
            sleep(PAUSE).await;
            continue;
        };
        while tasks.try_join_next().is_some() {}
        let desk = desk.clone();
        tasks.spawn(async move {
            // However it ends, there is nobody left to tell.
            let _ = conversation(&desk, stream).await;
            drop(turn);
        });
    }
}

/// One question after the other; whoever sends garbage is hung up on.
async fn conversation(desk: &Desk, mut stream: TcpStream) -> io::Result<()> {
    loop {
        let question = timeout(PATIENCE, receive(&mut stream)).await??;
        let Some(reply) = desk.reply(&question, Transport::Tcp).await else {
            return Ok(());
        };
        timeout(PATIENCE, send(&mut stream, &reply)).await??;
    }
}

async fn receive(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let length = stream.read_u16().await?;
    let mut message = vec![0; usize::from(length)];
    stream.read_exact(&mut message).await?;
    Ok(message)
}

async fn send(stream: &mut TcpStream, message: &[u8]) -> io::Result<()> {
    let length = u16::try_from(message.len()).map_err(io::Error::other)?;
    let mut framed = length.to_be_bytes().to_vec();
    framed.extend(message);
    stream.write_all(&framed).await
}
