"""Many servers: made at once beside the engine's own rate, listed in pages, and beside a real Nova."""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import statistics
import sys
import time

from .stage import (
    NAME, Http, Unix, create, flavor, http_to, log_in_to, made_containers, made_image, service, timed, until, upload)

UNLIMITED = {"quota.instances": -1, "quota.cores": -1, "quota.ram": -1, "DEFAULT.cpu_allocation_ratio": 1000,
             "DEFAULT.ram_allocation_ratio": 1000}
FAKE = {"DEFAULT.compute_driver": "fake.FakeDriver"}


def each(items, connect, work, at_once=10):
    """work(connection, item) for all items over so many connections at once."""
    items = list(items)

    def some(number):
        connection = connect()
        return [work(connection, item) for item in items[number::at_once]]

    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        return [result for some in pool.map(some, range(at_once)) for result in some]


def listed(compute, query=""):
    """All servers, page by page."""
    found, marker = [], ""
    while True:
        page = compute.call("GET", f"/servers?limit=1000{query}{marker}")["servers"]
        if not page:
            return found
        found += page
        marker = f"&marker={page[-1]['id']}"


def all_active(compute, count, patience=600, pause=0.05, complain=sys.exit):
    def built():
        return not compute.call("GET", "/servers?status=BUILD&limit=1")["servers"]

    until(built, "the last server built", patience, pause)
    broken = len(compute.call("GET", "/servers?status=ERROR&limit=1000")["servers"])
    if broken:
        complain(f"bench: {broken} of {count} servers are in ERROR")


def all_gone(compute, connect):
    each(listed(compute), connect, lambda to, server: to.send("DELETE", f"/servers/{server['id']}", ok=(204, 404)).read())
    until(lambda: not compute.call("GET", "/servers?limit=1")["servers"], "the end of the last server", 900, 0.2)
    made_containers.clear()


# ------------------------------------------------------------------- made at once


def measure_burst(arguments, engine):
    rates, raws = [], []
    with made_image(engine) as archive, service(arguments, **UNLIMITED) as nova:
        nova.start()
        compute, image = nova.log_in()
        size, uploaded = flavor(compute), upload(image, archive)
        for _ in range(arguments.bursts + 1):
            raws.append(engine_burst(arguments))
            rates.append(burst(arguments, nova, compute, uploaded, size))
        image.call("DELETE", f"/images/{uploaded}")
    # The first ones found everything cold.
    rate, raw = statistics.median(rates[1:]), statistics.median(raws[1:])
    return {"burst_per_s": rate, "engine_burst_per_s": raw, "burst_ratio": rate / raw}


def burst(arguments, nova, compute, image, size):
    """Servers per second until all are ACTIVE, over ten connections."""
    count, (token, url) = arguments.burst, nova.doors("nova-docker")

    def connect():
        return http_to(url["compute"], token)

    start = time.perf_counter()
    each(range(count), connect, lambda to, _: create(to, image, size))
    all_active(compute, count)
    took = time.perf_counter() - start
    all_gone(compute, connect)
    return count / took


def engine_burst(arguments):
    """Containers per second, created and started on the engine's bridge, over ten connections."""
    body = {"Image": NAME, "OpenStdin": True, "HostConfig": {"NetworkMode": "bridge"}}

    def connect():
        return Http(Unix(arguments.socket))

    def run(engine, _):
        made = engine.call("POST", "/containers/create", body)["Id"]
        made_containers.append(made)
        engine.call("POST", f"/containers/{made}/start")
        return made

    took, made = timed(lambda: each(range(arguments.burst), connect, run))
    each(made, connect, lambda engine, one: engine.call("DELETE", f"/containers/{one}?force=1"))
    made_containers.clear()
    return arguments.burst / took


# ---------------------------------------------------------------------- in pages


def measure_pages(arguments, engine):
    with made_image(engine) as archive, service(arguments, **FAKE, **UNLIMITED) as nova:
        nova.start()
        compute, image = nova.log_in()
        size, uploaded = flavor(compute), upload(image, archive)
        few, many = 1000, arguments.many
        fill(compute, uploaded, size, few)
        small = page_times(compute)
        fill(compute, uploaded, size, many - few)
        large = page_times(compute)
        made_containers.clear()
        ratios = {f"{name}_ratio": large[name] / small[name] for name in small}
        return {**{f"{k}_of_{few}_s": v for k, v in small.items()}, **{f"{k}_of_{many}_s": v for k, v in large.items()},
                **ratios, "many_rss_mib": nova.memory("VmRSS")}


def fill(compute, image, size, count):
    """So many more servers, a thousand with each request."""
    compute.headers["OpenStack-API-Version"] = "compute 2.96"
    while count:
        some = min(count, 1000)
        create(compute, image, size, networks="none", min_count=some, max_count=some)
        all_active(compute, some)
        count -= some


def page_times(compute):
    """Pages of 100: the first, and one from the midst of what is there."""
    ids = [server["id"] for server in listed(compute)]
    middle = ids[len(ids) // 2]
    return {"page": page_time(compute, ""), "middle_page": page_time(compute, f"&marker={middle}")}


def page_time(compute, more):
    def page():
        return compute.send("GET", f"/servers/detail?limit=100{more}").read()

    if len(json.loads(page())["servers"]) != 100:
        sys.exit("bench: a page of 100 has not 100 servers")
    return statistics.median(timed(page)[0] for _ in range(100))


# ------------------------------------------------------------- beside a real Nova


def measure_nova(arguments, engine):
    if "OS_AUTH_URL" not in os.environ:
        sys.exit("bench: 'nova' needs the OS_ variables of an administrator of a cloud with a real Nova")
    peer = log_in_to({
        "auth_url": os.environ["OS_AUTH_URL"], "username": os.environ["OS_USERNAME"], "password": os.environ["OS_PASSWORD"],
        "project_name": os.environ["OS_PROJECT_NAME"], "user_domain_name": os.environ.get("OS_USER_DOMAIN_NAME", "Default")})
    with made_image(engine) as archive, service(arguments, **FAKE, **UNLIMITED) as nova:
        nova.start()
        with filled(arguments, archive, *peer) as theirs, filled(arguments, archive, *nova.doors("nova-docker-admin")) as ours:
            result = {}
            for name, path in [("detail", "/servers/detail?limit=1000"), ("show", "/servers/{}")]:
                them, us = [], []
                for _ in range(arguments.looks):
                    them.append(look(theirs, path))
                    us.append(look(ours, path))
                them, us = statistics.median(them), statistics.median(us)
                result |= {f"nova_{name}_s": them, f"our_{name}_s": us, f"{name}_times": them / us}
        pids = [int(pid) for pid in arguments.nova_pids.split(",") if pid]
        if pids:
            them, us = sum(map(pss, family(pids))), pss(nova.process.pid)
            result |= {"nova_pss_mib": them, "our_pss_mib": us, "pss_times": them / us}
        return result


def look(of, path):
    compute, servers = of
    return timed(lambda: compute.send("GET", path.format(servers[len(servers) // 2]["id"])).read())[0]


@contextlib.contextmanager
def filled(arguments, archive, token, url):
    """A connection to compute and so many servers there, those that are there already among them; all are deleted."""
    def connect():
        to = http_to(url["compute"], token)
        to.headers["OpenStack-API-Version"] = "compute 2.96"
        return to

    compute = connect()
    image = url["image"].rstrip("/")
    image = http_to(image if image.endswith("/v2") else image + "/v2", token)
    size, uploaded = flavor(compute), upload(image, archive)
    try:
        missing = arguments.servers - len(listed(compute))
        each(range(missing), connect, lambda to, _: create(to, uploaded, size, networks="none"))
        # In a list they are as long as the others.
        all_active(compute, arguments.servers, 1800, 2, complain=lambda text: print(text, file=sys.stderr))
        servers = listed(compute)
        if len(servers) != arguments.servers:
            sys.exit(f"bench: {len(servers)} servers of {arguments.servers} are listed")
        yield compute, servers
    finally:
        all_gone(compute, connect)
        image.call("DELETE", f"/images/{uploaded}")


def family(roots):
    """The processes, and all that they started."""
    parents = {}
    for status in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
    found = set(roots)
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def pss(pid):
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(next(line for line in text.splitlines() if line.startswith("Pss:")).split()[1]) / 1024
