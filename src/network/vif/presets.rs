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
