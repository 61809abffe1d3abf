//! Keypairs: list, show, create or import, delete.

mod handlers;
mod view;

use super::Door;
use crate::api::links::Link;
use crate::api::route::{NOTHING, Routes, get};
use crate::{shows, span};
use view::{Enveloped, KeypairDetail, Made};

pub(super) fn routes() -> Routes<Door> {
    Routes::new()
        .route(
            "/os-keypairs",
            get(handlers::list)
                .answers(
                    200,
                    shows!("keypairs": Vec<Enveloped>, "keypairs_links": Option<[Link; 1]>),
                )
                .post(handlers::create)
                .answers_within(span!(..2.2), 200, shows!("keypair": Made))
                .answers_within(span!(2.2..), 201, shows!("keypair": Made)),
        )
        .route(
            "/os-keypairs/{name}",
            get(handlers::show)
                .answers(200, shows!("keypair": KeypairDetail))
                .delete(handlers::delete)
                .answers_within(span!(..2.2), 202, NOTHING)
                .answers_within(span!(2.2..), 204, NOTHING),
        )
}
