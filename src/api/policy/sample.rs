//! The sample of `policy.yaml`: every rule with what it is about, its default, and where it is asked.

use std::fmt::Write;

use super::defaults;

const HEAD: &str = "\
# Rules of nova-docker, in the language of oslo.policy. Each is here with its default; to change one, remove the '#' before it.
# The file is named by [oslo_policy] policy_file and is read again when it changes.
";

pub fn sample() -> String {
    let mut text = HEAD.to_owned();
    for rule in defaults::all() {
        text.push_str(&entry(rule));
    }
    text
}

fn entry(rule: &defaults::Rule) -> String {
    let mut text = format!("\n# {}\n", rule.about);
    for operation in rule.operations {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "# {operation}");
    }
    let _ = writeln!(text, "#\"{}\": \"{}\"", rule.name, rule.check);
    text
}
