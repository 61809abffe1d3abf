//! What each version of the Compute API changes, in one sentence each; the last one listed is the last one offered.

use super::Microversion;

/// The version of those who ask for none.
pub const MIN: Microversion = HISTORY[0].0;

/// The newest version clients are offered. They do call what is offered: a line is added when its change works.
pub const MAX: Microversion = HISTORY[HISTORY.len() - 1].0;

/// Every version, oldest first.
pub const HISTORY: &[(Microversion, &str)] = &[
    (
        v(1),
        "The first version: what clients of API 2.0 know, with its input checked.",
    ),
    (
        v(2),
        "A keypair has a type, and making or deleting one answers 201 or 204.",
    ),
    (
        v(3),
        "Administrators see more OS-EXT-SRV-ATTR fields; attached volumes tell delete_on_termination.",
    ),
    (v(4), "Fixed IPs show whether they are reserved."),
    (v(5), "Everyone may filter servers by ip6."),
    (
        v(6),
        "One resource, remote-consoles, replaces the console actions.",
    ),
    (
        v(7),
        "A public flavor refuses tenant access instead of ignoring it.",
    ),
    (v(8), "Remote consoles know the mks protocol."),
    (v(9), "A server shows whether it is locked."),
    (
        v(10),
        "Administrators work with other users' keypairs, by user_id.",
    ),
    (v(11), "A compute service shows and takes forced_down."),
    (v(12), "Virtual interfaces show the network they are in."),
    (v(13), "A server group shows its project and user."),
    (
        v(14),
        "Evacuation decides about shared storage itself and tells no password.",
    ),
    (
        v(15),
        "A server group may prefer its policy softly: soft-affinity and soft-anti-affinity.",
    ),
    (v(16), "A server shows host_status to those who may see it."),
    (v(17), "A server can be told to write a crash dump."),
    (v(18), "The project may be left out of the path."),
    (v(19), "A server has a description."),
    (v(20), "Volumes attach to and detach from shelved servers."),
    (v(21), "The actions of deleted servers remain readable."),
    (v(22), "A running live migration can be forced to complete."),
    (
        v(23),
        "The live migrations of a server are a resource of their own; migrations tell their type.",
    ),
    (v(24), "A running live migration can be called off."),
    (
        v(25),
        "Live migration finds out about block migration by itself and no longer takes disk_over_commit.",
    ),
    (v(26), "A server has tags, and lists can be filtered by them."),
    (
        v(27),
        "The standard header OpenStack-API-Version asks for a version.",
    ),
    (v(28), "A hypervisor's cpu_info is an object rather than text."),
    (
        v(29),
        "Evacuation to a named host is checked by the scheduler unless forced.",
    ),
    (
        v(30),
        "Live migration to a named host is checked by the scheduler unless forced.",
    ),
    (v(31), "Console tokens of every type can be looked up."),
    (
        v(32),
        "Networks and block devices take a tag when a server is made; in this version only.",
    ),
    (v(33), "Hypervisors come in pages."),
    (
        v(34),
        "Live migration is checked after the answer, and what was found stands among the server's actions.",
    ),
    (v(35), "Keypairs come in pages."),
    (
        v(36),
        "The resources that only passed requests on to other services are gone.",
    ),
    (
        v(37),
        "Networks must be said when a server is made, and may be \"auto\" or \"none\"; their ids must be UUIDs.",
    ),
    (
        v(38),
        "Listing servers by a status that does not exist is an error.",
    ),
    (v(39), "Image metadata, which was the image service's, is gone."),
    (v(40), "Usage reports come in pages."),
    (v(41), "An aggregate has a UUID."),
    (
        v(42),
        "Networks and block devices take a tag again when a server is made.",
    ),
    (
        v(43),
        "Hosts as a resource are gone; services and hypervisors tell the same.",
    ),
    (
        v(44),
        "The actions about fixed and floating IPs, and virtual interfaces, are gone: the network service does this.",
    ),
    (
        v(45),
        "createImage and createBackup answer with the id of the image in the body, not with a Location.",
    ),
    (
        v(46),
        "Answers also carry the request's id as X-OpenStack-Request-ID.",
    ),
    (
        v(47),
        "A server shows its flavor as it was when it was made, not as a link.",
    ),
    (v(48), "Diagnostics look the same whatever the driver."),
    (v(49), "Interfaces and volumes take a tag when they are attached."),
    (
        v(50),
        "Quota classes tell of server groups and no longer of networks.",
    ),
    (
        v(51),
        "The event volume-extended is known; the events of a server's actions are for everyone, without traceback.",
    ),
    (v(52), "Tags can be given when a server is made."),
    (v(53), "Services and hypervisors are known by UUID."),
    (v(54), "A rebuild may change the keypair."),
    (v(55), "A flavor has a description."),
    (v(56), "A cold migration may name its host."),
    (
        v(57),
        "File injection is gone, with its limits; a rebuild may change the user_data.",
    ),
    (
        v(58),
        "A server's actions come in pages and can be filtered by when they changed.",
    ),
    (
        v(59),
        "Migrations come in pages, can be filtered by when they changed, and have UUIDs.",
    ),
    (v(60), "A volume may be attached to more than one server."),
    (v(61), "A flavor shows its extra_specs."),
    (
        v(62),
        "The events of a server's actions show where they happened.",
    ),
    (
        v(63),
        "Trusted certificates can be named when a server is made or rebuilt.",
    ),
    (v(64), "A server group has one policy, with rules."),
    (v(65), "A live migration that has not begun can be called off."),
    (v(66), "Lists can be filtered by changes-before."),
    (v(67), "A block device may name the volume type."),
    (
        v(68),
        "Migration and evacuation can no longer be forced past the scheduler.",
    ),
    (
        v(69),
        "Servers of a cell that does not answer are listed with the little that is known.",
    ),
    (v(70), "Attached interfaces and volumes show their tags."),
    (v(71), "A server shows its server groups."),
    (
        v(72),
        "Networks with resource requests are served when a server is made.",
    ),
    (
        v(73),
        "Locking takes a reason, which the server shows; lists can be filtered by locked.",
    ),
    (v(74), "Administrators may name the host a server is made on."),
    (
        v(75),
        "Unknown query parameters are errors; update and rebuild answer with the whole server; swap is a number.",
    ),
    (v(76), "The event power-update is known."),
    (v(77), "Unshelving may name an availability zone."),
    (
        v(78),
        "A server shows its NUMA topology at a resource of its own.",
    ),
    (v(79), "An attached volume takes and shows delete_on_termination."),
    (
        v(80),
        "Migrations show, and can be filtered by, user and project.",
    ),
    (v(81), "An aggregate's hosts can be told to cache images."),
    (v(82), "The event accelerator-request-bound is known."),
    (
        v(83),
        "Everyone may filter servers by what was for administrators.",
    ),
    (
        v(84),
        "The events of a server's actions say what happened in words.",
    ),
    (
        v(85),
        "An attached volume's delete_on_termination can be changed.",
    ),
    (v(86), "Extra specs that are known are checked when they are set."),
    (v(87), "Servers that boot from a volume can be rescued."),
    (
        v(88),
        "Hypervisors no longer show their statistics; uptime has moved into them.",
    ),
    (
        v(89),
        "Attached volumes show attachment_id and bdm_uuid, and no longer an id.",
    ),
    (v(90), "A hostname can be given, and everyone sees it."),
    (
        v(91),
        "Unshelving may name a host, or unpin the availability zone.",
    ),
    (
        v(92),
        "Keypairs are imported only, and their names may hold @ and dots.",
    ),
    (
        v(93),
        "Servers that boot from a volume can be rebuilt with another image.",
    ),
    (v(94), "A hostname may be fully qualified."),
    (v(95), "An evacuated server stays stopped at its new host."),
    (v(96), "A server shows the availability zone it is pinned to."),
    (v(97), "Shares can be attached to a server."),
    (v(98), "A server shows the properties of its image."),
    (
        v(99),
        "Remote consoles know spice-direct, and tokens tell their TLS port.",
    ),
    (v(100), "A server shows the scheduler hints it was made with."),
];

const fn v(minor: u32) -> Microversion {
    Microversion::new(2, minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_history_leaves_no_version_out() {
        let listed: Vec<Microversion> = HISTORY.iter().map(|(version, _)| *version).collect();
        let counted: Vec<Microversion> = (1..).take(HISTORY.len()).map(v).collect();
        assert_eq!(listed, counted);
    }
}
