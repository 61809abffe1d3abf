//! Tells systemd how it goes (`Type=notify`): `sd_notify(3)`, one datagram to the socket that it named.

use std::os::unix::net::UnixDatagram;

pub(super) fn ready() {
    tell("READY=1");
}

pub(super) fn stopping() {
    tell("STOPPING=1");
}

/// Nobody listening is the usual case, and no error.
fn tell(state: &str) {
    let Some(address) = std::env::var_os("NOTIFY_SOCKET") else {
        return;
    };
    let told = UnixDatagram::unbound().and_then(|socket| send(&socket, &address, state));
    if let Err(error) = told {
        tracing::warn!(%error, "the service manager could not be told {state}");
    }
}

/// `@` stands for the null byte of an abstract address.
fn send(socket: &UnixDatagram, address: &std::ffi::OsStr, state: &str) -> std::io::Result<()> {
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::net::SocketAddr;
    let address = match address.as_bytes() {
        [b'@', name @ ..] => SocketAddr::from_abstract_name(name)?,
        _ => SocketAddr::from_pathname(address)?,
    };
    socket.send_to_addr(state.as_bytes(), &address).map(drop)
}
