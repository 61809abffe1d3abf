//! Keeps `api-ref/` true: every version, route and key of `user_data` that the code has stands in it, and no other.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use nova_docker::api::HISTORY;

#[path = "api_ref/tables.rs"]
mod tables;

/// What follows it is written from the code.
const GENERATED: &str = ".. What follows is written from the tables that parse it.\n";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn page(name: &str) -> String {
    fs::read_to_string(root().join("api-ref").join(name)).unwrap()
}

/// `NOVA_DOCKER_WRITE_API_REF=1 cargo test --test api_ref` writes the page that it would compare.
#[test]
fn every_microversion_stands_in_its_page() {
    let path = root().join("api-ref/microversions.rst");
    let expected = microversions();
    if std::env::var_os("NOVA_DOCKER_WRITE_API_REF").is_some() {
        fs::write(&path, &expected).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "{} differs from the history: write it with NOVA_DOCKER_WRITE_API_REF=1 cargo test --test api_ref",
        path.display()
    );
}

fn microversions() -> String {
    let mut page = String::from(
        "=============\nMicroversions\n=============\n\nWhat each version of the Compute API changed. A change of something that is not \
         served here (`compute.rst <compute.rst>`_\nlists what is) changes nothing. This page is written from the code's own history.\n\n",
    );
    for (version, change) in HISTORY {
        page.push_str(&format!("{version}\n    {}\n", change.replace('*', "\\*")));
    }
    page
}

#[test]
fn every_compute_route_stands_in_its_page() {
    let document = nova_docker::api::compute::document();
    let paths = document["paths"].as_object().unwrap().keys();
    let here = paths.map(|path| match path.strip_prefix("/v2.1") {
        None | Some("" | "/" | "/openapi.json") => path.clone(),
        Some(resource) => resource.to_owned(),
    });
    let here: BTreeSet<String> = here.collect();
    assert!(here.len() > 100, "{here:?}");
    assert_eq!(missing(&here, &page("compute.rst")), BTreeSet::new());
}

#[test]
fn every_identity_route_stands_in_its_page() {
    assert_eq!(
        missing(&routes("src/api/identity", ""), &page("identity.rst")),
        BTreeSet::new()
    );
}

#[test]
fn every_image_route_stands_in_its_page() {
    assert_eq!(
        missing(&routes("src/api/image", ""), &page("image.rst")),
        BTreeSet::new()
    );
}

#[test]
fn every_network_route_and_attribute_stands_in_its_page() {
    let mut here = routes("src/api/network", "");
    let page = page("network.rst");
    let mut absent = BTreeSet::new();
    let mut resources = 0;
    for file in sources(&root().join("src/api/network/resources")) {
        let source = fs::read_to_string(file).unwrap();
        let path = source.split_once("const PATH: &'static str = \"");
        if let Some((path, _)) = path.and_then(|(_, rest)| rest.split_once('"')) {
            resources += 1;
            let all = format!("/v2.0/{path}");
            for end in ["", "/{id}", "/{id}/tags", "/{id}/tags/{tag}"] {
                here.insert(format!("{all}{end}"));
            }
        }
        for row in ["settable(\"", "given(\"", "shown(\""] {
            let names = source.split(row).skip(1).filter_map(|rest| rest.split_once('"'));
            absent.extend(
                names
                    .map(|(name, _)| name.to_owned())
                    .filter(|name| !page.contains(&format!("``{name}``"))),
            );
        }
    }
    assert!(resources >= 5, "{resources}");
    assert_eq!(
        (missing(&here, &page), absent),
        (BTreeSet::new(), BTreeSet::new())
    );
}

#[test]
fn every_action_stands_in_its_page() {
    let source = fs::read_to_string(root().join("src/api/compute/servers/actions/mod.rs")).unwrap();
    let actions = quoted_before(&source, " => ");
    assert!(actions.contains("createImage"), "{actions:?}");
    let page = page("compute.rst");
    let absent: Vec<_> = actions
        .iter()
        .filter(|action| !page.contains(&format!("\n``{action}``")))
        .collect();
    assert_eq!(absent, Vec::<&String>::new());
}

/// `NOVA_DOCKER_WRITE_API_REF=1 cargo test --test api_ref` writes the tables that it would compare.
#[test]
fn the_tables_of_user_data_are_up_to_date() {
    let path = root().join("api-ref/user_data.rst");
    let found = fs::read_to_string(&path).unwrap();
    let prose = found.split_once(GENERATED).unwrap().0;
    let expected = format!("{prose}{GENERATED}{}", tables::of_user_data());
    if std::env::var_os("NOVA_DOCKER_WRITE_API_REF").is_some() {
        fs::write(&path, &expected).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap();
    assert!(
        found == expected,
        "{} differs from the tables of the parser: write it with NOVA_DOCKER_WRITE_API_REF=1 cargo test --test api_ref",
        path.display()
    );
}

/// The texts in quotes that open a row and are followed by `mark`.
fn quoted_before(source: &str, mark: &str) -> BTreeSet<String> {
    let rows = source
        .lines()
        .map(|line| line.trim_start().trim_start_matches('('));
    let keys = rows.filter_map(|row| {
        let (key, rest) = row.strip_prefix('"')?.split_once('"')?;
        rest.starts_with(mark).then(|| key.to_owned())
    });
    keys.collect()
}

fn routes(folder: &str, prefix: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for source in sources(&root().join(folder)) {
        let text = fs::read_to_string(&source).unwrap();
        for after in text.split(".route(").skip(1) {
            let path = after
                .trim_start()
                .strip_prefix('"')
                .and_then(|rest| rest.split_once('"'));
            if let Some((path, _)) = path {
                found.insert(
                    path.strip_prefix(prefix)
                        .filter(|rest| !rest.is_empty())
                        .unwrap_or(path)
                        .to_owned(),
                );
            }
        }
    }
    assert!(found.len() > 10, "{folder}: {found:?}");
    found
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let inner = folders.iter().flat_map(|folder| sources(folder));
    inner
        .chain(files)
        .filter(|path| path.extension().is_some_and(|kind| kind == "rs"))
        .collect()
}

/// The paths that no word of the page is; parameters may be called anything.
fn missing(routes: &BTreeSet<String>, page: &str) -> BTreeSet<String> {
    let words: BTreeSet<String> = page
        .split(|c: char| c.is_whitespace() || c == '`')
        .map(nameless)
        .collect();
    routes
        .iter()
        .filter(|route| !words.contains(&nameless(route)))
        .cloned()
        .collect()
}

fn nameless(path: &str) -> String {
    let steps = path
        .split('/')
        .map(|step| if step.starts_with('{') { "{}" } else { step });
    steps.collect::<Vec<_>>().join("/")
}
