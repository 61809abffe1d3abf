//! Every form that `POST /servers` ever had becomes the one that compute knows.

use std::collections::BTreeSet;

use super::create_request::{BlockDevice, CreateBody, CreateServer, Networks, SecurityGroupWanted};
use super::destination::{Destination, Wanted};
use super::wanted_networks::wanted_networks;
use crate::api::compute::text::{Fqdn, Label, Name, Tag, UserDataText};
use crate::api::request::OrNull;
use crate::api::{Fault, Microversion};
use crate::compute::Boot;
use crate::objects::{FlavorId, ImageId, NetworkChoice, RequestContext, SchedulerHints, UserData};

impl CreateBody {
    /// Refuses what is well-formed but cannot be had here, in Nova's words where it has some.
    pub(super) fn boot(self, context: &RequestContext, version: Microversion) -> Result<Boot, Fault> {
        let hints = self.hints.or(self.old_hints);
        let hints = hints.and_then(|hints| serde_json::to_string(&hints.0).ok());
        let server = self.server;
        let destination = server.destination(context)?;
        server.refuse_what_is_not_here()?;
        let (min_count, max_count) = server.counts()?;
        Ok(Boot {
            image: server.image()?,
            network: server.network()?,
            availability_zone: destination.zone,
            host: destination.host,
            min_count,
            max_count,
            scheduler_hints: hints.map(SchedulerHints).unwrap_or_default(),
            description: match version.describes_servers() {
                true => or_null(server.description).map(|text| text.0),
                false => Some(server.name.0.clone()),
            },
            name: server.name.0,
            hostname: hostname(server.label, server.hostname),
            flavor: FlavorId(server.flavor.0),
            metadata: server.metadata.unwrap_or_default().0,
            tags: tags(server.tags),
            key_name: server.key_name.map(|name| name.0),
            user_data: user_data(server.user_data)?,
            admin_pass: server.admin_pass,
            security_groups: groups(server.security_groups),
            config_drive: server.config_drive.is_some_and(|flag| flag.0),
            disk_config_auto: server.disk_config.is_some_and(|config| config.auto),
            access_ip_v4: server.access_ip_v4.map(|ip| ip.0).filter(|ip| !ip.is_empty()),
            access_ip_v6: server.access_ip_v6.map(|ip| ip.0).filter(|ip| !ip.is_empty()),
            trusted_image_certificates: or_null(server.trusted_image_certificates),
        })
    }
}

impl Microversion {
    /// Before a server had a description of its own, its name stood in for one.
    const fn describes_servers(self) -> bool {
        self.at_least("2.19")
    }
}

impl CreateServer {
    fn refuse_what_is_not_here(&self) -> Result<(), Fault> {
        if self.personality.as_ref().is_some_and(|files| !files.is_empty()) {
            return Err(Fault::bad_request(
                "Files are not injected into containers: put them into the image, or into user_data.",
            ));
        }
        if self
            .block_device_mapping
            .as_ref()
            .is_some_and(|all| !all.is_empty())
        {
            return Err(no_volumes());
        }
        Ok(())
    }

    /// The image named by `imageRef`, or by the one block device that is the image's own.
    fn image(&self) -> Result<ImageId, Fault> {
        let of_server = match &self.image {
            Some(id) if !id.0.is_empty() => Some(&id.0),
            _ => None,
        };
        let of_device = match self.block_devices.as_deref().unwrap_or_default() {
            [] => None,
            [device] if device.is_the_image() => device.uuid.as_ref(),
            _ => return Err(no_volumes()),
        };
        let Some(id) = of_server.or(of_device) else {
            return Err(Fault::bad_request("Missing imageRef attribute"));
        };
        id.parse()
            .map_err(|_| Fault::bad_request("Invalid imageRef provided."))
    }

    fn network(&self) -> Result<NetworkChoice, Fault> {
        match (&self.networks, &self.legacy_networks) {
            (Networks::None, _) => Ok(NetworkChoice::None),
            (Networks::These(wanted), _) | (_, Some(wanted)) => wanted_networks(wanted),
            (Networks::Auto, None) => Ok(NetworkChoice::Auto),
            (Networks::Unspecified, None) => Ok(NetworkChoice::Unspecified),
        }
    }

    fn counts(&self) -> Result<(u32, u32), Fault> {
        let count = |whole: Option<u64>| whole.and_then(|count| u32::try_from(count).ok());
        let min = count(self.min_count.map(|whole| whole.0));
        let max = count(self.max_count.map(|whole| whole.0));
        let (min, max) = (min.unwrap_or(1), max.or(min).unwrap_or(1));
        match min <= max {
            true => Ok((min, max)),
            false => Err(Fault::bad_request("min_count must be <= max_count")),
        }
    }

    fn destination(&self, context: &RequestContext) -> Result<Destination, Fault> {
        let zone = self.availability_zone.clone().map(|zone| zone.0);
        let host = self.host.clone().map(|host| host.0);
        let node = self.hypervisor_hostname.clone().map(|node| node.0);
        Wanted { zone, host, node }.allowed(context)
    }
}

impl BlockDevice {
    /// Some clients say in two places that the server boots from its image.
    fn is_the_image(&self) -> bool {
        // Read for its type alone: what goes with the server is the server's.
        let _ = &self.delete_on_termination;
        let first = self
            .boot_index
            .as_ref()
            .is_none_or(|index| matches!(index.as_i64(), Some(0)) || index.as_str() == Some("0"));
        self.source_type.as_deref() == Some("image")
            && matches!(self.destination_type.as_deref(), None | Some("local"))
            && first
    }
}

fn no_volumes() -> Fault {
    Fault::bad_request(
        "Block Device Mapping is Invalid: containers boot from an image, volumes are not available.",
    )
}

pub(super) fn or_null<T>(field: Option<OrNull<T>>) -> Option<T> {
    field.and_then(|or_null| or_null.0)
}

/// Two fields were one another's successors.
pub(super) fn hostname(label: Option<Label>, fqdn: Option<Fqdn>) -> Option<String> {
    label.map(|label| label.0).or_else(|| fqdn.map(|fqdn| fqdn.0))
}

pub(super) fn user_data(text: Option<UserDataText>) -> Result<Option<UserData>, Fault> {
    let text = text.map(|text| text.0).filter(|text| !text.is_empty());
    text.map(|text| UserData::new(text).map_err(|error| Fault::bad_request(error.to_string())))
        .transpose()
}

fn tags(tags: Option<Vec<Tag>>) -> BTreeSet<String> {
    tags.into_iter().flatten().map(|tag| tag.0).collect()
}

fn groups(wanted: Option<Vec<SecurityGroupWanted>>) -> Vec<String> {
    let groups = wanted.into_iter().flatten();
    let mut names: Vec<String> = Vec::new();
    for Name(name) in groups.filter_map(|group| group.name) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() {
        names.push("default".to_owned());
    }
    names
}
