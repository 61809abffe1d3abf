//! The body of `POST /os-server-groups`, in the three forms it has had.

use std::str::FromStr;

use crate::api::Fault;
use crate::api::compute::text::Name;
use crate::api::request::{Needed, Several, Whole, quoted};
use crate::compute::NewServerGroup;
use crate::objects::GroupPolicy;
use crate::request;

request! {
    /// The `server_group` of `POST /os-server-groups`.
    pub(super) struct CreateGroup in "server_group" {
        name: Name,
        hard_policies as "policies": Needed<Several<HardPolicy, 1, 1>> = ..2.15,
        policies: Needed<Several<Policy, 1, 1>> = 2.15..2.64,
        policy: Needed<Policy> = 2.64..,
        rules: Option<Rules> = 2.64..,
    }
}

request! {
    pub(super) struct Rules {
        max_server_per_host: Option<Whole<1, { u64::MAX }>>,
    }
}

/// Together or apart, or else not at all.
#[derive(Debug, Clone, Copy)]
pub(super) struct HardPolicy(GroupPolicy);

/// The same, or as far as can be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Policy(GroupPolicy);

impl FromStr for HardPolicy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "anti-affinity" => Ok(Self(GroupPolicy::AntiAffinity)),
            "affinity" => Ok(Self(GroupPolicy::Affinity)),
            other => Err(format!(
                "{} is not one of ['anti-affinity', 'affinity']",
                quoted(other)
            )),
        }
    }
}

impl FromStr for Policy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "soft-anti-affinity" => Ok(Self(GroupPolicy::SoftAntiAffinity)),
            "soft-affinity" => Ok(Self(GroupPolicy::SoftAffinity)),
            other => other.parse().map(|HardPolicy(policy)| Self(policy)).map_err(|_| {
                let known = "['anti-affinity', 'affinity', 'soft-anti-affinity', 'soft-affinity']";
                format!("{} is not one of {known}", quoted(other))
            }),
        }
    }
}

crate::read_as_text!(
    HardPolicy = ["anti-affinity", "affinity"],
    Policy = ["anti-affinity", "affinity", "soft-anti-affinity", "soft-affinity"],
);

impl CreateGroup {
    pub(super) fn upgraded(self) -> Result<NewServerGroup, Fault> {
        let hard = self
            .hard_policies
            .0
            .and_then(|list| list.0.first().map(|policy| policy.0));
        let soft = self
            .policies
            .0
            .and_then(|list| list.0.first().map(|policy| policy.0));
        let policy = self.policy.0.map(|policy| policy.0).or(soft).or(hard);
        let policy = policy.ok_or_else(Fault::malformed_body)?;
        let most = self.rules.and_then(|rules| rules.max_server_per_host);
        if most.is_some() && policy != GroupPolicy::AntiAffinity {
            return Err(Fault::bad_request("Only anti-affinity policy supports rules."));
        }
        Ok(NewServerGroup {
            name: self.name.0,
            policy,
            max_server_per_host: most.map(|most| most.0),
        })
    }
}
