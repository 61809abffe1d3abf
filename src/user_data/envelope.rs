//! Undoes what a `user_data` came wrapped in, and tells apart what is in it: options of a container, what cloud-init would do,
//! and what is addressed to somebody else.

use super::error::shortened;
use super::inflate::{Room, TooLarge};
use super::mime::Entity;

/// The name Heat gives the part with the user's own text, when it wraps that among parts of its own for cloud-init.
const HEAT_USER_PART: &str = "cfn-userdata";

/// What Heat itself puts in front, by their names, and the type of what it adds behind: a system with cloud-init and
/// heat-cfntools needs them, and nobody else.
const HEAT_OWN_PARTS: [&str; 3] = ["cloud-config", "boothook.sh", "part-handler.py"];
const HEAT_OWN_TYPE: &str = "text/x-cfninitdata";

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

/// More is not said about parts that are left alone.
const MOST_WARNINGS: usize = 20;

/// Documents in documents beyond this are left alone.
const DEEPEST: u32 = 4;

/// What a `user_data` carries.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Carried {
    /// The text that may be options of a container.
    pub(super) options: Option<String>,
    /// What is done inside a server, in the order in which it stands.
    pub(super) parts: Vec<Part>,
    /// What is left alone of a document that has parts, a sentence each.
    pub(super) warnings: Vec<String>,
}

#[derive(Debug, PartialEq)]
pub(super) struct Part {
    pub(super) kind: Kind,
    /// Letters, digits, `.`, `_` and `-`.
    pub(super) name: String,
    pub(super) content: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    CloudConfig,
    Script,
}

pub(super) fn open(user_data: &[u8]) -> Result<Carried, TooLarge> {
    let mut opening = Opening::default();
    opening.whole(user_data, DEEPEST)?;
    Ok(opening.carried)
}

pub(super) fn plain_text(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    (!text.contains('\0')).then(|| text.to_owned())
}

#[derive(Default)]
struct Opening {
    room: Room,
    carried: Carried,
}

impl Opening {
    fn whole(&mut self, bytes: &[u8], levels: u32) -> Result<(), TooLarge> {
        let inflated = self.room.inflated(bytes)?;
        let bytes = inflated.as_deref().unwrap_or(bytes);
        if let Some(kind) = Kind::of(bytes) {
            self.keep(kind, None, bytes.to_vec());
            return Ok(());
        }
        let Some(text) = plain_text(bytes) else {
            return Ok(());
        };
        if !is_mail(&text) {
            self.consider(text);
            return Ok(());
        }
        match levels.checked_sub(1) {
            Some(levels) => self.mail(&Entity::of(&text), levels),
            None => Ok(()),
        }
    }

    fn mail(&mut self, mail: &Entity<'_>, levels: u32) -> Result<(), TooLarge> {
        if !mail.is_multipart() {
            return self.part(mail);
        }
        let parts = mail.parts();
        let mut of_the_user = parts
            .iter()
            .filter(|part| part.file_name().as_deref() == Some(HEAT_USER_PART));
        if let Some(part) = of_the_user.next() {
            return part
                .content()
                .map_or(Ok(()), |content| self.whole(&content, levels));
        }
        let named = |(part, name): (&Entity<'_>, &&str)| part.file_name().as_deref() == Some(*name);
        let by_heat = parts.len() > HEAT_OWN_PARTS.len() && parts.iter().zip(&HEAT_OWN_PARTS).all(named);
        let skipped = if by_heat { HEAT_OWN_PARTS.len() } else { 0 };
        for part in &parts[skipped..] {
            match levels.checked_sub(1) {
                _ if by_heat && part.media_type() == HEAT_OWN_TYPE => {}
                Some(levels) if part.is_multipart() => self.mail(part, levels)?,
                None if part.is_multipart() => {}
                _ => self.part(part)?,
            }
        }
        Ok(())
    }

    fn part(&mut self, part: &Entity<'_>) -> Result<(), TooLarge> {
        let name = part.file_name();
        let Some(content) = part.content() else {
            self.warn(name.as_deref(), "its transfer encoding is unknown or broken");
            return Ok(());
        };
        let content = self.room.inflated(&content)?.unwrap_or(content);
        match part.media_type().as_str() {
            "text/cloud-config" => self.keep(Kind::CloudConfig, name, content),
            "text/x-shellscript" | "text/x-shellscript-per-once" | "text/x-shellscript-per-instance" => {
                self.keep(Kind::Script, name, content);
            }
            "text/plain"
            | "text/x-not-multipart"
            | "application/gzip"
            | "application/x-gzip"
            | "application/octet-stream" => match (Kind::of(&content), plain_text(&content)) {
                (Some(kind), _) => self.keep(kind, name, content),
                (None, Some(text)) if part.is_attachment() && !is_mail(&text) => self.consider(text),
                (None, _) => {}
            },
            other => {
                let reason = format!("{} is not for containers", shortened(other));
                self.warn(name.as_deref(), &reason);
            }
        }
        Ok(())
    }

    /// The first text that may be ours is.
    fn consider(&mut self, text: String) {
        if !is_foreign(&text) {
            self.carried.options.get_or_insert(text);
        }
    }

    fn keep(&mut self, kind: Kind, name: Option<String>, content: Vec<u8>) {
        let number = self.carried.parts.len() + 1;
        let name = name.map(|name| plain_name(&name)).filter(|name| !name.is_empty());
        self.carried.parts.push(Part {
            kind,
            name: name.unwrap_or_else(|| format!("part-{number:03}")),
            content,
        });
    }

    fn warn(&mut self, name: Option<&str>, reason: &str) {
        let name = shortened(name.unwrap_or("without a name"));
        if self.carried.warnings.len() < MOST_WARNINGS {
            let words = format!("user_data: the part `{name}` is left alone: {reason}");
            self.carried.warnings.push(words);
        }
    }
}

impl Kind {
    /// By its first words; as cloud-init does, whatever stands before them that cannot be seen.
    fn of(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let bytes = bytes.trim_ascii_start();
        let end = bytes
            .iter()
            .position(|byte| *byte == b'\n')
            .unwrap_or(bytes.len());
        let line = bytes[..end].trim_ascii_end().to_ascii_lowercase();
        let other = [b"#cloud-config-archive".as_slice(), b"#cloud-config-jsonp"];
        if line.starts_with(b"#!") {
            Some(Self::Script)
        } else if line.starts_with(b"#cloud-config") && !other.iter().any(|other| line.starts_with(other)) {
            Some(Self::CloudConfig)
        } else {
            None
        }
    }
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

/// As far as it can stand in a path and in a sentence.
fn plain_name(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain = |c: &char| c.is_ascii_alphanumeric() || "._-".contains(*c);
    let name: String = name.chars().filter(plain).take(60).collect();
    name.trim_start_matches(['.', '-']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::inflate::{LARGEST, deflated};
    use super::*;

    fn options(user_data: &[u8]) -> Option<String> {
        open(user_data).unwrap().options
    }

    /// Kinds, names and contents.
    fn parts(user_data: &[u8]) -> Vec<(Kind, String, String)> {
        let parts = open(user_data).unwrap().parts.into_iter();
        let readable = |part: Part| (part.kind, part.name, String::from_utf8(part.content).unwrap());
        parts.map(readable).collect()
    }

    fn part(kind: Kind, name: &str, content: &str) -> (Kind, String, String) {
        (kind, name.to_owned(), content.to_owned())
    }

    fn multipart(parts: &[&str]) -> String {
        let parts: String = parts.iter().map(|part| format!("--x\n{part}\n")).collect();
        format!("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n{parts}--x--\n")
    }

    #[test]
    fn what_opens_for_somebody_else_is_no_options() {
        for opening in FOREIGN {
            let text = format!("{opening}\nhostname: a\n");
            assert_eq!(options(text.as_bytes()), None, "{opening}");
        }
    }

    #[test]
    fn a_comment_is_nobodys_mark() {
        let text = "# cloud-config is not what this is\ntty: true\n";
        assert_eq!(options(text.as_bytes()).as_deref(), Some(text));
    }

    #[test]
    fn a_byte_order_mark_is_not_part_of_the_text() {
        assert_eq!(options("\u{feff}{}".as_bytes()).as_deref(), Some("{}"));
    }

    #[test]
    fn bytes_that_are_not_text_are_nothing() {
        assert_eq!(open(b"\x1f\x8b\x08\x00\x00"), Ok(Carried::default()));
        assert_eq!(open(b"tty: \0"), Ok(Carried::default()));
    }

    #[test]
    fn a_mail_without_the_users_part_has_no_options() {
        assert_eq!(options(b"Content-Type: text/plain\n\ntty: true\n"), None);
        assert_eq!(options(multipart(&["\ntty: true"]).as_bytes()), None);
    }

    #[test]
    fn scripts_and_cloud_config_are_told_by_their_first_line() {
        let script = "#!/bin/sh\necho hi\n";
        assert_eq!(parts(script.as_bytes()), [part(Kind::Script, "part-001", script)]);
        let config = "\n#Cloud-Config\nhostname: a\n";
        assert_eq!(
            parts(config.as_bytes()),
            [part(Kind::CloudConfig, "part-001", config)]
        );
        for other in [
            "#cloud-config-archive\n- a\n",
            "#include\nhttp://x\n",
            "#cloud-boothook\nx\n",
        ] {
            assert_eq!(open(other.as_bytes()), Ok(Carried::default()), "{other}");
        }
        let binary = b"#!/bin/sh\nexit 0\n\xff\0\xfe";
        assert_eq!(open(binary).unwrap().parts[0].content, binary);
    }

    #[test]
    fn parts_are_what_their_types_say_and_plain_ones_what_they_open_with() {
        let mail = multipart(&[
            "Content-Type: text/x-shellscript\nContent-Disposition: attachment; filename=\"../a b.sh\"\n\necho 1",
            "Content-Type: text/cloud-config\n\nhostname: a",
            "Content-Type: text/plain\n\n#!/bin/sh\necho 2",
            "Content-Type: text/cloud-boothook\nContent-Disposition: attachment; filename=\"hook\"\n\necho 3",
            "Content-Type: text/plain\nContent-Disposition: attachment; filename=\"\"\n\ntty: true",
        ]);
        assert_eq!(
            parts(mail.as_bytes()),
            [
                part(Kind::Script, "ab.sh", "echo 1"),
                part(Kind::CloudConfig, "part-002", "hostname: a"),
                part(Kind::Script, "part-003", "#!/bin/sh\necho 2"),
            ]
        );
        let carried = open(mail.as_bytes()).unwrap();
        assert_eq!(carried.options.as_deref(), Some("tty: true"));
        assert_eq!(
            carried.warnings,
            ["user_data: the part `hook` is left alone: text/cloud-boothook is not for containers"]
        );
    }

    #[test]
    fn a_mail_in_a_mail_is_taken_apart_too_but_not_for_ever() {
        let script = "Content-Type: text/x-shellscript\n\necho 1";
        let inner = format!("Content-Type: multipart/mixed; boundary=y\n\n--y\n{script}\n--y--\n");
        assert_eq!(
            parts(multipart(&[&inner]).as_bytes()),
            [part(Kind::Script, "part-001", "echo 1")]
        );
        let mut deep = script.to_owned();
        for level in 0..10 {
            deep = format!(
                "Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n{deep}\n--b{level}--\n"
            );
        }
        assert_eq!(open(deep.as_bytes()), Ok(Carried::default()));
    }

    #[test]
    fn gzip_is_undone_around_everything_and_in_parts() {
        use base64::Engine as _;
        let script = "#!/bin/sh\necho 1\n";
        let zipped = deflated(script.as_bytes());
        assert_eq!(parts(&zipped), [part(Kind::Script, "part-001", script)]);
        assert_eq!(options(&deflated(b"tty: true")).as_deref(), Some("tty: true"));
        let encoded = base64::engine::general_purpose::STANDARD.encode(&zipped);
        let mail = multipart(&[&format!(
            "Content-Type: application/gzip\nContent-Transfer-Encoding: base64\n\n{encoded}"
        )]);
        assert_eq!(
            parts(&deflated(mail.as_bytes())),
            [part(Kind::Script, "part-001", script)]
        );
        assert_eq!(open(&deflated(&vec![b'a'; LARGEST + 1])), Err(TooLarge));
    }
}
