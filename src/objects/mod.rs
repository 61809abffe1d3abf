//! The nouns of the house: servers, flavors, images and their ids, with no I/O and nothing of ours below them.

mod action;
mod context;
mod flavor;
pub mod guard;
mod host;
mod ids;
mod image;
mod instance;
mod keypair;
mod secret;
mod states;
pub mod vif;
mod world;

pub use action::{Action, ActionEvent};
pub use context::RequestContext;
pub use flavor::Flavor;
pub use guard::Guard;
pub use host::HostResources;
pub use ids::{DeploymentId, FlavorId, ImageId, InstanceId, NotAnId, ProjectId, RequestId, UserId};
pub use image::{Image, ImageStatus, Visibility};
pub use instance::{
    Fault, Instance, Lock, NetworkChoice, SchedulerHints, UserData, UserDataTooLong, WantedNetwork, Wiring,
};
pub use keypair::Keypair;
pub use secret::Secret;
pub use states::{PowerState, TaskState, VmState};
pub use vif::{Cidr, Mac, Vif};
pub use world::{SystemWorld, World};
