//! What the script in a server tells: a line for each part of it that ended, and one at its own end.

use crate::virt::{Error, Outcome, Provisioned};

/// In front of what is told, to tell it from what is complained about.
const MARK: &str = "@ ";
/// More is not kept of what a server says beside that.
const LONGEST: usize = 1 << 20;
const LONGEST_LINE: usize = 4096;

#[derive(Debug, Default, PartialEq)]
pub(super) struct Report {
    line: Vec<u8>,
    begun: bool,
    outcomes: Vec<Outcome>,
    end: Option<End>,
    complaints: String,
    /// What should have been written to the console and was not.
    pub(super) output: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    LeftToCloudInit,
    Done,
    Broken,
}

impl Report {
    pub(super) fn hear(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if *byte == b'\n' {
                let line = std::mem::take(&mut self.line);
                self.take(&String::from_utf8_lossy(&line));
            } else if self.line.len() < LONGEST_LINE {
                self.line.push(*byte);
            }
        }
    }

    pub(super) fn overhear(&mut self, bytes: &[u8]) {
        self.output.extend_from_slice(bytes);
        if self.output.len() > 2 * LONGEST {
            self.output.drain(..self.output.len() - LONGEST);
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.end.is_some()
    }

    /// Whether something was done in the server.
    pub(super) fn has_begun(&self) -> bool {
        self.begun
    }

    /// All that was said instead of a report.
    pub(super) fn complaint(&self) -> String {
        let rest = String::from_utf8_lossy(&self.line);
        let output = &self.output[..self.output.len().min(LONGEST_LINE)];
        let words = format!("{}{rest}{}", self.complaints, String::from_utf8_lossy(output));
        words.trim().to_owned()
    }

    /// Of one that is over, or will not go on.
    pub(super) fn verdict(self) -> Result<Provisioned, Error> {
        match self.end {
            Some(End::LeftToCloudInit) => Ok(Provisioned::LeftToCloudInit),
            Some(End::Done) => Ok(Provisioned::Done(self.outcomes)),
            Some(End::Broken) => Ok(Provisioned::BrokenOff(self.outcomes)),
            None if self.begun => Ok(Provisioned::BrokenOff(self.outcomes)),
            None => Err(Error::Refused(format!(
                "nothing of its user_data could be done in the server: {}",
                self.complaint()
            ))),
        }
    }

    fn take(&mut self, line: &str) {
        let told = line.strip_prefix(MARK).map(str::trim_end);
        match told.and_then(|told| told.rsplit_once(' ').or(Some((told, "")))) {
            Some(("begun", "")) => self.begun = true,
            Some(("left", "")) => self.end = Some(End::LeftToCloudInit),
            Some(("end", "")) => self.end = Some(End::Done),
            Some(("broken", "")) => self.end = Some(End::Broken),
            Some((what, code)) if code.parse::<i64>().is_ok() => self.outcomes.push(Outcome {
                what: what.to_owned(),
                exit_code: code.parse().unwrap_or_default(),
            }),
            _ if self.complaints.len() < LONGEST_LINE => {
                self.complaints.push_str(line);
                self.complaints.push('\n');
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(pieces: &[&str]) -> Report {
        let mut report = Report::default();
        pieces.iter().for_each(|piece| report.hear(piece.as_bytes()));
        report
    }

    #[test]
    fn a_report_is_read_however_it_comes() {
        let report = heard(&["@ beg", "un\n@ write_files 0\nsh: odd\n@ part-0", "01 3\n@ end\n"]);
        assert!(report.is_over());
        assert_eq!(report.complaint(), "sh: odd");
        let outcome = |what: &str, exit_code| Outcome {
            what: what.to_owned(),
            exit_code,
        };
        let outcomes = vec![outcome("write_files", 0), outcome("part-001", 3)];
        assert_eq!(report.verdict().unwrap(), Provisioned::Done(outcomes));
    }

    #[test]
    fn what_stops_without_an_end_was_broken_off_if_it_began() {
        let report = heard(&["@ begun\n@ a 0\n"]);
        let outcomes = vec![Outcome {
            what: "a".to_owned(),
            exit_code: 0,
        }];
        assert_eq!(report.verdict().unwrap(), Provisioned::BrokenOff(outcomes));
        let nothing = heard(&["mkdir: Read-only file system\n"]).verdict();
        assert_eq!(
            nothing.unwrap_err().to_string(),
            "the Docker engine refused: nothing of its user_data could be done in the server: mkdir: Read-only file system"
        );
        assert_eq!(
            heard(&["@ left\n"]).verdict().unwrap(),
            Provisioned::LeftToCloudInit
        );
    }

    #[test]
    fn what_a_server_says_without_end_is_not_kept_without_end() {
        let mut report = Report::default();
        for _ in 0..8 {
            report.overhear(&vec![b'a'; LONGEST]);
            report.hear(&vec![b'b'; LONGEST]);
        }
        assert!(report.output.len() <= 2 * LONGEST && report.line.len() <= LONGEST_LINE);
    }
}
