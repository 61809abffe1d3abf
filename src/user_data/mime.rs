//! Takes a MIME document apart: just enough of it for what wraps a `user_data`, in time that grows with its size alone.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Headers, and what they are about.
#[derive(Debug)]
pub(super) struct Entity<'t> {
    /// Names in lower case.
    headers: Vec<(String, String)>,
    body: &'t str,
}

impl<'t> Entity<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let mut headers: Vec<(String, String)> = Vec::new();
        let mut rest = text;
        while let Some((line, after)) = next_line(rest) {
            rest = after;
            if line.is_empty() {
                break;
            }
            if line.starts_with([' ', '\t']) {
                if let Some((_, value)) = headers.last_mut() {
                    value.push(' ');
                    value.push_str(line.trim());
                }
            } else if let Some((name, value)) = line.split_once(':') {
                headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
            }
        }
        Self { headers, body: rest }
    }

    /// The parts that a multipart document has; none when it is no such document.
    pub(super) fn parts(&self) -> Vec<Entity<'t>> {
        let boundary = self.header("content-type").filter(|_| self.is_multipart());
        match boundary
            .and_then(|kind| parameter(kind, "boundary"))
            .filter(|boundary| !boundary.is_empty())
        {
            Some(boundary) => split(self.body, &boundary).into_iter().map(Entity::of).collect(),
            None => Vec::new(),
        }
    }

    /// In lower case; what does not say is plain text.
    pub(super) fn media_type(&self) -> String {
        let said = self.header("content-type").unwrap_or("text/plain");
        let kind = said.split(';').next().unwrap_or_default();
        kind.trim().to_ascii_lowercase()
    }

    pub(super) fn is_multipart(&self) -> bool {
        self.media_type().starts_with("multipart/")
    }

    /// Whether it says how it is to be shown, as whatever makes attachments does.
    pub(super) fn is_attachment(&self) -> bool {
        self.header("content-disposition").is_some()
    }

    pub(super) fn file_name(&self) -> Option<String> {
        parameter(self.header("content-disposition")?, "filename")
    }

    /// The body without its transfer encoding, nothing when that is unknown or broken.
    pub(super) fn content(&self) -> Option<Vec<u8>> {
        let encoding = self
            .header("content-transfer-encoding")
            .unwrap_or("7bit")
            .to_ascii_lowercase();
        match encoding.as_str() {
            "7bit" | "8bit" | "binary" => Some(self.body.as_bytes().to_vec()),
            "base64" => {
                let digits: Vec<u8> = self
                    .body
                    .bytes()
                    .filter(|byte| !byte.is_ascii_whitespace())
                    .collect();
                STANDARD.decode(digits).ok()
            }
            "quoted-printable" => unquoted(self.body),
            _ => None,
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// The line without its end, and what follows it.
fn next_line(text: &str) -> Option<(&str, &str)> {
    if text.is_empty() {
        return None;
    }
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    Some((line.strip_suffix('\r').unwrap_or(line), rest))
}

/// What stands between the lines that are the boundary. The line end before a boundary belongs to it.
fn split<'t>(body: &'t str, boundary: &str) -> Vec<&'t str> {
    let mut parts = Vec::new();
    let (mut start, mut position) = (None, 0);
    for line in body.split_inclusive('\n') {
        let mark = line
            .strip_prefix("--")
            .and_then(|line| line.strip_prefix(boundary))
            .map(str::trim_end);
        if let Some(mark @ ("" | "--")) = mark {
            if let Some(start) = start {
                parts.push(without_line_end(&body[start..position]));
            }
            start = (mark.is_empty()).then_some(position + line.len());
        }
        position += line.len();
    }
    parts.extend(start.map(|start| &body[start..]));
    parts
}

fn without_line_end(text: &str) -> &str {
    text.strip_suffix("\r\n")
        .or_else(|| text.strip_suffix('\n'))
        .unwrap_or(text)
}

/// A parameter of a header, such as `boundary` in `multipart/mixed; boundary="x"`.
fn parameter(header: &str, name: &str) -> Option<String> {
    let mut rest = header;
    while let Some((_, parameters)) = rest.split_once(';') {
        let (key, value) = parameters.split_once('=')?;
        let quoted = value
            .trim_start()
            .strip_prefix('"')
            .and_then(|value| value.split_once('"'));
        let (value, after) = match quoted {
            Some((value, after)) => (value, after),
            None => value.find(';').map_or((value, ""), |end| value.split_at(end)),
        };
        if key.trim().eq_ignore_ascii_case(name) {
            return Some(value.trim().to_owned());
        }
        rest = after;
    }
    None
}

/// Undoes quoted-printable: `=3D` is a byte, and `=` at the end of a line joins it with the next.
fn unquoted(body: &str) -> Option<Vec<u8>> {
    let mut pieces = body.split('=');
    let mut bytes = pieces.next()?.as_bytes().to_vec();
    for piece in pieces {
        if let Some(joined) = piece.strip_prefix("\r\n").or_else(|| piece.strip_prefix('\n')) {
            bytes.extend_from_slice(joined.as_bytes());
        } else {
            let digits = piece
                .get(..2)
                .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            bytes.extend_from_slice(&piece.as_bytes()[2..]);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_document_are_what_its_boundary_parts() {
        let text = "Content-Type: multipart/mixed;\n boundary=\"a b\"\n\npreamble\n--a b\n\none\n\n--a b\r\nX: y\r\n\r\ntwo\r\n--a bc\r\n--a b--\nepilogue";
        let bodies: Vec<&str> = Entity::of(text).parts().iter().map(|part| part.body).collect();
        assert_eq!(bodies, ["one\n", "two\r\n--a bc"]);
    }

    #[test]
    fn a_document_that_ends_early_keeps_its_last_part() {
        let parts = Entity::of("content-type: Multipart/Mixed; x=1; boundary=b\n\n--b\n\none\n").parts();
        assert_eq!(parts.len(), 1);
        assert_eq!(parts[0].body, "one\n");
    }

    #[test]
    fn a_file_name_is_read_with_and_without_quotes() {
        let name = |header: &str| Entity::of(&format!("Content-Disposition: {header}\n\n")).file_name();
        assert_eq!(name("attachment; filename=\"a;b\"").as_deref(), Some("a;b"));
        assert_eq!(
            name("attachment; size=1; FileName=ab ; x=y").as_deref(),
            Some("ab")
        );
        assert_eq!(name("attachment; filename=\"\"").as_deref(), Some(""));
        assert_eq!(name("attachment"), None);
    }

    #[test]
    fn each_transfer_encoding_is_undone() {
        let content = |encoding: &str, body: &str| {
            Entity::of(&format!("Content-Transfer-Encoding: {encoding}\n\n{body}")).content()
        };
        assert_eq!(content("8bit", "aä").as_deref(), Some("aä".as_bytes()));
        assert_eq!(
            content("BASE64", "YcOk\nCg==\n").as_deref(),
            Some("aä\n".as_bytes())
        );
        assert_eq!(
            content("quoted-printable", "a=C3=A4=\nb=\r\nc").as_deref(),
            Some("aäbc".as_bytes())
        );
        assert_eq!(content("quoted-printable", "a=+3"), None);
        assert_eq!(content("quoted-printable", "a=ä"), None);
        assert_eq!(content("base64", "a"), None);
        assert_eq!(content("uuencode", "a"), None);
    }
}
