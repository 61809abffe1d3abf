//! Command lines for networks whose programs are known.

use super::Error;
use super::command::Command;

pub(super) fn midonet() -> Result<Command, Error> {
    Command::new(
        &["mm-ctl --bind-port {port_id} {tap}"],
        &["mm-ctl --unbind-port {port_id}"],
    )
}

pub(super) fn iovisor() -> Result<Command, Error> {
    Command::new(
        &[
            "ifc_ctl gateway add_port {tap}",
            "ifc_ctl gateway ifup {tap} access_vm {network_name}_{port_id} {mac} pgtag2={network_id} pgtag1={project_id}",
        ],
        &[
            "ifc_ctl gateway ifdown {tap} access_vm {network_name}_{port_id} {mac}",
            "ifc_ctl gateway del_port {tap}",
        ],
    )
}

/// The program takes all its options as one word.
pub(super) fn contrail() -> Result<Command, Error> {
    Command::new(
        &[
            "vrouter-port-control '--oper=add --uuid={port_id} --instance_uuid={instance_id} --vn_uuid={network_id} \
           --vm_project_uuid={project_id} --ip_address={ipv4} --ipv6_address={ipv6} --vm_name={instance_name} \
           --mac={mac} --tap_name={tap} --port_type=NovaVMPort --tx_vlan_id=-1 --rx_vlan_id=-1'",
        ],
        &["vrouter-port-control '--oper=delete --uuid={port_id}'"],
    )
}

#[cfg(test)]
mod tests {
    use super::super::change::Change;
    use super::super::plan::Plan;
    use super::super::samples::{owner, vif};
    use super::super::wiring::Wiring;
    use super::*;

    fn run(plan: Plan) -> Vec<String> {
        let words = plan.steps.into_iter().filter_map(|(_, change)| match change {
            Change::Run { words, .. } => Some(words.join("|")),
            _ => None,
        });
        words.collect()
    }

    fn commands(preset: Result<Command, Error>) -> [Vec<String>; 2] {
        let (command, vif) = (preset.unwrap(), vif("any"));
        let plug = command.plug(&owner(), &vif).unwrap();
        [run(plug), run(command.unplug(&owner(), &vif).unwrap())]
    }

    const PORT: &str = "5e2fa8f0-1d3c-4c8e-9a43-0242ac110002";

    #[test]
    fn midonet_is_told_of_the_port() {
        assert_eq!(
            commands(midonet()),
            [
                [format!("mm-ctl|--bind-port|{PORT}|tap5e2fa8f0-1d")],
                [format!("mm-ctl|--unbind-port|{PORT}")],
            ]
        );
    }

    #[test]
    fn iovisor_gets_a_port_and_what_it_is_for() {
        let access = format!("tap5e2fa8f0-1d|access_vm|private_{PORT}|fa:16:3e:00:00:0a");
        assert_eq!(
            commands(iovisor()),
            [
                [
                    "ifc_ctl|gateway|add_port|tap5e2fa8f0-1d".to_owned(),
                    format!(
                        "ifc_ctl|gateway|ifup|{access}|pgtag2=00000000-0000-0000-0000-000000000002|pgtag1=project"
                    ),
                ],
                [
                    format!("ifc_ctl|gateway|ifdown|{access}"),
                    "ifc_ctl|gateway|del_port|tap5e2fa8f0-1d".to_owned(),
                ],
            ]
        );
    }

    #[test]
    fn contrail_gets_everything_in_one_word() {
        assert_eq!(
            commands(contrail()),
            [
                [format!(
                    "vrouter-port-control|--oper=add --uuid={PORT} \
                     --instance_uuid=00000000-0000-0000-0000-000000000001 \
                     --vn_uuid=00000000-0000-0000-0000-000000000002 --vm_project_uuid=project \
                     --ip_address=10.0.0.5 --ipv6_address=fd00::5 --vm_name=web --mac=fa:16:3e:00:00:0a \
                     --tap_name=tap5e2fa8f0-1d --port_type=NovaVMPort --tx_vlan_id=-1 --rx_vlan_id=-1"
                )],
                [format!("vrouter-port-control|--oper=delete --uuid={PORT}")],
            ]
        );
    }
}
