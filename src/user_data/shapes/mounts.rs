//! Mounts that say each thing by its name: the Engine's mappings, and the arguments of docker-py's `Mount`.

use super::binds::is_volume_name;
use super::env::labels;
use super::host_side::whole;
use super::record::Record;
use super::size::size;
use super::values::{each, flag, text, texts, unfit, unfit_text};
use crate::user_data::document::Node;
use crate::user_data::error::Mistake;
use crate::user_data::mount::{BindOptions, Mount, MountKind, TmpfsOptions, VolumeDriver, VolumeOptions};

const EXPECTED: &str = "a mount such as {\"Type\": \"bind\", \"Source\": \"/srv/data\", \"Target\": \"/data\", \"ReadOnly\": true}";
const EXPECTED_KIND: &str = "bind, volume, tmpfs or image (npipe and cluster are not of this system)";

const ENGINES: [&str; 9] = [
    "Target",
    "Source",
    "Type",
    "ReadOnly",
    "Consistency",
    "BindOptions",
    "VolumeOptions",
    "ImageOptions",
    "TmpfsOptions",
];
const DOCKER_PYS: [&str; 12] = [
    "target",
    "source",
    "type",
    "read_only",
    "consistency",
    "propagation",
    "no_copy",
    "labels",
    "driver_config",
    "tmpfs_size",
    "tmpfs_mode",
    "subpath",
];

const PROPAGATIONS: [&str; 6] = ["private", "rprivate", "shared", "rshared", "slave", "rslave"];
const CONSISTENCIES: [&str; 4] = ["default", "consistent", "cached", "delegated"];

/// A list of mappings. As a text a mount is `target`, `source:target` or `source:target:ro`.
pub(in crate::user_data) fn mounts(node: &Node) -> Result<Vec<Mount>, Mistake> {
    match node {
        Node::Null => Ok(Vec::new()),
        Node::List(items) => each(items, mount),
        other => Err(unfit("a list of mounts", other)),
    }
}

fn mount(node: &Node) -> Result<Mount, Mistake> {
    let mount = match node {
        Node::Text(spec) => of_text(spec).ok_or_else(|| unfit(EXPECTED, node))?,
        Node::Mapping(entries) if entries.iter().any(|(key, _)| DOCKER_PYS.contains(&key.as_str())) => {
            of_arguments(node)?
        }
        _ => of_the_engine(node)?,
    };
    check(mount, node)
}

fn of_text(spec: &str) -> Option<Mount> {
    let parts: Vec<&str> = spec.split(':').collect();
    let (source, target, mode) = match parts[..] {
        [target] => (None, target, "rw"),
        [source, target] => (Some(source), target, "rw"),
        [source, target, mode @ ("ro" | "rw")] => (Some(source), target, mode),
        _ => return None,
    };
    Some(Mount {
        kind: match source {
            Some(source) if source.starts_with('/') => MountKind::Bind,
            _ => MountKind::Volume,
        },
        source: source.map(str::to_owned),
        target: target.to_owned(),
        read_only: (mode == "ro").then_some(true),
        ..Mount::default()
    })
}

fn of_the_engine(node: &Node) -> Result<Mount, Mistake> {
    let record = Record::of(node, &ENGINES, EXPECTED)?;
    let kind = record.read("Type", kind)?.ok_or_else(|| unfit(EXPECTED, node))?;
    let only = |key, its: MountKind| record.only(key, kind == its, word(kind));
    only("BindOptions", MountKind::Bind)?;
    only("VolumeOptions", MountKind::Volume)?;
    only("ImageOptions", MountKind::Image)?;
    only("TmpfsOptions", MountKind::Tmpfs)?;
    let (volume, image) = (
        record.read("VolumeOptions", volume_options)?,
        record.read("ImageOptions", image_options)?,
    );
    Ok(Mount {
        kind,
        source: record.read("Source", text)?,
        target: record.read("Target", text)?.unwrap_or_default(),
        read_only: record.read("ReadOnly", flag)?,
        consistency: record.read("Consistency", |node| one_of(node, &CONSISTENCIES))?,
        bind: record.read("BindOptions", bind_options)?,
        volume: if kind == MountKind::Image { image } else { volume },
        tmpfs: record.read("TmpfsOptions", tmpfs_options)?,
    })
}

fn of_arguments(node: &Node) -> Result<Mount, Mistake> {
    let record = Record::of(node, &DOCKER_PYS, EXPECTED)?;
    let kind = record.read("type", kind)?.unwrap_or_default();
    record.only("propagation", kind == MountKind::Bind, word(kind))?;
    for key in ["no_copy", "labels", "driver_config", "subpath"] {
        record.only(key, kind == MountKind::Volume, word(kind))?;
    }
    for key in ["tmpfs_size", "tmpfs_mode"] {
        record.only(key, kind == MountKind::Tmpfs, word(kind))?;
    }
    Ok(Mount {
        kind,
        source: record.read("source", text)?,
        target: record.read("target", text)?.unwrap_or_default(),
        read_only: record.read("read_only", flag)?,
        consistency: record.read("consistency", |node| one_of(node, &CONSISTENCIES))?,
        bind: BindOptions {
            propagation: record.read("propagation", |node| one_of(node, &PROPAGATIONS))?,
            ..BindOptions::default()
        },
        volume: VolumeOptions {
            no_copy: record.read("no_copy", flag)?,
            labels: record.read("labels", labels)?,
            driver: record.read("driver_config", driver)?,
            subpath: record.read("subpath", text)?,
        },
        tmpfs: TmpfsOptions {
            size: record.read("tmpfs_size", size)?,
            mode: record.read("tmpfs_mode", permissions)?,
            options: Vec::new(),
        },
    })
}

/// What the Engine would refuse when it makes the container.
fn check(mount: Mount, node: &Node) -> Result<Mount, Mistake> {
    if !mount.target.starts_with('/') {
        return Err(unfit("a mount whose target begins with /", node));
    }
    let source = mount.source.as_deref();
    match (mount.kind, source) {
        (MountKind::Bind, Some(path)) if path.starts_with('/') => Ok(mount),
        (MountKind::Bind, _) => Err(unfit("a bind whose source begins with /", node)),
        (MountKind::Volume, Some(name)) if !is_volume_name(name) => {
            Err(unfit("a volume whose source is a name, or nothing", node))
        }
        (MountKind::Image, None) => Err(unfit("an image as source", node)),
        (MountKind::Tmpfs, Some(_)) => Err(unfit("a tmpfs without a source", node)),
        _ => Ok(mount),
    }
}

fn kind(node: &Node) -> Result<Option<MountKind>, Mistake> {
    let Some(word) = text(node)? else { return Ok(None) };
    match word.as_str() {
        "bind" => Ok(Some(MountKind::Bind)),
        "volume" => Ok(Some(MountKind::Volume)),
        "tmpfs" => Ok(Some(MountKind::Tmpfs)),
        "image" => Ok(Some(MountKind::Image)),
        other => Err(unfit_text(EXPECTED_KIND, other)),
    }
}

const fn word(kind: MountKind) -> &'static str {
    match kind {
        MountKind::Bind => "a bind",
        MountKind::Volume => "a volume",
        MountKind::Tmpfs => "a tmpfs",
        MountKind::Image => "an image",
    }
}

fn bind_options(node: &Node) -> Result<BindOptions, Mistake> {
    let keys = [
        "Propagation",
        "NonRecursive",
        "CreateMountpoint",
        "ReadOnlyNonRecursive",
        "ReadOnlyForceRecursive",
    ];
    let Some(record) = Record::of_some(node, &keys)? else {
        return Ok(BindOptions::default());
    };
    Ok(BindOptions {
        propagation: record.read("Propagation", |node| one_of(node, &PROPAGATIONS))?,
        non_recursive: record.read("NonRecursive", flag)?,
        create_mountpoint: record.read("CreateMountpoint", flag)?,
        read_only_non_recursive: record.read("ReadOnlyNonRecursive", flag)?,
        read_only_force_recursive: record.read("ReadOnlyForceRecursive", flag)?,
    })
}

fn volume_options(node: &Node) -> Result<VolumeOptions, Mistake> {
    let Some(record) = Record::of_some(node, &["NoCopy", "Labels", "DriverConfig", "Subpath"])? else {
        return Ok(VolumeOptions::default());
    };
    Ok(VolumeOptions {
        no_copy: record.read("NoCopy", flag)?,
        labels: record.read("Labels", labels)?,
        driver: record.read("DriverConfig", driver)?,
        subpath: record.read("Subpath", text)?,
    })
}

fn image_options(node: &Node) -> Result<VolumeOptions, Mistake> {
    let Some(record) = Record::of_some(node, &["Subpath"])? else {
        return Ok(VolumeOptions::default());
    };
    Ok(VolumeOptions {
        subpath: record.read("Subpath", text)?,
        ..VolumeOptions::default()
    })
}

fn driver(node: &Node) -> Result<Option<VolumeDriver>, Mistake> {
    let Some(record) = Record::of_some(node, &["Name", "Options", "name", "options"])? else {
        return Ok(None);
    };
    let driver = VolumeDriver {
        name: record.read(record.spelling(["Name", "name"]), text)?,
        options: record.read(record.spelling(["Options", "options"]), labels)?,
    };
    Ok(Some(driver).filter(|driver| *driver != VolumeDriver::default()))
}

fn tmpfs_options(node: &Node) -> Result<TmpfsOptions, Mistake> {
    let Some(record) = Record::of_some(node, &["SizeBytes", "Mode", "Options"])? else {
        return Ok(TmpfsOptions::default());
    };
    Ok(TmpfsOptions {
        size: record.read("SizeBytes", size)?,
        mode: record.read("Mode", permissions)?,
        options: record.read("Options", |node| match node {
            Node::Null => Ok(Vec::new()),
            Node::List(items) => each(items, texts),
            other => Err(unfit("a list of lists of words", other)),
        })?,
    })
}

fn permissions(node: &Node) -> Result<Option<i64>, Mistake> {
    match whole(node)? {
        Some(mode) if !(0..=0o7777).contains(&mode) => {
            Err(unfit("permissions such as 493, which is 0755 in octal", node))
        }
        mode => Ok(mode),
    }
}

fn one_of(node: &Node, words: &[&str]) -> Result<Option<String>, Mistake> {
    match text(node)? {
        Some(word) if !words.contains(&word.as_str()) => Err(unfit_text(&words.join(", "), &word)),
        word => Ok(word),
    }
}
