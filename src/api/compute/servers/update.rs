//! `PUT /servers/{id}`: a new name, address or description.

use axum::extract::{Path, State};
use axum::response::IntoResponse;

use super::boot_request::hostname;
use super::instance_id;
use super::view::{
    ExtendedAttributes, FaultView, Grouped, Progress, ServerCore, ServerGroups, ServerRest,
    UserDataAttribute, fault, progress, rest, sees_attributes,
};
use crate::api::compute::Door;
use crate::api::compute::text::{AccessIpV4, AccessIpV6, Description, Fqdn, Label, Name};
use crate::api::links::Links;
use crate::api::policy::{Need, allow};
use crate::api::request::OrNull;
use crate::api::{At, Body, Fault, Microversion, Under};
use crate::compute::Update;
use crate::objects::{Instance, RequestContext};
use crate::request;

request! {
    pub(super) struct UpdateServer in "server" {
        name: Option<Name>,
        disk_config as "OS-DCF:diskConfig": Option<DiskConfig>,
        access_ip_v4 as "accessIPv4": Option<AccessIpV4>,
        access_ip_v6 as "accessIPv6": Option<AccessIpV6>,
        description: Option<OrNull<Description>> = 2.19..,
        label as "hostname": Option<Label> = 2.90..2.94,
        hostname: Option<Fqdn> = 2.94..,
        pinned_availability_zone: Option<OrNull<Name>> = 2.104..,
    }
}

/// `AUTO` or `MANUAL`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DiskConfig {
    pub(super) auto: bool,
}

impl std::str::FromStr for DiskConfig {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "AUTO" => Ok(Self { auto: true }),
            "MANUAL" => Ok(Self { auto: false }),
            other => Err(format!("'{other}' is not one of ['AUTO', 'MANUAL']")),
        }
    }
}

crate::read_as_text!(DiskConfig = ["AUTO", "MANUAL"]);

impl Microversion {
    /// `PUT` and rebuild answer with the whole server.
    pub(super) const fn answers_updates_in_full(self) -> bool {
        self.at_least("2.75")
    }
}

impl UpdateServer {
    fn upgraded(self) -> Update {
        let cleared = |text: String| Some(text).filter(|text| !text.is_empty());
        Update {
            name: self.name.map(|name| name.0),
            hostname: hostname(self.label, self.hostname),
            description: self.description.map(|or_null| or_null.0.map(|text| text.0)),
            access_ip_v4: self.access_ip_v4.map(|ip| cleared(ip.0)),
            access_ip_v6: self.access_ip_v6.map(|ip| cleared(ip.0)),
            pinned_availability_zone: self
                .pinned_availability_zone
                .map(|zone| zone.0.map(|name| name.0)),
            disk_config_auto: self.disk_config.map(|config| config.auto),
        }
    }
}

pub(super) async fn update(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    links: Links,
    Path(id): Path<String>,
    Body(body): Body<UpdateServer>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:servers:update", Need::Member)?;
    let instance = door
        .compute
        .update(&context, instance_id(&id)?, body.upgraded())
        .await?;
    let groups = ServerGroups::of(&door, &instance).await?;
    let is_shown = version.answers_updates_in_full() && sees_attributes(&context);
    let view = (
        changed(&door, &context, version, &links, &instance, groups),
        is_shown.then(|| UserDataAttribute::of(&instance)),
    );
    Ok(At(version, Under("server", view)))
}

/// What the document says of [`Changed`] before 2.75.
pub(super) type ChangedInShort = (ServerCore, ServerGroups, Option<Progress>, Option<FaultView>);

/// The same from then on.
pub(super) type ChangedInFull = (
    ServerCore,
    (ServerRest, Option<Grouped>, ServerGroups),
    Option<Progress>,
    Option<FaultView>,
    Option<ExtendedAttributes>,
);

/// A server after a change, as much of it as the version shows.
pub(super) type Changed = (
    ServerCore,
    (Option<(ServerRest, Option<Grouped>)>, ServerGroups),
    Option<Progress>,
    Option<FaultView>,
    Option<ExtendedAttributes>,
);

pub(super) fn changed(
    door: &Door,
    context: &RequestContext,
    version: Microversion,
    links: &Links,
    instance: &Instance,
    groups: ServerGroups,
) -> Changed {
    let full = version.answers_updates_in_full();
    let template = &door.compute.settings().instance_name_template;
    let rest = (full.then(|| rest(instance)), groups);
    let attributes = (full && sees_attributes(context)).then(|| ExtendedAttributes::of(instance, template));
    let core = ServerCore::of(instance, links);
    (
        match full {
            true => core,
            false => core.with_plain_addresses(),
        },
        rest,
        progress(instance),
        fault(instance, context.is_admin()),
        attributes,
    )
}
