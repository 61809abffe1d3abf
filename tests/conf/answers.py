"""Writes answers.json: what oslo.config makes of each file in samples/.

Run with oslo.config 10.7.0 installed (pip install oslo.config==10.7.0): python tests/conf/answers.py
"""

import json
import pathlib

from oslo_config import cfg

HERE = pathlib.Path(__file__).parent

# As in src/conf, with the same defaults.
OPTIONS = {
    "DEFAULT": [
        cfg.StrOpt("state_path", default="/var/lib/nova-docker"),
        cfg.StrOpt("instances_path", default="$state_path/instances"),
        cfg.StrOpt("my_ip", default="127.0.0.1"),
        cfg.StrOpt("instance_name_template", default="instance-%08x"),
        cfg.StrOpt("default_availability_zone", default="nova"),
        cfg.StrOpt("log_file"),
        cfg.BoolOpt("debug", default=False),
        cfg.FloatOpt("ram_allocation_ratio", default=1.5, min=0),
        cfg.PortOpt("osapi_compute_listen_port", default=8774),
        cfg.IntOpt("sync_power_state_interval", default=60),
        cfg.IntOpt("shutdown_timeout", default=10, min=0),
    ],
    "docker": [
        cfg.StrOpt("host_url", default="unix:///var/run/docker.sock"),
        cfg.StrOpt("snapshots_directory", default="$instances_path/snapshots"),
        cfg.StrOpt("ca_file"),
        cfg.BoolOpt("privileged", default=False),
    ],
    "api": [cfg.IntOpt("max_limit", default=1000, min=0, deprecated_group="DEFAULT", deprecated_name="osapi_max_limit")],
    "glance": [
        cfg.ListOpt("api_servers", default=[]),
        cfg.ListOpt("valid_interfaces", default=["internal", "public"]),
        cfg.StrOpt("region_name"),
    ],
    "keystone_authtoken": [
        cfg.StrOpt("username"),
        cfg.StrOpt("password"),
        cfg.StrOpt("www_authenticate_uri", deprecated_name="auth_uri"),
        cfg.StrOpt("interface", default="internal", choices=["internal", "public", "admin"]),
    ],
}


def value(conf, group, option):
    found = conf[option.name] if group == "DEFAULT" else conf[group][option.name]
    # Without a default an empty text is unset, as Nova's code treats it.
    return None if found == "" and option.default is None else found


def answer(path):
    conf = cfg.ConfigOpts()
    for group, options in OPTIONS.items():
        conf.register_opts(options, group=None if group == "DEFAULT" else group)
    try:
        conf(args=[], project="x", default_config_files=[str(path)], default_config_dirs=[])
        return {
            group: {option.name: value(conf, group, option) for option in options}
            for group, options in OPTIONS.items()
        }
    except Exception as error:
        return {"error": type(error).__name__}


answers = {path.name: answer(path) for path in sorted((HERE / "samples").glob("*.conf"))}
(HERE / "answers.json").write_text(json.dumps(answers, indent=1, sort_keys=True) + "\n")
