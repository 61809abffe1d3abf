"""What a measurement needs: a nova-docker of its own, servers in it, and the engine beside it."""

import contextlib
import http.client
import io
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.parse

NAME = "nova-docker-bench"
MIB = 1 << 20
made_containers = []  # those that are not removed again yet


class Unix(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path):
        super().__init__("docker", timeout=600, blocksize=MIB)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Http:
    """One keep-alive connection to a JSON service."""

    def __init__(self, connection, prefix="", headers=None):
        self.connection, self.prefix, self.headers = connection, prefix, headers or {}

    def send(self, method, path, body=None, content="application/json", length=None, ok=(200, 201, 202, 204)):
        """Sends, and returns the answer with its body still to be read."""
        data = json.dumps(body) if isinstance(body, (dict, list)) else body
        headers = {**self.headers, **({"Content-Type": content} if data is not None else {})}
        headers.update({} if length is None else {"Content-Length": str(length)})
        try:
            self.connection.request(method, self.prefix + path, data, headers)
            answer = self.connection.getresponse()
        except http.client.RemoteDisconnected:
            # The other side was tired of waiting; only what may be asked twice is.
            if method not in ("GET", "DELETE"):
                raise
            self.connection.close()
            self.connection.request(method, self.prefix + path, data, headers)
            answer = self.connection.getresponse()
        if answer.status not in ok:
            sys.exit(f"bench: {method} {self.prefix}{path}: {answer.status} {answer.read()[:500]!r}")
        return answer

    def call(self, *words, **more):
        text = self.send(*words, **more).read()
        return json.loads(text) if text[:1] in (b"{", b"[") else None


def http_to(url, token):
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=600, blocksize=MIB)
    return Http(connection, parts.path.rstrip("/"), {"X-Auth-Token": token})


def timed(action):
    start = time.perf_counter()
    result = action()
    return time.perf_counter() - start, result


def until(ready, what, patience=120, pause=0.005):
    end = time.monotonic() + patience
    while time.monotonic() < end:
        found = ready()
        if found:
            return found
        time.sleep(pause)
    sys.exit(f"bench: {what} did not happen within {patience} s")


# ---------------------------------------------------------------- the service


class Service:
    """`nova-docker serve` alone, with its state in a folder of its own."""

    def __init__(self, arguments, state, options):
        self.arguments, self.state, self.process = arguments, pathlib.Path(state), None
        self.port, identity, image, network, self.console = free_ports(5)
        sections = {"DEFAULT": {"state_path": state, "osapi_compute_listen_port": self.port},
                    "serial_console": {"serialproxy_port": self.console},
                    "standalone": {"identity_listen_port": identity, "image_listen_port": image,
                                   "network_listen_port": network}}
        for key, value in [*options.items(), *(option.split("=", 1) for option in arguments.set)]:
            section, _, name = key.rpartition(".")
            sections.setdefault(section, {})[name] = value
        self.write(sections)

    def write(self, sections):
        text = "".join(f"[{name}]\n" + "".join(f"{k} = {v}\n" for k, v in section.items())
                       for name, section in sections.items())
        (self.state / "nova.conf").write_text(text)

    def start(self):
        """Seconds from spawning the process until it answers."""
        command = [self.arguments.binary, "serve", "--config-file", self.state / "nova.conf"]
        with open(self.state / "log", "ab") as log:
            start = time.perf_counter()
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until(self.answers, "the first answer", 30, 0.001)
        return time.perf_counter() - start

    def answers(self):
        if self.process.poll() is not None:
            sys.exit(f"bench: nova-docker ended:\n{(self.state / 'log').read_text()[-3000:]}")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        with contextlib.suppress(OSError):
            connection.request("GET", "/healthcheck")
            return connection.getresponse().status == 200

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def clean(self):
        """The host is left as it was."""
        subprocess.run([self.arguments.binary, "network-cleanup", "--force", "--config-file", self.state / "nova.conf"],
                       check=True)

    def memory(self, which):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"^{which}:\s+(\d+)", text, re.M).group(1)) / 1024

    def forget_peak(self):
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def log_in(self, name="nova-docker"):
        """Connections to compute and image, by a user that clouds.yaml describes."""
        token, url = self.doors(name)
        image = url["image"].rstrip("/")
        return http_to(url["compute"], token), http_to(image if image.endswith("/v2") else image + "/v2", token)

    def network(self, name="nova-docker"):
        """The same to network."""
        token, url = self.doors(name)
        network = url["network"].rstrip("/")
        return http_to(network if network.endswith("/v2.0") else network + "/v2.0", token)

    def doors(self, name):
        """A token of the user, and the URL of each type of service."""
        return log_in_to(self.person(name))

    def person(self, name):
        """How a user logs in."""
        return read_cloud((self.state / "clouds.yaml").read_text(), name)


def log_in_to(cloud):
    """A token of a cloud's user, and the URL of each type of service."""
    domain = {"name": cloud.get("user_domain_name", "Default")}
    user = {"name": cloud["username"], "domain": domain, "password": cloud["password"]}
    auth = {"identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": {"name": cloud["project_name"], "domain": domain}}}
    answer = http_to(cloud["auth_url"], "").send("POST", "/auth/tokens", {"auth": auth})
    token, catalog = answer.headers["X-Subject-Token"], json.load(answer)["token"]["catalog"]
    return token, {s["type"]: e["url"] for s in catalog for e in s["endpoints"] if e["interface"] == "public"}


def free_ports(count):
    with contextlib.ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def read_cloud(text, name):
    """The values of one cloud in a clouds.yaml, without a YAML parser: `key: value` lines below its name."""
    values, inside, depth = {}, False, 0
    for line in text.splitlines():
        found = re.match(r"""( *)["']?([\w-]+)["']?: *["']?(.*?)["']?,?$""", line)
        if not found:
            continue
        indent, key, value = len(found[1]), found[2], found[3]
        if key == name:
            inside, depth = True, indent
        elif inside and indent <= depth:
            break
        elif inside and value:
            values[key] = value
    return values


@contextlib.contextmanager
def service(arguments, of=None, **options):
    """One that is taken away again; `of` makes another than the usual one in a folder."""
    with tempfile.TemporaryDirectory(prefix=NAME) as state:
        running = of(state) if of else Service(arguments, state, options)
        try:
            yield running
        finally:
            running.stop()
            running.clean()


# ----------------------------------------------------------------- its servers


def upload(image, archive):
    made = image.call("POST", "/images", {"name": NAME, "container_format": "docker", "disk_format": "raw"})
    length = archive.seek(0, os.SEEK_END)
    archive.seek(0)
    image.call("PUT", f"/images/{made['id']}/file", archive, content="application/octet-stream", length=length)
    return made["id"]


def flavor(compute):
    flavors = compute.call("GET", "/flavors/detail")["flavors"]
    return min((f["ram"], f["id"]) for f in flavors)[1]


def create(compute, image, size, **more):
    body = {"name": NAME, "imageRef": image, "flavorRef": size, **more}
    server = compute.call("POST", "/servers", {"server": body})["server"]["id"]
    made_containers.append(f"nova-{server}")
    return server


def boot(compute, image, size, pause=0.005, **more):
    """Asks every `pause` seconds whether the server is there: what takes long is not to be slowed by being asked."""
    server = create(compute, image, size, **more)

    def active():
        found = compute.call("GET", f"/servers/{server}")["server"]
        if found["status"] == "ERROR":
            sys.exit(f"bench: the server is in ERROR: {found.get('fault')}")
        return found["status"] == "ACTIVE"

    until(active, "ACTIVE", 600, pause)
    return server


def delete(compute, server):
    compute.call("DELETE", f"/servers/{server}")

    def gone():
        answer = compute.send("GET", f"/servers/{server}", ok=(200, 404))
        answer.read()
        return answer.status == 404

    until(gone, "the end of a server")
    made_containers.remove(f"nova-{server}")


def snapshot(compute, image, server, pause=0.005):
    answer = compute.send("POST", f"/servers/{server}/action", {"createImage": {"name": NAME}})
    made = answer.headers["Location"].rpartition("/")[2]
    answer.read()

    def active():
        answer = image.send("GET", f"/images/{made}", ok=(200, 404))
        found = json.load(answer)
        if answer.status == 404 or found["status"] in ("killed", "deleted"):
            sys.exit(f"bench: the snapshot failed: {found}")
        return found["status"] == "active"

    until(active, "the snapshot", 600, pause)
    return made


# ------------------------------------------------------------------ the engine


def drain(answer):
    """How many bytes there are to read."""
    return sum(iter(lambda: len(answer.read(MIB)), 0))


@contextlib.contextmanager
def made_image(engine, blob_mib=0, files=()):
    """An image of one static binary that sleeps, of more files (path, name), and of so much that does not compress; its
    archive."""
    try:
        make_image(engine, blob_mib, files)
        with tempfile.TemporaryFile() as archive:
            shutil.copyfileobj(engine.send("GET", f"/images/{NAME}/get"), archive, MIB)
            yield archive
    finally:
        remove_image(Http(Unix(engine.connection.path)))  # also after an answer that was not read to its end


def make_image(engine, blob_mib, files):
    busybox = shutil.which("busybox") or sys.exit("bench: install busybox-static")
    with tempfile.TemporaryFile() as root:
        with tarfile.open(fileobj=root, mode="w") as tar:
            for path, name in [(busybox, "busybox"), *files]:
                tar.add(os.path.realpath(path), name)
            for number in range(blob_mib):
                entry = tarfile.TarInfo(f"blob-{number}")
                entry.size = MIB
                tar.addfile(entry, io.BytesIO(os.urandom(MIB)))
        root.seek(0)
        change = urllib.parse.quote('CMD ["/busybox","sleep","3600"]')
        engine.call("POST", f"/images/create?fromSrc=-&repo={NAME}&changes={change}", root, content="application/x-tar")


def remove_image(engine):
    """The image, and what a measure that failed left running of it: only what is ours, others may run it too."""
    for container in made_containers:
        engine.call("DELETE", f"/containers/{container}?force=1", ok=(204, 404, 409))
    made_containers.clear()
    engine.call("DELETE", f"/images/{NAME}?force=1", ok=(200, 404))


def engine_boot(engine, mode):
    """Seconds of create and start; the container is removed outside of them."""
    body = {"Image": NAME, "OpenStdin": True, "HostConfig": {"NetworkMode": mode}}

    def both():
        made = engine.call("POST", "/containers/create", body)["Id"]
        made_containers.append(made)
        engine.call("POST", f"/containers/{made}/start")
        return made

    took, made = timed(both)
    engine.call("DELETE", f"/containers/{made}?force=1")
    made_containers.remove(made)
    return took
