//! One call of the story that the samples tell.

use nova_docker::api::Microversion;
use serde_json::{Value, json};

/// `{server}` and its like, in paths and bodies, stand for what earlier answers said.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// The file below `api-ref/samples`, without its ending.
    pub(crate) sample: &'static str,
    pub(crate) who: &'static str,
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    /// The first versions of the bodies, and the bodies with all keys that there ever were; a key is left out where it is not.
    bodies: Vec<(&'static str, Value)>,
    /// Names, and where in the answer stands what they stand for from now on.
    pub(crate) keeps: Vec<(&'static str, &'static str)>,
    /// The status that the server has to reach before the next step.
    pub(crate) until: Option<&'static str>,
    since: &'static str,
    before: &'static str,
}

pub(crate) fn step(sample: &'static str, call: &'static str) -> Step {
    let (method, path) = call.split_once(' ').unwrap();
    Step {
        sample,
        who: "demo",
        method,
        path,
        bodies: Vec::new(),
        keeps: Vec::new(),
        until: None,
        since: "2.1",
        before: "2.9999",
    }
}

/// Something done to the server.
pub(crate) fn act(sample: &'static str, body: Value) -> Step {
    step(sample, "POST /v2.1/servers/{server}/action").with(body)
}

impl Step {
    /// As the administrator.
    pub(crate) fn admin(self) -> Self {
        Self { who: "admin", ..self }
    }

    pub(crate) fn with(self, body: Value) -> Self {
        self.with_since("2.1", body)
    }

    pub(crate) fn with_since(mut self, first: &'static str, body: Value) -> Self {
        self.bodies.push((first, body));
        self
    }

    pub(crate) fn keep(mut self, name: &'static str, pointer: &'static str) -> Self {
        self.keeps.push((name, pointer));
        self
    }

    pub(crate) fn until(self, status: &'static str) -> Self {
        Self {
            until: Some(status),
            ..self
        }
    }

    pub(crate) fn since(self, since: &'static str) -> Self {
        Self { since, ..self }
    }

    pub(crate) fn before(self, before: &'static str) -> Self {
        Self { before, ..self }
    }

    pub(crate) fn is_taken_at(&self, version: Microversion) -> bool {
        at(self.since) <= version && version < at(self.before)
    }

    pub(crate) fn body(&self, version: Microversion) -> Option<&Value> {
        let mut bodies = self.bodies.iter();
        bodies
            .rfind(|(first, _)| at(first) <= version)
            .map(|(_, body)| body)
    }
}

fn at(text: &str) -> Microversion {
    text.parse().unwrap()
}

/// An action that is given nothing.
pub(crate) fn act_plainly(sample: &'static str, action: &str) -> Step {
    act(sample, json!({ action: null }))
}
