//! The script that does inside a server what its `user_data` asks for, written out for any shell.
//!
//! All of it is one function that is called in the last line: of a script that was cut off on its way nothing is done.

use std::fmt::Write;

use crate::objects::InstanceId;
use crate::user_data::{CloudConfig, Command, Interpreter, Password, Provisioning, Script, User, WriteFile};

/// What the rest is written in.
const LIBRARY: &str = include_str!("library.sh");

/// Octal digits for a byte that is none of a plain text are four characters: no line becomes too long for a shell.
const BYTES_IN_A_LINE: usize = 500;

/// The first number of a user, and of one of the system.
const FIRST: (u32, u32) = (1000, 100);

/// Where what is written in the server goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Console {
    /// To the log of the container: its first process has it as its output.
    OfTheFirstProcess,
    /// To the file `output` beside the script: the first process is another container's, or the host's.
    Aside,
}

/// `directory` is where the script itself is, and what it leaves behind.
pub(super) fn script(id: InstanceId, work: &Provisioning, directory: &str, console: Console) -> String {
    let mut out = Out(format!("{LIBRARY}\nprovision() {{\nd={}\n", quoted(directory)));
    out.line(&format!("shell=${{1:?}}\numask 022\nexport INSTANCE_ID={id}"));
    out.line("printf '%s\\n' \"$$\" >\"$d/pid\"\nexec 3>&2");
    match console {
        Console::OfTheFirstProcess => {
            out.line("if (: >>/proc/1/fd/1) 2>/dev/null; then exec >>/proc/1/fd/1; fi");
        }
        Console::Aside => out.line("exec >>\"$d/output\""),
    }
    out.line("note begun\nexec 2>&1 </dev/null\ncd /");
    for warning in &work.warnings {
        out.call("say", &[warning]);
    }
    cloud_config(&mut out, &work.config);
    for (index, script) in work.scripts.iter().enumerate() {
        run(&mut out, index, script);
    }
    commands(&mut out, "runcmd", &work.config.runcmd);
    out.line(": >\"$d/run\"\n: >\"$d/end\"\nnote end\n}\nprovision \"$@\"");
    out.0
}

/// In cloud-init's order, but for `runcmd`, which comes after all scripts.
fn cloud_config(out: &mut Out, config: &CloudConfig) {
    commands(out, "bootcmd", &config.bootcmd);
    let (late, early): (Vec<&WriteFile>, Vec<&WriteFile>) =
        config.write_files.iter().partition(|file| file.defer);
    out.module("write_files", !early.is_empty(), |out| files(out, &early));
    let accounts = !config.groups.is_empty() || !config.users.is_empty();
    out.module("users", accounts, |out| {
        for group in &config.groups {
            out.attempt("group", &[&group.name]);
        }
        for user in &config.users {
            account(out, user);
        }
        for group in &config.groups {
            for member in &group.members {
                out.attempt("join", &[&group.name, member]);
            }
        }
    });
    let keys = &config.ssh_authorized_keys;
    out.module("ssh_authorized_keys", !keys.is_empty(), |out| {
        out.attempt("authorize", &with(&config.default_user, keys));
    });
    let passwords = !config.passwords.is_empty();
    out.module("chpasswd", passwords, |out| {
        for (user, password) in &config.passwords {
            set(out, user, password, false);
        }
        for user in &config.expired {
            out.attempt("expire", &[user]);
        }
    });
    out.module("write_files_deferred", !late.is_empty(), |out| files(out, &late));
}

/// As one script, so that its exit code is that of the last one, and none of them can end this one.
fn commands(out: &mut Out, name: &str, commands: &[Command]) {
    if commands.is_empty() {
        return;
    }
    let mut text = String::from("#!/bin/sh\n");
    for command in commands {
        match command {
            Command::Line(line) => text.push_str(line),
            Command::Words(words) => {
                let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
                text.push_str(&words.join(" "));
            }
        }
        text.push('\n');
    }
    let path = format!("\"$d/{name}\"");
    out.put(text.as_bytes(), &format!(">{path}"));
    out.line(&format!("script {name} '' {path}"));
}

fn run(out: &mut Out, index: usize, script: &Script) {
    let path = format!("\"$d/{index:03}-{}\"", script.name);
    out.put(&script.content, &format!(">{path}"));
    let name = quoted(&script.name);
    let line = match script.interpreter() {
        Some(Interpreter { program, arguments }) => {
            let words = std::iter::once(&program).chain(&arguments);
            let words: Vec<String> = words.map(|word| quoted(word)).collect();
            format!("script {name} {} {} {path}", quoted(&program), words.join(" "))
        }
        None => format!("script {name} '' {path}"),
    };
    out.line(&line);
}

fn files(out: &mut Out, files: &[&WriteFile]) {
    for file in files {
        let owner = match file.owner.as_deref() {
            // There are systems that do not know their names.
            None | Some("root" | "root:root") => "0:0",
            Some(owner) => owner,
        };
        let how = if file.append { "append" } else { "replace" };
        let mode = format!("{:04o}", file.permissions);
        let words = [&*file.path, how, &mode, owner].map(quoted).join(" ");
        out.put(&file.content, &format!("| file {words} || failed=1"));
    }
}

fn account(out: &mut Out, user: &User) {
    let first = if user.system { FIRST.1 } else { FIRST.0 };
    let number = user.uid.map(|uid| uid.to_string()).unwrap_or_default();
    let primary = user.primary_group.as_deref().unwrap_or(&user.name);
    let home = if user.create_home { "yes" } else { "no" };
    out.attempt(
        "user",
        &[
            &*user.name,
            &number,
            primary,
            &user.home,
            &user.shell,
            &user.gecos,
            &first.to_string(),
            home,
        ],
    );
    for group in &user.groups {
        out.attempt("group", &[group]);
        out.attempt("join", &[group, &user.name]);
    }
    if let Some(password) = &user.password {
        set(out, &user.name, password, user.locked);
    }
    if !user.sudo.is_empty() {
        out.attempt("sudo_rules", &with(&user.name, &user.sudo));
    }
    if !user.ssh_authorized_keys.is_empty() {
        out.attempt("authorize", &with(&user.name, &user.ssh_authorized_keys));
    }
}

fn set(out: &mut Out, user: &str, password: &Password, locked: bool) {
    match password {
        Password::Plain(secret) => out.attempt("password", &[user, secret.expose()]),
        Password::Hash(secret) => out.attempt("hash", &[user, secret.expose()]),
        Password::Random => out.attempt("random_password", &[user]),
    }
    if locked {
        out.attempt("lock", &[user]);
    }
}

fn with<'w>(first: &'w str, rest: &'w [String]) -> Vec<&'w str> {
    std::iter::once(first)
        .chain(rest.iter().map(String::as_str))
        .collect()
}

struct Out(String);

impl Out {
    fn line(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }

    fn call(&mut self, function: &str, words: &[impl AsRef<str>]) {
        let words: Vec<String> = words.iter().map(|word| quoted(word.as_ref())).collect();
        self.line(&format!("{function} {}", words.join(" ")));
    }

    /// What fails is told, and the rest is done.
    fn attempt(&mut self, function: &str, words: &[impl AsRef<str>]) {
        let words: Vec<String> = words.iter().map(|word| quoted(word.as_ref())).collect();
        self.line(&format!("{function} {} || failed=1", words.join(" ")));
    }

    fn module(&mut self, name: &str, asked: bool, what: impl FnOnce(&mut Self)) {
        if asked {
            self.line("failed=0");
            what(self);
            self.line(&format!("ended {name} \"$failed\""));
        }
    }

    /// Bytes, whatever they are, on their way to `target`.
    fn put(&mut self, bytes: &[u8], target: &str) {
        self.line("{\n:");
        for chunk in bytes.chunks(BYTES_IN_A_LINE) {
            self.0.push_str("printf '");
            for byte in chunk {
                match byte {
                    b'\n' => self.0.push_str("\\n"),
                    b'a'..=b'z'
                    | b'A'..=b'Z'
                    | b'0'..=b'9'
                    | b' '
                    | b'/'
                    | b'.'
                    | b'_'
                    | b':'
                    | b'='
                    | b',' => {
                        self.0.push(char::from(*byte));
                    }
                    // Writing to a string cannot fail.
                    byte => write!(self.0, "\\{byte:03o}").unwrap_or_default(),
                }
            }
            self.line("'");
        }
        self.line(&format!("}} {target}"));
    }
}

/// One word for a shell, whatever it is.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::process::Command as Process;

    use uuid::Uuid;

    use super::*;

    /// What every shell of this machine makes of a script.
    fn run(script: &str) -> Vec<u8> {
        let shells: [&[&str]; 2] = [&["sh", "-c"], &["busybox", "sh", "-c"]];
        let said = shells.map(|words| {
            let output = Process::new(words[0])
                .args(&words[1..])
                .arg(script)
                .output()
                .unwrap();
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
            output.stdout
        });
        let [one, other] = said;
        assert_eq!(one, other);
        one
    }

    #[test]
    fn every_byte_arrives() {
        let bytes: Vec<u8> = (0..=u8::MAX).cycle().take(3 * BYTES_IN_A_LINE).collect();
        let mut out = Out(String::new());
        out.put(&bytes, "| cat");
        assert_eq!(run(&out.0), bytes);
    }

    #[test]
    fn every_word_is_one_word() {
        let words = ["", "it's", "$(id) `id` $HOME", "a\nb", "-n", "\\", "\"*\"", "é"];
        let mut out = Out(String::new());
        out.call("printf '%s|'", &words);
        assert_eq!(
            String::from_utf8(run(&out.0)).unwrap(),
            words.map(|word| format!("{word}|")).concat()
        );
    }

    #[test]
    fn a_script_that_was_cut_off_does_nothing() {
        let work = Provisioning::of(b"#cloud-config\nruncmd: ['echo done']\nbootcmd: ['echo begun']\n");
        let whole = script(InstanceId(Uuid::from_u128(1)), &work, "/nowhere", Console::Aside);
        assert!(whole.ends_with("}\nprovision \"$@\"\n"));
        let body = whole.find("\nprovision() {").unwrap();
        for end in (body + 20..whole.len() - "provision \"$@\"\n".len()).step_by(7) {
            let cut = Process::new("sh").args(["-c", &whole[..end]]).output().unwrap();
            assert_eq!(cut.stdout, b"", "{end}");
        }
        let checked = Process::new("sh").args(["-n", "-c", &whole]).output().unwrap();
        assert_eq!((checked.status.success(), checked.stderr.len()), (true, 0));
    }
}
