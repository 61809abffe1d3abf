//! `/v2.0/security-groups`.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::api::network::Door;
use crate::api::network::attribute::{Attribute, settable, shown};
use crate::api::network::checks::{any, boolean, text};
use crate::api::network::resource::{Prepare, Served, view_for};
use crate::network::local::records::SecurityGroup;
use crate::network::local::security_groups::{self, Wanted};
use crate::network::local::{Edit, Error, State};

impl Served for SecurityGroup {
    const PLURAL: &'static str = "security_groups";
    const PATH: &'static str = "security-groups";
    const ATTRIBUTES: &'static [Attribute] = &[
        settable("name", text),
        settable("stateful", boolean),
        shown("shared", boolean),
        shown("security_group_rules", any).unfiltered(),
    ];
    const PREPARE: Option<Prepare> = Some(security_groups::ensure_own_default);
    type Wanted = Wanted;

    fn complete(&self, state: &State, door: &Door, shown: &mut Map<String, Value>) {
        let rules = state.rules_of(self.standard.id);
        // There is nothing in a rule that only administrators see.
        let rules: Vec<_> = rules
            .map(|rule| view_for(rule.as_ref(), state, door, false))
            .collect();
        shown.insert("shared".to_owned(), json!(false));
        shown.insert("security_group_rules".to_owned(), json!(rules));
    }

    fn create(edit: &mut Edit<'_>, wanted: Wanted) -> Result<Uuid, Error> {
        security_groups::create(edit, wanted)
    }

    fn update(edit: &mut Edit<'_>, id: Uuid, wanted: Wanted) -> Result<(), Error> {
        security_groups::update(edit, id, wanted)
    }

    fn delete(edit: &mut Edit<'_>, id: Uuid) -> Result<(), Error> {
        security_groups::delete(edit, id)
    }
}
