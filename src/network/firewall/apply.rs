//! Brings a ruleset into a server's network namespace.

use std::fs;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Guard;
use super::ruleset::{Frames, ruleset};
use crate::network::nft;
use crate::network::vif::{Error, Namespace};

/// Which interfaces are filtered in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    Present,
    /// Those that come later too.
    Future,
}

/// Whether this kernel was seen to refuse filters for devices that are not there yet.
static WANTS_DEVICES: AtomicBool = AtomicBool::new(false);
static TOLD: Once = Once::new();

/// Lets through what the guards of these devices (`eth0`...) let through, and nothing on any other device but `lo`. What
/// was let through before and is not any more is cut off, established connections too.
///
/// Called before an interface comes into the namespace, so that it is never open, and again when it is there if the answer
/// says so: only Linux 6.16 and later filter the frames of an interface by its name beforehand. Replaces all in one step;
/// on error everything is as before. Without guards nothing passes.
pub async fn apply(namespace: &Namespace, guards: &[(String, Guard)]) -> Result<Reach, Error> {
    let load = async |frames: Frames<'_>| nft::apply(Some(namespace), &ruleset(guards, frames)).await;
    if !WANTS_DEVICES.load(Ordering::Relaxed) && load(Frames::OfAll).await.is_ok() {
        return Ok(Reach::Future);
    }
    let devices = devices(namespace).await?;
    let Err(error) = load(Frames::Of(&devices)).await else {
        WANTS_DEVICES.store(true, Ordering::Relaxed);
        return Ok(Reach::Present);
    };
    // When it is not the kernel, this says the same.
    load(Frames::Unfiltered).await?;
    TOLD.call_once(|| {
        tracing::warn!(
            %error,
            "the kernel cannot filter frames that leave an interface (Linux 5.16, NETFILTER_EGRESS): servers with raw sockets can forge addresses"
        );
    });
    Ok(Reach::Present)
}

async fn devices(namespace: &Namespace) -> Result<Vec<String>, Error> {
    let read = namespace
        .run(|| fs::read_to_string("/proc/thread-self/net/dev"))
        .await?;
    let table = read.map_err(|error| Error::kernel("list the interfaces of a server", error))?;
    let names = table.lines().filter_map(|line| line.split_once(':'));
    Ok(names.map(|(name, _)| name.trim().to_owned()).collect())
}
