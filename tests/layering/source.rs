//! Reads a Rust source file just well enough to know which paths it mentions.

/// One path that a file mentions, absolute if it is ours: `crate::virt::docker`, `axum::Router`.
pub(crate) struct Mention {
    pub(crate) path: Vec<String>,
    pub(crate) in_test: bool,
}

/// Every path in a file, `use` trees spelled out, `super::` resolved against where it stands.
pub(crate) fn mentions(module: &[String], tokens: &[String]) -> Vec<Mention> {
    let mut found = Vec::new();
    let mut open: Vec<Brace> = Vec::new();
    let mut inline_module = None;
    let mut cfg_test = false;
    let mut at = 0;
    while at < tokens.len() {
        match tokens[at].as_str() {
            "{" => open.push(Brace {
                module: inline_module.take(),
                test: std::mem::take(&mut cfg_test),
            }),
            "}" => drop(open.pop()),
            ";" => (inline_module, cfg_test) = (None, false),
            "mod" => inline_module = tokens.get(at + 1).cloned(),
            "cfg" if tokens[at + 1..].starts_with(&["(".into(), "test".into(), ")".into()]) => {
                cfg_test = true
            }
            word if is_word(word) => {
                let here: Vec<_> = module
                    .iter()
                    .chain(open.iter().filter_map(|b| b.module.as_ref()))
                    .collect();
                let mut paths = Vec::new();
                let end = spell_out(tokens, at, &mut Vec::new(), &mut paths);
                let in_test = cfg_test || open.iter().any(|brace| brace.test);
                found.extend(paths.into_iter().map(|path| Mention {
                    path: absolute(path, &here),
                    in_test,
                }));
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// What an open brace is the body of.
struct Brace {
    module: Option<String>,
    test: bool,
}

/// Reads one path or `use` tree from `at`, adds what it stands for, and returns where it ends.
fn spell_out(
    tokens: &[String],
    mut at: usize,
    prefix: &mut Vec<String>,
    paths: &mut Vec<Vec<String>>,
) -> usize {
    let depth = prefix.len();
    let is = |at: usize, token: &str| tokens.get(at).is_some_and(|found| found == token);
    loop {
        if is(at, "{") {
            at += 1;
            while at < tokens.len() && !is(at, "}") {
                at = spell_out(tokens, at, prefix, paths).max(at + 1);
            }
            at += 1;
            break;
        }
        let Some(word) = tokens.get(at).filter(|token| is_word(token)) else {
            break;
        };
        prefix.push(word.clone());
        at += 1;
        if !is(at, "::") || is(at + 1, "<") {
            paths.push(prefix.clone());
            break;
        }
        at += 1;
    }
    prefix.truncate(depth);
    at
}

/// `super::super::virt` in `compute::boot` is `crate::virt`; a path that is not ours stays as it is.
fn absolute(path: Vec<String>, here: &[&String]) -> Vec<String> {
    let ups = path.iter().take_while(|word| *word == "super").count();
    match path.first().map(String::as_str) {
        Some("nova_docker") => [vec!["crate".to_owned()], path[1..].to_vec()].concat(),
        Some("super") if ups <= here.len() => {
            let base = here[..here.len() - ups].iter().map(|part| (*part).clone());
            std::iter::once("crate".to_owned())
                .chain(base)
                .chain(path[ups..].iter().cloned())
                .collect()
        }
        _ => path,
    }
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c == '_' || c == '*' || c.is_alphanumeric())
}

/// Words, `::` and single characters; comments, strings and characters are left out.
pub(crate) fn tokens(source: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let word = rest
            .find(|c: char| c != '_' && !c.is_alphanumeric())
            .unwrap_or(rest.len());
        let length = if let Some(skipped) = comment(rest).or_else(|| literal(rest)) {
            skipped
        } else if word > 0 {
            tokens.push(rest[..word].to_owned());
            word
        } else if rest.starts_with("::") {
            tokens.push("::".to_owned());
            2
        } else {
            if !first.is_whitespace() {
                tokens.push(first.to_string());
            }
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    tokens
}

/// The length of the comment that `text` starts with.
fn comment(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    text.starts_with("/*")
        .then(|| text.find("*/").map_or(text.len(), |end| end + 2))
}

/// The length of the string or character that `text` starts with (a lifetime is neither).
fn literal(text: &str) -> Option<usize> {
    let body = text.strip_prefix(['b', 'c']).unwrap_or(text);
    let length = match body.strip_prefix('r') {
        Some(raw) => 1 + raw_string(raw)?,
        None => quoted(body)?,
    };
    Some((text.len() - body.len() + length).min(text.len()))
}

/// The length of `#"..."#`, with any number of `#`.
fn raw_string(text: &str) -> Option<usize> {
    let hashes = text.len() - text.trim_start_matches('#').len();
    let content = text[hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    Some(
        content
            .find(&close)
            .map_or(text.len(), |end| hashes + 1 + end + close.len()),
    )
}

/// The length of `"..."` or `'.'`, escapes minded.
fn quoted(text: &str) -> Option<usize> {
    let quote = text.chars().next().filter(|c| ['"', '\''].contains(c))?;
    let inside = &text[1..];
    if quote == '\'' && !inside.starts_with('\\') && inside.chars().nth(1) != Some('\'') {
        return None;
    }
    let mut escaped = false;
    let end = inside.char_indices().find(|&(_, c)| {
        let closes = c == quote && !escaped;
        escaped = c == '\\' && !escaped;
        closes
    });
    Some(end.map_or(text.len(), |(at, _)| at + 2))
}
