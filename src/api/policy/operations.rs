//! Which rules an operation asks, as the table of rules says.

use super::defaults;

/// Names of the rules, and what they are about. Parameters in the path may be called anything; `path` is below the version.
pub(in crate::api) fn rules_of(
    method: &str,
    path: &str,
    action: Option<&str>,
) -> impl Iterator<Item = (&'static str, &'static str)> {
    let asked = match action {
        Some(action) => format!("{method} {} ({action})", nameless(path)),
        None => format!("{method} {}", nameless(path)),
    };
    let ask = move |rule: &&defaults::Rule| {
        rule.operations
            .iter()
            .any(|operation| nameless(operation) == asked)
    };
    defaults::all().filter(ask).map(|rule| (rule.name, rule.about))
}

fn nameless(path: &str) -> String {
    let (path, action) = path.split_once(" (").unwrap_or((path, ""));
    let steps = path
        .split('/')
        .map(|step| if step.starts_with('{') { "{}" } else { step });
    let path = steps.collect::<Vec<_>>().join("/");
    match action {
        "" => path,
        action => format!("{path} ({action}"),
    }
}

#[cfg(test)]
mod tests {
    use super::rules_of;

    #[test]
    fn an_action_has_rules_of_its_own() {
        let of = |method: &str, path: &str, action| {
            let rules = rules_of(method, path, action);
            rules.map(|(name, _)| name).collect::<Vec<_>>()
        };
        assert_eq!(
            of("POST", "/servers/{id}/action", Some("os-stop")),
            ["os_compute_api:servers:stop"]
        );
        assert!(of("POST", "/servers/{id}/action", None).is_empty());
        assert!(of("GET", "/servers/{id}", None).contains(&"os_compute_api:servers:show"));
    }
}
