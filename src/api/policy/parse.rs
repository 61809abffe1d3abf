//! Reads oslo.policy's language: `role:admin or (role:member and project_id:%(project_id)s)`, and its older lists of lists.
//!
//! What oslo.policy logs and then denies is an error here, so that a slip is found before somebody is locked out.

use serde_yaml::Value;

use super::check::{Check, Piece, Template};

/// Why a text is not a check.
pub(super) type Refusal = String;

/// A rule as the file has it.
pub(super) fn value(value: &Value) -> Result<Check, Refusal> {
    match value {
        Value::String(text) => text_rule(text),
        Value::Sequence(rows) if rows.is_empty() => Ok(Check::Everybody),
        Value::Sequence(rows) => list_rule(rows),
        _ => Err("is not a text; \"@\" is everybody and \"!\" is nobody".to_owned()),
    }
}

pub(super) fn text_rule(text: &str) -> Result<Check, Refusal> {
    if text.is_empty() {
        return Ok(Check::Everybody);
    }
    let mut words = Words {
        words: words(text),
        next: 0,
    };
    let check = words.any()?;
    match words.take() {
        None => Ok(check),
        Some(word) => Err(format!("has '{word}' where 'and', 'or' or the end was expected")),
    }
}

/// The outer list is joined by `or`, the inner ones by `and`.
fn list_rule(rows: &[Value]) -> Result<Check, Refusal> {
    let mut any = Vec::new();
    for row in rows {
        let all = match row {
            Value::String(text) => vec![single(text)?],
            Value::Sequence(texts) => texts
                .iter()
                .map(|text| text.as_str().map_or_else(|| Err(not_a_list()), single))
                .collect::<Result<_, _>>()?,
            _ => return Err(not_a_list()),
        };
        if !all.is_empty() {
            any.push(Check::All(all));
        }
    }
    Ok(Check::Any(any))
}

fn not_a_list() -> Refusal {
    "is neither a text nor a list of lists of texts".to_owned()
}

/// Words are parted by spaces; parentheses at a word's ends are words of their own, those within belong to `%(x)s`.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for word in text.split_whitespace() {
        let inner = word.trim_start_matches('(');
        words.extend(std::iter::repeat_n("(", word.len() - inner.len()));
        let bare = inner.trim_end_matches(')');
        if !bare.is_empty() {
            words.push(bare);
        }
        words.extend(std::iter::repeat_n(")", inner.len() - bare.len()));
    }
    words
}

struct Words<'a> {
    words: Vec<&'a str>,
    next: usize,
}

impl<'a> Words<'a> {
    fn take(&mut self) -> Option<&'a str> {
        let word = self.words.get(self.next).copied();
        self.next += 1;
        word
    }

    fn takes(&mut self, word: &str) -> bool {
        let there = self
            .words
            .get(self.next)
            .is_some_and(|next| next.eq_ignore_ascii_case(word));
        self.next += usize::from(there);
        there
    }

    fn any(&mut self) -> Result<Check, Refusal> {
        let mut checks = vec![self.all()?];
        while self.takes("or") {
            checks.push(self.all()?);
        }
        Ok(joined(checks, Check::Any))
    }

    fn all(&mut self) -> Result<Check, Refusal> {
        let mut checks = vec![self.one()?];
        while self.takes("and") {
            checks.push(self.one()?);
        }
        Ok(joined(checks, Check::All))
    }

    fn one(&mut self) -> Result<Check, Refusal> {
        if self.takes("not") {
            return Ok(Check::Not(Box::new(self.one()?)));
        }
        if self.takes("(") {
            let inner = self.any()?;
            return match self.takes(")") {
                true => Ok(inner),
                false => Err("has a '(' without its ')'".to_owned()),
            };
        }
        match self.take() {
            None => Err("ends where a check was expected".to_owned()),
            Some(word) if word == ")" || is_joint(word) => {
                Err(format!("has '{word}' where a check was expected"))
            }
            Some(word) => single(word),
        }
    }
}

fn is_joint(word: &str) -> bool {
    ["and", "or"].iter().any(|joint| word.eq_ignore_ascii_case(joint))
}

/// One alone needs no list around it.
fn joined(mut checks: Vec<Check>, join: fn(Vec<Check>) -> Check) -> Check {
    match checks.len() {
        1 => checks.remove(0),
        _ => join(checks),
    }
}

/// One `kind:match`.
fn single(word: &str) -> Result<Check, Refusal> {
    match word {
        "@" => return Ok(Check::Everybody),
        "!" => return Ok(Check::Nobody),
        _ => {}
    }
    let Some((kind, rest)) = word.split_once(':') else {
        return Err(format!(
            "has '{word}', which is no check; one is like role:member or rule:project_member_api"
        ));
    };
    match kind {
        "http" | "https" => Err(format!(
            "asks another server ('{word}'), which nova-docker does not do; say it with role:, project_id: and user_id:"
        )),
        "rule" => Ok(Check::Rule(rest.to_owned())),
        "role" => template(rest).map(Check::Role),
        "is_admin" => Ok(Check::IsAdmin(rest.eq_ignore_ascii_case("true"))),
        _ => Ok(match literal(kind) {
            Some(text) => Check::Literal(text, template(rest)?),
            None => Check::Caller(kind.to_owned(), template(rest)?),
        }),
    }
}

/// What Python would read as a text, a number, a truth or nothing.
fn literal(kind: &str) -> Option<String> {
    let quoted = |quote: char| kind.strip_prefix(quote)?.strip_suffix(quote);
    match quoted('\'').or_else(|| quoted('"')) {
        Some(text) => Some(text.to_owned()),
        None if matches!(kind, "True" | "False" | "None") => Some(kind.to_owned()),
        None => kind.parse::<i64>().ok().map(|number| number.to_string()),
    }
}

fn template(text: &str) -> Result<Template, Refusal> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        pieces.push(Piece::Text(before.to_owned()));
        rest = match after.strip_prefix('%') {
            Some(after) => {
                pieces.push(Piece::Text("%".to_owned()));
                after
            }
            None => {
                let named = after.strip_prefix('(').and_then(|after| after.split_once(")s"));
                let (name, after) =
                    named.ok_or_else(|| format!("has '{text}', where '%' must be as in %(project_id)s"))?;
                pieces.push(Piece::Of(name.to_owned()));
                after
            }
        };
    }
    pieces.push(Piece::Text(rest.to_owned()));
    Ok(Template(pieces))
}
