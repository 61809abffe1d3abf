//! Server groups: list, show, create, delete.

mod handlers;
mod request;
mod view;

use super::Door;
use crate::api::route::{NOTHING, Routes, get};
use crate::shows;
use view::ServerGroupView;

pub(super) fn routes() -> Routes<Door> {
    Routes::new()
        .route(
            "/os-server-groups",
            get(handlers::list)
                .answers(200, shows!("server_groups": Vec<ServerGroupView>))
                .post(handlers::create)
                .answers(200, shows!("server_group": ServerGroupView)),
        )
        .route(
            "/os-server-groups/{id}",
            get(handlers::show)
                .answers(200, shows!("server_group": ServerGroupView))
                .delete(handlers::delete)
                .answers(204, NOTHING),
        )
}
