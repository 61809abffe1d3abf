//! Extra specs of flavors that promise a server what no container has. One that only says how a machine is to look has no
//! effect; one that an owner would rely on is refused.

use crate::compute::Error;
use crate::objects::Flavor;

/// A name, whether a value of it promises something, and what is so instead.
type Promise = (&'static str, fn(&str) -> bool, &'static str);

const PROMISES: [Promise; 5] = [
    (
        "hw:cpu_policy",
        |value| value != "shared",
        "no processor is one container's alone; which ones its servers run on says docker:cpuset_cpus",
    ),
    (
        "hw:mem_page_size",
        |value| !["small", "any"].contains(&value),
        "containers have the pages of the host's kernel: say small or any",
    ),
    (
        "hw:mem_encryption",
        is_true,
        "the memory of containers is not encrypted apart from the host's",
    ),
    (
        "hw:cpu_realtime",
        is_true,
        "a container gets time like that with docker:cpu_rt_runtime, on a kernel that has it",
    ),
    (
        "pci_passthrough:alias",
        |_| true,
        "containers have no buses: what they get of the host's devices say docker:devices and docker:device_requests",
    ),
];

pub(super) fn check(flavor: &Flavor) -> Result<(), Error> {
    let broken = PROMISES.iter().find(|(name, promises, _)| {
        let value = flavor.extra_specs.get(*name);
        value.is_some_and(|value| promises(value.trim()))
    });
    match broken {
        Some((name, _, instead)) => Err(Error::Invalid(format!(
            "Flavor {}: extra spec '{name}': {instead}.",
            flavor.id
        ))),
        None => Ok(()),
    }
}

/// As Nova reads it.
fn is_true(value: &str) -> bool {
    let words = ["1", "t", "true", "on", "y", "yes"];
    words.contains(&value.to_ascii_lowercase().as_str())
}
