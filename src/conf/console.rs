//! `[console]`: the pages that open consoles.

use crate::conf::oslo::option::section;

section! {
    /// The pages that open consoles.
    pub struct Console in "console" {
        /// Hosts whose pages may open consoles, beside the one that serves them: a dashboard that shows serial consoles itself.
        allowed_origins: Vec<String> = "" where also "DEFAULT.console_allowed_origins",
        /// Folders in which a terminal for browsers is looked for, the first that has one wins: xterm.js, as Debian's libjs-xterm
        /// and npm lay it out, or term.js (libjs-term.js, for Debian before 13, whose libjs-xterm is none for browsers). Without
        /// any, consoles in a browser are lines of text.
        html5_path: Vec<String> = "/usr/share/javascript/xterm,/usr/share/javascript/term.js",
    }
}
