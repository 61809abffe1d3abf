//! `/v2.0/subnetpools`.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::api::network::attribute::{Attribute, given, settable, shown};
use crate::api::network::checks::{
    boolean, cidr, each, filled_text, ip_version, uuid_or_null, whole, whole_or_null,
};
use crate::api::network::resource::Served;
use crate::network::local::records::SubnetPool;
use crate::network::local::subnet_pools::{self, Wanted};
use crate::network::local::{Edit, Error};

impl Served for SubnetPool {
    const PLURAL: &'static str = "subnetpools";
    const PATH: &'static str = "subnetpools";
    const ATTRIBUTES: &'static [Attribute] = &[
        settable("name", filled_text).required(),
        settable("prefixes", prefixes).required().unfiltered(),
        shown("ip_version", ip_version),
        settable("default_prefixlen", prefix_length),
        settable("min_prefixlen", prefix_length),
        settable("max_prefixlen", prefix_length),
        settable("default_quota", whole_or_null),
        given("shared", boolean).set_by_admins(),
        settable("is_default", boolean).set_by_admins(),
        settable("address_scope_id", uuid_or_null),
    ];
    type Wanted = Wanted;

    fn create(edit: &mut Edit<'_>, wanted: Wanted) -> Result<Uuid, Error> {
        subnet_pools::create(edit, wanted)
    }

    fn update(edit: &mut Edit<'_>, id: Uuid, wanted: Wanted) -> Result<(), Error> {
        subnet_pools::update(edit, id, wanted)
    }

    fn delete(edit: &mut Edit<'_>, id: Uuid) -> Result<(), Error> {
        subnet_pools::delete(edit, id)
    }
}

/// One prefix will do instead of a list.
fn prefixes(value: &Value) -> Result<Value, String> {
    match value {
        Value::String(_) => Ok(json!([cidr(value)?])),
        value => each(value, cidr),
    }
}

fn prefix_length(value: &Value) -> Result<Value, String> {
    let length = whole(value)?;
    match length.as_i64() {
        Some(0..=128) => Ok(length),
        _ => Err(format!("'{length}' is not a length of a prefix.")),
    }
}
