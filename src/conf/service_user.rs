//! `[service_user]`: the user in whose name long work outlives the caller's token.

use crate::conf::auth::Auth;
use crate::conf::oslo::option::section;

section! {
    /// The user in whose name long work outlives the caller's token.
    pub struct ServiceUser in "service_user" with auth: Auth {
        /// Send a token of this user along with the caller's.
        send_service_user_token: bool = "false",
    }
}
