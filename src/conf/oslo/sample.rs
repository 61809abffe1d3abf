//! Writes the commented sample file: every option with its help and its default.

use crate::conf::oslo::option::{Fallback, OptionSpec, SectionSpec};

const PREAMBLE: &str = "\
# Every option of nova-docker with its default. Options are read as Nova reads them: $name and ${section.name} stand
# for other options, $$ for a dollar sign; an indented line continues the value before it.
";

pub(crate) fn sample(sections: &[SectionSpec]) -> String {
    let sections: String = sections.iter().map(section_text).collect();
    format!("{PREAMBLE}{sections}")
}

fn section_text(section: &SectionSpec) -> String {
    let options: String = section.options().map(option_text).collect();
    format!("\n[{}]\n{}{options}", section.name, comment(section.help))
}

fn option_text(option: &OptionSpec) -> String {
    let notes: Vec<String> = std::iter::once(option.kind.note().to_owned())
        .chain(notes(option))
        .collect();
    let (help, notes) = (comment(option.help), notes.join("; "));
    format!("\n{help}# ({notes})\n#{} = {}", option.name, default(option))
        .trim_end()
        .to_owned()
        + "\n"
}

fn notes(option: &OptionSpec) -> impl Iterator<Item = String> {
    let choices = (!option.choices.is_empty()).then(|| format!("one of {}", option.choices.join(", ")));
    let also = (!option.also.is_empty()).then(|| format!("also read as {}", option.also.join(", ")));
    choices.into_iter().chain(also)
}

fn default(option: &OptionSpec) -> &'static str {
    match option.default {
        Fallback::Unset => "<unset>",
        Fallback::Text(text) => text,
        Fallback::Computed { shown, .. } => shown,
    }
}

fn comment(help: &[&str]) -> String {
    help.iter()
        .map(|line| format!("#{}\n", line.replace('`', "")))
        .collect()
}
