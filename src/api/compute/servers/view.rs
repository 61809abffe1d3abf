//! How a server is shown.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::addresses::Addresses;
use super::status::status;
use crate::api::compute::Door;
use crate::api::compute::flavors::FlavorSummary;
use crate::api::compute::time::{Micros, Seconds};
use crate::api::links::{Link, Links};
use crate::api::policy::{Need, permits};
use crate::api::{Book, Fault, Schema};
use crate::objects::{
    FlavorId, Instance, InstanceId, PowerState, ProjectId, RequestContext, ServerGroupId, TaskState, UserId,
    VmState,
};
use crate::view;

view! {
    /// One of `GET /servers`.
    pub(super) struct ServerItem {
        id: InstanceId,
        name: String,
        links: [Link; 2],
    }
}

view! {
    /// What every answer about a whole server has.
    pub(super) struct ServerCore {
        id: InstanceId,
        name: String,
        status: &'static str,
        tenant_id: ProjectId,
        user_id: UserId,
        metadata: BTreeMap<String, String>,
        host_id as "hostId": String,
        image: ImageView,
        flavor_link as "flavor": FlavorLink = ..2.47,
        flavor: FlavorSummary = 2.47..,
        created: Seconds,
        updated: Seconds,
        addresses: Addresses,
        access_ip_v4 as "accessIPv4": String,
        access_ip_v6 as "accessIPv6": String,
        links: [Link; 2],
        disk_config as "OS-DCF:diskConfig": &'static str,
        locked: bool = 2.9..,
        description: Option<String> = 2.19..,
        tags: BTreeSet<String> = 2.26..,
        trusted_image_certificates: Option<Vec<String>> = 2.63..,
        locked_reason: Option<String> = 2.73..,
    }
}

view! {
    /// The rest of a server, which `PUT` and rebuild show only since 2.75.
    pub(super) struct ServerRest {
        availability_zone as "OS-EXT-AZ:availability_zone": String,
        config_drive: &'static str,
        key_name: Option<String>,
        launched_at as "OS-SRV-USG:launched_at": Option<Micros>,
        terminated_at as "OS-SRV-USG:terminated_at": Option<Micros>,
        task_state as "OS-EXT-STS:task_state": Option<TaskState>,
        vm_state as "OS-EXT-STS:vm_state": VmState,
        power_state as "OS-EXT-STS:power_state": PowerState,
        volumes_attached as "os-extended-volumes:volumes_attached": [u8; 0],
        hostname as "OS-EXT-SRV-ATTR:hostname": String = 2.90..,
        pinned_availability_zone: Option<String> = 2.96..,
        scheduler_hints: Hints = 2.100..,
    }
}

view! {
    /// Only of a server with ports that have groups.
    pub(super) struct Grouped {
        security_groups: Vec<SecurityGroup>,
    }
}

view! {
    /// Only where one server is shown.
    pub(super) struct ServerGroups {
        server_groups: Vec<ServerGroupId> = 2.71..,
    }
}

impl ServerGroups {
    pub(super) async fn of(door: &Door, instance: &Instance) -> Result<Self, Fault> {
        let group = door.compute.server_group_of(instance).await?;
        Ok(Self {
            server_groups: group.into_iter().collect(),
        })
    }
}

view! {
    /// Only while something is under way or well.
    pub(super) struct Progress {
        progress: u8,
    }
}

view! {
    /// Only of a server in ERROR.
    pub(super) struct FaultView {
        fault: FaultBody,
    }
}

view! {
    /// What administrators see besides.
    pub(super) struct ExtendedAttributes {
        host as "OS-EXT-SRV-ATTR:host": Option<String>,
        instance_name as "OS-EXT-SRV-ATTR:instance_name": String,
        hypervisor_hostname as "OS-EXT-SRV-ATTR:hypervisor_hostname": Option<String>,
        reservation_id as "OS-EXT-SRV-ATTR:reservation_id": String = 2.3..,
        launch_index as "OS-EXT-SRV-ATTR:launch_index": u32 = 2.3..,
        hostname as "OS-EXT-SRV-ATTR:hostname": String = 2.3..2.90,
        kernel_id as "OS-EXT-SRV-ATTR:kernel_id": &'static str = 2.3..,
        ramdisk_id as "OS-EXT-SRV-ATTR:ramdisk_id": &'static str = 2.3..,
        root_device_name as "OS-EXT-SRV-ATTR:root_device_name": Option<String> = 2.3..,
        host_status: &'static str = 2.16..,
    }
}

view! {
    /// Theirs too, but that a rebuild says it elsewhere.
    pub(super) struct UserDataAttribute {
        user_data as "OS-EXT-SRV-ATTR:user_data": Option<String> = 2.3..,
    }
}

/// One server in full.
pub(super) type ServerDetail = (
    ServerCore,
    (ServerRest, Option<Grouped>),
    Option<Progress>,
    Option<FaultView>,
    Option<(ExtendedAttributes, UserDataAttribute)>,
);

view! {
    pub(super) struct SecurityGroup {
        name: String,
    }
}

#[derive(Debug, Serialize)]
pub(super) struct FaultBody {
    code: u16,
    created: Seconds,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<String>,
}

crate::schema! {
    FaultBody => {
        "type": "object",
        "properties": {
            "code": {"type": "integer"},
            "created": {"type": "string", "format": "date-time"},
            "message": {"type": "string"},
            "details": {"type": "string"},
        },
        "required": ["code", "created", "message"],
        "additionalProperties": false,
    },
    Hints => {"type": "object"},
}

view! {
    pub(super) struct ImageLink {
        id: String,
        links: [Link; 1],
        properties: BTreeMap<String, String> = 2.98..,
    }
}

/// A server without an image shows an empty text.
#[derive(Debug)]
pub(super) struct ImageView(Option<ImageLink>);

impl Schema for ImageView {
    fn schema(book: &mut Book) -> Value {
        json!({"anyOf": [ImageLink::schema(book), {"type": "string", "const": ""}]})
    }
}

impl crate::api::Shown for ImageView {
    fn show<S: Serializer>(
        &self,
        version: crate::api::Microversion,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(link) => link.show(version, serializer),
            None => serializer.serialize_str(""),
        }
    }
}

view! {
    pub(super) struct FlavorLink {
        id: FlavorId,
        links: [Link; 1],
    }
}

/// The hints as they were given.
#[derive(Debug)]
pub(super) struct Hints(Option<Box<RawValue>>);

impl Serialize for Hints {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(raw) => raw.serialize(serializer),
            None => serializer.serialize_map(Some(0))?.end(),
        }
    }
}

impl ServerItem {
    pub(super) fn of(instance: &Instance, links: &Links) -> Self {
        Self {
            id: instance.id,
            name: instance.name.clone(),
            links: links.to("servers", instance.id.to_string()),
        }
    }
}

impl ServerCore {
    pub(super) fn of(instance: &Instance, links: &Links) -> Self {
        let id = instance.id.to_string();
        let flavor = &instance.flavor.id;
        Self {
            id: instance.id,
            name: instance.name.clone(),
            status: status(instance.vm_state, instance.task_state),
            tenant_id: instance.project_id.clone(),
            user_id: instance.user_id.clone(),
            metadata: instance.metadata.clone(),
            host_id: host_id(instance.host.as_deref().unwrap_or_default(), &instance.project_id),
            image: ImageView(image_link(instance, links)),
            flavor_link: FlavorLink {
                id: flavor.clone(),
                links: [links.bookmark("flavors", flavor.as_str())],
            },
            flavor: FlavorSummary::of(&instance.flavor),
            created: Seconds(instance.created_at),
            updated: Seconds(instance.updated_at),
            addresses: Addresses::shown(instance),
            access_ip_v4: instance.access_ip_v4.clone().unwrap_or_default(),
            access_ip_v6: instance.access_ip_v6.clone().unwrap_or_default(),
            links: links.to("servers", id),
            disk_config: disk_config(instance.disk_config_auto),
            locked: instance.lock.is_some(),
            description: instance.description.clone(),
            tags: instance.tags.clone(),
            trusted_image_certificates: instance.trusted_image_certificates.clone(),
            locked_reason: instance.lock.as_ref().and_then(|lock| lock.reason.clone()),
        }
    }
}

impl ServerCore {
    pub(super) fn with_plain_addresses(self) -> Self {
        Self {
            addresses: self.addresses.plain(),
            ..self
        }
    }
}

impl ServerRest {
    pub(super) fn of(instance: &Instance) -> Self {
        Self {
            availability_zone: instance.availability_zone.clone().unwrap_or_default(),
            config_drive: if instance.config_drive { "True" } else { "" },
            key_name: instance.key_name.clone(),
            launched_at: instance.launched_at.map(Micros),
            terminated_at: instance.terminated_at.map(Micros),
            task_state: instance.task_state,
            vm_state: instance.vm_state,
            power_state: instance.power_state,
            volumes_attached: [],
            hostname: instance.hostname.clone(),
            pinned_availability_zone: instance.pinned_availability_zone.clone(),
            scheduler_hints: Hints(RawValue::from_string(instance.scheduler_hints.0.clone()).ok()),
        }
    }
}

impl ExtendedAttributes {
    pub(super) fn of(instance: &Instance, template: &str) -> Self {
        Self {
            host: instance.host.clone(),
            instance_name: instance_name(template, instance.number),
            hypervisor_hostname: instance.host.clone(),
            reservation_id: instance.reservation_id.clone(),
            launch_index: instance.launch_index,
            hostname: instance.hostname.clone(),
            kernel_id: "",
            ramdisk_id: "",
            root_device_name: None,
            host_status: if instance.host.is_some() { "UP" } else { "" },
        }
    }
}

impl UserDataAttribute {
    pub(super) fn of(instance: &Instance) -> Self {
        Self {
            user_data: instance.user_data.as_ref().map(|data| data.base64().to_owned()),
        }
    }
}

/// One server as the caller may see it.
pub(super) fn server_detail(
    context: &RequestContext,
    instance: &Instance,
    links: &Links,
    template: &str,
) -> ServerDetail {
    (
        ServerCore::of(instance, links),
        rest(instance),
        progress(instance),
        fault(instance, context.is_admin()),
        sees_attributes(context).then(|| {
            (
                ExtendedAttributes::of(instance, template),
                UserDataAttribute::of(instance),
            )
        }),
    )
}

pub(super) fn sees_attributes(context: &RequestContext) -> bool {
    permits(
        context,
        "os_compute_api:os-extended-server-attributes",
        Need::Admin,
    )
}

/// What `PUT` and rebuild leave out before 2.75.
pub(super) fn rest(instance: &Instance) -> (ServerRest, Option<Grouped>) {
    let security_groups = security_groups(instance);
    let has_any = !instance.vifs.is_empty() && !security_groups.is_empty();
    let grouped = has_any.then_some(Grouped { security_groups });
    (ServerRest::of(instance), grouped)
}

pub(super) fn progress(instance: &Instance) -> Option<Progress> {
    let shown = matches!(
        status(instance.vm_state, instance.task_state),
        "ACTIVE" | "BUILD" | "REBUILD"
    );
    shown.then_some(Progress {
        progress: instance.progress,
    })
}

pub(super) fn fault(instance: &Instance, admin: bool) -> Option<FaultView> {
    let fault = instance
        .fault
        .as_ref()
        .filter(|_| matches!(instance.vm_state, VmState::Error | VmState::Deleted))?;
    Some(FaultView {
        fault: FaultBody {
            code: fault.code,
            created: Seconds(fault.created_at),
            message: fault.message.clone(),
            details: fault.details.clone().filter(|_| admin),
        },
    })
}

pub(super) const fn disk_config(auto: bool) -> &'static str {
    match auto {
        true => "AUTO",
        false => "MANUAL",
    }
}

pub(super) fn security_groups(instance: &Instance) -> Vec<SecurityGroup> {
    let names = instance.security_groups.iter();
    names.map(|name| SecurityGroup { name: name.clone() }).collect()
}

fn image_link(instance: &Instance, links: &Links) -> Option<ImageLink> {
    let id = instance.image?.to_string();
    Some(ImageLink {
        links: [links.bookmark("images", &id)],
        properties: instance.image_properties.clone(),
        id,
    })
}

/// Tells a project which of its servers share a host, and nothing about other projects' hosts.
pub(super) fn host_id(host: &str, project: &ProjectId) -> String {
    use aws_lc_rs::digest::{SHA224, digest};
    match host {
        "" => String::new(),
        host => hex::encode(digest(&SHA224, format!("{project}{host}").as_bytes())),
    }
}

/// Python's `template % number`, as far as `instance_name_template` needs it: `%d`, `%x` and their widths.
fn instance_name(template: &str, number: i64) -> String {
    let Some((before, rest)) = template.split_once('%') else {
        return template.to_owned();
    };
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (width, rest) = rest.split_at(digits);
    let wide = width.parse().unwrap_or(0);
    let (formatted, after) = match rest.chars().next() {
        Some('x') => (format!("{number:x}"), &rest[1..]),
        Some('d') => (number.to_string(), &rest[1..]),
        _ => return template.to_owned(),
    };
    let fill = if width.starts_with('0') { "0" } else { " " };
    let missing = fill.repeat(usize::saturating_sub(wide, formatted.len()));
    format!("{before}{missing}{formatted}{after}")
}
