//! The three states of a server, in Nova's words: what it should be, what is being done, what the machine says.

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$meta:meta])* $Name:ident { $($(#[$doc:meta])* $Variant:ident = $word:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $Name { $($(#[$doc])* #[serde(rename = $word)] $Variant),* }

        impl $Name {
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$Variant => $word),* }
            }
        }

        impl std::fmt::Display for $Name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// What a server is meant to be (`OS-EXT-STS:vm_state`).
    VmState {
        Active = "active",
        Building = "building",
        Paused = "paused",
        Stopped = "stopped",
        Suspended = "suspended",
        Rescued = "rescued",
        /// Its flavor was changed, and its user has yet to say whether that is well.
        Resized = "resized",
        SoftDeleted = "soft-delete",
        /// Kept as an image; its container is still there, stopped.
        Shelved = "shelved",
        /// Kept as an image only.
        ShelvedOffloaded = "shelved_offloaded",
        Deleted = "deleted",
        Error = "error",
    }
}

words! {
    /// What is being done to a server (`OS-EXT-STS:task_state`); `None` beside it means nothing.
    TaskState {
        Scheduling = "scheduling",
        Networking = "networking",
        Spawning = "spawning",
        ImageSnapshotPending = "image_snapshot_pending",
        ImageSnapshot = "image_snapshot",
        ImagePendingUpload = "image_pending_upload",
        ImageUploading = "image_uploading",
        ImageBackup = "image_backup",
        UpdatingPassword = "updating_password",
        ResizePrep = "resize_prep",
        ResizeMigrating = "resize_migrating",
        ResizeMigrated = "resize_migrated",
        ResizeFinish = "resize_finish",
        ResizeReverting = "resize_reverting",
        Rebooting = "rebooting",
        RebootingHard = "rebooting_hard",
        RebootStarted = "reboot_started",
        RebootStartedHard = "reboot_started_hard",
        PoweringOff = "powering-off",
        PoweringOn = "powering-on",
        Pausing = "pausing",
        Unpausing = "unpausing",
        Suspending = "suspending",
        Resuming = "resuming",
        Rescuing = "rescuing",
        Unrescuing = "unrescuing",
        Rebuilding = "rebuilding",
        RebuildSpawning = "rebuild_spawning",
        Deleting = "deleting",
        SoftDeleting = "soft-deleting",
        Restoring = "restoring",
        Shelving = "shelving",
        ShelvingImagePendingUpload = "shelving_image_pending_upload",
        ShelvingImageUploading = "shelving_image_uploading",
        ShelvingOffloading = "shelving_offloading",
        Unshelving = "unshelving",
    }
}

/// What the machine says (`OS-EXT-STS:power_state`), in Nova's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
pub enum PowerState {
    NoState = 0,
    Running = 1,
    Paused = 3,
    Shutdown = 4,
    Crashed = 6,
    Suspended = 7,
}

impl PowerState {
    /// Nova's word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NoState => "pending",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Shutdown => "shutdown",
            Self::Crashed => "crashed",
            Self::Suspended => "suspended",
        }
    }
}

impl From<PowerState> for u8 {
    fn from(state: PowerState) -> Self {
        state as Self
    }
}

impl TryFrom<u8> for PowerState {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, String> {
        match number {
            0 => Ok(Self::NoState),
            1 => Ok(Self::Running),
            3 => Ok(Self::Paused),
            4 => Ok(Self::Shutdown),
            6 => Ok(Self::Crashed),
            7 => Ok(Self::Suspended),
            other => Err(format!("{other} is not one of Nova's power states")),
        }
    }
}
