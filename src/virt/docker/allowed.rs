//! Holds a container to what its server was allowed, when it is made and at each start.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::canonicalize;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bollard::models::ContainerInspectResponse;

use super::DockerDriver;
use super::key::on_disk;
use super::names::container_name;
use crate::objects::{Instance, InstanceId, Licence, UserData};
use crate::user_data::{self, ContainerOptions, FlavorOptions, Leave, Parsed, What};
use crate::virt::Error;

/// The ports were judged when they were claimed.
const EVERY_PORT: &[std::ops::RangeInclusive<u16>] = &[0..=u16::MAX];

/// What a server's `user_data` and flavor say of its container.
#[derive(Debug)]
pub(in crate::virt) struct Asked {
    flavor: FlavorOptions,
    parsed: Parsed,
}

/// What a container has of the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    /// That somebody could move between two starts.
    Nothing,
    /// It has to be judged at each start, which the engine would not do.
    Judged,
}

impl Asked {
    pub(in crate::virt) fn by(instance: &Instance) -> Result<Self, Error> {
        let decoded = instance.user_data.as_ref().and_then(decoded);
        let flavor = FlavorOptions::with_figures(&instance.flavor)
            .map_err(|bad| Error::Forbidden(format!("Flavor {}: {bad}", instance.flavor.id)))?;
        let parsed = user_data::parse_over(&flavor, &decoded.unwrap_or_default())?;
        for warning in &parsed.warnings {
            tracing::warn!(instance.id = %instance.id, warning, "user_data");
        }
        Ok(Self { flavor, parsed })
    }

    /// As it was said, whatever was allowed of it.
    pub(super) fn said(self) -> ContainerOptions {
        self.parsed.options
    }

    fn sources(&self) -> impl Iterator<Item = &String> {
        let claims = self.parsed.claims.iter();
        claims.filter_map(|claim| match &claim.what {
            What::Path { source, .. } => Some(source),
            _ => None,
        })
    }

    /// In the engine's terms, if all of it is still allowed. `places` are the sources of binds that the host lets everybody
    /// have, and where they lead.
    pub(in crate::virt) fn allowed(
        self,
        licence: &Licence,
        places: &BTreeMap<String, PathBuf>,
    ) -> Result<ContainerOptions, Error> {
        let servers = licence
            .servers
            .iter()
            .map(|(name, id)| (name.clone(), (*id, false)));
        let leave = Leave {
            operator: licence.operator,
            flavor: &self.flavor,
            servers: &servers.collect(),
            paths: &places.keys().cloned().collect(),
            ports: EVERY_PORT,
        };
        self.parsed
            .judge(&leave)
            .map_err(|refusal| Error::Forbidden(refusal.to_string()))?;
        Ok(in_the_engine(self.parsed.options, &licence.servers, places))
    }
}

impl DockerDriver {
    pub(super) async fn allowed_options(&self, instance: &Instance) -> Result<ContainerOptions, Error> {
        let asked = Asked::by(instance)?;
        let mut places = BTreeMap::new();
        // An operator's words are taken as they are.
        if !instance.licence.operator {
            let sources: BTreeSet<&String> = asked.sources().collect();
            for source in sources {
                if let Some(place) = self.allowed_source(source).await {
                    places.insert(source.clone(), place);
                }
            }
        }
        asked.allowed(&instance.licence, &places)
    }

    /// Where a path of the host really leads, if that is a place that everybody may have: links and `..` are followed. An
    /// engine elsewhere has paths that cannot be followed from here.
    pub(super) async fn allowed_source(&self, source: &str) -> Option<PathBuf> {
        let allowed = self.settings.allowed_bind_paths.clone();
        let socket = PathBuf::from(self.docker.url().strip_prefix("unix://")?);
        if allowed.is_empty() {
            return None;
        }
        let kept = [
            socket,
            self.settings.root_directory.clone(),
            self.settings.instances_path.clone(),
        ];
        let source = PathBuf::from(source);
        on_disk(move || Ok(place(&source, &allowed, &kept)))
            .await
            .ok()
            .flatten()
    }

    /// What is bound from the host must lead where it led when it was allowed: somebody may have moved it meanwhile, and a
    /// container has also what it took over from another.
    pub(super) async fn check_mounts(
        &self,
        container: &ContainerInspectResponse,
        instance: &Instance,
    ) -> Result<Bound, Error> {
        if instance.licence.operator {
            return Ok(Bound::Nothing);
        }
        let mut all = Bound::Nothing;
        let flavor = FlavorOptions::of(&instance.flavor.extra_specs).unwrap_or_default();
        for source in bound(container) {
            let known =
                flavor.gives_bind(source) || Path::new(source).starts_with(&self.settings.instances_path);
            if known {
                continue;
            }
            if self.allowed_source(source).await.as_deref() == Some(Path::new(source)) {
                all = Bound::Judged;
                continue;
            }
            return Err(Error::Forbidden(format!(
                "{source} of the host, which the server binds, does not lead any more where it led when it was allowed, or is \
                 not below [docker] allowed_bind_paths now"
            )));
        }
        Ok(all)
    }
}

/// The paths of the host in a container.
fn bound(container: &ContainerInspectResponse) -> impl Iterator<Item = &str> {
    let mounts = container.mounts.iter().flatten();
    mounts
        .filter(|mount| mount.typ.as_deref() == Some("bind"))
        .filter_map(|mount| mount.source.as_deref())
}

/// Lines of base64 may be broken, as MIME does; what is no base64 is nothing of ours.
fn decoded(user_data: &UserData) -> Option<Vec<u8>> {
    let joined: String = user_data.base64().split_ascii_whitespace().collect();
    STANDARD.decode(joined).ok()
}

/// With the containers of the servers that are named, and the places where sources of binds lead.
fn in_the_engine(
    mut options: ContainerOptions,
    servers: &BTreeMap<String, InstanceId>,
    places: &BTreeMap<String, PathBuf>,
) -> ContainerOptions {
    let container = |name: &str| servers.get(name).map(|id| container_name(*id));
    for spec in options.links.iter_mut().chain(&mut options.volumes_from) {
        let (name, rest) = spec.split_once(':').unwrap_or((spec, ""));
        if let Some(container) = container(name) {
            *spec = match rest {
                "" => container,
                rest => format!("{container}:{rest}"),
            };
        }
    }
    for mode in options.modes_mut() {
        if let Some(container) = mode.strip_prefix("container:").and_then(container) {
            *mode = format!("container:{container}");
        }
    }
    for mount in &mut options.mounts {
        if let Some(place) = mount.source.as_ref().and_then(|source| places.get(source)) {
            mount.source = Some(place.display().to_string());
        }
    }
    for spec in &mut options.binds {
        if let Some((source, rest)) = spec.split_once(':')
            && let Some(place) = places.get(source)
        {
            *spec = format!("{}:{rest}", place.display());
        }
    }
    options
}

fn place(source: &Path, allowed: &[PathBuf], kept: &[PathBuf]) -> Option<PathBuf> {
    let place = canonicalize(source).ok()?;
    // The engine would take the rest for the path in the container.
    if place.to_str()?.contains(':') {
        return None;
    }
    let real = |path: &PathBuf| canonicalize(path).ok();
    let is_allowed = allowed
        .iter()
        .filter(|path| path.is_absolute())
        .filter_map(real)
        .any(|path| place.starts_with(path));
    let is_kept = kept
        .iter()
        .filter_map(real)
        .any(|path| place.starts_with(&path) || path.starts_with(&place));
    (is_allowed && !is_kept).then_some(place)
}

#[cfg(test)]
mod tests {
    use std::fs::{create_dir_all, write};
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_place_is_where_links_and_steps_back_lead() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        for directory in ["share/data", "share/kept/inner", "secret", "share/a:b"] {
            create_dir_all(at(directory)).unwrap();
        }
        write(at("share/engine.sock"), "").unwrap();
        symlink(at("secret"), at("share/way_out")).unwrap();
        symlink(at("share/data"), at("way_in")).unwrap();
        symlink("/", at("share/root")).unwrap();
        let (allowed, kept) = ([at("share")], [at("share/kept"), at("share/engine.sock")]);
        let found = |name: &str| {
            let found = place(&at(name), &allowed, &kept)?;
            Some(found.strip_prefix(root.path()).unwrap().display().to_string())
        };
        assert_eq!(found("share/data").as_deref(), Some("share/data"));
        assert_eq!(found("way_in").as_deref(), Some("share/data"));
        assert_eq!(found("secret/../share/data/.").as_deref(), Some("share/data"));
        for outside in [
            "secret",
            "share/way_out",
            "share/../secret",
            "share/data/../../secret",
            "share/root",
            "share/root/etc",
            "share/nothing",
            "share/a:b",
            "share/kept",
            "share/kept/inner",
            "share/engine.sock",
            // What we keep lies in it.
            "share",
            "",
        ] {
            assert_eq!(found(outside), None, "{outside}");
        }
    }
}
