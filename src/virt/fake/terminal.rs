//! A terminal that says what is typed into it, until its server ends.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::sync::broadcast;

use super::server::Server;
use super::state::State;
use crate::objects::{InstanceId, PowerState};
use crate::virt::{Error, Event, Terminal, Window, WindowSize};

const ROOM: usize = 4096;

struct FakeWindow {
    state: Arc<State>,
    id: InstanceId,
}

/// Refuses what is not running, as the engine does.
pub(super) fn open(state: &Arc<State>, id: InstanceId) -> Result<Terminal, Error> {
    let events = state.events.subscribe();
    match state.servers().get(&id).map(|server| server.power_state) {
        Some(PowerState::Running) => {}
        Some(_) => return Err(Error::Refused(format!("Container nova-{id} is not running"))),
        None => return Err(Error::NoSuchInstance(id)),
    }
    let (ours, theirs) = tokio::io::duplex(ROOM);
    tokio::spawn(echo(state.clone(), id, theirs, events));
    let (output, input) = tokio::io::split(ours);
    Ok(Terminal {
        output: Box::new(output),
        input: Box::new(input),
        window: Box::new(FakeWindow {
            state: state.clone(),
            id,
        }),
    })
}

async fn echo(
    state: Arc<State>,
    id: InstanceId,
    mut line: DuplexStream,
    mut events: broadcast::Receiver<Option<Event>>,
) {
    let mut typed = vec![0; ROOM];
    state.terminals(id, 1);
    loop {
        tokio::select! {
            read = line.read(&mut typed) => match read {
                Ok(length @ 1..) if line.write_all(&typed[..length]).await.is_ok() => {}
                _ => break,
            },
            _ = events.recv() => {
                if !state.servers().get(&id).is_some_and(Server::is_running) {
                    break;
                }
            }
        }
    }
    state.terminals(id, -1);
}

#[async_trait]
impl Window for FakeWindow {
    async fn resize(&mut self, size: WindowSize) -> Result<(), Error> {
        match self.state.servers().get_mut(&self.id) {
            Some(server) => {
                server.window = Some(size);
                Ok(())
            }
            None => Err(Error::NoSuchInstance(self.id)),
        }
    }
}
