//! The body of `POST /servers`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::metadata::Metadata;
use super::update::DiskConfig;
use crate::api::compute::ids::{Address, Id};
use crate::api::compute::text::{
    AccessIpV4, AccessIpV6, Description, Fqdn, Label, Name, Tag, UserDataText, UuidOrEmpty,
};
use crate::api::request::{Flag, Ignored, Invalid, OrNull, Read, Whole};
use crate::api::schema::words;
use crate::api::{Book, Microversion, Schema};
use crate::request;

request! {
    pub(super) struct CreateBody {
        server: CreateServer,
        hints as "os:scheduler_hints": Option<Hints>,
        old_hints as "OS-SCH-HNT:scheduler_hints": Option<Hints>,
    }
}

request! {
    /// The `server` of `POST /servers`.
    pub(super) struct CreateServer {
        name: Name,
        flavor as "flavorRef": Reference,
        image as "imageRef": Option<UuidOrEmpty>,
        admin_pass as "adminPass": Option<String>,
        metadata: Option<Metadata>,
        legacy_networks as "networks": Option<Vec<NetworkWanted>> = ..2.37,
        networks: Networks = 2.37..,
        disk_config as "OS-DCF:diskConfig": Option<DiskConfig>,
        access_ip_v4 as "accessIPv4": Option<AccessIpV4>,
        access_ip_v6 as "accessIPv6": Option<AccessIpV6>,
        personality: Option<Vec<Value>> = ..2.57,
        availability_zone: Option<Name>,
        block_device_mapping: Option<Vec<Value>>,
        block_devices as "block_device_mapping_v2": Option<Vec<BlockDevice>>,
        config_drive: Option<Flag>,
        key_name: Option<Name>,
        min_count: Option<Whole<1, { u32::MAX as u64 }>>,
        max_count: Option<Whole<1, { u32::MAX as u64 }>>,
        return_reservation_id: Option<Flag>,
        security_groups: Option<Vec<SecurityGroupWanted>>,
        user_data: Option<UserDataText>,
        description: Option<OrNull<Description>> = 2.19..,
        tags: Option<Vec<Tag>> = 2.52..,
        trusted_image_certificates: Option<OrNull<Vec<String>>> = 2.63..,
        host: Option<Fqdn> = 2.74..,
        hypervisor_hostname: Option<Fqdn> = 2.74..,
        label as "hostname": Option<Label> = 2.90..2.94,
        hostname: Option<Fqdn> = 2.94..,
    }
}

request! {
    #[derive(Clone, PartialEq, Eq)]
    pub(super) struct SecurityGroupWanted {
        name: Option<Name>,
    }
}

request! {
    #[derive(Clone)]
    pub(super) struct NetworkWanted {
        fixed_ip: Option<Address>,
        port: Option<OrNull<Id>>,
        any_uuid as "uuid": Option<String> = ..2.37,
        uuid: Option<Id> = 2.37..,
        early_tag as "tag": Option<Tag> = 2.32..2.37,
        tag: Option<Tag> = 2.42..,
    }
}

request! {
    pub(super) struct BlockDevice {
        source_type: Option<String>,
        destination_type: Option<String>,
        uuid: Option<String>,
        boot_index: Option<Value>,
        delete_on_termination: Option<Flag>,
        ..
    }
}

/// `networks` since 2.37: it must be there, and may be a word. Whatever is wrong in it, all of it is told back.
#[derive(Debug, Clone, Default)]
pub(super) enum Networks {
    /// Nothing was said, as it may be before.
    #[default]
    Unspecified,
    Auto,
    None,
    These(Vec<NetworkWanted>),
}

impl Schema for Networks {
    fn schema(book: &mut Book) -> Value {
        json!({"anyOf": [words(["auto", "none"]), Vec::<NetworkWanted>::schema(book)]})
    }
}

impl Read for Networks {
    fn read(version: Microversion, value: &Value) -> Result<Self, Invalid> {
        match value.as_str() {
            Some("auto") => Ok(Self::Auto),
            Some("none") => Ok(Self::None),
            _ => Vec::read(version, value)
                .map(Self::These)
                .map_err(|_| Invalid::fits_no_schema(value)),
        }
    }
}

/// A flavor by id or by a link that ends in it; ids were numbers once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference(pub(super) String);

crate::schema! {
    Reference => {"type": ["string", "integer"], "minLength": 1},
    Hints => {"type": "object"},
}

impl Read for Reference {
    fn read(_: Microversion, value: &Value) -> Result<Self, Invalid> {
        let text = match value {
            Value::String(text) => text.rsplit('/').next().unwrap_or(text).to_owned(),
            Value::Number(number) => number.to_string(),
            _ => return Err(Invalid::not_of_type(value, &["string", "integer"])),
        };
        match text.is_empty() {
            false => Ok(Self(text)),
            true => Err(Invalid::new(value, "'' should be non-empty")),
        }
    }
}

/// Hints for the scheduler, kept as they came.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Hints(pub(super) BTreeMap<String, Value>);

impl Read for Hints {
    fn read(version: Microversion, value: &Value) -> Result<Self, Invalid> {
        BTreeMap::<String, Ignored>::read(version, value)?;
        let map = value.as_object().into_iter().flatten();
        Ok(Self(
            map.map(|(key, value)| (key.clone(), value.clone())).collect(),
        ))
    }
}
