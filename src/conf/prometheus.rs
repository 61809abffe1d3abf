//! `[prometheus]`: where measurements can be read.

use crate::conf::oslo::option::section;

section! {
    /// Where measurements can be read, at `/metrics` of a port of their own. Whoever can reach it reads them.
    pub struct Prometheus in "prometheus" {
        /// The address on which measurements are served.
        listen: String = "127.0.0.1",
        /// The port on which measurements are served; none when unset.
        port: Option<u16>,
    }
}
