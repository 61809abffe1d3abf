# What the scripts in this folder need from the machine they run on; sourced by them.
# shellcheck shell=bash

: "${HOME:=$(getent passwd "$(id -u)" | cut -d: -f6)}"
export HOME
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/nova-docker    # whatever took long and is worth keeping
mkdir -p "$CACHE"
PATH=$CACHE/cargo/bin:$HOME/.cargo/bin:$PATH
TARGET=${CARGO_TARGET_DIR:-$ROOT/target}

say() { printf '\n== %s\n' "$*" >&2; }
die() { printf '\n%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# stage NAME COMMAND...: runs it, says how long it took
stage() {
    local name=$1 start=$SECONDS; shift
    say "$name"
    "$@"
    printf -- '-- %s: %ss\n' "$name" $((SECONDS - start)) >&2
}

# need_packages PACKAGE...: Debian packages, installed where we may
need_packages() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null ||
        die "missing: ${missing[*]}. Install with: sudo apt-get install ${missing[*]}"
    say "installing ${missing[*]}"
    { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${missing[@]}"
    } >"$CACHE/apt.log" 2>&1 || { tail -n 20 "$CACHE/apt.log" >&2; die "apt-get failed; all of it: $CACHE/apt.log"; }
}

need_rust() {
    command -v cargo >/dev/null || die "cargo is missing. Rust is installed as https://rustup.rs says"
    command -v cc >/dev/null || need_packages build-essential
}

# need_cargo NAME VERSION: a cargo subcommand, built once. Not optimised: it runs for a second, building takes minutes.
need_cargo() {
    command -v "$1" >/dev/null && return
    say "building $1 $2, once"
    env -u CARGO_TARGET_DIR CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off \
        cargo install --quiet --locked --version "$2" --root "$CACHE/cargo" "$1"
}

# A Docker engine that answers, Debian's if there is none and we may.
need_engine() {
    local i said
    docker version >/dev/null 2>&1 && return
    if [ "$(id -u)" = 0 ]; then
        command -v dockerd >/dev/null || need_packages docker.io
        start_engine
        for i in $(seq 60); do
            docker version >/dev/null 2>&1 && return
            sleep 0.5
        done
    fi
    said=$(docker version 2>&1 | tail -n 1) || true
    die "no Docker engine answers ($said). Install and start one (sudo apt-get install docker.io), and let" \
        "$(id -un) use it (sudo usermod -aG docker $(id -un), then log in again)"
}

start_engine() {
    if [ -d /run/systemd/system ]; then
        systemctl start docker || true
    else
        service docker start >/dev/null 2>&1 || setsid nohup dockerd >"$CACHE/dockerd.log" 2>&1 </dev/null &
    fi
}

# venv NAME REQUIREMENT...: prints the folder of a Python environment that has them, made the first time.
# Delete the folder for newer versions.
venv() {
    local home
    home=$CACHE/venv-$1-$(printf '%s ' "$(python3 --version)" "${@:2}" | sha256sum | cut -c1-12)
    if [ ! -e "$home/complete" ]; then
        say "installing ${*:2} into $home"
        python3 -m venv --clear "$home" >&2
        "$home/bin/pip" install -q "${@:2}" >&2 || die "pip failed: is a Python package index in reach?"
        touch "$home/complete"
    fi
    echo "$home"
}

need_python() {
    command -v python3 >/dev/null || need_packages python3
    python3 -c 'import venv, ensurepip' 2>/dev/null || need_packages python3-venv
}

# openapi: prints the folder with the command `openapi-spec-validator`
openapi() { venv openapi openapi-spec-validator; }

# clients: prints the folder with the latest `openstack` and `glance` commands
clients() { venv clients python-openstackclient python-glanceclient; }

# busy PORT: whether something listens there
busy() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
