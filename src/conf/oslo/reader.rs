//! Turns raw texts into typed values, and collects what is wrong with them.

use crate::conf::SECTIONS;
use crate::conf::environment::{Environment, Nowhere};
use crate::conf::error::{Error, Problem};
use crate::conf::oslo::ini::Texts;
use crate::conf::oslo::lookup::Lookup;
use crate::conf::oslo::option::{OptionSpec, SectionSpec};
use crate::conf::oslo::value::Value;

/// Reads one option after the other; the first mistake does not hide the second.
pub(crate) struct Reader<'a> {
    lookup: Lookup<'a>,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(texts: &'a Texts, env: &'a dyn Environment, sections: &'static [SectionSpec]) -> Self {
        let lookup = Lookup { texts, env, sections };
        Self {
            lookup,
            problems: Vec::new(),
        }
    }

    /// What `read` makes of no files at all.
    pub(crate) fn with_defaults<T>(read: impl FnOnce(&mut Reader<'_>) -> T) -> T {
        read(&mut Reader::new(&Texts::default(), &Nowhere, SECTIONS))
    }

    /// The value of the next of `options`, which stand in the order of their struct's fields.
    pub(crate) fn next<T: Value>(
        &mut self,
        section: &'static str,
        options: &mut impl Iterator<Item = &'static OptionSpec>,
    ) -> T {
        let Some(spec) = options.next() else {
            return T::blank();
        };
        self.value(section, spec).unwrap_or_else(|reason| {
            self.note(section, spec, reason);
            T::blank()
        })
    }

    /// Adds a problem that only several options together, or a closer look at one, can show.
    pub(crate) fn refuse(&mut self, section: &'static SectionSpec, option: &str, reason: &str) {
        if let Some(spec) = section.option(option) {
            self.note(section.name, spec, reason.to_owned());
        }
    }

    pub(crate) fn finish(self) -> Result<(), Error> {
        if self.problems.is_empty() {
            Ok(())
        } else {
            Err(Error::Invalid(self.problems))
        }
    }

    fn value<T: Value>(&self, section: &'static str, spec: &'static OptionSpec) -> Result<T, String> {
        let Some(text) = self.lookup.text(section, spec)? else {
            return Ok(T::blank());
        };
        let invalid = |expected: &str| match spec.secret {
            true => format!("expected {expected}"),
            false => format!("'{text}' is not valid, expected {expected}"),
        };
        if !spec.choices.is_empty() && !spec.choices.contains(&text.as_str()) {
            return Err(invalid(&spec.choices.join(" or ")));
        }
        T::parse(&text).map_err(invalid)
    }

    fn note(&mut self, section: &'static str, spec: &'static OptionSpec, reason: String) {
        let place = self
            .lookup
            .assignment(section, spec)
            .map(|found| found.place.clone());
        self.problems.push(Problem {
            place,
            section,
            option: spec.name,
            reason,
        });
    }
}
