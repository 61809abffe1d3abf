//! `[serial_console]`: live terminals of servers, over websockets.

use crate::conf::oslo::option::section;

section! {
    /// Live terminals of servers, over websockets.
    pub struct SerialConsole in "serial_console" {
        /// Give out serial consoles.
        enabled: bool = "true",
        /// What the addresses of serial consoles begin with, ws:// or wss://, and end in a slash; when unset, the address that is
        /// listened on.
        base_url: Option<String>,
        /// The address on which consoles are served, those of `[vnc]` too.
        serialproxy_host: String = "127.0.0.1",
        /// The port on which consoles are served, those of `[vnc]` too.
        serialproxy_port: u16 = "6083",
    }
}
