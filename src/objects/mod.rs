//! The nouns of the house: servers, flavors, images and their ids, with no I/O and nothing of ours below them.

mod action;
mod aggregate;
mod console;
mod context;
mod diagnostics;
mod flavor;
pub mod guard;
mod host;
mod ids;
mod image;
mod instance;
mod keypair;
mod licence;
mod lifetime;
mod migration;
mod quota;
mod secret;
mod server_group;
mod service;
mod states;
pub mod vif;
mod world;

pub use action::{Action, ActionEvent};
pub use aggregate::Aggregate;
pub use console::ConsoleAuthToken;
pub use context::{Judge, Owner, RequestContext};
pub use diagnostics::{CpuDiagnostics, Diagnostics, DiskDiagnostics, NicDiagnostics, Traffic};
pub use flavor::{Flavor, FlavorAccess};
pub use guard::Guard;
pub use host::HostResources;
pub use ids::{
    DeploymentId, FlavorId, ImageId, InstanceId, NotAnId, ProjectId, RequestId, ServerGroupId, UserId,
};
pub use image::{Image, ImageStatus, Visibility};
pub use instance::{
    Detour, Fault, Instance, Lock, NetworkChoice, SchedulerHints, UserData, UserDataTooLong, WantedNetwork,
    Wiring,
};
pub use keypair::Keypair;
pub use licence::{HostPort, Licence};
pub use lifetime::Lifetime;
pub use migration::{Migration, MigrationKind, MigrationStatus};
pub use quota::{QuotaOwner, QuotaResource, QuotaSet};
pub use secret::Secret;
pub use server_group::{GroupPolicy, ServerGroup};
pub use service::ComputeService;
pub use states::{PowerState, TaskState, VmState};
pub use vif::{Cidr, Mac, Vif};
pub use world::{RepeatingWorld, Resource, SystemWorld, World};
