"""How long a change of a security group takes to be felt in a server: alone, and inside a cloud where there is one."""

import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import time
import uuid

from .stage import Service, boot, delete, flavor, made_image, NAME, service, upload

PORT = 5005
PAUSE = 0.005
CLOUD = "NOVA_DOCKER_TEST_CLOUD"  # the folder of tools/cloud


def measure(arguments, engine):
    """From the call of the API to the first probe that notices: a rule lets in and is taken back, again and again."""
    result = of_setting(arguments, engine, "rules", service)
    if CLOUD in os.environ:
        result |= of_setting(arguments, engine, "cloud_rules", inside)
    return result


def of_setting(arguments, engine, name, setting):
    with made_image(engine) as archive, setting(arguments) as nova:
        nova.start()
        compute, image = nova.log_in()
        network = nova.network()
        with place(network) as (net, group), uploaded(image, archive) as found:
            size = flavor(compute)
            servers = [boot(compute, found, size, networks=[{"uuid": net}], security_groups=[{"name": group}])
                       for _ in range(2)]
            took = changes(arguments, compute, network, group, *servers)
            for server in servers:
                delete(compute, server)
    return {f"{name}_{word}_s": of(took) for word, of in
            (("min", min), ("median", statistics.median), ("max", max))}


def changes(arguments, compute, network, group, source, target):
    addresses = compute.call("GET", f"/servers/{target}/ips")["addresses"]
    address = next(a["addr"] for network in addresses.values() for a in network if a["version"] == 4)
    probe = Probe(source, target, address)
    rule = {"security_group_id": group, "direction": "ingress", "protocol": "udp",
            "port_range_min": PORT, "port_range_max": PORT}
    took = []
    try:
        for number in range(arguments.changes):
            time.sleep(0.37 * (1 + number % 3))  # so that no beat is hit again and again
            start = time.time()
            if number % 2 == 0:
                made = network.call("POST", "/security-group-rules", {"security_group_rule": rule})
                made = made["security_group_rule"]["id"]
            else:
                network.call("DELETE", f"/security-group-rules/{made}")
            took.append(probe.notices(passing=number % 2 == 0) - start)
    finally:
        probe.end()
    return took


class Probe:
    """A datagram each 5 ms from one server to another, which says when it has last seen one and when the first."""

    def __init__(self, source, target, address):
        here = pathlib.Path(__file__).with_name("probe.py")
        self.sink = inside_of(target, [here, "sink", str(PORT)], stdout=subprocess.PIPE, text=True)
        self.source = inside_of(source, [here, "send", address, str(PORT), str(PAUSE)])

    def notices(self, passing):
        """When what passed stopped, or what did not began, by this machine's clock."""
        for line in self.sink.stdout:
            word, when = line.split()
            if (word == "passes") == passing:
                return float(when)
        raise SystemExit("bench: the probe ended")

    def end(self):
        for process in (self.source, self.sink):
            process.kill()
            process.wait()


def inside_of(server, command, **more):
    """A program of this machine in the network namespace of a server."""
    pid = subprocess.run(["docker", "inspect", "--format", "{{.State.Pid}}", f"nova-{server}"],
                         check=True, capture_output=True, text=True).stdout.strip()
    return subprocess.Popen(["nsenter", "-t", pid, "-n", "python3", "-u", *map(str, command)], **more)


# ------------------------------------------------------------- where it happens


@contextlib.contextmanager
def place(network):
    """A network, and a group that lets nobody in."""
    net = network.call("POST", "/networks", {"network": {"name": NAME}})["network"]["id"]
    network.call("POST", "/subnets", {"subnet": {"network_id": net, "ip_version": 4, "cidr": "10.178.0.0/24"}})
    group = network.call("POST", "/security-groups", {"security_group": {"name": NAME}})["security_group"]["id"]
    yield net, group
    network.call("DELETE", f"/networks/{net}")
    network.call("DELETE", f"/security-groups/{group}")


@contextlib.contextmanager
def uploaded(image, archive):
    made = upload(image, archive)
    yield made
    image.call("DELETE", f"/images/{made}")


class Inside(Service):
    """The compute service of the cloud that tools/cloud brought up."""

    def __init__(self, arguments, state, cloud):
        super().__init__(arguments, state, {})
        self.cloud, self.port = cloud, cloud["compute_port"]
        auth = {"auth_type": "password", "auth_url": cloud["auth_url"], "username": "nova", "project_name": "service",
                "password": cloud["users"]["nova"]["password"],
                "user_domain_name": "Default", "project_domain_name": "Default"}
        sections = {"DEFAULT": {"state_path": state, "osapi_compute_listen_port": self.port,
                                "host": f"{NAME}-{uuid.uuid4().hex[:8]}"}, "keystone_authtoken": auth,
                    "serial_console": {"serialproxy_port": self.console}}
        self.write(sections)

    def person(self, name):
        clouds = json.loads((pathlib.Path(os.environ[CLOUD]) / "clouds.yaml").read_text())  # JSON is YAML
        return clouds["clouds"]["demo"]["auth"]


@contextlib.contextmanager
def inside(arguments):
    cloud = json.loads((pathlib.Path(os.environ[CLOUD]) / "cloud.json").read_text())
    with service(arguments, of=lambda state: Inside(arguments, state, cloud)) as running:
        yield running
