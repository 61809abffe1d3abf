//! The resources of the network API, each a table of its attributes.

mod networks;

use axum::Router;

use super::Door;
use super::resource::{self, Served};
use crate::network::local::records::Network;

macro_rules! resources {
    ($($Record:ident),* $(,)?) => {
        /// Name, collection and path of each.
        pub(super) const NAMES: &[(&str, &str, &str)] =
            &[$((<$Record as crate::network::local::Resource>::NAME, $Record::PLURAL, $Record::PATH)),*];

        pub(super) fn routes() -> Router<Door> {
            Router::new()$(.merge(resource::routes::<$Record>()))*
        }
    };
}

resources!(Network);
