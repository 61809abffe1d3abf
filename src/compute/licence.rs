//! Judges a `user_data` when it comes: who says it, of which project and with which flavor. The verdict stays with the server.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::core::Core;
use super::promises;
use crate::compute::Error;
use crate::objects::{
    Flavor, HostPort, Instance, InstanceId, Licence, ProjectId, RequestContext, UserData, VmState,
};
use crate::user_data::{self, Claim, ContainerOptions, FlavorOptions, Leave, Parsed, Refusal, What};

/// What is judged.
#[derive(Debug)]
pub(super) struct Case<'a> {
    pub(super) project: &'a ProjectId,
    pub(super) user_data: Option<&'a UserData>,
    pub(super) flavor: &'a Flavor,
    /// The verdict that holds on, of a `user_data` that was judged before.
    pub(super) before: Licence,
}

/// What came of it, as far as that is known before the server's interfaces are.
#[derive(Debug)]
pub(super) struct Verdict {
    licence: Licence,
    /// What is said and has no effect.
    pub(super) warnings: Vec<String>,
    /// Whether ports are published for a server without interfaces.
    publishes_alone: bool,
}

impl<'a> Case<'a> {
    /// What a server says already, with whatever else is changed about it.
    pub(super) fn again(instance: &'a Instance) -> Self {
        Self {
            project: &instance.project_id,
            user_data: instance.user_data.as_ref(),
            flavor: &instance.flavor,
            before: instance.licence.clone(),
        }
    }

    /// A mistake in it is an answer now, not a server in ERROR later.
    pub(super) async fn judge(self, core: &Core, context: &RequestContext) -> Result<Verdict, Error> {
        promises::check(self.flavor)?;
        let flavor = FlavorOptions::with_figures(self.flavor)
            .map_err(|bad| Error::Invalid(format!("Flavor {}: {bad}", self.flavor.id)))?;
        let parsed = self.read(&flavor)?;
        let servers = self.servers(core, &parsed.claims).await?;
        let mut paths = BTreeSet::new();
        for claim in &parsed.claims {
            if let What::Path { source, .. } = &claim.what
                && core.driver.allows_bind(source).await
            {
                paths.insert(source.clone());
            }
        }
        let leave = Leave {
            operator: self.before.operator || context.may_give_the_host(),
            flavor: &flavor,
            servers: &servers,
            paths: &paths,
            ports: &core.settings.publishable_ports,
        };
        let leaned = parsed.judge(&leave).map_err(refused)?;
        Ok(Verdict {
            licence: Licence {
                operator: leaned.on_operator,
                flavor: leaned.on_flavor,
                servers: servers.into_iter().map(|(name, (id, _))| (name, id)).collect(),
                ports: parsed.claims.iter().filter_map(Claim::port).collect(),
            },
            publishes_alone: publishes_alone(&parsed.options),
            warnings: parsed.warnings,
        })
    }

    fn read(&self, flavor: &FlavorOptions) -> Result<Parsed, Error> {
        let base64 = self.user_data.map_or("", UserData::base64);
        let bytes = STANDARD
            .decode(base64)
            .map_err(|_| Error::Invalid("User data needs to be valid base 64.".to_owned()))?;
        let parsed =
            user_data::parse_over(flavor, &bytes).map_err(|error| Error::Invalid(error.to_string()))?;
        for warning in &parsed.warnings {
            tracing::info!(%warning, "a user_data says something that has no effect");
        }
        Ok(parsed)
    }

    /// The servers of the project that are named, and whether sharing in one is the operator's.
    async fn servers(
        &self,
        core: &Core,
        claims: &[Claim],
    ) -> Result<BTreeMap<String, (InstanceId, bool)>, Error> {
        let mut found = BTreeMap::new();
        if !claims.iter().any(|claim| matches!(claim.what, What::Server(_))) {
            return Ok(found);
        }
        let mut instances = core.records.instances().await?;
        instances.retain(|instance| instance.project_id == *self.project);
        for claim in claims {
            if let What::Server(name) = &claim.what
                && let Some(instance) = self.named(name, &claim.key, &instances)?
            {
                let beyond = instance.licence.reaches_the_host();
                found.insert(name.clone(), (instance.id, beyond));
            }
        }
        Ok(found)
    }

    /// By the id it had when it was judged before, else by id, else by name.
    fn named<'i>(
        &self,
        name: &str,
        key: &str,
        instances: &'i [Arc<Instance>],
    ) -> Result<Option<&'i Instance>, Error> {
        let id = self.before.servers.get(name).copied();
        let id = id.or_else(|| name.parse().ok());
        let mut those = instances.iter().filter(|instance| match id {
            Some(id) => instance.id == id,
            None => instance.name == name,
        });
        let Some(instance) = those.next() else {
            return Ok(None);
        };
        if those.next().is_some() {
            return Err(Error::Invalid(format!(
                "`{key}`: several servers of the project are called '{name}': say which by its id."
            )));
        }
        let gone = [
            VmState::Rescued,
            VmState::Shelved,
            VmState::ShelvedOffloaded,
            VmState::SoftDeleted,
        ];
        if gone.contains(&instance.vm_state) {
            return Err(Error::Conflict(format!(
                "`{key}`: nothing can be shared with server '{name}' while it is {}.",
                instance.vm_state
            )));
        }
        Ok(Some(instance))
    }
}

impl Verdict {
    /// For a server with interfaces of its own or without: it claims no port that it does not get.
    pub(super) fn licence(self, core: &Core, vifs: bool) -> Licence {
        let publishes = match vifs {
            true => core.driver.publishes_ports(),
            false => self.publishes_alone,
        };
        match publishes {
            true => self.licence,
            false => Licence {
                ports: Vec::new(),
                ..self.licence
            },
        }
    }
}

/// Refuses ports that another server has, also one that is off: it wants them back; and those that a program of the host has,
/// where that can be seen. Asked while nobody else may claim any.
pub(super) async fn check_ports(
    core: &Core,
    ports: &[HostPort],
    count: u32,
    itself: Option<InstanceId>,
) -> Result<(), Error> {
    let Some(first) = ports.first() else {
        return Ok(());
    };
    if count > 1 {
        return Err(taken(first));
    }
    let mut own = Vec::new();
    for other in core.records.instances().await? {
        if Some(other.id) == itself {
            own.clone_from(&other.licence.ports);
        }
        if Some(other.id) == itself || other.vm_state == VmState::ShelvedOffloaded {
            continue;
        }
        if let Some(port) = ports.iter().find(|port| collides(&other.licence.ports, port)) {
            return Err(taken(port));
        }
    }
    for port in ports.iter().filter(|port| !collides(&own, port)) {
        if core.driver.is_port_held(port).await {
            return Err(taken(port));
        }
    }
    Ok(())
}

fn collides(theirs: &[HostPort], port: &HostPort) -> bool {
    theirs.iter().any(|theirs| theirs.collides(port))
}

fn taken(port: &HostPort) -> Error {
    let HostPort { number, protocol, .. } = port;
    Error::Conflict(format!("Port {number}/{protocol} of the host is in use."))
}

fn publishes_alone(options: &ContainerOptions) -> bool {
    let mode = options.network_mode.as_deref().unwrap_or("none");
    !matches!(mode, "none" | "host") && !mode.starts_with("container:")
}

fn refused(refusal: Refusal) -> Error {
    let words = refusal.to_string();
    match refusal {
        Refusal::Operators { .. } | Refusal::Ours { .. } => Error::Forbidden(words),
        Refusal::NoSuchServer { .. } | Refusal::Unjudged { .. } => Error::Invalid(words),
    }
}
