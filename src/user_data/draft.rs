//! The options while they are gathered from a document.

use std::collections::HashSet;

use super::Parsed;
use super::allotment::Allotment;
use super::claims::{Claim, What};
use super::class::Class;
use super::document::{Entries, Node};
use super::error::Mistake;
use super::flavor::FlavorOptions;
use super::meaning::Place;
use super::options::ContainerOptions;
use super::vocabulary::{Area, nearest};

#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) options: ContainerOptions,
    pub(super) warnings: Vec<String>,
    pub(super) claims: Vec<Claim>,
    /// What its flavor gives, when that is known.
    pub(super) allotment: Option<Allotment>,
    /// What is being read, with the way to it.
    pub(super) key: String,
    claimed: HashSet<(&'static str, What)>,
    /// docker-py's `detach`, which decides what is attached together with `stdin_open`.
    pub(super) detach: Option<bool>,
    /// What LXC was told to call the machine; an outspoken hostname wins.
    pub(super) lxc_hostname: Option<String>,
}

impl Draft {
    /// Begins with what is said already, which what is read goes over.
    pub(super) fn over(flavor: &FlavorOptions) -> Self {
        Self {
            options: flavor.options.clone(),
            allotment: flavor.allotment.clone(),
            ..Self::default()
        }
    }

    /// Takes every entry in, or refuses the first that is wrong. The order is the table's, not the document's, so what
    /// a document means does not depend on how it is sorted; null is "not said" everywhere.
    pub(super) fn fill(&mut self, here: Area, elsewhere: Area, entries: &Entries) -> Result<(), Mistake> {
        for (key, _) in entries {
            if here.row(key).is_none() {
                return Err(Mistake::unknown_key(key, nearest(key, here, elsewhere)));
            }
        }
        for (name, meaning) in here.rows {
            let Some((_, node)) = entries.iter().find(|(key, _)| key == name) else {
                continue;
            };
            if *node == Node::Null {
                continue;
            }
            let key = format!("{}{name}", here.prefix);
            self.key.clone_from(&key);
            (meaning.read)(self, node).map_err(|mistake| mistake.under(name))?;
            if let Place::Nowhere(why) = meaning.place {
                self.warn(&key, why);
            }
            self.claim(key, &meaning.class);
        }
        Ok(())
    }

    /// Notes what the key claims, unless another key has claimed it.
    fn claim(&mut self, key: String, class: &Class) {
        for what in (class.claims)(&self.options) {
            if self.claimed.insert((class.option, what.clone())) {
                self.claims.push(Claim {
                    key: key.clone(),
                    option: class.option,
                    what,
                });
            }
        }
    }

    pub(super) fn warn(&mut self, key: &str, why: &str) {
        self.warnings.push(format!("`{key}` has no effect: {why}"));
    }

    pub(super) fn finish(self) -> Parsed {
        let mut options = self.options;
        options.hostname = options.hostname.or(self.lxc_hostname);
        if let Some(detached) = self.detach {
            let stdin = !detached && options.open_stdin == Some(true);
            options.attach_stdout = Some(!detached);
            options.attach_stderr = Some(!detached);
            options.attach_stdin = Some(stdin);
            options.stdin_once = Some(stdin);
        }
        Parsed {
            options,
            warnings: self.warnings,
            claims: self.claims,
        }
    }
}

/// Says one thing; "not said" leaves what was said before.
pub(super) fn set<T>(slot: &mut Option<T>, value: Result<Option<T>, Mistake>) -> Result<(), Mistake> {
    if let Some(value) = value? {
        *slot = Some(value);
    }
    Ok(())
}

/// Adds to what was said, each thing once.
pub(super) fn extend(list: &mut Vec<String>, values: Result<Vec<String>, Mistake>) -> Result<(), Mistake> {
    let mut seen: HashSet<String> = list.iter().cloned().collect();
    list.extend(values?.into_iter().filter(|value| seen.insert(value.clone())));
    Ok(())
}
