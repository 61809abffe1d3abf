"""What Nova's own metadata service says of one server, for the tests to compare with: answers.json.

Run by hand with the Python of an environment in which Nova is installed, when Nova has a new version of the layout:
    python src/metadata/tests/answers.py > src/metadata/tests/answers.json
The server here is the server of the tests (mod.rs).
"""
import base64
import json
import os
import sys
from unittest import mock

import nova.conf
from nova import block_device, objects
from nova.api.metadata import base
from nova.network import model
from nova.virt import netutils

nova.conf.CONF([], default_config_files=[])
objects.register_all()

ID = "00000000-0000-0000-0000-%012x"
USER_DATA = b"#cloud-config\nhostname: x\n"


def ip(address, kind="fixed"):
    return model.FixedIP(address=address) if kind == "fixed" else model.IP(address=address, type=kind)


def subnet(cidr, gateway, address, dns=(), routes=()):
    routes = [model.Route(cidr=to, gateway=ip(via, "gateway")) for to, via in routes]
    dns = [ip(server, "dns") for server in dns]
    return model.Subnet(cidr=cidr, gateway=ip(gateway, "gateway"), ips=[ip(address)], dns=dns, routes=routes)


def network_info():
    v4 = subnet("10.0.0.0/24", "10.0.0.1", "10.0.0.5", ["9.9.9.9"], [("192.0.2.0/24", "10.0.0.9")])
    v4["ips"][0].add_floating_ip(ip("198.51.100.7", "floating"))
    v6 = subnet("fd00::/64", "fd00::1", "fd00::5", ["9.9.9.9", "fd00::53"])
    first = model.Network(id=ID % 0xA, label="private", subnets=[v4, v6], mtu=1400)
    second = model.Network(id=ID % 0xD, label="other", subnets=[subnet("10.1.0.0/16", None, "10.1.0.9")])
    vif = dict(type="bridge", address="fa:16:3e:00:00:01", devname="tap00000000-00")
    other = dict(type="macvtap", address="fa:16:3e:00:00:02", devname="tap00000000-00")
    return model.NetworkInfo([model.VIF(id=ID % 0xB, network=first, **vif),
                              model.VIF(id=ID % 0xC, network=second, **other)])


def instance(bare):
    tagged = objects.NetworkInterfaceMetadata(mac="fa:16:3e:00:00:01", tags=["front"])
    one = mock.Mock(
        uuid=ID % 1, hostname="web-1", display_name="Web 1", launch_index=0, reservation_id="r-abcdefgh",
        project_id="p", key_name=None if bare else "key", key_data="ssh-ed25519 AAAA me", numa_topology=None,
        device_metadata=None if bare else objects.InstanceDeviceMetadata(devices=[tagged]),
        ec2_ids=mock.Mock(ami_id="ami-00000009", instance_id="i-00000007", kernel_id=None, ramdisk_id=None))
    one.keypairs = [mock.Mock(public_key="ssh-ed25519 AAAA me", type="ssh")]
    one.keypairs[0].name = "key"
    one.get_flavor.return_value = {"name": "m1.tiny"}
    return one


def metadata(bare):
    """Built without its constructor, which asks a database for all of this."""
    nets = model.NetworkInfo([]) if bare else network_info()
    md = base.InstanceMetadata.__new__(base.InstanceMetadata)
    md.__dict__.update(
        instance=instance(bare), uuid=ID % 1, mappings=dict(block_device._DEFAULT_MAPPINGS), extra_md=None,
        availability_zone="nova", security_groups=[] if bare else [{"name": "default"}, {"name": "web"}],
        userdata_raw=None if bare else USER_DATA, address="", launch_metadata={} if bare else {"role": "web"},
        password=None, content={}, files=[], network_config=None, route_configuration=None,
        network_metadata=netutils.get_network_metadata(nets), ip_info=netutils.get_ec2_ip_info(nets),
        vendordata_providers={"StaticJSON": mock.Mock(get=dict), "DynamicJSON": mock.Mock(get=dict)})
    return md


def text(data):
    return data.decode() if isinstance(data, bytes) else data


def said(md, path):
    """Content type and content; a password is a place; nothing for what is not there."""
    try:
        data = md.lookup(path)
    except base.InvalidMetadataPath:
        return None
    if callable(data):
        return "password"
    return [md.get_mimetype(), text(base.ec2_md_print(data))]


def paths(md):
    """All that listings lead to, and some more."""
    found = []

    def walk(path):
        found.append(path)
        leaf = path.endswith(("json", "user_data", "user-data", "security-groups"))
        answer = said(md, path)
        if leaf or not isinstance(answer, list) or not isinstance(md.lookup(path), (dict, list)):
            return
        for line in filter(None, answer[1].split("\n")):
            walk(path.rstrip("/") + "/" + line.split("=")[0].rstrip("/"))

    walk("/")
    walk("/openstack")
    return found + [
        "", "/ec2", "/ec2/latest/meta-data/hostname", "/latest/meta-data/", "/openstack/latest/",
        "/latest/meta-data//public-keys/./0/x/../", "/foo", "/openstack/foo", "/openstack/latest/foo",
        "/openstack/latest/meta_data.json/x", "/openstack/2012-08-10/password", "/openstack/2012-08-10/vendor_data.json",
        "/openstack/2012-08-10/network_data.json", "/openstack/2016-06-30/vendor_data2.json", "/openstack/content",
        "/openstack/content/0000", "/latest/dynamic", "/1.0/meta-data/public-ipv4", "/latest/meta-data/nothing",
    ]


def answers(bare):
    md = metadata(bare)
    drive = {path: text(data) for path, data in md.metadata_for_config_drive()}
    return {"served": {path: said(md, path) for path in paths(md)}, "drive": drive}


with mock.patch.object(os, "urandom", lambda size: b"\0\0\0"):
    json.dump({"full": answers(False), "bare": answers(True)}, sys.stdout, indent=1)
print()
