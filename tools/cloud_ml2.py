"""An ML2 mechanism driver for `tools/cloud`: it binds every port at once, to a wire that is not Neutron's business.

There is no agent. What a port is bound as is told by the physical network of its segment, so that a test chooses
by making a network (`provider:physical_network`, type vlan); networks of users have none and get [loopback] vif_type.

    bridge, ovs   that vif_type, working at once
    hybrid        ovs with ovs_hybrid_plug
    late          [loopback] vif_type, DOWN until somebody plays the agent, with the role `service`:
                  binding:profile = {"wired": true}
    none          no binding: binding_failed
"""

from neutron_lib import constants
from neutron_lib.api.definitions import portbindings
from neutron_lib.plugins import directory
from neutron_lib.plugins.ml2 import api
from oslo_config import cfg

OPTIONS = [
    cfg.StrOpt("vif_type", default=portbindings.VIF_TYPE_BRIDGE, help="What ports are bound as."),
    cfg.DictOpt("vif_details", default={}, help="What is told about it, beside port_filter."),
]


class Loopback(api.MechanismDriver):

    @property
    def connectivity(self):
        return portbindings.CONNECTIVITY_L2

    def initialize(self):
        cfg.CONF.register_opts(OPTIONS, "loopback")

    def bind_port(self, context):
        for segment in context.segments_to_bind:
            kind = segment[api.PHYSICAL_NETWORK]
            if kind == "none":
                continue
            details = {portbindings.CAP_PORT_FILTER: True, **cfg.CONF.loopback.vif_details}
            if kind == "hybrid":
                details[portbindings.OVS_HYBRID_PLUG] = True
            vif_type = {"bridge": portbindings.VIF_TYPE_BRIDGE, "ovs": portbindings.VIF_TYPE_OVS,
                        "hybrid": portbindings.VIF_TYPE_OVS}.get(kind, cfg.CONF.loopback.vif_type)
            status = constants.PORT_STATUS_DOWN if kind == "late" else constants.PORT_STATUS_ACTIVE
            context.set_binding(segment[api.ID], vif_type, details, status=status)
            return

    def update_port_postcommit(self, context):
        port = context.current
        wired = (port.get(portbindings.PROFILE) or {}).get("wired")
        if wired and port["status"] != constants.PORT_STATUS_ACTIVE and port[portbindings.HOST_ID]:
            directory.get_plugin().update_port_status(
                context._plugin_context, port["id"], constants.PORT_STATUS_ACTIVE, port[portbindings.HOST_ID])
