"""What networking costs: at the boot, at the attach, on the wire."""

import contextlib
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

from .stage import boot, delete, engine_boot, flavor, made_containers, made_image, NAME, service, timed, until, upload

BLASTER, PORT = "blast", 5001


def measure_boot(arguments, engine):
    """Boots with a network and without, ours and the engine's, taking turns; what the network adds, pair by pair."""
    ways = {"engine_none": lambda: engine_boot(engine, "none"), "engine": lambda: engine_boot(engine, "bridge")}
    with cloud(arguments, engine) as here:
        def ours(networks):
            took, server = timed(lambda: here.boot(networks))
            delete(here.compute, server)
            return took

        ways |= {"ours_none": lambda: ours("none"), "ours": lambda: ours(here.networks)}
        took = taking_turns(ways, arguments.runs)
    added = {who: statistics.median(a - b for a, b in zip(took[who], took[f"{who}_none"]))
             for who in ("ours", "engine")}
    return {"network_boot_added_s": added["ours"], "engine_network_boot_added_s": added["engine"],
            "network_boot_added_ratio": added["ours"] / added["engine"]}


def measure_plug(arguments, engine):
    """Interfaces attached to running servers, one after the other: API, port, address, link and firewall of each."""
    with cloud(arguments, engine) as here:
        servers = [here.boot("none") for _ in range(arguments.vif_servers)]

        def attach(server):
            wanted = {"net_id": here.networks[0]["uuid"]}
            here.compute.call("POST", f"/servers/{server}/os-interface", {"interfaceAttachment": wanted})

        each = [timed(lambda: attach(servers[number % len(servers)]))[0] for number in range(arguments.vifs)]
        for server in servers:
            delete(here.compute, server)
    return {"plugged_vifs": arguments.vifs, "plug_s": sum(each), "plug_each_s": statistics.median(each)}


def measure_throughput(arguments, engine):
    """TCP between two servers of one network, beside two plain containers on the engine's bridge, taking turns."""
    with cloud(arguments, engine, files=[(blaster(), BLASTER)]) as here:
        plain = [start_plain(engine) for _ in range(2)]
        servers = [here.boot(here.networks) for _ in range(2)]
        pairs = {"engine": (plain[0], engine_address(engine, plain[1])),
                 "ours": (f"nova-{servers[0]}", here.address(servers[1]))}
        for container in (plain[1], f"nova-{servers[1]}"):
            run_inside(engine, container, [f"/{BLASTER}", "sink", str(PORT)], detached=True)
        for source, target in pairs.values():
            until(lambda: blast(engine, source, target, 1, may_fail=True), "the first blast", 30)
        speeds = taking_turns({who: lambda pair=pair: blast(engine, *pair, arguments.seconds)
                               for who, pair in pairs.items()}, arguments.blasts)
        for server in servers:
            delete(here.compute, server)
    ours, theirs = (statistics.median(speeds[who]) / 1e9 for who in ("ours", "engine"))
    return {"throughput_gbit": ours, "engine_throughput_gbit": theirs, "throughput_ratio": ours / theirs}


def taking_turns(ways, rounds):
    """What each way gave, round by round; every other round goes backwards, so that nobody is always the first."""
    results = {who: [] for who in ways}
    for number in range(rounds):
        for who in list(ways)[::-1 if number % 2 else 1]:
            results[who].append(ways[who]())
    return results


# ------------------------------------------------------------------- the cloud


class Here:
    """A cloud with an image and a network of its own."""

    def __init__(self, compute, uploaded, size, networks):
        self.compute, self.uploaded, self.size, self.networks = compute, uploaded, size, networks

    def boot(self, networks):
        return boot(self.compute, self.uploaded, self.size, networks=networks)

    def address(self, server):
        addresses = self.compute.call("GET", f"/servers/{server}/ips")["addresses"]
        return next(a["addr"] for network in addresses.values() for a in network if a["version"] == 4)


@contextlib.contextmanager
def cloud(arguments, engine, files=()):
    quota = {"quota.instances": -1, "quota.cores": -1, "quota.ram": -1}
    with made_image(engine, files=files) as archive, service(arguments, **quota) as nova:
        nova.start()
        compute, image = nova.log_in()
        compute.headers["OpenStack-API-Version"] = "compute 2.49"  # "none" is a word, and attached interfaces work
        uploaded = upload(image, archive)
        network = nova.network()
        made = network.call("POST", "/networks", {"network": {"name": NAME}})["network"]["id"]
        subnet = {"network_id": made, "ip_version": 4, "cidr": "10.177.0.0/16", "name": NAME}
        network.call("POST", "/subnets", {"subnet": subnet})
        yield Here(compute, uploaded, flavor(compute), [{"uuid": made}])
        network.call("DELETE", f"/networks/{made}")
        image.call("DELETE", f"/images/{uploaded}")


# ----------------------------------------------------------- plain containers


def blaster():
    """The sender and its sink, built statically: images have no C library."""
    source = pathlib.Path(__file__).with_name("blast.rs")
    binary = pathlib.Path(tempfile.gettempdir()) / f"{NAME}-{BLASTER}-{os.getuid()}"
    if not binary.exists() or binary.stat().st_mtime < source.stat().st_mtime:
        command = ["rustc", "--edition", "2024", "-O", "-C", "target-feature=+crt-static", "-o", binary, source]
        subprocess.run(command, check=True)
    return binary


def start_plain(engine):
    made = engine.call("POST", "/containers/create", {"Image": NAME, "HostConfig": {"NetworkMode": "bridge"}})["Id"]
    made_containers.append(made)
    engine.call("POST", f"/containers/{made}/start")
    return made


def engine_address(engine, container):
    return engine.call("GET", f"/containers/{container}/json")["NetworkSettings"]["IPAddress"]


def blast(engine, source, target, seconds, may_fail=False):
    """Bits a second from a container to an address, where a sink listens."""
    code, told = run_inside(engine, source, [f"/{BLASTER}", "send", f"{target}:{PORT}", str(seconds)])
    if code and may_fail:
        return None
    if code:
        sys.exit(f"bench: from {source} to {target}: {told}")
    sent, nanoseconds = told.split()
    return int(sent) * 8 / (int(nanoseconds) / 1e9)


def run_inside(engine, container, command, detached=False):
    """How a command in a container ended and what it wrote; a detached one runs on."""
    body = {"Cmd": command, "AttachStdout": not detached, "AttachStderr": not detached, "Tty": True}
    made = engine.call("POST", f"/containers/{container}/exec", body)["Id"]
    told = engine.send("POST", f"/exec/{made}/start", {"Detach": detached, "Tty": True}).read().decode()
    return engine.call("GET", f"/exec/{made}/json")["ExitCode"], told
