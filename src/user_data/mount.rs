//! Mounts in the Engine's newer form, which says each thing by its name.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One mount. Only what belongs to its kind is said.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Mount {
    pub kind: MountKind,
    /// A path of the host, the name of a volume or of an image; `None` is a volume of the container's own.
    pub source: Option<String>,
    /// A path in the container.
    pub target: String,
    pub read_only: Option<bool>,
    pub consistency: Option<String>,
    pub bind: BindOptions,
    pub volume: VolumeOptions,
    pub tmpfs: TmpfsOptions,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum MountKind {
    Bind,
    #[default]
    Volume,
    Tmpfs,
    Image,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BindOptions {
    /// `private`, `rprivate`, `shared`, `rshared`, `slave` or `rslave`.
    pub propagation: Option<String>,
    pub non_recursive: Option<bool>,
    pub create_mountpoint: Option<bool>,
    pub read_only_non_recursive: Option<bool>,
    pub read_only_force_recursive: Option<bool>,
}

/// Of a volume, and of an image the path in it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct VolumeOptions {
    pub no_copy: Option<bool>,
    pub labels: BTreeMap<String, String>,
    pub driver: Option<VolumeDriver>,
    pub subpath: Option<String>,
}

/// Who makes a volume. Even the Engine's own driver mounts anything of the host when its options say so.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct VolumeDriver {
    pub name: Option<String>,
    pub options: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TmpfsOptions {
    /// In bytes.
    pub size: Option<i64>,
    /// Permissions, such as 0o755.
    pub mode: Option<i64>,
    /// Each a flag, or a key and a value.
    pub options: Vec<Vec<String>>,
}
