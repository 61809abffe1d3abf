//! Finds the text of an option: in the files, else its default, with names in it replaced by other options' values.

use crate::conf::environment::Environment;
use crate::conf::oslo::ini::{Assignment, Texts};
use crate::conf::oslo::interpolation::expand;
use crate::conf::oslo::option::{Fallback, OptionSpec, SectionSpec};
use crate::conf::oslo::value::{Kind, Value};

pub(super) struct Lookup<'a> {
    pub(super) texts: &'a Texts,
    pub(super) env: &'a dyn Environment,
    pub(super) sections: &'static [SectionSpec],
}

/// An option that `$name` may mean.
type Target = (&'static str, &'static OptionSpec);

impl<'a> Lookup<'a> {
    /// Where the files set the option: the last file first, in each its name before its other spellings.
    pub(super) fn assignment(&self, section: &str, spec: &OptionSpec) -> Option<&'a Assignment> {
        let spellings = || spec.spellings(section);
        self.texts.files.iter().rev().find_map(|file| {
            spellings().find_map(|(section, name)| {
                file.iter()
                    .rev()
                    .find(|found| found.section == section && found.name == name)
            })
        })
    }

    /// `None` is unset; on failure the answer says what is wrong with the text.
    pub(super) fn text(
        &self,
        section: &'static str,
        spec: &'static OptionSpec,
    ) -> Result<Option<String>, String> {
        self.text_within(section, spec, &mut Vec::new())
    }

    fn text_within(
        &self,
        section: &'static str,
        spec: &'static OptionSpec,
        asked: &mut Vec<(&'static str, &'static str)>,
    ) -> Result<Option<String>, String> {
        let raw = match (self.assignment(section, spec), &spec.default) {
            (Some(found), _) => found.text.as_str(),
            (None, Fallback::Text(text)) => *text,
            (None, Fallback::Unset) => return Ok(None),
            (None, Fallback::Computed { value, .. }) => return Ok(Some(value(self.env))),
        };
        if asked.contains(&(section, spec.name)) {
            return Err(format!("${} comes back to itself", spec.name));
        }
        asked.push((section, spec.name));
        let expanded = expand(raw, |name| {
            self.reference(section, name, asked)
                .map_err(|error| veiled(spec, error))
        });
        asked.pop();
        expanded.map(Some)
    }

    fn reference(
        &self,
        section: &'static str,
        name: &str,
        asked: &mut Vec<(&'static str, &'static str)>,
    ) -> Result<String, String> {
        let (section, spec) = self.target(section, name).ok_or_else(|| {
            format!("${name} is no option of nova-docker; a dollar sign that means itself is written $$")
        })?;
        let text = self.text_within(section, spec, asked)?;
        Ok(text
            .map(|text| as_python_writes(spec.kind, text))
            .unwrap_or_default())
    }

    /// `$name` is looked for in the section where it is written, then in `[DEFAULT]`; `$section.name` only there.
    fn target(&self, section: &str, name: &str) -> Option<Target> {
        let (sections, option) = match name.split_once('.') {
            Some((section, option)) => (vec![section], option),
            None => (vec![section, "DEFAULT"], name),
        };
        sections.into_iter().find_map(|wanted| {
            let found = self.sections.iter().find(|known| known.name == wanted)?;
            Some((found.name, found.option(option)?))
        })
    }
}

/// A password with a stray `$` must not end up in a message.
fn veiled(spec: &OptionSpec, error: String) -> String {
    if spec.secret {
        "a $ in it names no usable option; a dollar sign that means itself is written $$".to_owned()
    } else {
        error
    }
}

/// oslo.config inserts the typed value as Python prints it.
fn as_python_writes(kind: Kind, text: String) -> String {
    let printed = match kind {
        Kind::Bool => bool::parse(&text).map(|yes| if yes { "True" } else { "False" }.to_owned()),
        Kind::Float => f64::parse(&text).map(|number| format!("{number:?}")),
        Kind::Integer | Kind::Port => i64::parse(&text).map(|number| number.to_string()),
        Kind::List => Vec::parse(&text).map(|items: Vec<String>| {
            let quoted: Vec<String> = items.iter().map(|item| format!("'{item}'")).collect();
            format!("[{}]", quoted.join(", "))
        }),
        Kind::Lines | Kind::Path | Kind::Text => return text,
    };
    printed.unwrap_or(text)
}
