//! `/v2.0/security-group-rules`.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::api::network::Door;
use crate::api::network::attribute::{Attribute, given, shown};
use crate::api::network::checks::{any, boolean, one_of, text, unless_null};
use crate::api::network::resource::{Prepare, Served};
use crate::network::local::records::SecurityGroupRule;
use crate::network::local::security_group_rules::{self, Wanted};
use crate::network::local::security_groups::{self, DEFAULT};
use crate::network::local::{Edit, Error, State};

impl Served for SecurityGroupRule {
    const PLURAL: &'static str = "security_group_rules";
    const PATH: &'static str = "security-group-rules";
    const ATTRIBUTES: &'static [Attribute] = &[
        given("security_group_id", text).required(),
        given("ethertype", any),
        given("direction", direction).required(),
        given("protocol", any),
        given("port_range_min", any),
        given("port_range_max", any),
        given("remote_ip_prefix", any),
        shown("normalized_cidr", any),
        given("remote_group_id", |value| unless_null(value, text)),
        shown("remote_address_group_id", any),
        shown("belongs_to_default_sg", boolean),
    ];
    const PREPARE: Option<Prepare> = Some(security_groups::ensure_own_default);
    type Wanted = Wanted;

    fn complete(&self, state: &State, _: &Door, shown: &mut Map<String, Value>) {
        let group = state.security_groups.get(&self.security_group_id);
        let of_default = group.is_some_and(|group| group.name == DEFAULT);
        let range = self.remote_ip_prefix.map(|prefix| prefix.network());
        shown.insert("belongs_to_default_sg".to_owned(), json!(of_default));
        shown.insert("normalized_cidr".to_owned(), json!(range));
        shown.insert("remote_address_group_id".to_owned(), Value::Null);
    }

    fn create(edit: &mut Edit<'_>, wanted: Wanted) -> Result<Uuid, Error> {
        security_group_rules::create(edit, wanted)
    }

    fn update(edit: &mut Edit<'_>, id: Uuid, wanted: Wanted) -> Result<(), Error> {
        security_group_rules::update(edit, id, wanted)
    }

    fn delete(edit: &mut Edit<'_>, id: Uuid) -> Result<(), Error> {
        security_group_rules::delete(edit, id)
    }
}

fn direction(value: &Value) -> Result<Value, String> {
    one_of(value, &["ingress", "egress"])
}
