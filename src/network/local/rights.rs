//! Whose a resource is: who sees it, who may change it, and what is said when it is not there for them.

use std::fmt::Display;
use std::sync::Arc;

use uuid::Uuid;

use super::error::Error;
use super::records::{
    AddressScope, FloatingIp, Network, Port, Router, SecurityGroup, SecurityGroupRule, Standard, Subnet,
    SubnetPool,
};
use super::state::State;
use super::table::Record;
use crate::objects::RequestContext;

/// What clients name by its id.
pub trait Resource: Record<Key = Uuid> {
    /// Neutron's word in rules and quotas: `network`.
    const NAME: &'static str;
    /// What is said when there is none, and what that is called; `{}` stands for the id.
    const MISSING: (&'static str, &'static str);

    fn standard(&self) -> &Standard;

    fn is_seen_by(&self, state: &State, context: &RequestContext) -> bool {
        self.is_ruled_by(state, context)
    }

    fn is_ruled_by(&self, _: &State, context: &RequestContext) -> bool {
        owns(self.standard(), context)
    }

    fn no_such(id: impl Display) -> Error {
        let (kind, words) = Self::MISSING;
        Error::not_found(kind, words.replace("{}", &id.to_string()))
    }
}

fn owns(standard: &Standard, context: &RequestContext) -> bool {
    context.is_admin() || standard.project_id == context.project_id
}

impl State {
    /// Whoever asks.
    pub fn get<T: Resource>(&self, id: Uuid) -> Result<&Arc<T>, Error> {
        T::table(self).get(&id).ok_or_else(|| T::no_such(id))
    }

    /// What others must not see is not there for them.
    pub fn find<T: Resource>(&self, context: &RequestContext, id: Uuid) -> Result<&Arc<T>, Error> {
        let record = self.get::<T>(id)?;
        match record.is_seen_by(self, context) {
            true => Ok(record),
            false => Err(T::no_such(id)),
        }
    }

    /// To be changed by `verb` (`update`, `delete`).
    pub fn own<T: Resource>(&self, context: &RequestContext, verb: &str, id: Uuid) -> Result<&Arc<T>, Error> {
        let record = self.find::<T>(context, id)?;
        match record.is_ruled_by(self, context) {
            true => Ok(record),
            false => Err(Error::not_allowed(format!("{verb}_{}", T::NAME))),
        }
    }
}

fn network_of(state: &State, id: Uuid, test: impl FnOnce(&Network) -> bool) -> bool {
    state.networks.get(&id).is_some_and(|network| test(network))
}

impl Resource for Network {
    const NAME: &'static str = "network";
    const MISSING: (&'static str, &'static str) = ("NetworkNotFound", "Network {} could not be found.");

    fn standard(&self) -> &Standard {
        &self.standard
    }

    fn is_seen_by(&self, _: &State, context: &RequestContext) -> bool {
        self.shared || self.external || owns(&self.standard, context)
    }
}

impl Resource for Subnet {
    const NAME: &'static str = "subnet";
    const MISSING: (&'static str, &'static str) = ("SubnetNotFound", "Subnet {} could not be found.");

    fn standard(&self) -> &Standard {
        &self.standard
    }

    fn is_seen_by(&self, state: &State, context: &RequestContext) -> bool {
        let through_network = |network: &Network| network.is_seen_by(state, context);
        owns(&self.standard, context) || network_of(state, self.network_id, through_network)
    }

    fn is_ruled_by(&self, state: &State, context: &RequestContext) -> bool {
        let through_network = |network: &Network| owns(&network.standard, context);
        owns(&self.standard, context) || network_of(state, self.network_id, through_network)
    }
}

impl Resource for Port {
    const NAME: &'static str = "port";
    const MISSING: (&'static str, &'static str) = ("PortNotFound", "Port {} could not be found.");

    fn standard(&self) -> &Standard {
        &self.standard
    }

    fn is_ruled_by(&self, state: &State, context: &RequestContext) -> bool {
        let through_network = |network: &Network| owns(&network.standard, context);
        owns(&self.standard, context) || network_of(state, self.network_id, through_network)
    }
}

macro_rules! of_one_project {
    ($($Record:ident = $name:literal, $kind:literal, $words:literal;)*) => { $(
        impl Resource for $Record {
            const NAME: &'static str = $name;
            const MISSING: (&'static str, &'static str) = ($kind, $words);

            fn standard(&self) -> &Standard {
                &self.standard
            }
        }
    )* };
}

of_one_project! {
    SecurityGroup = "security_group", "SecurityGroupNotFound", "Security group {} does not exist";
    SecurityGroupRule = "security_group_rule", "SecurityGroupRuleNotFound", "Security group rule {} does not exist";
    Router = "router", "RouterNotFound", "Router {} could not be found";
    FloatingIp = "floatingip", "FloatingIPNotFound", "Floating IP {} could not be found";
}

impl Resource for SubnetPool {
    const NAME: &'static str = "subnetpool";
    const MISSING: (&'static str, &'static str) =
        ("SubnetPoolNotFound", "Subnet pool {} could not be found.");

    fn standard(&self) -> &Standard {
        &self.standard
    }

    fn is_seen_by(&self, _: &State, context: &RequestContext) -> bool {
        self.shared || owns(&self.standard, context)
    }
}

impl Resource for AddressScope {
    const NAME: &'static str = "address_scope";
    const MISSING: (&'static str, &'static str) =
        ("AddressScopeNotFound", "Address scope {} could not be found.");

    fn standard(&self) -> &Standard {
        &self.standard
    }

    fn is_seen_by(&self, _: &State, context: &RequestContext) -> bool {
        self.shared || owns(&self.standard, context)
    }
}
