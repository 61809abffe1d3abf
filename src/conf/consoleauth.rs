//! `[consoleauth]`: how long consoles may be opened.

use crate::conf::oslo::option::section;

section! {
    /// How long consoles may be opened.
    pub struct Consoleauth in "consoleauth" {
        /// Seconds in which a console must be opened once its address was given out. The address is good once.
        token_ttl: u32 = "600" where also "DEFAULT.console_token_ttl",
        /// Close a console when its `token_ttl` is over, whoever is at it.
        enforce_session_timeout: bool = "false",
    }
}
