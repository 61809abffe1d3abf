//! Writes JSON values the way Nova's messages show them, which is as Python would: `{'name': None, 'tags': ['a', True]}`.

use std::fmt::{self, Write};

use serde_json::Value;

/// A value as `str()` shows it: text is bare.
#[derive(Debug)]
pub(super) struct Told<'a>(pub(super) &'a Value);

/// A value as `repr()` shows it: text is quoted.
#[derive(Debug)]
pub(super) struct Quoted<'a>(pub(super) &'a Value);

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::String(text) => f.write_str(text),
            other => Quoted(other).fmt(f),
        }
    }
}

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Null => f.write_str("None"),
            Value::Bool(true) => f.write_str("True"),
            Value::Bool(false) => f.write_str("False"),
            Value::Number(number) => number.fmt(f),
            Value::String(text) => quote(f, text),
            Value::Array(items) => list(f, ['[', ']'], items, |f, item| Quoted(item).fmt(f)),
            Value::Object(map) => list(f, ['{', '}'], map, |f, (key, value)| {
                quote(f, key)?;
                write!(f, ": {}", Quoted(value))
            }),
        }
    }
}

fn list<T>(
    f: &mut fmt::Formatter<'_>,
    [open, close]: [char; 2],
    items: impl IntoIterator<Item = T>,
    each: impl Fn(&mut fmt::Formatter<'_>, T) -> fmt::Result,
) -> fmt::Result {
    f.write_char(open)?;
    for (index, item) in items.into_iter().enumerate() {
        f.write_str(if index == 0 { "" } else { ", " })?;
        each(f, item)?;
    }
    f.write_char(close)
}

/// Single quotes, unless the text has some and no double ones.
pub(super) fn quote(f: &mut impl Write, text: &str) -> fmt::Result {
    let mark = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    f.write_char(mark)?;
    for c in text.chars() {
        match c {
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            '\\' => f.write_str("\\\\")?,
            c if c == mark => write!(f, "\\{c}")?,
            c if c.is_control() && c.is_ascii() => write!(f, "\\x{:02x}", u32::from(c))?,
            c => f.write_char(c)?,
        }
    }
    f.write_char(mark)
}

/// One text, quoted.
pub(in crate::api) fn quoted(text: &str) -> String {
    quoted_list([text])
}

/// Several texts, each quoted, with commas between.
pub(in crate::api) fn quoted_list<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut out = String::new();
    for text in texts {
        if !out.is_empty() {
            out.push_str(", ");
        }
        // Writing to a String does not fail.
        let _ = quote(&mut out, text);
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_look_as_in_python() {
        let value =
            json!({"name": "it's", "n": [1, 2.5, -3], "t": true, "nothing": null, "both": "\"'\n", "o": {}});
        let expected =
            r#"{'name': "it's", 'n': [1, 2.5, -3], 't': True, 'nothing': None, 'both': '"\'\n', 'o': {}}"#;
        assert_eq!(Told(&value).to_string(), expected);
        assert_eq!(Told(&json!("plain")).to_string(), "plain");
        assert_eq!(Quoted(&json!("plain")).to_string(), "'plain'");
    }
}
