//! Chooses the compute node that a server goes to; pure, so that every choice can be tested without a cloud.

/// What a server needs of its host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub vcpus: u64,
    pub memory_mb: u64,
    /// The zone the user insists on.
    pub zone: Option<String>,
    /// What the image runs on, in Nova's words (`aarch64`).
    pub architecture: Option<String>,
}

/// A compute node: what it may hand out in all (ratios and reservations are in these numbers already), and what is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub host: String,
    pub zone: String,
    /// As the kernel says it; empty when nobody knows.
    pub architecture: String,
    pub vcpus: u64,
    pub memory_mb: u64,
    pub vcpus_used: u64,
    pub memory_mb_used: u64,
}

impl Node {
    fn free_vcpus(&self) -> u64 {
        self.vcpus.saturating_sub(self.vcpus_used)
    }

    fn free_memory_mb(&self) -> u64 {
        self.memory_mb.saturating_sub(self.memory_mb_used)
    }

    /// Why not, for a person.
    fn refusal(&self, request: &Request) -> Option<String> {
        let host = &self.host;
        if request.zone.as_ref().is_some_and(|zone| *zone != self.zone) {
            return Some(format!("{host} is in availability zone {}", self.zone));
        }
        if let Some(wanted) = &request.architecture
            && !runs(&self.architecture, wanted)
        {
            let own = &self.architecture;
            return Some(format!("{host} is {own}, the image is for {wanted}"));
        }
        if request.memory_mb > self.free_memory_mb() {
            let (free, wanted) = (self.free_memory_mb(), request.memory_mb);
            return Some(format!(
                "{host} has {free} MB of memory left, {wanted} are needed"
            ));
        }
        if request.vcpus > self.free_vcpus() {
            let (free, wanted) = (self.free_vcpus(), request.vcpus);
            return Some(format!("{host} has {free} VCPUs left, {wanted} are needed"));
        }
        None
    }
}

/// Whether a host runs programs of an architecture, under any of the names that it goes by.
fn runs(host: &str, wanted: &str) -> bool {
    let (host, wanted) = (canonical(host), canonical(wanted));
    host.is_empty() || host == wanted || (host == "x86_64" && wanted == "i686")
}

/// As Nova has it.
fn canonical(architecture: &str) -> String {
    let name = architecture.trim().to_ascii_lowercase();
    let known = match name.as_str() {
        "amd64" | "x64" | "x86-64" => "x86_64",
        "i386" | "i486" | "i586" | "x86" => "i686",
        "arm64" => "aarch64",
        "arm" => "armv7l",
        "ppc64el" => "ppc64le",
        _ => return name,
    };
    known.to_owned()
}

/// The node with the most memory left that has room for the request; else why each node has not.
pub fn choose<'a>(nodes: &'a [Node], request: &Request) -> Result<&'a Node, String> {
    let (mut best, mut refusals) = (None::<&Node>, Vec::new());
    for node in nodes {
        match node.refusal(request) {
            Some(refusal) => refusals.push(refusal),
            None if best.is_none_or(|best| best.free_memory_mb() < node.free_memory_mb()) => {
                best = Some(node)
            }
            None => {}
        }
    }
    best.ok_or_else(|| match refusals.is_empty() {
        true => "There are not enough hosts available.".to_owned(),
        false => format!("There are not enough hosts available: {}.", refusals.join("; ")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(host: &str, memory_mb_used: u64) -> Node {
        Node {
            host: host.to_owned(),
            zone: "nova".to_owned(),
            architecture: "x86_64".to_owned(),
            vcpus: 8,
            memory_mb: 4096,
            vcpus_used: 6,
            memory_mb_used,
        }
    }

    fn request(vcpus: u64, memory_mb: u64) -> Request {
        Request {
            vcpus,
            memory_mb,
            zone: None,
            architecture: None,
        }
    }

    #[test]
    fn the_node_with_the_most_memory_left_is_chosen() {
        let nodes = [node("a", 3000), node("b", 1000), node("c", 2000)];
        assert_eq!(choose(&nodes, &request(2, 512)), Ok(&nodes[1]));
    }

    #[test]
    fn what_exactly_fits_fits() {
        let nodes = [node("a", 1024)];
        assert_eq!(choose(&nodes, &request(2, 3072)), Ok(&nodes[0]));
    }

    #[test]
    fn a_refusal_says_what_is_missing_on_each_node() {
        let nodes = [node("a", 4000), node("b", 0)];
        assert_eq!(
            choose(&nodes, &request(3, 512)),
            Err(
                "There are not enough hosts available: a has 96 MB of memory left, 512 are needed; \
                 b has 2 VCPUs left, 3 are needed."
                    .to_owned()
            )
        );
    }

    #[test]
    fn a_node_of_another_zone_is_not_chosen() {
        let wanted = Request {
            zone: Some("edge".to_owned()),
            ..request(1, 1)
        };
        assert_eq!(
            choose(&[node("a", 0)], &wanted),
            Err("There are not enough hosts available: a is in availability zone nova.".to_owned())
        );
    }

    #[test]
    fn a_node_of_another_architecture_is_not_chosen() {
        let wanted = |architecture: &str| Request {
            architecture: Some(architecture.to_owned()),
            ..request(1, 1)
        };
        let nodes = [node("a", 0)];
        for same in ["x86_64", "AMD64", "i686", "i386"] {
            assert_eq!(choose(&nodes, &wanted(same)), Ok(&nodes[0]), "{same}");
        }
        assert_eq!(
            choose(&nodes, &wanted("aarch64")),
            Err("There are not enough hosts available: a is x86_64, the image is for aarch64.".to_owned())
        );
    }

    #[test]
    fn without_nodes_there_is_no_valid_host() {
        assert_eq!(
            choose(&[], &request(1, 1)),
            Err("There are not enough hosts available.".to_owned())
        );
    }
}
