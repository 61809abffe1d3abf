//! What is refused and in which words, and what could be meant to exhaust or to break the reader.

use super::*;

#[test]
fn a_value_of_the_wrong_type_is_told_with_its_key_and_line() {
    for (text, words) in [
        (
            "{\"Tty\": \"no\"}",
            "`Tty` (line 1): expected true or false, found string \"no\"",
        ),
        (
            "# a comment\n\ncommand: date\ntty: no\n",
            "`tty` (line 4): expected true or false, found string \"no\"",
        ),
        (
            "{\n \"Cmd\": [\"a\"],\n \"HostConfig\": {\n  \"Binds\": [\"/a:/b\",\n   \"tmp/x:/b\"]}}",
            "`HostConfig.Binds[1]` (line 5): expected a bind such as \"/srv/data:/data:ro\", found string \"tmp/x:/b\"",
        ),
        (
            "host_config:\n  PortBindings:\n    22/tcp:\n    - HostPort: ssh\n",
            "`host_config.PortBindings.22/tcp[0].HostPort` (line 4): expected a port of the host such as \"8022\", \
             found string \"ssh\"",
        ),
        (
            "environment:\n  A: b\n  VERSION: 1.10\n",
            "`environment.VERSION` (line 3): expected a string (put such a number in quotes), found number 1.1",
        ),
        (
            "memswap_limit: .nan",
            "`memswap_limit` (line 1): expected a size in bytes, or one with a unit such as \"512m\", found number NaN",
        ),
        (
            "{\"Memory\": 99999999999999999999999999}",
            "`Memory` (line 1): expected a number of bytes, 0 or at least 6291456, found number 100000000000000000000000000",
        ),
        (
            "hostname: a_b!",
            "`hostname` (line 1): expected a name of letters, digits, hyphens and dots, at most 64 long, found string \"a_b!\"",
        ),
        (
            "working_dir: srv",
            "`working_dir` (line 1): expected a path that begins with /, found string \"srv\"",
        ),
        (
            "{\"Volumes\": {\"/a\": \"/b\"}}",
            "`Volumes./a` (line 1): expected {}: what is bound from the host belongs into HostConfig.Binds, found string \"/b\"",
        ),
        (
            "volumes: ['/a:/b:x']",
            "`volumes[0]` (line 1): expected a bind such as \"/srv/data:/data:ro\", found string \"/a:/b:x\"",
        ),
        (
            "volumes: {/a: {bind: /b, ro: true, mode: ro}}",
            "`volumes./a` (line 1): expected either ro or mode, found both",
        ),
        (
            "ports: ['8080:80']",
            "`ports[0]` (line 1): expected a port such as 22/tcp, found string \"8080:80\"",
        ),
    ] {
        assert_eq!(refusal(text), words);
    }
}

#[test]
fn a_mount_is_refused_for_what_is_wrong_with_it() {
    let mount = |mount: &str| refusal(&format!("{{\"HostConfig\": {{\"Mounts\": [\n{mount}]}}}}"));
    for (text, words) in [
        (
            r#"{"Type": "npipe", "Source": "x", "Target": "/a"}"#,
            "`HostConfig.Mounts[0].Type` (line 2): expected bind, volume, tmpfs or image (npipe and cluster are not of this \
             system), found string \"npipe\"",
        ),
        (
            r#"{"Type": "bind", "Source": "srv", "Target": "/a"}"#,
            "`HostConfig.Mounts[0]` (line 2): expected a bind whose source begins with /, found a mapping",
        ),
        (
            r#"{"Type": "bind", "Source": "/srv", "Target": "a"}"#,
            "`HostConfig.Mounts[0]` (line 2): expected a mount whose target begins with /, found a mapping",
        ),
        (
            r#"{"Type": "tmpfs", "Source": "/srv", "Target": "/a"}"#,
            "`HostConfig.Mounts[0]` (line 2): expected a tmpfs without a source, found a mapping",
        ),
        (
            r#"{"Type": "volume", "Source": "../srv", "Target": "/a"}"#,
            "`HostConfig.Mounts[0]` (line 2): expected a volume whose source is a name, or nothing, found a mapping",
        ),
        (
            r#"{"Type": "volume", "Target": "/a", "BindOptions": {"Propagation": "shared"}}"#,
            "`HostConfig.Mounts[0].BindOptions` (line 2): expected nothing, for a volume has none of it, found a mapping",
        ),
        (
            r#"{"Type": "bind", "Source": "/srv", "Target": "/a", "BindOptions": {"Propagation": "all"}}"#,
            "`HostConfig.Mounts[0].BindOptions.Propagation` (line 2): expected private, rprivate, shared, rshared, slave, \
             rslave, found string \"all\"",
        ),
        (
            r#"{"Type": "tmpfs", "Target": "/a", "TmpfsOptions": {"Mode": 4096}}"#,
            "`HostConfig.Mounts[0].TmpfsOptions.Mode` (line 2): expected permissions such as 493, which is 0755 in octal, found \
             number 4096",
        ),
        (
            r#"{"Source": "/srv", "Target": "/a"}"#,
            "`HostConfig.Mounts[0]` (line 2): expected a mount such as {\"Type\": \"bind\", \"Source\": \"/srv/data\", \
             \"Target\": \"/data\", \"ReadOnly\": true}, found a mapping",
        ),
        (
            r#"{"type": "bind", "source": "/srv", "target": "/a", "no_copy": true}"#,
            "`HostConfig.Mounts[0].no_copy` (line 2): expected nothing, for a bind has none of it, found true",
        ),
    ] {
        assert_eq!(mount(text), words);
    }
}

#[test]
fn two_vocabularies_in_one_document_are_refused_wherever_they_meet() {
    for (text, one, other) in [
        (
            "{\"Cmd\": [\"a\"], \"host_config\": {}}",
            "`Cmd`",
            "`host_config`",
        ),
        ("{\"HostConfig\": {}, \"tty\": true}", "`HostConfig`", "`tty`"),
        (
            "host_config: {Mounts: [], mounts: []}",
            "`host_config.Mounts`",
            "`mounts`",
        ),
    ] {
        let words = refusal(text);
        assert!(
            words.contains(one) && words.contains(other) && words.contains("two vocabularies"),
            "{words}"
        );
    }
    // What is at home in the other one is told in this one's words.
    assert_eq!(
        refusal("{\"HostConfig\": {\"mounts\": []}}"),
        "`HostConfig.mounts` (line 1): there is no such option, did you mean `HostConfig.Mounts`?"
    );
}

#[test]
fn an_unknown_key_is_told_with_the_one_that_was_meant() {
    for (text, words) in [
        (
            "enviroment: {A: b}",
            "`enviroment` (line 1): there is no such option, did you mean `environment`?",
        ),
        (
            "command: date\nenv: {A: b}",
            "`env` (line 2): there is no such option, did you mean `environment`?",
        ),
        (
            "{\"Cmd\": [],\n\"tty\": true}",
            "`Cmd` (line 1) and `tty` are of two vocabularies: write all of it as the Engine's API does (`HostConfig`) or all of it as docker-py does (`host_config`)",
        ),
        (
            "{\"Cmd\": [],\n\"TTY\": true}",
            "`TTY` (line 2): there is no such option, did you mean `Tty`?",
        ),
        (
            "tty: true\nprivileged: true\n",
            "`privileged` (line 2): there is no such option, did you mean `host_config.privileged`?",
        ),
        (
            "{\"HostConfig\": {\"Privilegd\": true}}",
            "`HostConfig.Privilegd` (line 1): there is no such option, did you mean `HostConfig.Privileged`?",
        ),
        (
            "host_config: {Bind: []}",
            "`host_config.Bind` (line 1): there is no such option, did you mean `host_config.binds`?",
        ),
        (
            "host_config: {Binds: [], Priviledged: true}",
            "`host_config.Priviledged` (line 1): there is no such option, did you mean `host_config.Privileged`?",
        ),
        (
            "host_config: {Binds: [], dns: []}",
            "`host_config.Binds` (line 1) and `dns` are of two vocabularies: write all of it as the Engine's API does (`HostConfig`) or all of it as docker-py does (`host_config`)",
        ),
        (
            "tty: true\nservices: {}\n",
            "`services` (line 2): there is no such option",
        ),
    ] {
        assert_eq!(refusal(text), words);
    }
}

#[test]
fn a_text_that_is_ours_and_cannot_be_read_is_refused() {
    for (text, words) in [
        (
            "{\"Cmd\": [\"date\",]}",
            "user_data cannot be read: trailing comma at line 1 column 17",
        ),
        (
            "tty: true\ntty: false\n",
            "user_data cannot be read: `tty` stands there twice at line 2 column 1",
        ),
        (
            "{\"Tty\": true, \"Tty\": false}",
            "user_data cannot be read: `Tty` stands there twice at line 1 column 19",
        ),
    ] {
        assert_eq!(refusal(text), words);
    }
    assert!(refusal("environment:\n\tA: b\n").starts_with("user_data cannot be read: "));
    assert!(refusal("tty: true\n---\ntty: true\n").starts_with("user_data cannot be read: "));
    assert!(refusal("environment: {A: !Ref b}\n").starts_with("user_data cannot be read: "));
    assert!(refusal("environment: {A: \"b\\0c\"}\n").contains("text holds a NUL"));
}

#[test]
fn an_alias_stands_for_what_it_names() {
    let text = "volumes_from: &all [a, b]\nenvironment: *all\n";
    let expected = ContainerOptions {
        env: Some(all(&["a", "b"])),
        volumes_from: all(&["a", "b"]),
        ..ContainerOptions::default()
    };
    assert_eq!(options(text), expected);
}

#[test]
fn a_document_that_grows_through_aliases_is_refused() {
    let mut bomb = "environment:\n  a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..30 {
        let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
        bomb.push_str(&format!("  a{level}: &a{level} [{aliases}]\n"));
    }
    assert!(refusal(&bomb).contains("aliases repeat too much"));
    let long = format!("environment: [&a {}{}]", "x".repeat(20_000), ", *a".repeat(5_000));
    assert!(refusal(&long).contains("aliases repeat too much"));
}

/// As long as a document can be.
const LONGEST: usize = 49_149;

/// `pieces` after a beginning, as many as there is room for, with their numbers in place of `%`.
fn long(beginning: &str, piece: &str, end: &str) -> (String, usize) {
    let (mut text, mut count) = (beginning.to_owned(), 0);
    loop {
        let next = piece.replace('%', &count.to_string());
        if text.len() + next.len() + end.len() > LONGEST {
            return (text + end, count);
        }
        text += &next;
        count += 1;
    }
}

#[test]
fn a_document_may_be_as_long_as_there_is_room_for() {
    let (text, count) = long("environment:\n", "  K%: v\n", "");
    assert_eq!(options(&text).env.unwrap().len(), count);
    let (text, count) = long("{\"Env\": [\"A=1\"", ", \"K%=v\"", "]}");
    assert_eq!(options(&text).env.unwrap().len(), count + 1);
    let (text, count) = long("labels: {a: b", ", k%: v", "}");
    assert_eq!(options(&text).labels.len(), count + 1);
    let (text, count) = long("volumes:\n", "- /data/%:/mnt/%:ro\n", "");
    assert_eq!(options(&text).binds.len(), count);
    let (text, count) = long(
        "{\"HostConfig\": {\"Tmpfs\": {\"/a\": \"\"",
        ", \"/%\": \"\"",
        "}}}",
    );
    assert_eq!(options(&text).tmpfs.len(), count + 1);
    let (text, _) = long("tty: true\n", "# a comment\n", "");
    assert_eq!(options(&text).tty, Some(true));
    let (text, _) = long("command: 'x", "y", "'");
    assert_eq!(
        options(&text).cmd.unwrap()[0].len(),
        LONGEST - "command: ''".len()
    );
    // The last line of thousands is the wrong one.
    let (text, count) = long("environment:\n", "  K%: v\n", "  K: 1.10\n");
    assert!(refusal(&text).starts_with(&format!("`environment.K` (line {}): ", count + 2)));
    let (text, _) = long("tty: true\n", "key%: v\n", "");
    assert_eq!(refusal(&text), "`key0` (line 2): there is no such option");
    let (text, _) = long("key: v\n", "key%: v\n", "");
    assert_eq!(parse(text.as_bytes()), Ok(Parsed::default()));
}

#[test]
fn numbers_that_are_none_or_too_large_are_refused() {
    for number in [
        ".nan",
        ".inf",
        "-.inf",
        "1e400",
        "9223372036854775808",
        "-9223372036854775809",
    ] {
        for key in ["mem_limit", "cpu_shares", "stop_timeout"] {
            let words = refusal(&format!("{key}: {number}"));
            assert!(
                words.starts_with(&format!("`{key}` (line 1): expected ")),
                "{words}"
            );
        }
    }
    let huge = format!("{{\"Memory\": {}}}", "9".repeat(60_000));
    let words = refusal(&huge);
    assert!(words.len() < 400, "{words}");
    let huge = format!("mem_limit: {}", "9".repeat(60_000));
    let words = refusal(&huge);
    assert!(words.len() < 400, "{words}");
}

#[test]
fn a_key_that_stands_twice_is_refused_however_deep() {
    for text in [
        "host_config:\n  init: true\n  init: false\n",
        "{\"HostConfig\": {\"Mounts\": [{\"Type\": \"bind\", \"Type\": \"volume\"}]}}",
        "environment: {1: a, '1': b}",
    ] {
        assert!(refusal(text).contains("stands there twice"), "{text}");
    }
}

#[test]
fn deep_nesting_is_refused() {
    assert!(refusal(&format!("{{\"Env\": {}", "[".repeat(60_000))).contains("recursion limit"));
    assert!(
        refusal(&format!("environment: {}", "[".repeat(60_000))).starts_with("user_data cannot be read: ")
    );
    let mail: String = (0..1_000)
        .map(|i| format!("Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n"))
        .collect();
    assert_eq!(parse(mail.as_bytes()), Ok(Parsed::default()));
}

#[test]
fn no_bytes_make_it_panic() {
    let samples = [
        CREATE_BODY,
        DOCKER_PY,
        HEAT_TEMPLATE,
        HEAT_MULTIPART,
        HEAT_MULTIPART_BASE64,
    ];
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(below).unwrap()).unwrap()
    };
    for sample in samples.map(str::as_bytes) {
        for end in 0..sample.len() {
            let _ = parse(&sample[..end]);
        }
        for _ in 0..2_000 {
            let mut bytes = sample.to_vec();
            for _ in 0..=random(4) {
                let (at, other) = (random(bytes.len()), random(sample.len()));
                match random(3) {
                    0 => bytes[at] = sample[other],
                    1 => bytes[at] = b"\n:{}[]&*!#-\"'\0\xff\t 0"[random(18)],
                    _ => drop(bytes.splice(at..at, sample[other..].iter().take(20).copied())),
                }
            }
            let _ = parse(&bytes);
        }
    }
}
