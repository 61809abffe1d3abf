//! `[vnc]`: the console that dashboards ask for first. Here it is a page with a terminal in it.

use crate::conf::oslo::option::section;

section! {
    /// The console that dashboards ask for first. Here it is a page with a terminal in it, served where `[serial_console]` says.
    pub struct Vnc in "vnc" {
        /// Give out consoles of the type novnc.
        enabled: bool = "true" where also "DEFAULT.vnc_enabled",
        /// What the addresses of these pages begin with, http:// or https://, and end in a slash; when unset, that of
        /// `[serial_console] base_url`.
        novncproxy_base_url: Option<String> where also "DEFAULT.novncproxy_base_url",
    }
}
