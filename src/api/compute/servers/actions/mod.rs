//! `POST /servers/{id}/action`: what can be done to a server, one file per action.

mod admin;
mod change_password;
mod console_output;
mod create_backup;
mod create_image;
mod deferred_delete;
mod fixed_ip;
mod floating_ip;
mod lock;
mod migrate;
mod pause;
mod power;
mod reboot;
mod rebuild;
mod remote_console;
mod rescue;
mod resize;
mod security_group;
mod shelve;
mod suspend;

use axum::extract::{Path, State};
use axum::response::Response;

use super::instance_id;
use crate::api::compute::Door;
use crate::api::links::Links;
use crate::api::route::{Methods, NOTHING, post};
use crate::api::{Action, Fault, Microversion};
use crate::objects::{ImageId, InstanceId, RequestContext};
use crate::{actions, shows, span};
use rebuild::{RebuiltInFull, RebuiltInShort};
use remote_console::Console;

/// The server that an action is for, and who asks.
#[derive(Debug)]
pub(super) struct Target {
    door: Door,
    context: RequestContext,
    version: Microversion,
    links: Links,
    id: InstanceId,
}

actions! {
    pub(super) struct ServerActions on Target {
        "os-start" => power::start,
        "os-stop" => power::stop,
        "reboot" => reboot::reboot,
        "pause" => pause::pause,
        "unpause" => pause::unpause,
        "suspend" => suspend::suspend,
        "resume" => suspend::resume,
        "resize" => resize::resize,
        "confirmResize" => resize::confirm,
        "revertResize" => resize::revert,
        "migrate" => migrate::migrate,
        "os-migrateLive" => migrate::live,
        "evacuate" => migrate::evacuate,
        "shelve" => shelve::shelve,
        "shelveOffload" => shelve::offload,
        "unshelve" => shelve::unshelve,
        "rescue" => rescue::rescue,
        "unrescue" => rescue::unrescue,
        "changePassword" => change_password::change_password,
        "forceDelete" => deferred_delete::force,
        "restore" => deferred_delete::restore,
        "os-resetState" => admin::reset_state,
        "trigger_crash_dump" => admin::crash_dump = 2.17..,
        "resetNetwork" => admin::gone,
        "injectNetworkInfo" => admin::inject_network_info,
        "createBackup" => create_backup::create_backup,
        "createImage" => create_image::create_image,
        "os-getConsoleOutput" => console_output::console_output,
        "os-getVNCConsole" => remote_console::vnc = ..2.6,
        "os-getSPICEConsole" => remote_console::spice = ..2.6,
        "os-getRDPConsole" => remote_console::rdp = ..2.6,
        "os-getSerialConsole" => remote_console::serial = ..2.6,
        "lock" => lock::lock,
        "unlock" => lock::unlock,
        "rebuild" => rebuild::rebuild,
        "addFixedIp" => fixed_ip::add = ..2.44,
        "removeFixedIp" => fixed_ip::remove = ..2.44,
        "addFloatingIp" => floating_ip::add = ..2.44,
        "removeFloatingIp" => floating_ip::remove = ..2.44,
        "addSecurityGroup" => security_group::add,
        "removeSecurityGroup" => security_group::remove,
    }
}

pub(super) fn method() -> Methods<Door> {
    post(act)
        .does::<ServerActions>()
        .answers(202, NOTHING)
        .answers_to("confirmResize", span!(), 204, NOTHING)
        .answers_to("evacuate", span!(), 200, NOTHING)
        .answers_to("createBackup", span!(..2.45), 202, NOTHING)
        .answers_to("createBackup", span!(2.45..), 202, shows!("image_id": ImageId))
        .answers_to("createImage", span!(..2.45), 202, NOTHING)
        .answers_to("createImage", span!(2.45..), 202, shows!("image_id": ImageId))
        .answers_to("os-getConsoleOutput", span!(), 200, shows!("output": String))
        .answers_to("os-getVNCConsole", span!(..2.6), 200, shows!("console": Console))
        .answers_to(
            "os-getSPICEConsole",
            span!(..2.6),
            200,
            shows!("console": Console),
        )
        .answers_to(
            "os-getSerialConsole",
            span!(..2.6),
            200,
            shows!("console": Console),
        )
        .answers_to("rebuild", span!(..2.75), 202, shows!("server": RebuiltInShort))
        .answers_to("rebuild", span!(2.75..), 202, shows!("server": RebuiltInFull))
        .answers_to("rescue", span!(), 200, shows!("adminPass": String))
}

async fn act(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    links: Links,
    Path(id): Path<String>,
    action: Action,
) -> Result<Response, Fault> {
    let target = Target {
        id: instance_id(&id)?,
        door,
        context,
        version,
        links,
    };
    ServerActions::dispatch(target, action).await
}
