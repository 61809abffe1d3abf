//! What each version of the Compute API changes, in one sentence each; the last one listed is the last one offered.

use super::Microversion;

macro_rules! microversions {
    ($($version:literal $change:literal)*) => { &[$((listed(stringify!($version)), $change)),*] };
}

/// Every version, oldest first.
pub const HISTORY: &[(Microversion, &str)] = microversions! {
    2.1    "The first version: what clients of API 2.0 know, with its input checked."
    2.2    "A keypair has a type, and making or deleting one answers 201 or 204."
    2.3    "Administrators see more OS-EXT-SRV-ATTR fields; attached volumes tell delete_on_termination."
    2.4    "Fixed IPs show whether they are reserved."
    2.5    "Everyone may filter servers by ip6."
    2.6    "One resource, remote-consoles, replaces the console actions."
    2.7    "A public flavor refuses tenant access instead of ignoring it."
    2.8    "Remote consoles know the mks protocol."
    2.9    "A server shows whether it is locked."
    2.10   "Administrators work with other users' keypairs, by user_id."
    2.11   "A compute service shows and takes forced_down."
    2.12   "Virtual interfaces show the network they are in."
    2.13   "A server group shows its project and user."
    2.14   "Evacuation decides about shared storage itself and tells no password."
    2.15   "A server group may prefer its policy softly: soft-affinity and soft-anti-affinity."
    2.16   "A server shows host_status to those who may see it."
    2.17   "A server can be told to write a crash dump."
    2.18   "The project may be left out of the path."
    2.19   "A server has a description."
    2.20   "Volumes attach to and detach from shelved servers."
    2.21   "The actions of deleted servers remain readable."
    2.22   "A running live migration can be forced to complete."
    2.23   "The live migrations of a server are a resource of their own; migrations tell their type."
    2.24   "A running live migration can be called off."
    2.25   "Live migration finds out about block migration by itself and no longer takes disk_over_commit."
    2.26   "A server has tags, and lists can be filtered by them."
    2.27   "The standard header OpenStack-API-Version asks for a version."
    2.28   "A hypervisor's cpu_info is an object rather than text."
    2.29   "Evacuation to a named host is checked by the scheduler unless forced."
    2.30   "Live migration to a named host is checked by the scheduler unless forced."
    2.31   "Console tokens of every type can be looked up."
    2.32   "Networks take a tag when a server is made, until 2.37, and so do block devices, in this version only."
    2.33   "Hypervisors come in pages."
    2.34   "Live migration is checked after the answer, and what was found stands among the server's actions."
    2.35   "Keypairs come in pages."
    2.36   "The resources that only passed requests on to other services are gone."
    2.37   "Networks must be said when a server is made, and may be \"auto\" or \"none\"; their ids must be UUIDs."
    2.38   "Listing servers by a status that does not exist is an error."
    2.39   "Image metadata, which was the image service's, is gone."
    2.40   "Usage reports come in pages."
    2.41   "An aggregate has a UUID."
    2.42   "Networks and block devices take a tag again when a server is made."
    2.43   "Hosts as a resource are gone; services and hypervisors tell the same."
    2.44   "The actions about fixed and floating IPs, and virtual interfaces, are gone: the network service does this."
    2.45   "createImage and createBackup answer with the id of the image in the body, not with a Location."
    2.46   "Answers also carry the request's id as X-OpenStack-Request-ID."
    2.47   "A server shows its flavor as it was when it was made, not as a link."
    2.48   "Diagnostics look the same whatever the driver."
    2.49   "Interfaces and volumes take a tag when they are attached."
    2.50   "Quota classes tell of server groups and no longer of networks."
    2.51   "The event volume-extended is known; the events of a server's actions are for everyone, without traceback."
    2.52   "Tags can be given when a server is made."
    2.53   "Services and hypervisors are known by UUID."
    2.54   "A rebuild may change the keypair."
    2.55   "A flavor has a description."
    2.56   "A cold migration may name its host."
    2.57   "File injection is gone, with its limits; a rebuild may change the user_data."
    2.58   "A server's actions come in pages and can be filtered by when they changed."
    2.59   "Migrations come in pages, can be filtered by when they changed, and have UUIDs."
    2.60   "A volume may be attached to more than one server."
    2.61   "A flavor shows its extra_specs."
    2.62   "The events of a server's actions show where they happened."
    2.63   "Trusted certificates can be named when a server is made or rebuilt."
    2.64   "A server group has one policy, with rules."
    2.65   "A live migration that has not begun can be called off."
    2.66   "Lists can be filtered by changes-before."
    2.67   "A block device may name the volume type."
    2.68   "Migration and evacuation can no longer be forced past the scheduler."
    2.69   "Servers of a cell that does not answer are listed with the little that is known."
    2.70   "Attached interfaces and volumes show their tags."
    2.71   "A server shows its server groups."
    2.72   "Networks with resource requests are served when a server is made."
    2.73   "Locking takes a reason, which the server shows; lists can be filtered by locked."
    2.74   "Administrators may name the host a server is made on."
    2.75   "Unknown query parameters are errors; update and rebuild answer with the whole server; swap is a number."
    2.76   "The event power-update is known."
    2.77   "Unshelving may name an availability zone."
    2.78   "A server shows its NUMA topology at a resource of its own."
    2.79   "An attached volume takes and shows delete_on_termination."
    2.80   "Migrations show, and can be filtered by, user and project."
    2.81   "An aggregate's hosts can be told to cache images."
    2.82   "The event accelerator-request-bound is known."
    2.83   "Everyone may filter servers by what was for administrators."
    2.84   "The events of a server's actions say what happened in words."
    2.85   "An attached volume's delete_on_termination can be changed."
    2.86   "Extra specs that are known are checked when they are set."
    2.87   "Servers that boot from a volume can be rescued."
    2.88   "Hypervisors no longer show their statistics; uptime has moved into them."
    2.89   "Attached volumes show attachment_id and bdm_uuid, and no longer an id."
    2.90   "A hostname can be given, and everyone sees it."
    2.91   "Unshelving may name a host, or unpin the availability zone."
    2.92   "Keypairs are imported only, and their names may hold @ and dots."
    2.93   "Servers that boot from a volume can be rebuilt with another image."
    2.94   "A hostname may be fully qualified."
    2.95   "An evacuated server stays stopped at its new host."
    2.96   "A server shows the availability zone it is pinned to."
    2.97   "Shares can be attached to a server."
    2.98   "A server shows the properties of its image."
    2.99   "Remote consoles know spice-direct, and tokens tell their TLS port."
    2.100  "A server shows the scheduler hints it was made with."
    2.101  "Attaching a volume is answered 202 and nothing more."
    2.102  "Flavors can be filtered by name, show neither rxtx_factor nor disabled; unknown query parameters are refused everywhere."
    2.103  "os-volumes_boot is gone."
    2.104  "A server can be unpinned from its availability zone, and pinned to it again."
};

/// The version of those who ask for none.
pub const MIN: Microversion = HISTORY[0].0;

/// The newest version clients are offered. They do call what is offered: a line is added when its change works.
pub const MAX: Microversion = HISTORY[HISTORY.len() - 1].0;

/// Called while compiling only: a misspelt line fails the build.
const fn listed(text: &str) -> Microversion {
    match Microversion::parse(text.as_bytes()) {
        Some(version) => version,
        None => panic!("a line of the history begins like 2.19"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_history_leaves_no_version_out() {
        let listed: Vec<Microversion> = HISTORY.iter().map(|(version, _)| *version).collect();
        let counted: Vec<Microversion> = (1..)
            .take(HISTORY.len())
            .map(|minor| Microversion::new(2, minor))
            .collect();
        assert_eq!(listed, counted);
    }
}
