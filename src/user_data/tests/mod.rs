//! Whole documents, and what is made of them.

mod heat;
mod properties;
mod refusals;

use std::collections::BTreeMap;

use super::*;

const CREATE_BODY: &str = include_str!("../samples/create_body.json");
const DOCKER_PY: &str = include_str!("../samples/docker_py.yaml");
const EVERY_ARGUMENT: &str = include_str!("../samples/every_argument.yaml");
const HEAT_TEMPLATE: &str = include_str!("../samples/heat_template.yaml");
const HEAT_MULTIPART: &str = include_str!("../samples/heat_multipart.txt");
const HEAT_MULTIPART_BASE64: &str = include_str!("../samples/heat_multipart_base64.txt");

fn options(text: &str) -> ContainerOptions {
    let parsed = parse(text.as_bytes()).unwrap();
    assert_eq!(parsed.warnings, Vec::<String>::new());
    parsed.options
}

fn refusal(text: &str) -> String {
    parse(text.as_bytes()).unwrap_err().to_string()
}

fn all(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn options_of_docker_py_sample() -> ContainerOptions {
    ContainerOptions {
        env: Some(all(&["etcd=10.144.192.168"])),
        binds: all(&["/var/run/docker.sock:/var/run/docker.sock:rw"]),
        ..ContainerOptions::default()
    }
}

fn options_of_heat_sample() -> ContainerOptions {
    ContainerOptions {
        binds: all(&["/tmp/test112233:/tmp/test112233:rw"]),
        ..ContainerOptions::default()
    }
}

fn indented(text: &str, by: usize) -> String {
    text.lines()
        .map(|line| {
            if line.is_empty() {
                "\n".to_owned()
            } else {
                format!("{:by$}{line}\n", "")
            }
        })
        .collect()
}

fn dedented(text: &str) -> String {
    text.lines()
        .map(|line| format!("{}\n", line.get(2..).unwrap_or_default()))
        .collect()
}

#[test]
fn the_create_body_of_the_readme_is_read() {
    let parsed = parse(CREATE_BODY.as_bytes()).unwrap();
    let binding = PortBinding {
        host_ip: None,
        host_port: "11022".into(),
    };
    let expected = ContainerOptions {
        hostname: some("docker"),
        cpu_shares: Some(512),
        cpuset_cpus: some("0,1"),
        attach_stdin: Some(false),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        tty: Some(false),
        open_stdin: Some(false),
        stdin_once: Some(false),
        cmd: Some(all(&["date"])),
        volumes: all(&["/tmp"]),
        network_disabled: Some(false),
        mac_address: some("12:34:56:78:9a:bc"),
        exposed_ports: all(&["22/tcp"]),
        binds: all(&["/tmp:/tmp"]),
        links: all(&["redis3:redis"]),
        port_bindings: BTreeMap::from([("22/tcp".to_owned(), vec![binding])]),
        publish_all_ports: Some(false),
        privileged: Some(false),
        dns: all(&["8.8.8.8"]),
        volumes_from: all(&["parent", "other:ro"]),
        cap_add: all(&["NET_ADMIN"]),
        cap_drop: all(&["MKNOD"]),
        network_mode: some("bridge"),
        ..ContainerOptions::default()
    };
    assert_eq!(parsed.options, expected);
    assert_eq!(
        parsed.warnings,
        ["`Image` has no effect: what runs is the server's own image"]
    );
}

#[test]
fn the_create_body_means_the_same_without_its_indentation_and_with_that_of_windows() {
    let expected = parse(CREATE_BODY.as_bytes()).unwrap();
    assert_eq!(parse(dedented(CREATE_BODY).as_bytes()).unwrap(), expected);
    assert_eq!(
        parse(CREATE_BODY.replace('\n', "\r\n").as_bytes()).unwrap(),
        expected
    );
}

#[test]
fn the_docker_py_options_of_the_readme_are_read_however_deep_they_stand() {
    assert_eq!(options(DOCKER_PY), options_of_docker_py_sample());
    assert_eq!(options(&dedented(DOCKER_PY)), options_of_docker_py_sample());
    assert_eq!(options(&indented(DOCKER_PY, 4)), options_of_docker_py_sample());
    assert_eq!(
        options(&DOCKER_PY.replace('\n', "\r\n")),
        options_of_docker_py_sample()
    );
}

#[test]
fn the_options_of_the_heat_template_are_read() {
    assert_eq!(options(HEAT_TEMPLATE), options_of_heat_sample());
}

#[test]
fn the_options_of_the_heat_template_are_found_among_the_parts_that_heat_adds() {
    assert_eq!(options(HEAT_MULTIPART), options_of_heat_sample());
    assert_eq!(
        options(&HEAT_MULTIPART.replace('\n', "\r\n")),
        options_of_heat_sample()
    );
    assert_eq!(options(HEAT_MULTIPART_BASE64), options_of_heat_sample());
}

#[test]
fn a_quoted_printable_part_is_undone() {
    let quoted = HEAT_TEMPLATE
        .replace("test112233", "test=\n112233")
        .replace("volumes :", "volumes =3A");
    let mail = HEAT_MULTIPART
        .replace(HEAT_TEMPLATE, &quoted)
        .replace("7bit", "quoted-printable");
    assert_ne!(mail, HEAT_MULTIPART);
    assert_eq!(options(&mail), options_of_heat_sample());
}

#[test]
fn a_foreign_document_among_heats_parts_is_left_alone() {
    let mail = HEAT_MULTIPART.replace(HEAT_TEMPLATE, "#!/bin/sh\nhostname: a\n");
    assert_eq!(parse(mail.as_bytes()), Ok(Parsed::default()));
}

#[test]
fn a_mistake_in_heats_part_is_told() {
    let mail = HEAT_MULTIPART.replace(HEAT_TEMPLATE, "tty: maybe\n");
    assert_eq!(
        refusal(&mail),
        "`tty` (line 1): expected true or false, found string \"maybe\""
    );
}

#[test]
fn what_is_not_ours_asks_for_nothing() {
    let foreign: [&[u8]; 18] = [
        b"",
        b"\n",
        b"# nothing but a comment\n",
        b"#cloud-config\nhostname: a\nusers: [default]\n",
        b"#!/bin/sh\nhostname: a\n",
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03",
        b"\xff\xfe\x00",
        b"just some words",
        b"- a\n- list\n",
        b"42",
        b"null",
        b"{}",
        b"packages:\n  - vim\nusers:\n  - default\n",
        b"{\"ignition\": {\"version\": \"3.0.0\"}}",
        b"some: text: that is not yaml\n",
        b"{{ a template }}",
        b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"x\"\n\n--x\n\n#cloud-config\n--x--\n",
        b"kind: Pod\nspec:\n  hostname: a\n---\nkind: Pod\n",
    ];
    for document in foreign {
        assert_eq!(
            parse(document),
            Ok(Parsed::default()),
            "{}",
            String::from_utf8_lossy(document)
        );
    }
}

/// What the sample asks for outside its `host_config`, but for what both parts say.
fn arguments_of_create_container() -> ContainerOptions {
    ContainerOptions {
        hostname: some("web-1"),
        domainname: some("example.org"),
        user: some("1000"),
        memory: Some(512 << 20),
        memory_swap: Some(-1),
        cpu_shares: Some(256),
        cpuset_cpus: some("0"),
        attach_stdin: Some(true),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        tty: Some(true),
        open_stdin: Some(true),
        stdin_once: Some(true),
        env: Some(all(&["A=1", "B", "C=x y", "D=true"])),
        cmd: Some(all(&["sh", "-c", "echo hello world"])),
        entrypoint: Some(all(&["/bin/tini", "--"])),
        volumes: all(&["/data"]),
        working_dir: some("/srv"),
        network_disabled: Some(false),
        mac_address: some("12:34:56:78:9a:bc"),
        exposed_ports: all(&["80/tcp", "53/udp", "5060/udp"]),
        volumes_from: all(&["parent", "other:ro"]),
        labels: BTreeMap::from([("tier".to_owned(), "front".to_owned())]),
        stop_signal: some("SIGINT"),
        ..ContainerOptions::default()
    }
}

fn bound(ip: Option<&str>, port: &str) -> PortBinding {
    PortBinding {
        host_ip: ip.map(str::to_owned),
        host_port: port.into(),
    }
}

fn device(host: &str, container: &str, permissions: &str) -> Device {
    Device {
        path_on_host: host.into(),
        path_in_container: container.into(),
        cgroup_permissions: permissions.into(),
    }
}

#[test]
fn every_argument_of_docker_py_has_its_place() {
    let expected = ContainerOptions {
        security_opt: all(&["label=disable"]),
        binds: all(&["/srv:/srv:ro", "cache:/cache", "/logs:/var/log:z"]),
        links: all(&["db1:db", "redis3:redis"]),
        port_bindings: BTreeMap::from([
            ("80/tcp".to_owned(), vec![bound(None, "8080")]),
            ("53/udp".to_owned(), vec![bound(Some("127.0.0.1"), "5353")]),
            ("443/tcp".to_owned(), vec![bound(None, "8443"), bound(None, "")]),
        ]),
        publish_all_ports: Some(true),
        privileged: Some(false),
        dns: all(&["8.8.8.8", "8.8.4.4"]),
        dns_search: all(&["example.org"]),
        cap_add: all(&["NET_ADMIN"]),
        cap_drop: all(&["MKNOD"]),
        restart_policy: Some(RestartPolicy {
            name: "on-failure".into(),
            maximum_retry_count: Some(3),
        }),
        network_mode: some("bridge"),
        devices: vec![
            device("/dev/fuse", "/dev/fuse", "rwm"),
            device("/dev/sda", "/dev/xvda", "r"),
        ],
        extra_hosts: all(&["a:10.0.0.1", "b:10.0.0.2"]),
        ulimits: vec![Ulimit {
            name: "nofile".into(),
            soft: 1024,
            hard: 2048,
        }],
        ..arguments_of_create_container()
    };
    let parsed = parse(EVERY_ARGUMENT.as_bytes()).unwrap();
    assert_eq!(parsed.options, expected);
    assert_eq!(
        parsed.warnings,
        ["`host_config.lxc_conf.lxc.cgroup.cpuset.cpus` has no effect: the Engine no longer uses LXC"]
    );
}

#[test]
fn volumes_have_many_shapes() {
    let expect = |text: &str, volumes: &[&str], binds: &[&str]| {
        let expected = ContainerOptions {
            volumes: all(volumes),
            binds: all(binds),
            ..ContainerOptions::default()
        };
        assert_eq!(options(text), expected, "{text}");
    };
    expect("volumes: /data", &["/data"], &[]);
    expect("volumes: [/data, /data]", &["/data"], &[]);
    expect("volumes: {/data: {}}", &["/data"], &[]);
    expect("volumes: {/data: }", &["/data"], &[]);
    expect("volumes: {/a: /b}", &[], &["/a:/b:rw"]);
    expect("volumes: {/a: '/b:ro'}", &[], &["/a:/b:ro"]);
    expect("volumes: {/a: {bind: /b, ro: true}}", &[], &["/a:/b:ro"]);
    expect("volumes: {/a: {bind: /b, ro: false}}", &[], &["/a:/b:rw"]);
    expect(
        "volumes: {/a: {bind: /b, propagation: rshared}}",
        &[],
        &["/a:/b:rw,rshared"],
    );
    expect(
        "volumes: ['/a:/b']\nhost_config: {Binds: ['/a:/b', '/c:/d']}",
        &[],
        &["/a:/b", "/c:/d"],
    );
}

#[test]
fn the_host_config_of_a_docker_py_document_may_be_the_engines() {
    let expected = ContainerOptions {
        privileged: Some(true),
        memory: Some(8 << 20),
        network_mode: some("host"),
        ..ContainerOptions::default()
    };
    let text = "mem_limit: 512m\nhost_config: {Privileged: true, Memory: 8388608, NetworkMode: host}\n";
    assert_eq!(options(text), expected);
}

#[test]
fn the_place_that_later_engines_gave_an_option_wins() {
    let text = r#"{"HostConfig": {"Memory": 16777216, "CpusetCpus": "1"}, "Memory": 8388608, "Cpuset": "0"}"#;
    let expected = ContainerOptions {
        memory: Some(16 << 20),
        cpuset_cpus: some("1"),
        ..ContainerOptions::default()
    };
    assert_eq!(options(text), expected);
}

#[test]
fn nothing_said_is_nothing_asked_for() {
    let text = r#"{"Env": null, "Entrypoint": null, "Cmd": "", "Memory": 0, "User": "", "HostConfig": null}"#;
    assert_eq!(options(text), ContainerOptions::default());
    assert_eq!(
        options("entrypoint: \ndns: \nhost_config: {}\n"),
        ContainerOptions::default()
    );
    assert_eq!(options(r#"{"Entrypoint": ""}"#).entrypoint, None);
    assert_eq!(options(r#"{"Entrypoint": [""]}"#).entrypoint, Some(all(&[""])));
}

#[test]
fn detach_decides_what_is_attached() {
    let attached = |text: &str| {
        let options = options(text);
        (
            options.attach_stdin,
            options.attach_stdout,
            options.attach_stderr,
            options.stdin_once,
        )
    };
    assert_eq!(attached("tty: true"), (None, None, None, None));
    assert_eq!(
        attached("detach: true"),
        (Some(false), Some(false), Some(false), Some(false))
    );
    assert_eq!(
        attached("detach: false"),
        (Some(false), Some(true), Some(true), Some(false))
    );
}

#[test]
fn a_name_is_ignored_with_a_warning() {
    let parsed = parse(b"name: web\ncommand: date\n").unwrap();
    assert_eq!(
        parsed.options,
        ContainerOptions {
            cmd: Some(all(&["date"])),
            ..ContainerOptions::default()
        }
    );
    assert_eq!(
        parsed.warnings,
        ["`name` has no effect: the container is named after the server"]
    );
}
