# A nova-docker that is a small cloud of its own, leaves nothing behind and is ready for Tempest; sourced after machine.sh.
# shellcheck shell=bash

TEMPEST=47.0.0

# prepare: what the machine needs, the binary to test (NOVA_DOCKER, or the debug build of this repository), a workspace
prepare() {
    need_packages curl busybox-static dropbear-bin iproute2 iputils-ping nftables iptables
    need_python
    need_engine
    PATH=$(clients)/bin:$(venv tempest "tempest==$TEMPEST")/bin:$PATH
    if [ -z "${NOVA_DOCKER:-}" ]; then
        need_rust
        cargo build --quiet --locked --bin nova-docker --manifest-path "$ROOT/Cargo.toml"
        NOVA_DOCKER=$TARGET/debug/nova-docker
    fi
    WORK=$(mktemp -d)
    IMAGE=nova-docker-tempest:$$
    trap end EXIT
    trap 'exit 130' INT TERM
    read -ra PORTS < <(free_ports)
    guest_image "$WORK"
    serve
    export OS_CLIENT_CONFIG_FILE=$WORK/clouds.yaml OS_CLOUD=nova-docker-admin
    find_parts
}

# A root file system with a shell, an SSH server and curl; a server asks the metadata service for its key, as cloud images do.
guest_image() {
    local root=$1/root applet program library
    mkdir -p "$root"/{bin,sbin,usr/bin,usr/sbin,etc/dropbear,root,tmp,proc,sys,dev,run,var/log,lib,lib64,usr/lib}
    cp "$(command -v busybox)" "$root/bin/busybox"
    for program in /usr/sbin/dropbear /usr/bin/dropbearkey /usr/bin/curl; do
        cp "$program" "$root$program"
        for library in $(ldd "$program" | grep -o '/[^ ]*'); do
            mkdir -p "$root$(dirname "$library")"
            cp -L "$library" "$root$library"
        done
    done
    for applet in $("$root/bin/busybox" --list); do
        [ -e "$root/bin/$applet" ] || [ -e "$root/usr/bin/$applet" ] || ln -s busybox "$root/bin/$applet"
    done
    printf '#!/bin/sh\nexec "$@"\n' >"$root/usr/bin/sudo"
    cat >"$root/sbin/guest" <<'SH'
#!/bin/sh
# The first process of a test server: the key first, then the SSH server.
trap 'exit 0' TERM
mkdir -p -m 700 /root/.ssh
until curl -sf --max-time 1 http://169.254.169.254/latest/meta-data/public-keys/0/openssh-key >/root/.ssh/authorized_keys; do
    sleep 0.2
    tries=$((${tries:-0} + 1))
    [ $tries -lt 50 ] || break
done
chmod 600 /root/.ssh/authorized_keys
# A system that starts says more than a line.
cat /proc/meminfo
echo "the guest is up"
exec dropbear -F -E -R
SH
    cat >"$root/usr/sbin/chpasswd" <<'SH'
#!/bin/sh
# Debian's busybox has none.
while IFS=: read -r user password; do
    hash=$(echo "$password" | mkpasswd -m sha512 -P 0) || exit 1
    sed -i "s|^$user:[^:]*|$user:$hash|" /etc/passwd
done
SH
    chmod 755 "$root/usr/bin/sudo" "$root/usr/sbin/chpasswd" "$root/sbin/guest"
    chmod 1777 "$root/tmp"
    echo 'root:*:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
    echo 'root:x:0:' >"$root/etc/group"
    echo /bin/sh >"$root/etc/shells"
    tar -C "$root" --owner=0 --group=0 -c . | docker import --change 'CMD ["/sbin/guest"]' \
        --change 'ENV PATH=/usr/sbin:/usr/bin:/sbin:/bin' - "$IMAGE" >/dev/null
    docker save "$IMAGE" >"$1/guest.tar"
}

# Ports that nothing uses: identity, image, compute, network, consoles.
free_ports() {
    python3 -c 'import socket
probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(5)]
print(*(probe.getsockname()[1] for probe in probes))'
}

serve() {
    local i
    cat >"$WORK/nova.conf" <<CONF
[DEFAULT]
state_path = $WORK/state
osapi_compute_listen_port = ${PORTS[2]}
debug = true
[serial_console]
serialproxy_port = ${PORTS[4]}
[standalone]
identity_listen_port = ${PORTS[0]}
image_listen_port = ${PORTS[1]}
network_listen_port = ${PORTS[3]}
public_subnet = 172.24.9.0/24
[quota]
instances = 1000
cores = 1000
ram = 1000000
CONF
    "$NOVA_DOCKER" serve --ephemeral --config-file "$WORK/nova.conf" --clouds-file "$WORK/clouds.yaml" \
        >"$WORK/nova-docker.log" 2>&1 &
    PID=$!
    for i in $(seq 200); do
        curl -sf -o /dev/null "http://127.0.0.1:${PORTS[3]}/" && return
        kill -0 $PID 2>/dev/null || break
        sleep 0.05
    done
    tail -n 20 "$WORK/nova-docker.log" >&2
    die "nova-docker does not answer"
}

end() {
    local code=$?
    [ -z "${PID:-}" ] || { kill "$PID" 2>/dev/null && wait "$PID"; } || true
    docker rmi "$IMAGE" >/dev/null 2>&1 || true
    if [ -n "${NOVA_DOCKER_TEMPEST_KEEP:-}" ]; then
        say "all of it is in $WORK"
    else
        rm -rf "$WORK"
    fi
    exit $code
}

# The image, in two entries that only their names tell apart, and what else the tests are given.
find_parts() {
    GUEST=$(image guest)
    OTHER_GUEST=$(image other-guest)
    NANO=$(openstack flavor show m1.nano -f value -c id)
    MICRO=$(openstack flavor show m1.micro -f value -c id)
    PUBLIC=$(openstack network show public -f value -c id)
    PASSWORD=$(python3 - "$WORK/clouds.yaml" <<'PY'
import re, sys
text = open(sys.argv[1]).read()
print(re.search(r'nova-docker-admin:.*?password:\s*"?([^"\s]+)', text, re.S).group(1))
PY
    )
}

image() {
    openstack image create "$1" --public --container-format docker --disk-format raw --file "$WORK/guest.tar" -f value -c id
}

# configure WORKSPACE LOGIN: a workspace of Tempest; LOGIN (true, false) is whether its tests log in to their servers.
# Standard input adds to the configuration, section by section.
configure() {
    tempest init --workspace-path "$WORK/workspaces.yaml" "$WORK/$1" >"$WORK/init.log" 2>&1 ||
        die "tempest init failed: $(tail -n 3 "$WORK/init.log")"
    { common "$1" "$2"; cat; } >"$WORK/$1/etc/tempest.conf"
}

common() {
    cat <<CONF
[DEFAULT]
log_file = $WORK/$1.log
[oslo_concurrency]
lock_path = $WORK/lock
[auth]
use_dynamic_credentials = true
create_isolated_networks = true
admin_username = admin
admin_password = $PASSWORD
admin_project_name = admin
admin_domain_name = Default
[identity]
uri_v3 = http://127.0.0.1:${PORTS[0]}/v3
auth_version = v3
v3_endpoint_type = public
[service_available]
cinder = false
swift = false
[network]
public_network_id = $PUBLIC
floating_network_name = public
project_network_v6_cidr = 2001:db8::/48
[validation]
run_validation = $2
connect_method = floating
image_ssh_user = root
image_alt_ssh_user = root
ssh_timeout = 60
ping_timeout = 30
connect_timeout = 10
[compute]
image_ref = $GUEST
image_ref_alt = $OTHER_GUEST
flavor_ref = $NANO
flavor_ref_alt = $MICRO
build_timeout = 60
build_interval = 1
CONF
}
