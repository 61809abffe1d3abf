//! What servers are called: their names when there are several, and the hostnames made of names.

use crate::objects::InstanceId;

/// What DNS allows.
const LONGEST: usize = 63;

/// `name`, or `name-1`, `name-2`, … of several.
pub(super) fn numbered(name: &str, index: u32, count: u32) -> String {
    match count {
        0 | 1 => name.to_owned(),
        _ => format!("{name}-{}", index + 1),
    }
}

/// A hostname like the name; of the id when nothing of the name can stand in one.
pub(super) fn hostname(name: &str, id: InstanceId, index: u32, count: u32) -> String {
    match sanitised(name) {
        clean if clean.is_empty() => format!("Server-{id}"),
        clean => numbered(&clean, index, count),
    }
}

/// Latin-1 only and at most 63 of it; blanks, underscores and dots become hyphens, and what is no word goes, as in Nova.
fn sanitised(name: &str) -> String {
    let latin = name.chars().filter(|c| u32::from(*c) <= 0xff).take(LONGEST);
    let hyphened = latin.map(|c| if matches!(c, ' ' | '_' | '.') { '-' } else { c });
    let words: String = hyphened.filter(|c| c.is_alphanumeric() || *c == '-').collect();
    words.to_lowercase().trim_matches(['.', '-']).to_owned()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const ID: InstanceId = InstanceId(Uuid::from_u128(7));

    #[test]
    fn a_hostname_is_the_name_in_what_a_hostname_may_have() {
        for (name, hostname) in [
            ("web", "web"),
            ("My Web_Server.example!", "my-web-server-example"),
            ("-.edge.-", "edge"),
            ("日本 box", "box"),
            ("", "Server-00000000-0000-0000-0000-000000000007"),
            ("日本", "Server-00000000-0000-0000-0000-000000000007"),
        ] {
            assert_eq!(super::hostname(name, ID, 0, 1), hostname, "{name}");
        }
        assert_eq!(super::hostname(&"x".repeat(100), ID, 0, 1), "x".repeat(63));
    }

    #[test]
    fn several_servers_are_numbered_from_one() {
        assert_eq!(numbered("web", 0, 1), "web");
        assert_eq!(numbered("web", 1, 3), "web-2");
        assert_eq!(hostname("web", ID, 2, 3), "web-3");
        assert_eq!(hostname("!", ID, 2, 3), format!("Server-{ID}"));
    }
}
