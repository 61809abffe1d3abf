//! Looks at a file's raw lines first: refuses what oslo.config refuses, and leaves only what the INI reader cannot misread.

/// A file whose lines are all understood.
#[derive(Debug, Default)]
pub(super) struct Checked {
    /// The file without comments and blank lines.
    pub(super) text: String,
    /// What the file sets, in order.
    pub(super) keys: Vec<Key>,
}

#[derive(Debug)]
pub(super) struct Key {
    pub(super) line: usize,
    /// As written; see [`fold`].
    pub(super) section: String,
    pub(super) name: String,
    /// Nothing follows the separator: the value, if any, begins on the next line.
    pub(super) opens_empty: bool,
}

/// A line number and what is wrong there. The line itself stays out of it, it may hold a password.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) line: usize,
    pub(super) reason: &'static str,
}

/// Section names are the same in any case, except `DEFAULT`: `[default]` is another section, which nobody reads.
pub(super) fn fold(section: &str) -> String {
    match section {
        "DEFAULT" => section.to_owned(),
        other => other.to_lowercase(),
    }
}

pub(super) fn check(text: &str) -> Result<Checked, Fault> {
    let mut checker = Checker::default();
    for (index, line) in text.lines().enumerate() {
        let line_number = index + 1;
        checker
            .line(line_number, line.trim_end())
            .map_err(|reason| Fault {
                line: line_number,
                reason,
            })?;
    }
    Ok(checker.checked)
}

#[derive(Default)]
struct Checker {
    checked: Checked,
    section: Option<String>,
    /// An indented line would continue a value.
    in_value: bool,
}

impl Checker {
    fn line(&mut self, number: usize, line: &str) -> Result<(), &'static str> {
        let in_value = std::mem::take(&mut self.in_value);
        if line.is_empty() || line.starts_with(['#', ';']) {
            Ok(())
        } else if line.starts_with([' ', '\t']) {
            self.in_value = in_value;
            self.continuation(line)
        } else if line.starts_with('[') {
            self.section(line)
        } else {
            self.in_value = true;
            self.assignment(number, line)
        }
    }

    fn continuation(&mut self, line: &str) -> Result<(), &'static str> {
        if !self.in_value {
            return Err("an indented line continues the value before it, but there is none");
        }
        if line.ends_with('\\') {
            return Err("a line that continues a value must not end in a backslash");
        }
        self.keep(&["\t", line.trim_start()]);
        Ok(())
    }

    fn section(&mut self, line: &str) -> Result<(), &'static str> {
        let name = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        match name.ok_or("a section's name must end the line with ']'")? {
            "" => Err("the section has no name"),
            name if name.contains([']', '[']) => Err("a section's name must not hold brackets"),
            name => {
                self.section = Some(name.to_owned());
                self.keep(&[line]);
                Ok(())
            }
        }
    }

    fn assignment(&mut self, line: usize, text: &str) -> Result<(), &'static str> {
        if text.starts_with('\u{feff}') {
            return Err("the file begins with a byte order mark; save it without");
        }
        let (name, value) = text.split_once(['=', ':']).ok_or("expected 'option = value'")?;
        let (name, value) = (name.trim(), value.trim());
        if name.is_empty() {
            return Err("the option has no name");
        }
        let section = self
            .section
            .clone()
            .ok_or("an option must stand in a section, such as [DEFAULT]")?;
        let quote = if value.ends_with('\\') { "\"" } else { "" };
        self.keep(&[name, "=", quote, value, quote]);
        let (name, opens_empty) = (name.to_owned(), value.is_empty());
        self.checked.keys.push(Key {
            line,
            section,
            name,
            opens_empty,
        });
        Ok(())
    }

    fn keep(&mut self, parts: &[&str]) {
        self.checked.text.extend(parts.iter().copied().chain(["\n"]));
    }
}
