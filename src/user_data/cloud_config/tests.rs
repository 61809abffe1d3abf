use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::user_data::inflate::{LARGEST, deflated};
use crate::user_data::{Interpreter, Provisioning, Script};

fn provisioning(text: &str) -> Provisioning {
    Provisioning::of(text.as_bytes())
}

/// What is read without any warning.
fn config(text: &str) -> CloudConfig {
    let read = provisioning(&format!("#cloud-config\n{text}"));
    assert_eq!(read.warnings, [""; 0], "{text}");
    read.config
}

fn warnings(text: &str) -> Vec<String> {
    provisioning(&format!("#cloud-config\n{text}")).warnings
}

fn file(path: &str, content: &[u8]) -> WriteFile {
    WriteFile {
        path: path.to_owned(),
        content: content.to_vec(),
        permissions: 0o644,
        owner: None,
        append: false,
        defer: false,
    }
}

fn bob() -> User {
    User {
        name: "bob".to_owned(),
        uid: None,
        gecos: String::new(),
        primary_group: None,
        groups: Vec::new(),
        home: "/home/bob".to_owned(),
        create_home: true,
        system: false,
        shell: "/bin/sh".to_owned(),
        locked: true,
        password: None,
        sudo: Vec::new(),
        ssh_authorized_keys: Vec::new(),
    }
}

fn all(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn plain(said: &str) -> Password {
    Password::Plain(Secret::new(said))
}

fn hashed(said: &str) -> Password {
    Password::Hash(Secret::new(said))
}

#[test]
fn commands_are_lines_or_words() {
    let read = config("bootcmd:\n- echo $HOME\n- [ls, -l, 'a b', 1, true]\n-\nruncmd: [[touch, /ran]]\n");
    assert_eq!(
        read.bootcmd,
        [
            Command::Line("echo $HOME".to_owned()),
            Command::Words(all(&["ls", "-l", "a b", "1", "true"])),
        ]
    );
    assert_eq!(read.runcmd, [Command::Words(all(&["touch", "/ran"]))]);
    assert_eq!(
        warnings("runcmd: echo\nbootcmd: [{a: b}, []]\n"),
        [
            "cloud-config: `runcmd` is left out: expected a list of commands, found text",
            "cloud-config: `bootcmd[0]` is left out: expected a command as text or as a list of words, found a mapping",
            "cloud-config: `bootcmd[1]` is left out: expected a command as a list of words, found a list",
        ]
    );
}

#[test]
fn files_are_taken_out_of_every_encoding() {
    let zipped = STANDARD.encode(deflated(b"zipped"));
    let text = format!(
        "write_files:\n- {{path: /a}}\n- {{path: b/c, content: plain, permissions: '0600', owner: 'bob:adm', append: true}}\n\
         - {{path: /d, content: YmFzZTY0, encoding: b64, defer: true, permissions: 0o755}}\n\
         - path: /e\n  encoding: gz+b64\n  permissions: 0750\n  content: |\n    {zipped}\n"
    );
    assert_eq!(
        config(&text).write_files,
        [
            file("/a", b""),
            WriteFile {
                permissions: 0o600,
                owner: Some("bob:adm".to_owned()),
                append: true,
                ..file("/b/c", b"plain")
            },
            WriteFile {
                permissions: 0o755,
                defer: true,
                ..file("/d", b"base64")
            },
            WriteFile {
                permissions: 0o750,
                ..file("/e", b"zipped")
            },
        ]
    );
}

#[test]
fn a_file_that_cannot_be_read_is_left_out_and_the_rest_is_not() {
    let bomb = STANDARD.encode(deflated(&vec![0; LARGEST + 1]));
    let text = format!(
        "write_files:\n- {{path: /a, content: '?', encoding: b64}}\n- {{content: x}}\n- just text\n\
         - {{path: /b, content: {bomb}, encoding: gzip+base64}}\n- {{path: /c, encoding: rot13, content: x, source: y}}\n"
    );
    let read = provisioning(&format!("#cloud-config\n{text}"));
    assert_eq!(read.config.write_files, [file("/c", b"x")]);
    assert_eq!(
        read.warnings,
        [
            "cloud-config: `write_files[0].content` is left out: it is not in that encoding, or too large",
            "cloud-config: `write_files[1]` is left out: it has no `path`",
            "cloud-config: `write_files[2]` is left out: expected a mapping with `path` and `content`, found text",
            "cloud-config: `write_files[3].content` is left out: it is not in that encoding, or too large",
            "cloud-config: `write_files[4].source` has no effect in a container",
            "cloud-config: `write_files[4].encoding` is unknown: the content is taken as it is",
        ]
    );
}

#[test]
fn a_hostname_is_found_as_cloud_init_finds_it() {
    let names = |text: &str| {
        let read = config(text);
        (read.hostname.unwrap_or_default(), read.domain.unwrap_or_default())
    };
    let pair = |name: &str, domain: &str| (name.to_owned(), domain.to_owned());
    assert_eq!(names("hostname: web"), pair("web", ""));
    assert_eq!(names("hostname: web.example.org"), pair("web", "example.org"));
    assert_eq!(names("fqdn: web.example.org"), pair("web", "example.org"));
    assert_eq!(
        names("{hostname: other, fqdn: web.example.org}"),
        pair("other", "example.org")
    );
    assert_eq!(names("{hostname: web, preserve_hostname: true}"), pair("", ""));
    assert_eq!(names("{}"), pair("", ""));
    assert_eq!(
        warnings("hostname: no host"),
        ["cloud-config: `hostname` has no effect: no host can be called that"]
    );
    assert!(!config("hostname: web").has_work());
}

#[test]
fn users_come_in_all_their_shapes() {
    let carol = User {
        name: "carol".to_owned(),
        home: "/home/carol".to_owned(),
        ..bob()
    };
    for text in [
        "users: bob, carol",
        "users: [bob, carol]",
        "users: {bob: {}, carol: true}",
        "users: [{name: bob}, carol]",
    ] {
        assert_eq!(config(text).users, [bob(), carol.clone()], "{text}");
    }
    let text = "users:\n- default\n- name: bob\n  uid: 1234\n  gecos: Bob B.\n  primary_group: staff\n  groups: adm, sudo\n  \
                homedir: /srv/bob\n  shell: /bin/bash\n  lock_passwd: false\n  passwd: $6$salt$hash\n  \
                sudo: ['ALL=(ALL) NOPASSWD:ALL']\n  ssh_authorized_keys: [ssh-ed25519 AAAA bob]\n";
    let whole = User {
        uid: Some(1234),
        gecos: "Bob B.".to_owned(),
        primary_group: Some("staff".to_owned()),
        groups: all(&["adm", "sudo"]),
        home: "/srv/bob".to_owned(),
        shell: "/bin/bash".to_owned(),
        locked: false,
        password: Some(hashed("$6$salt$hash")),
        sudo: all(&["ALL=(ALL) NOPASSWD:ALL"]),
        ssh_authorized_keys: all(&["ssh-ed25519 AAAA bob"]),
        ..bob()
    };
    assert_eq!(config(text).users, [whole]);
    let daemon =
        config("users: [{name: bob, system: true, no_user_group: true, plain_text_passwd: x, sudo: false}]");
    let expected = User {
        system: true,
        create_home: false,
        primary_group: Some("users".to_owned()),
        password: Some(plain("x")),
        ..bob()
    };
    assert_eq!(daemon.users, [expected]);
    assert_eq!(
        warnings("users: [{name: 'a:b'}, {name: bob, ssh_import_id: [x]}, [bob]]"),
        [
            "cloud-config: `users[0]` is left out: it has no name that a user can have",
            "cloud-config: `users[1].ssh_import_id` is not done in a container",
            "cloud-config: `users[2]` is left out: expected a name, or a mapping with one, found a list",
        ]
    );
}

#[test]
fn the_default_user_is_root_unless_another_is_named() {
    let keys = all(&["ssh-rsa AAAA a", "ssh-rsa BBBB b"]);
    let read = config("ssh_authorized_keys:\n- ssh-rsa AAAA a\n- ssh-rsa BBBB b\n");
    assert_eq!(
        (read.default_user.as_str(), &read.ssh_authorized_keys),
        ("root", &keys)
    );
    assert_eq!(read.users, []);
    let read = config("user: bob\npassword: secret\nchpasswd: {expire: false}\n");
    assert_eq!(
        (read.default_user.as_str(), read.users.as_slice()),
        ("bob", [bob()].as_slice())
    );
    assert_eq!(
        (read.passwords, read.expired),
        (vec![("bob".to_owned(), plain("secret"))], Vec::new())
    );
    // A list of users without it has no default user.
    let read =
        config("user: bob\nusers: [{name: dora, homedir: /home/bob}]\nssh_authorized_keys: ssh-rsa AAAA a\n");
    assert_eq!(read.default_user, "root");
    assert_eq!(
        read.users
            .iter()
            .map(|user| user.name.as_str())
            .collect::<Vec<_>>(),
        ["dora"]
    );
}

#[test]
fn groups_come_with_and_without_members() {
    let group = |name: &str, members: &[&str]| Group {
        name: name.to_owned(),
        members: all(members),
    };
    assert_eq!(
        config("groups:\n- adm: [bob, carol]\n- cloud-users\n- staff: bob\n").groups,
        [
            group("adm", &["bob", "carol"]),
            group("cloud-users", &[]),
            group("staff", &["bob"])
        ]
    );
    assert_eq!(config("groups: a, b").groups, [group("a", &[]), group("b", &[])]);
}

#[test]
fn passwords_are_of_users_or_of_lines() {
    let name = |name: &str| name.to_owned();
    let read = config(
        "chpasswd:\n  users:\n  - {name: a, password: secret, type: text}\n  - {name: b, password: $6$s$h}\n  \
         - {name: c, type: RANDOM}\n",
    );
    let passwords = vec![
        (name("a"), plain("secret")),
        (name("b"), hashed("$6$s$h")),
        (name("c"), Password::Random),
    ];
    assert_eq!((read.passwords, read.expired), (passwords, all(&["a", "b", "c"])));
    for list in [
        "|\n    a:se:cret\n    b:$6$s$h\n    c:RANDOM\n",
        "['a:se:cret', 'b:$6$s$h', 'c:R']\n",
    ] {
        let read = config(&format!("chpasswd:\n  expire: false\n  list: {list}"));
        let passwords = vec![
            (name("a"), plain("se:cret")),
            (name("b"), hashed("$6$s$h")),
            (name("c"), Password::Random),
        ];
        assert_eq!((read.passwords, read.expired), (passwords, Vec::new()));
    }
    assert_eq!(
        warnings("chpasswd: {users: [{name: a, password: x, type: odd}], list: nobody}"),
        [
            "cloud-config: `chpasswd.users[0]` is left out: it has no password that can be set, of type text, hash or RANDOM",
            "cloud-config: `chpasswd.list` has a line that is not `user:password`: it is left out",
        ]
    );
}

#[test]
fn what_no_container_does_is_told_and_nothing_is_an_error() {
    assert_eq!(
        warnings("packages: [vim]\noutput: {all: '| tee'}\nntp: {}\n"),
        [
            "cloud-config: `packages` is not done in a container",
            "cloud-config: `ntp` is not done in a container",
        ]
    );
    let [unreadable] = &warnings("a: [\n")[..] else {
        panic!("one warning")
    };
    assert!(
        unreadable.starts_with("cloud-config: `part-001` is left out: "),
        "{unreadable}"
    );
    assert_eq!(
        warnings("just text"),
        ["cloud-config: `part-001` is left out: expected a mapping, found string \"just text\""]
    );
    let many: String = (0..1000).map(|number| format!("k{number}: 1\n")).collect();
    assert_eq!(warnings(&many).len(), 21);
}

#[test]
fn of_several_documents_the_later_one_says_last() {
    let mail = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n\
                --x\nContent-Type: text/cloud-config\n\nhostname: a\nbootcmd: [one]\n\
                --x\nContent-Type: text/cloud-config\n\nhostname: b\nruncmd: [two]\n--x--\n";
    let read = provisioning(mail);
    assert_eq!(read.warnings, [""; 0]);
    assert_eq!(read.config.hostname.as_deref(), Some("b"));
    assert_eq!(read.config.bootcmd, [Command::Line("one".to_owned())]);
    assert_eq!(read.config.runcmd, [Command::Line("two".to_owned())]);
}

#[test]
fn a_script_is_run_by_what_its_first_line_names() {
    let run_by = |first: &str| {
        let script = Script {
            name: "s".to_owned(),
            content: format!("{first}\necho\n").into_bytes(),
        };
        script
            .interpreter()
            .map(|Interpreter { program, arguments }| (program, arguments))
    };
    let by = |program: &str, arguments: &[&str]| Some((program.to_owned(), all(arguments)));
    assert_eq!(run_by("#!/bin/sh"), by("/bin/sh", &[]));
    assert_eq!(run_by("#! /bin/bash -e -x"), by("/bin/bash", &["-e -x"]));
    assert_eq!(run_by("#!/usr/bin/env python3"), by("python3", &[]));
    assert_eq!(run_by("#!/usr/bin/env -S python3 -u"), by("python3", &["-u"]));
    assert_eq!(run_by("#!"), None);
    assert_eq!(run_by("echo"), None);
    assert_eq!(run_by("#!/bin/\0sh"), None);
    let windows = provisioning("#!/bin/sh\r\necho hi\r\n");
    assert_eq!(windows.scripts[0].content, b"#!/bin/sh\necho hi\n");
}
