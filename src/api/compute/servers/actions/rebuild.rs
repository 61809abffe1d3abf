//! `rebuild`: the same server from an image again.

use axum::response::IntoResponse;
use http::StatusCode;
use http::header::LOCATION;
use serde_json::Value;

use super::Target;
use crate::api::compute::servers::boot_request::{hostname, user_data};
use crate::api::compute::servers::metadata::Metadata;
use crate::api::compute::servers::update::{ChangedInFull, ChangedInShort, DiskConfig, changed};
use crate::api::compute::servers::view::ServerGroups;
use crate::api::compute::text::{
    AccessIpV4, AccessIpV6, AnyName, Description, Fqdn, Label, Name, UserDataText, UuidText,
};
use crate::api::links::Link;
use crate::api::policy::{Need, allow};
use crate::api::request::{Flag, OrNull};
use crate::api::{At, Fault, Under};
use crate::compute::{self, Error, Update};
use crate::{request, view};

request! {
    pub(super) struct RebuildBody {
        image as "imageRef": UuidText,
        name: Option<Name>,
        admin_pass as "adminPass": Option<String>,
        metadata: Option<Metadata>,
        preserve_ephemeral: Option<Flag>,
        disk_config as "OS-DCF:diskConfig": Option<DiskConfig>,
        access_ip_v4 as "accessIPv4": Option<AccessIpV4>,
        access_ip_v6 as "accessIPv6": Option<AccessIpV6>,
        personality: Option<Vec<Value>> = ..2.57,
        description: Option<OrNull<Description>> = 2.19..,
        key_name: Option<OrNull<AnyName>> = 2.54..,
        user_data: Option<OrNull<UserDataText>> = 2.57..,
        trusted_image_certificates: Option<OrNull<Vec<String>>> = 2.63..,
        label as "hostname": Option<Label> = 2.90..2.94,
        hostname: Option<Fqdn> = 2.94..,
    }
}

view! {
    pub(super) struct AdminPass {
        admin_pass as "adminPass": String,
    }
}

view! {
    pub(super) struct KeyAndData {
        key_name: Option<String> = 2.54..2.75,
        user_data: Option<String> = 2.57..,
    }
}

/// What the document says of the answer before 2.75.
pub(super) type RebuiltInShort = (ChangedInShort, AdminPass, KeyAndData);

/// The same from then on.
pub(super) type RebuiltInFull = (ChangedInFull, AdminPass, KeyAndData);

impl RebuildBody {
    fn upgraded(self) -> Result<compute::Rebuild, Fault> {
        let cleared = |text: String| Some(text).filter(|text| !text.is_empty());
        let image = self.image.0;
        let image = image
            .parse()
            .map_err(|_| Fault::bad_request("Invalid imageRef provided."))?;
        if self.personality.is_some_and(|files| !files.is_empty()) {
            return Err(Fault::bad_request(
                "Files are not injected into containers: put them into the image, or into user_data.",
            ));
        }
        let user_data = match self.user_data {
            None => None,
            Some(OrNull(given)) => Some(user_data(given)?),
        };
        // A container keeps no ephemeral disk beside its root.
        let _ = self.preserve_ephemeral;
        Ok(compute::Rebuild {
            image,
            update: Update {
                name: self.name.map(|name| name.0),
                hostname: hostname(self.label, self.hostname),
                description: self.description.map(|or_null| or_null.0.map(|text| text.0)),
                access_ip_v4: self.access_ip_v4.map(|ip| cleared(ip.0)),
                access_ip_v6: self.access_ip_v6.map(|ip| cleared(ip.0)),
                disk_config_auto: self.disk_config.map(|config| config.auto),
                pinned_availability_zone: None,
            },
            metadata: self.metadata.map(|metadata| metadata.0),
            admin_pass: self.admin_pass,
            key_name: self.key_name.map(|or_null| or_null.0.map(|name| name.0)),
            user_data,
            trusted_image_certificates: self.trusted_image_certificates.map(|or_null| or_null.0),
        })
    }
}

pub(super) async fn rebuild(on: Target, body: RebuildBody) -> Result<impl IntoResponse, Fault> {
    allow(&on.context, "os_compute_api:servers:rebuild", Need::Member)?;
    let rebuild = body.upgraded()?;
    let rebuilt = on.door.compute.rebuild(&on.context, on.id, rebuild).await;
    let rebuilt = rebuilt.map_err(rebuilding)?;
    let instance = &rebuilt.instance;
    let [Link { href, .. }, _] = on.links.to("servers", instance.id.to_string());
    let groups = ServerGroups::of(&on.door, instance).await?;
    let view = (
        changed(&on.door, &on.context, on.version, &on.links, instance, groups),
        AdminPass {
            admin_pass: rebuilt.admin_pass.clone(),
        },
        KeyAndData {
            key_name: instance.key_name.clone(),
            user_data: instance.user_data.as_ref().map(|data| data.base64().to_owned()),
        },
    );
    Ok((
        StatusCode::ACCEPTED,
        [(LOCATION, href)],
        At(on.version, Under("server", view)),
    ))
}

fn rebuilding(error: Error) -> Fault {
    match error {
        Error::NoSuchImage(_) => Fault::bad_request("Cannot find image for rebuild"),
        Error::NoSuchKeypair { .. } => Fault::bad_request("Invalid key_name provided."),
        other => other.into(),
    }
}
