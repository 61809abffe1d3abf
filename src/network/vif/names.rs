//! What the host's devices of a VIF are called, as Nova calls them, so that operators and agents recognise them.

use uuid::Uuid;

/// An interface's name holds 15 bytes; Nova stays one below.
const NIC_NAME_LEN: usize = 14;

/// The devices of one VIF, of which a driver makes some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Names {
    /// What is in the host's bridge.
    pub(super) tap: String,
    /// What goes into the container.
    pub(super) ns: String,
    /// The Linux bridge between a tap and Open vSwitch, and the pair that leads there.
    pub(super) qbr: String,
    pub(super) qvb: String,
    pub(super) qvo: String,
}

impl Names {
    pub(super) fn of(id: Uuid) -> Self {
        let id = id.to_string();
        let short = |prefix: &str| format!("{prefix}{}", &id[..11]);
        let cut = |prefix: &str| {
            let mut name = format!("{prefix}{id}");
            name.truncate(NIC_NAME_LEN);
            name
        };
        Self {
            tap: short("tap"),
            ns: short("ns"),
            qbr: cut("qbr"),
            qvb: cut("qvb"),
            qvo: cut("qvo"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_as_nova_cuts_them() {
        let names = Names::of("5e2fa8f0-1d3c-4c8e-9a43-0242ac110002".parse().unwrap());
        let wanted = Names {
            tap: "tap5e2fa8f0-1d".to_owned(),
            ns: "ns5e2fa8f0-1d".to_owned(),
            qbr: "qbr5e2fa8f0-1d".to_owned(),
            qvb: "qvb5e2fa8f0-1d".to_owned(),
            qvo: "qvo5e2fa8f0-1d".to_owned(),
        };
        assert_eq!(names, wanted);
    }
}
