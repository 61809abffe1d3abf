"""Writes what Heat makes of a user_data into the folder that is named: tools/heat-user-data runs this with Heat's own code."""

import pathlib
import random
import sys
from types import SimpleNamespace

from heat.engine.clients.os import nova
from heat.engine.resources.openstack.heat import multi_part

OPTIONS = "environment: {GREETING: Grüße}\nvolumes: [/data]\n"
SCRIPT = "#!/bin/sh\necho from heat\nexit 7\n"
CLOUD_CONFIG = "#cloud-config\nruncmd:\n- [touch, /ran]\n"

METADATA_SERVER = SimpleNamespace(get_cfn_metadata_server_url=lambda: "http://192.0.2.1:8000/v1/")


class Plugin(nova.NovaClientPlugin):
    """Without a cloud behind it: what is asked of other services has one answer."""

    context = SimpleNamespace(clients=SimpleNamespace(client_plugin=lambda name: METADATA_SERVER))

    def __init__(self):
        pass


def part(config, subtype, filename):
    return multi_part.MultipartMime._create_message(config, subtype, filename)


def multipart(*parts):
    """As OS::Heat::MultipartMime does it."""
    return multi_part.multipart.MIMEMultipart(_subparts=list(parts)).as_string()


SAMPLES = {
    "cfntools_options": (OPTIONS, "HEAT_CFNTOOLS"),
    "cfntools_script": (SCRIPT, "HEAT_CFNTOOLS"),
    "cfntools_cloud_config": (CLOUD_CONFIG, "HEAT_CFNTOOLS"),
    "software_config_options": (OPTIONS, "SOFTWARE_CONFIG"),
    "software_config_script": (SCRIPT, "SOFTWARE_CONFIG"),
    "software_config_multipart": (
        multipart(
            part(CLOUD_CONFIG, "cloud-config", "init.cfg"),
            part(SCRIPT, "x-shellscript", "install.sh"),
            part("tty: true\n", None, "options.yaml"),
        ),
        "SOFTWARE_CONFIG",
    ),
    "raw": (SCRIPT, "RAW"),
}


def main(folder):
    for name, (user_data, how) in SAMPLES.items():
        # What parts the parts is made up anew each time.
        random.seed(name)
        made = Plugin().build_userdata({"deployments": []}, user_data, None, how)
        (pathlib.Path(folder) / f"{name}.txt").write_text(made)


main(sys.argv[1])
