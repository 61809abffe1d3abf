//! Undoes what the text came wrapped in, and turns away what is addressed to somebody else.

use super::mime::Entity;

/// The name Heat gives the part with the user's own text, when it wraps that among parts of its own for cloud-init.
const HEAT_USER_PART: &str = "cfn-userdata";

/// First words of what cloud-init and its like take `user_data` for.
const FOREIGN: [&str; 9] = [
    "#!",
    "#cloud-config",
    "#cloud-boothook",
    "#include",
    "#part-handler",
    "#upstart-job",
    "#ps1",
    "## template:",
    "<powershell>",
];

/// The text that may be ours, or nothing.
pub(super) fn open(user_data: &[u8]) -> Option<String> {
    let text = plain_text(user_data)?;
    if !is_mail(&text) {
        return Some(text).filter(|text| !is_foreign(text));
    }
    let parts = Entity::of(&text).parts();
    let part = parts
        .iter()
        .find(|part| part.file_name().as_deref() == Some(HEAT_USER_PART))?;
    plain_text(&part.content()?).filter(|text| !is_foreign(text))
}

fn plain_text(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    (!text.contains('\0')).then(|| text.to_owned())
}

/// Whether the text opens with headers, as MIME documents for cloud-init do.
fn is_mail(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default().to_ascii_lowercase();
    ["content-type:", "mime-version:", "from "]
        .iter()
        .any(|opening| first.starts_with(opening))
}

fn is_foreign(text: &str) -> bool {
    FOREIGN
        .iter()
        .any(|opening| text.trim_start().starts_with(opening))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_opens_for_somebody_else_is_not_opened() {
        for opening in FOREIGN {
            assert_eq!(
                open(format!("{opening}\nhostname: a\n").as_bytes()),
                None,
                "{opening}"
            );
        }
    }

    #[test]
    fn a_comment_is_nobodys_mark() {
        let text = "# cloud-config is not what this is\ntty: true\n";
        assert_eq!(open(text.as_bytes()).as_deref(), Some(text));
    }

    #[test]
    fn a_byte_order_mark_is_not_part_of_the_text() {
        assert_eq!(open("\u{feff}{}".as_bytes()).as_deref(), Some("{}"));
    }

    #[test]
    fn bytes_that_are_not_text_are_not_opened() {
        assert_eq!(open(b"\x1f\x8b\x08\x00\x00"), None);
        assert_eq!(open(b"tty: \0"), None);
    }

    #[test]
    fn a_mail_without_the_users_part_is_not_opened() {
        assert_eq!(open(b"Content-Type: text/plain\n\ntty: true\n"), None);
        assert_eq!(
            open(
                b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\ntty: true\n--x--\n"
            ),
            None
        );
    }
}
