//! Replaces `$name`, `${name}` and `$section.name` in a text.

/// Calls `value` for every name. `$$` and `\$` are a dollar sign; a `$` that no name follows stays.
pub(super) fn expand<E>(text: &str, mut value: impl FnMut(&str) -> Result<String, E>) -> Result<String, E> {
    let text = text.replace(r"\$", "$$");
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('$') {
        expanded.push_str(before);
        let (name, behind) = reference(after);
        match name {
            Some(name) => expanded.push_str(&value(name)?),
            None => expanded.push('$'),
        }
        rest = behind;
    }
    expanded.push_str(rest);
    Ok(expanded)
}

/// The name at the beginning of what follows a `$`, and what is behind it.
fn reference(after: &str) -> (Option<&str>, &str) {
    if let Some(behind) = after.strip_prefix('$') {
        return (None, behind);
    }
    let braced = after.strip_prefix('{').and_then(|inner| {
        let (name, behind) = split_name(inner)?;
        Some((name, behind.strip_prefix('}')?))
    });
    match braced.or_else(|| split_name(after)) {
        Some((name, behind)) => (Some(name), behind),
        None => (None, after),
    }
}

fn split_name(text: &str) -> Option<(&str, &str)> {
    let in_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let end = text.find(|c| !in_name(c)).unwrap_or(text.len());
    starts.then(|| text.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(text: &str) -> String {
        expand(text, |name| Ok::<_, ()>(format!("<{name}>"))).unwrap()
    }

    #[test]
    fn names_are_replaced_with_or_without_braces() {
        assert_eq!(expanded("$a/${b.c}d/$Section.e"), "<a>/<b.c>d/<Section.e>");
    }

    #[test]
    fn a_dollar_sign_is_written_twice_or_after_a_backslash() {
        assert_eq!(expanded(r"a$$b\$c"), "a$b$c");
    }

    #[test]
    fn a_dollar_sign_that_no_name_follows_stays() {
        assert_eq!(expanded("5$ $1 ${ ${x $"), "5$ $1 ${ ${x $");
    }
}
