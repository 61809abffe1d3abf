//! The rules in force: Nova's defaults with what the operator's file says instead.

use std::path::Path;

use serde_yaml::{Mapping, Value};

use super::check::{Check, Checks, KNOWN, Question};
use super::defaults::{self, UNUSED};
use super::{Error, parse};
use crate::objects::{Owner, RequestContext};

#[derive(Debug)]
pub(super) struct Rules {
    checks: Checks,
    /// Whether the file made it matter whose a thing is; by default another project's does not exist.
    pub(super) asks_whose: bool,
    /// What the file says without effect.
    pub(super) warnings: Vec<String>,
}

impl Rules {
    pub(super) fn defaults() -> Result<Self, Error> {
        Self::of(Path::new("policy.yaml"), "")
    }

    /// Of a file's text; `path` is for what is said about it.
    pub(super) fn of(path: &Path, text: &str) -> Result<Self, Error> {
        let mut file = File {
            path,
            text,
            mistakes: Vec::new(),
            warnings: Vec::new(),
        };
        let overrides = file.overrides()?;
        let mut checks = file.defaults();
        checks.extend(overrides.clone());
        file.look_over(&checks, &overrides);
        match file.mistakes.is_empty() {
            true => Ok(Self {
                checks,
                asks_whose: overrides.values().any(Check::asks_whose),
                warnings: file.warnings,
            }),
            false => Err(Error::Rules(file.mistakes)),
        }
    }

    /// `None` when there is no such rule.
    pub(super) fn permit(&self, context: &RequestContext, rule: &str, owner: &Owner) -> Option<bool> {
        let question = Question {
            context,
            owner,
            checks: &self.checks,
        };
        self.checks.get(rule).map(|check| question.passes(check))
    }
}

struct File<'a> {
    path: &'a Path,
    text: &'a str,
    mistakes: Vec<String>,
    warnings: Vec<String>,
}

impl File<'_> {
    fn overrides(&mut self) -> Result<Checks, Error> {
        let read: Option<Mapping> = serde_yaml::from_str(self.text).map_err(|source| Error::NotYaml {
            path: self.path.to_owned(),
            source,
        })?;
        let mut checks = Checks::new();
        for (name, value) in read.unwrap_or_default() {
            let Value::String(name) = name else {
                self.mistakes
                    .push(format!("{}: a rule's name is not a text", self.path.display()));
                continue;
            };
            match parse::value(&value) {
                Ok(check) => drop(checks.insert(name, check)),
                Err(refusal) => self.mistakes.push(format!("{} {refusal}", self.place(&name))),
            }
        }
        Ok(checks)
    }

    fn defaults(&mut self) -> Checks {
        let mut checks = Checks::new();
        for rule in defaults::all() {
            match parse::text_rule(rule.check) {
                Ok(check) => drop(checks.insert(rule.name.to_owned(), check)),
                Err(refusal) => self
                    .mistakes
                    .push(format!("the default of {} {refusal}", rule.name)),
            }
        }
        checks
    }

    /// Finds what can be seen once all rules are known.
    fn look_over(&mut self, checks: &Checks, overrides: &Checks) {
        for (name, check) in overrides {
            let place = self.place(name);
            for wanted in check.references().filter(|wanted| !checks.contains_key(*wanted)) {
                let known = checks.keys().map(String::as_str);
                let hint = hint(wanted, known);
                self.mistakes.push(format!(
                    "{place} refers to rule:{wanted}, which is not defined{hint}"
                ));
            }
            if is_circle(name, checks) {
                self.mistakes.push(format!("{place} refers back to itself"));
            }
            self.warnings.extend(unknown_attributes(&place, check));
            self.warnings.extend(idle(name, &place, overrides));
        }
    }

    /// `policy.yaml:3: os_compute_api:servers:show`.
    fn place(&self, name: &str) -> String {
        let is_here = |line: &str| {
            let line = line.trim_start_matches([' ', '\t', '{', '"', '\'']);
            let rest = line.strip_prefix(name);
            rest.is_some_and(|rest| rest.trim_start_matches(['"', '\'', ' ']).starts_with(':'))
        };
        let path = self.path.display();
        match self.text.lines().position(is_here) {
            Some(line) => format!("{path}:{}: {name}", line + 1),
            None => format!("{path}: {name}"),
        }
    }
}

/// Whether following what the rule refers to leads back to it.
fn is_circle(name: &str, checks: &Checks) -> bool {
    let mut seen: Vec<&str> = Vec::new();
    let mut ahead = vec![name];
    while let Some(next) = ahead.pop() {
        for wanted in checks.get(next).into_iter().flat_map(Check::references) {
            if wanted == name {
                return true;
            }
            if !seen.contains(&wanted) {
                seen.push(wanted);
                ahead.push(wanted);
            }
        }
    }
    false
}

fn unknown_attributes(place: &str, check: &Check) -> Vec<String> {
    let told = |part: &&Check| match part {
        Check::Caller(what, _) if !KNOWN.contains(&what.as_str()) => Some(format!(
            "{place} asks for the caller's {what}, which is not known here: that never holds; there are {}",
            KNOWN.join(", ")
        )),
        _ => None,
    };
    check.parts().iter().filter_map(told).collect()
}

/// A rule that nothing asks about: of Nova's, one that does not apply here, else perhaps a slip of the pen.
fn idle(name: &str, place: &str, overrides: &Checks) -> Option<String> {
    if UNUSED.contains(&name) {
        return Some(format!(
            "{place} is a rule of Nova's that nothing here asks about, and has no effect"
        ));
    }
    let used = overrides
        .values()
        .any(|check| check.references().any(|wanted| wanted == name));
    let known = || defaults::all().map(|rule| rule.name);
    if used || known().any(|rule| rule == name) {
        return None;
    }
    Some(format!(
        "{place} is not a rule of nova-docker and is ignored{}",
        hint(name, known())
    ))
}

fn hint<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let distance = |other: &str| strsim::damerau_levenshtein(name, other);
    let nearest = known.min_by_key(|other| distance(other));
    match nearest.filter(|other| distance(other) * 3 <= name.len()) {
        Some(meant) => format!("; did you mean {meant}?"),
        None => String::new(),
    }
}
