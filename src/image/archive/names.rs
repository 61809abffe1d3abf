//! The names of entries, and where they lead.

use super::Error;

/// For people.
pub(super) fn shown(path: &[u8]) -> String {
    String::from_utf8_lossy(path).escape_debug().to_string()
}

/// Whether a path, begun in `folder`, goes above where all of it begins, if only on its way.
pub(super) fn leaves(folder: &[u8], path: &[u8]) -> bool {
    let mut depth = 0_usize;
    let parts = [folder, path]
        .into_iter()
        .flat_map(|path| path.split(|byte| *byte == b'/'));
    for part in parts {
        match part {
            b"" | b"." => {}
            b".." if depth == 0 => return true,
            b".." => depth -= 1,
            _ => depth += 1,
        }
    }
    false
}

/// As all entries are named in what goes to the engine: relative, without `.`, and without anything that leads upwards.
pub(super) fn plain(path: &[u8]) -> Result<String, Error> {
    let text = std::str::from_utf8(path).map_err(|_| Error::Strange(shown(path)))?;
    let parts: Vec<&str> = text
        .split('/')
        .filter(|part| !matches!(*part, "" | "."))
        .collect();
    if text.starts_with('/') || parts.contains(&"..") {
        return Err(Error::Escapes(shown(path)));
    }
    match text.contains(char::is_control) {
        true => Err(Error::Strange(shown(path))),
        false => Ok(parts.join("/")),
    }
}

/// What a link means: a symbolic one begins in its own folder, a hard one at the root of the archive.
pub(super) fn target(entry: &str, link: &[u8], symbolic: bool) -> Result<String, Error> {
    let out = || Error::Link {
        entry: entry.to_owned(),
        target: shown(link),
    };
    let text = std::str::from_utf8(link).map_err(|_| out())?;
    let folder = match (symbolic, entry.rsplit_once('/')) {
        (true, Some((folder, _))) => folder,
        _ => "",
    };
    if text.starts_with('/') || leaves(folder.as_bytes(), link) {
        return Err(out());
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(text.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_may_go_up_as_far_as_it_came_down() {
        assert!(!leaves(b"", b"a/../b"));
        assert!(!leaves(b"usr/bin", b"../../lib/x"));
        assert!(leaves(b"usr/bin", b"../../../lib/x"));
        assert!(leaves(b"", b"a/../../a"));
        assert!(leaves(b"", b"/../a"));
    }

    #[test]
    fn names_are_made_plain_or_refused() {
        assert_eq!(plain(b"././a//b/").unwrap(), "a/b");
        for out in [&b"/a"[..], b"../a", b"a/../b"] {
            assert!(matches!(plain(out), Err(Error::Escapes(_))));
        }
        assert!(matches!(plain(b"a\xff"), Err(Error::Strange(_))));
        assert!(matches!(plain(b"a\nb"), Err(Error::Strange(_))));
    }

    #[test]
    fn links_are_followed_within_the_archive() {
        assert_eq!(
            target("l2/layer.tar", b"../l1/layer.tar", true).unwrap(),
            "l1/layer.tar"
        );
        assert_eq!(
            target("l2/layer.tar", b"l1/layer.tar", false).unwrap(),
            "l1/layer.tar"
        );
        for (link, symbolic) in [(&b"/etc/shadow"[..], true), (b"../../x", true), (b"../x", false)] {
            assert!(matches!(
                target("l2/layer.tar", link, symbolic),
                Err(Error::Link { .. })
            ));
        }
    }
}
