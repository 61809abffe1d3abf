"""One big image both ways, through nova-docker and by hand, taking turns."""

import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from .stage import MIB, NAME, boot, delete, flavor, made_image, remove_image, service, snapshot, timed, upload

COPY = NAME + "-copy"
PAUSE = 0.2  # between two questions: half a percent of what is measured


def measure(arguments, engine):
    with made_image(engine, arguments.image_mib) as archive, service(arguments) as nova, \
            tempfile.TemporaryDirectory(prefix=NAME) as folder:
        nova.start()
        compute, image = nova.log_in()
        uploaded, length = upload(image, archive), archive.tell()
        remove_image(engine)
        by_hand = ByHand(arguments, image, folder)
        size = flavor(compute)
        time.sleep(2)
        idle, peaks = nova.memory("VmRSS"), {"in": 0, "out": 0}
        took = {"in": [], "hand_in": [], "out": [], "hand_out": []}
        for _ in range(arguments.image_runs):
            took["hand_in"].append(by_hand.load(uploaded))
            remove_image(engine)
            nova.forget_peak()
            seconds, server = timed(lambda: boot(compute, uploaded, size, PAUSE))
            took["in"].append(seconds)
            peaks["in"] = max(peaks["in"], nova.memory("VmHWM"))
            engine.call("POST", f"/commit?container=nova-{server}&repo={COPY}")
            took["hand_out"].append(by_hand.save(COPY))
            engine.call("DELETE", f"/images/{COPY}?force=1")
            nova.forget_peak()
            seconds, copy = timed(lambda: snapshot(compute, image, server, PAUSE))
            took["out"].append(seconds)
            peaks["out"] = max(peaks["out"], nova.memory("VmHWM"))
            delete(compute, server)
            image.call("DELETE", f"/images/{copy}")
            forget(engine, copy)
            forget(engine, uploaded)
        image.call("DELETE", f"/images/{uploaded}")
    median = {name: statistics.median(times) for name, times in took.items()}
    return {"image_mib": length / MIB,
            "image_in_s": median["in"], "curl_docker_load_s": median["hand_in"],
            "image_in_speed": statistics.median(ratios(took["hand_in"], took["in"])),
            "image_in_growth_mib": peaks["in"] - idle,
            "image_out_s": median["out"], "docker_save_curl_s": median["hand_out"],
            "image_out_speed": statistics.median(ratios(took["hand_out"], took["out"])),
            "image_out_growth_mib": peaks["out"] - idle}


def ratios(theirs, ours):
    """Our speed as a part of theirs, of the same turn."""
    return [a / b for a, b in zip(theirs, ours)]


def forget(engine, image):
    """The copy that the engine keeps for Glance's image, so that the next one comes all the way."""
    for found in engine.call("GET", "/images/json"):
        for tag in found["RepoTags"] or []:
            if tag.endswith(":" + image):
                engine.call("DELETE", f"/images/{tag}", ok=(200, 404, 409))


class ByHand:
    """What an operator would type."""

    def __init__(self, arguments, image, folder):
        self.engine, self.image = f"docker -H unix://{arguments.socket}", image
        self.url = f"http://{image.connection.host}:{image.connection.port}{image.prefix}/images"
        self.header = pathlib.Path(folder) / "token"
        self.header.write_text(f"X-Auth-Token: {image.headers['X-Auth-Token']}")
        self.curl = f"curl --silent --show-error --fail -H @{self.header}"

    def load(self, image):
        return run(f"{self.curl} {self.url}/{image}/file | {self.engine} load --quiet")

    def save(self, name):
        body = {"name": COPY, "container_format": "docker", "disk_format": "raw"}
        made = self.image.call("POST", "/images", body)["id"]
        content = "-H 'Content-Type: application/octet-stream'"
        seconds = run(f"{self.engine} save {name} | {self.curl} {content} -T - {self.url}/{made}/file")
        self.image.call("DELETE", f"/images/{made}")
        return seconds


def run(line):
    """Seconds that a pipe took, all of which must succeed."""
    seconds, done = timed(lambda: subprocess.run(["bash", "-o", "pipefail", "-c", line], capture_output=True, text=True))
    if done.returncode != 0:
        sys.exit(f"bench: {line}: {done.stderr[-500:]}")
    return seconds
