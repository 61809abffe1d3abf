//! The architecture as a table: which room (a folder or file directly under `src/`) may import which.
//!
//! Rooms that do not exist yet are fine; a room that the table does not name is not.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use source::{mentions, tokens};

#[path = "layering/source.rs"]
mod source;

/// What each room may import of ours. `network::vif` allows that part of the room only. Tests build what they need.
const ROOMS: &[(&str, &str)] = &[
    ("objects", ""),
    ("conf", "objects"),
    ("db", "objects conf"),
    // Our own users are records; identity stands one step above db.
    ("identity", "objects conf db"),
    ("docker", "objects conf"),
    ("network", "objects conf db identity docker"),
    ("image", "objects conf db identity docker"),
    ("user_data", "objects"),
    ("metadata", "objects"),
    (
        "virt",
        "objects conf docker network::vif network::firewall network::guest image user_data",
    ),
    (
        "scheduler",
        "objects conf db identity docker network image user_data virt",
    ),
    (
        "compute",
        "objects conf db identity docker network image user_data metadata virt scheduler",
    ),
    ("api", "objects conf identity network image metadata compute"),
    ("docker_proxy", "objects conf identity docker compute"),
    ("infrakit", "objects conf compute"),
    ("rpc", "objects conf compute"),
    (
        "cmd",
        "objects conf db identity docker network image user_data metadata virt scheduler compute \
         api docker_proxy infrakit rpc",
    ),
];

/// Words of the outside world that stay in the rooms named here. Tests may use them everywhere (a fake
/// service is an HTTP server).
const OUTSIDE: &[(&str, Rooms)] = &[
    ("axum", Rooms::Only("api docker_proxy infrakit cmd")),
    ("http", Rooms::Only("api docker_proxy infrakit cmd")),
    ("serde_json::Value", Rooms::AllBut("compute scheduler")),
];

/// The type that carries a microversion: the doors know it, nobody else.
const MICROVERSION: (&str, &str) = ("Microversion", "api");

enum Rooms {
    Only(&'static str),
    AllBut(&'static str),
}

impl Rooms {
    fn include(&self, room: &str) -> bool {
        match self {
            Self::Only(rooms) => rooms.split(' ').any(|name| name == room),
            Self::AllBut(rooms) => !rooms.split(' ').any(|name| name == room),
        }
    }
}

#[test]
fn every_room_imports_only_what_is_below_it() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut broken = Vec::new();
    for path in rust_files(&src).unwrap() {
        let module = module_path(path.strip_prefix(&src).unwrap());
        if module.is_empty() {
            continue; // lib.rs and main.rs: the map and the front door
        }
        let found = violations(&module, &fs::read_to_string(&path).unwrap());
        broken.extend(found.into_iter().map(|why| format!("{}: {why}", path.display())));
    }
    assert!(
        broken.is_empty(),
        "the layering is broken:\n{}",
        broken.join("\n")
    );
}

/// What a file, given as its module path (`["compute", "boot"]`), does that the tables do not allow.
fn violations(module: &[String], source: &str) -> BTreeSet<String> {
    let room = module[0].as_str();
    let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
        return BTreeSet::from([format!(
            "the room `{room}` is not in the table of tests/layering.rs"
        )]);
    };
    let is_test_file = module.iter().any(|part| part == "tests");
    let mut broken = BTreeSet::new();
    for found in mentions(module, &tokens(source)) {
        let path = found.path.join("::");
        let tested = found.in_test || is_test_file;
        if let Some(inside) = path.strip_prefix("crate::") {
            let target = inside.split("::").next().unwrap_or_default();
            let known = ROOMS.iter().any(|(name, _)| *name == target);
            let below = allowed.split(' ').any(|prefix| starts_with(inside, prefix));
            if known && target != room && !below && !tested {
                broken.insert(format!("{room} may not import {inside}"));
            }
        } else if found.path.len() > 1 && !tested {
            let outside = OUTSIDE
                .iter()
                .filter(|(name, rooms)| starts_with(&path, name) && !rooms.include(room));
            broken.extend(outside.map(|(name, _)| format!("{room} may not use {name}")));
        }
        if found.path.iter().any(|word| word == MICROVERSION.0) && room != MICROVERSION.1 {
            broken.insert(format!("{room} may not know {}", MICROVERSION.0));
        }
    }
    broken
}

/// Whether `path` is `prefix` or something in it.
fn starts_with(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// `src/compute/boot.rs` is `compute::boot`, `src/compute/mod.rs` is `compute`, `src/lib.rs` is nothing.
fn module_path(relative: &Path) -> Vec<String> {
    let plain = relative.with_extension("");
    let mut parts: Vec<String> = plain
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    if parts
        .last()
        .is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str()))
    {
        parts.pop();
    }
    parts
}

fn rust_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(files)
}

mod the_test_itself {
    use super::violations;

    fn broken(module: &str, source: &str) -> Vec<String> {
        let module: Vec<String> = module.split("::").map(str::to_owned).collect();
        violations(&module, source).into_iter().collect()
    }

    #[test]
    fn refuses_a_lower_room_that_imports_a_higher_one() {
        let wanted = ["objects may not import compute::Compute"];
        assert_eq!(broken("objects::id", "use crate::compute::Compute;"), wanted);
        assert_eq!(
            broken("objects::id", "fn f(c: &nova_docker::compute::Compute) {}"),
            wanted
        );
        assert_eq!(
            broken("objects::id", "use super::super::compute::Compute;"),
            wanted
        );
        assert_eq!(
            broken("objects", "mod a { use super::super::compute::Compute; }"),
            wanted
        );
    }

    #[test]
    fn sees_every_branch_of_a_use_tree() {
        let source = "use crate::{conf, db::{self, Row}, image as picture, network::{Port, vif::Vif}};";
        assert_eq!(
            broken("virt::docker", source),
            [
                "virt may not import db::Row",
                "virt may not import db::self",
                "virt may not import network::Port",
            ]
        );
    }

    #[test]
    fn refuses_rooms_of_one_level_to_each_other() {
        assert_eq!(
            broken("api::compute", "use crate::rpc::Bus;"),
            ["api may not import rpc::Bus"]
        );
        assert_eq!(
            broken("network", "crate::image::load()"),
            ["network may not import image::load"]
        );
    }

    #[test]
    fn keeps_http_out_of_the_core() {
        let source = "use axum::Router; fn f() -> http::StatusCode { reqwest::http::x() }";
        assert_eq!(
            broken("compute::boot", source),
            ["compute may not use axum", "compute may not use http"]
        );
        assert_eq!(
            broken("compute", "use serde_json::{Map, Value};"),
            ["compute may not use serde_json::Value"]
        );
        assert_eq!(broken("compute", "let http = 1; self.http.get();"), [""; 0]);
        assert_eq!(broken("api", "use axum::Router; use serde_json::Value;"), [""; 0]);
    }

    #[test]
    fn keeps_microversions_at_the_doors() {
        let source = "#[cfg(test)] mod tests { fn f(m: Microversion) {} }";
        assert_eq!(broken("compute", source), ["compute may not know Microversion"]);
        assert_eq!(
            broken("api::compute", "use crate::api::microversion::Microversion;"),
            [""; 0]
        );
    }

    #[test]
    fn lets_tests_speak_http() {
        let source = "#[cfg(test)]\nmod tests { use axum::Router; }\nfn f() -> http::Method {}";
        assert_eq!(broken("image::glance", source), ["image may not use http"]);
        assert_eq!(broken("image::glance::tests", "use axum::Router;"), [""; 0]);
        assert_eq!(
            broken("image::glance", "#[cfg(test)] mod tests; use axum::Router;"),
            ["image may not use axum"]
        );
    }

    #[test]
    fn ignores_comments_and_strings() {
        let source = r###"
            //! See [`crate::compute`]. /* crate::api */
            const A: &str = "crate::api \" crate::db"; /* crate::rpc */
            const B: &str = r#"use "crate::cmd""#; const C: char = '"'; fn d<'a>(s: &'a str, q: char) {}
            use crate::virt::Driver;
        "###;
        assert_eq!(broken("objects", source), ["objects may not import virt::Driver"]);
    }

    #[test]
    fn refuses_a_room_it_does_not_know() {
        assert_eq!(
            broken("misc", ""),
            ["the room `misc` is not in the table of tests/layering.rs"]
        );
    }
}
