use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;

use super::environment::Nowhere;
use super::*;

/// A folder of configuration files.
struct Folder(tempfile::TempDir);

impl Folder {
    fn with(files: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(dir.path().join(name), text).unwrap();
        }
        Self(dir)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// `text` without the folder's own name.
    fn short(&self, text: impl ToString) -> String {
        text.to_string()
            .replace(&format!("{}/", self.0.path().display()), "")
    }
}

fn load(text: &str) -> Result<Conf, String> {
    let folder = Folder::with(&[("nova.conf", text)]);
    let sources = Sources {
        files: vec![folder.path("nova.conf")],
        dirs: Vec::new(),
    };
    Conf::load(&sources, &Nowhere).map_err(|error| folder.short(error))
}

fn refusal(text: &str) -> String {
    load(text).unwrap_err()
}

fn warnings(text: &str) -> Vec<String> {
    load(text)
        .unwrap()
        .warnings
        .into_iter()
        .map(|warning| warning.message)
        .collect()
}

/// A user whose home is known.
struct Home(&'static [(&'static str, &'static str)]);

impl Environment for Home {
    fn var(&self, name: &str) -> Option<String> {
        self.0
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| (*value).to_owned())
    }

    fn host_name(&self) -> Option<String> {
        Some("node-1$".to_owned())
    }

    fn is_root(&self) -> bool {
        false
    }
}

fn at_home(vars: &'static [(&'static str, &'static str)]) -> Conf {
    let texts = Texts::default();
    let home = Home(vars);
    let mut reader = Reader::new(&texts, &home, SECTIONS);
    Conf::read(&mut reader)
}

#[test]
fn every_default_is_valid() {
    let texts = Texts::default();
    let mut reader = Reader::new(&texts, &Nowhere, SECTIONS);
    Conf::read(&mut reader);
    assert!(reader.finish().is_ok());
}

#[test]
fn defaults_build_on_each_other() {
    let conf = Conf::default();
    assert_eq!(
        conf.docker.snapshots_directory,
        Path::new("/var/lib/nova-docker/instances/snapshots")
    );
    assert_eq!(conf.default.instance_name_template, "instance-%08x");
    assert_eq!(conf.glance.valid_interfaces, ["internal", "public"]);
    assert_eq!(conf.quota.instances, -1);
}

#[test]
fn ports_are_numbers_and_ranges() {
    let ports = |text: &str| {
        let conf = load(&format!("[docker]\npublishable_ports = {text}\n"));
        conf.map(|conf| conf.docker.publishable_ports.0)
    };
    assert_eq!(Conf::default().docker.publishable_ports.0, [1024..=65_535]);
    assert_eq!(ports("8000-8100, 53").unwrap(), [8000..=8100, 53..=53]);
    assert_eq!(ports("").unwrap(), []);
    for wrong in ["0-10", "20-10", "http", "1-70000", "1-2-3"] {
        assert!(ports(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_user_keeps_state_at_home() {
    let conf = at_home(&[("HOME", "/home/me")]);
    assert_eq!(
        conf.default.state_path,
        Path::new("/home/me/.local/state/nova-docker")
    );
    let conf = at_home(&[("HOME", "/home/me"), ("XDG_STATE_HOME", "/state")]);
    assert_eq!(
        conf.default.instances_path,
        Path::new("/state/nova-docker/instances")
    );
    let conf = at_home(&[("HOME", "/nonexistent"), ("STATE_DIRECTORY", "/var/lib/unit")]);
    assert_eq!(conf.default.state_path, Path::new("/var/lib/unit"));
}

#[test]
fn a_dollar_sign_in_a_host_name_is_itself() {
    assert_eq!(at_home(&[]).default.host, "node-1$");
}

#[test]
fn nova_docker_stands_alone_without_a_keystone() {
    assert!(Conf::default().is_standalone());
    assert!(
        !load("[keystone_authtoken]\nauth_url = http://k/v3\n")
            .unwrap()
            .is_standalone()
    );
}

#[test]
fn the_last_file_wins_and_folders_come_after_files() {
    let folder = Folder::with(&[
        (
            "first.conf",
            "[api]\nmax_limit = 1\n[DEFAULT]\nmy_ip = 1\nhost = 1\n",
        ),
        ("second.conf", "[DEFAULT]\nosapi_max_limit = 2\nmy_ip = 2\n"),
    ]);
    let more = Folder::with(&[
        ("b.conf", "[DEFAULT]\nmy_ip = b\n"),
        ("a.conf", "[DEFAULT]\nmy_ip = a\n"),
        (".hidden.conf", "[DEFAULT]\nhost = hidden\n"),
        ("note.txt", "nothing"),
    ]);
    let files = vec![folder.path("first.conf"), folder.path("second.conf")];
    let conf = Conf::load(
        &Sources {
            files,
            dirs: vec![more.path("")],
        },
        &Nowhere,
    )
    .unwrap();
    assert_eq!(
        (conf.default.my_ip.as_str(), conf.default.host.as_str()),
        ("b", "1")
    );
    assert_eq!(conf.api.max_limit, 2);
}

#[test]
fn a_file_that_is_not_there_is_an_error() {
    let folder = Folder::with(&[]);
    let sources = Sources {
        files: vec![folder.path("none.conf")],
        dirs: Vec::new(),
    };
    let error = Conf::load(&sources, &Nowhere).unwrap_err();
    assert_eq!(
        folder.short(error),
        "none.conf: No such file or directory (os error 2)"
    );
}

#[test]
fn a_line_that_is_no_option_is_an_error_with_its_place() {
    assert_eq!(
        refusal("[DEFAULT]\n\nbareword\n"),
        "nova.conf:3: expected 'option = value'"
    );
}

#[test]
fn a_section_in_brackets_of_brackets_is_refused() {
    assert_eq!(
        refusal("[a]b]\n"),
        "nova.conf:1: a section's name must not hold brackets"
    );
}

#[test]
fn a_continued_line_that_ends_in_a_backslash_is_refused() {
    assert_eq!(
        refusal("[DEFAULT]\nmy_ip = a\n  b\\\nhost = c\n"),
        "nova.conf:3: a line that continues a value must not end in a backslash"
    );
}

#[test]
fn an_unknown_name_after_a_dollar_sign_is_told_how_to_write_it() {
    assert_eq!(
        refusal("[docker]\nca_file = /a/$word\n"),
        "nova.conf:2: [docker] ca_file: $word is no option of nova-docker; a dollar sign that means itself is written $$"
    );
}

#[test]
fn a_password_never_shows() {
    let text =
        "[keystone_authtoken]\npassword = pa$word\n[database]\nconnection = mysql://nova:hush@db/nova\n";
    assert_eq!(
        refusal(text),
        "nova.conf:2: [keystone_authtoken] password: a $ in it names no usable option; a dollar sign that means itself \
         is written $$\n\
         nova.conf:4: [database] connection: only SQLite databases are supported so far: write \
         sqlite:////path/of/the/file"
    );
    let conf =
        load("[keystone_authtoken]\npassword = hush\n[database]\nconnection = sqlite:///hush\n").unwrap();
    assert_eq!(
        conf.keystone_authtoken
            .auth
            .password
            .as_ref()
            .map(|secret| secret.expose_secret()),
        Some("hush")
    );
    assert!(!format!("{conf:?}").contains("hush"));
}

#[test]
fn an_option_that_leads_back_to_itself_is_an_error() {
    assert_eq!(
        refusal("[DEFAULT]\nhost = $my_ip\nmy_ip = $host\n"),
        "nova.conf:2: [DEFAULT] host: $host comes back to itself\n\
         nova.conf:3: [DEFAULT] my_ip: $my_ip comes back to itself"
    );
}

#[test]
fn what_belongs_to_other_services_is_borne_in_silence() {
    let text = "[DEFAULT]\ntransport_url = rabbit://\nlog_dir = /x\n[vnc]\nenabled = false\n[api_database]\nconnection = x\n\
                [keystone_authtoken]\nauth_uri = http://k\n";
    assert_eq!(warnings(text), Vec::<String>::new());
}

#[test]
fn a_misspelt_section_is_told_once() {
    assert_eq!(
        warnings("[dokcer]\nhost_url = x\nprivileged = true\n[default]\nmy_ip = 1\n"),
        [
            "[dokcer] is not a section of nova-docker and is ignored; did you mean [docker]?",
            "[default] is not a section of nova-docker and is ignored; did you mean [DEFAULT]?",
        ]
    );
}

#[test]
fn an_unknown_option_is_told_with_the_nearest_name() {
    assert_eq!(
        warnings("[DEFAULT]\nmyip = 1\nfrobnicate = 1\n"),
        [
            "[DEFAULT] myip is not an option of nova-docker and is ignored; did you mean my_ip?",
            "[DEFAULT] frobnicate is not an option of nova-docker and is ignored",
        ]
    );
}
