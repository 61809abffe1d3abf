//! VIFs: a server's network interfaces, from the bridge of the host to `eth0` in the container.
//!
//! A driver is a pure function from a [`Vif`] to a [`Plan`]: a list of changes to the host, as data (see `wiring`). One
//! executor carries plans out against a [`Host`] and takes them back when a step fails; the kernel is the real `Host`,
//! reached by netlink. So each kind of VIF is a file with nothing in it but what is particular to it.

mod bridge;
mod change;
mod choice;
mod command;
mod driver;
mod error;
mod executor;
mod generic;
mod host;
mod inside;
mod kernel;
mod macvlan;
mod names;
mod namespace;
mod none;
mod ovs;
mod owner;
mod plan;
mod presets;
#[cfg(test)]
mod samples;
mod wiring;

use std::fmt;

use async_trait::async_trait;

use crate::objects::Vif;

pub use change::{Change, OvsPort, Place, Route};
pub use choice::{Plugging, Settings, choose, needs_the_host};
pub use error::Error;
pub use host::{Host, Link};
pub use inside::Inside;
pub use kernel::{Kernel, OvsSwitch};
pub(in crate::network) use kernel::{connect, refused};
pub use namespace::Namespace;
pub use owner::Owner;
pub use plan::Plan;

/// Connects servers to their networks.
///
/// The order is `plug`, start of the container, `attach`; `unplug` undoes both. Each verb is idempotent: called for a VIF
/// that is in place already it repairs what is missing and disturbs nothing, so after a restart of anything all VIFs are
/// simply plugged and attached again. No verb is called twice at once for one VIF. A verb goes on to its end when its
/// future is dropped: a host is never left in the middle.
#[async_trait]
pub trait VifDriver: fmt::Debug + Send + Sync {
    /// Makes the host's side. On error the host is as it was.
    async fn plug(&self, owner: &Owner, vif: &Vif) -> Result<(), Error>;
    /// Brings the interface into the container's network namespace and configures it: addresses, routes, MTU.
    /// On error it is as `plug` left it.
    async fn attach(&self, owner: &Owner, vif: &Vif, inside: &Inside) -> Result<(), Error>;
    /// Takes an interface out of a namespace that goes on living; `unplug` comes next. Only interfaces that have no end
    /// on the host need it: the others vanish when `unplug` removes their end.
    async fn detach(&self, vif: &Vif, inside: &Inside) -> Result<(), Error>;
    /// Removes everything that `plug` and `attach` made for this VIF alone; a bridge that VIFs share stays, but
    /// perhaps not when it was the last. After an error the rest has been tried, and it may be called again.
    async fn unplug(&self, owner: &Owner, vif: &Vif) -> Result<(), Error>;
}
