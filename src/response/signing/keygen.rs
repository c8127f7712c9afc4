//! `ssh-keygen` as a program: found on absolute folders of PATH only, started without a shell, with an empty environment but for
//! the agent's socket, in the root folder, and never able to ask a question.
#![allow(clippy::disallowed_methods, reason = "the one program that holds people's keys is found and started here")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::{NamedTempFile, TempPath};

use crate::model::decision::Signature;
use crate::model::time::Timestamp;
use crate::response::error::ResponseError;
use crate::response::words::one_line;

/// What signatures of decisions are good for, and for nothing else: `ssh-keygen -n`.
const NAMESPACE: &str = "lazaret";

/// The fingerprint of `key`: `SHA256:…`.
pub(super) fn fingerprint(key: &str) -> Result<String, ResponseError> {
    let file = key_file(key)?;
    let output = run(&["-l", "-f"], &[file.path()], &[])?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let found = text.split_whitespace().nth(1).filter(|word| output.status.success() && word.starts_with("SHA256:"));
    found
        .map(str::to_owned)
        .ok_or_else(|| ResponseError::Usage(format!("the signing key {} cannot be read: {}", shown(key), said(&output))))
}

/// Whom the file of allowed signers names for the key with this fingerprint.
pub(super) fn principal(allowed: &Path, fingerprint: &str) -> Result<Option<String>, ResponseError> {
    let text = std::fs::read_to_string(allowed).map_err(|e| ResponseError::io(allowed, &e))?;
    let entries: Vec<(&str, String)> = text.lines().filter_map(entry).collect();
    // Each key goes in with its number as its comment, and comes out with its fingerprint and that number.
    let list: String = entries.iter().enumerate().map(|(number, (_, key))| format!("{key} {number}\n")).collect();
    if list.is_empty() {
        return Ok(None);
    }
    let output = run(&["-l", "-f", "-"], &[], list.as_bytes())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let number = text.lines().find_map(|line| {
        let mut words = line.split_whitespace().skip(1);
        (words.next() == Some(fingerprint)).then(|| words.next()?.parse::<usize>().ok()).flatten()
    });
    Ok(number.and_then(|number| entries.get(number)).map(|(principal, _)| (*principal).to_owned()))
}

/// The first name and the key of a line of allowed signers; certificate authorities name no single key.
fn entry(line: &str) -> Option<(&str, String)> {
    let line = line.trim();
    let (names, rest) = line.split_once(char::is_whitespace).filter(|_| !line.starts_with('#'))?;
    let words: Vec<&str> = rest.split_whitespace().collect();
    let kind = words.iter().position(|word| ["ssh-", "ecdsa-", "sk-"].iter().any(|start| word.starts_with(start)))?;
    let key = words.get(kind + 1)?;
    if words.iter().take(kind).any(|option| option.to_lowercase().contains("cert-authority")) {
        return None;
    }
    let name = names.trim_matches('"').split(',').find(|name| !name.is_empty() && !name.contains(['*', '?', '!']))?;
    Some((name, format!("{} {key}", words.get(kind)?)))
}

/// `bytes` signed by `key`, armoured.
pub(super) fn sign(key: &str, bytes: &[u8]) -> Result<String, ResponseError> {
    let file = key_file(key)?;
    let output = run(&["-Y", "sign", "-n", NAMESPACE, "-f"], &[file.path()], bytes)?;
    if !output.status.success() {
        let said = said(&output);
        let next = if said.contains("passphrase") { "add it to the agent first: ssh-add" } else { "see git config user.signingkey" };
        return Err(ResponseError::Usage(format!("the key {} does not sign ({said}); {next}", shown(key))));
    }
    String::from_utf8(output.stdout).map_err(|_| ResponseError::Usage("ssh-keygen answered with something that is no signature".to_owned()))
}

/// Whether `signature` is by its key over `bytes`, whoever's that is.
pub(super) fn check(signature: &Signature, bytes: &[u8]) -> Result<(), String> {
    let file = written(&signature.text)?;
    let output = run(&["-Y", "check-novalidate", "-n", NAMESPACE, "-s"], &[&file], bytes).map_err(|error| error.to_string())?;
    is_by(&output, &signature.key)
}

/// Whether `signature` is by its key over `bytes`, and the key was its person's at that time.
pub(super) fn verify(signature: &Signature, bytes: &[u8], allowed: &Path, at: Timestamp) -> Result<(), String> {
    let file = written(&signature.text)?;
    let time = chrono::DateTime::from_timestamp(at.0, 0).map(|time| format!("verify-time={}", time.format("%Y%m%d%H%M%SZ")));
    let mut words = vec!["-Y", "verify", "-n", NAMESPACE, "-I", signature.principal.as_str()];
    words.extend(time.iter().flat_map(|time| ["-O", time.as_str()]));
    // Outside words behind an option cannot be options themselves, but a name may not be empty or a dash.
    if signature.principal.starts_with('-') {
        return Err(format!("{} is no name of a signer", one_line(&signature.principal)));
    }
    words.push("-f");
    let run = Run { words: &words, files: &[allowed], last: Some(("-s", &file)) };
    is_by(&run.with(bytes).map_err(|error| error.to_string())?, &signature.key)
}

fn is_by(output: &Output, key: &str) -> Result<(), String> {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        return Err(format!("the signature does not hold ({})", said(output)));
    }
    if !text.split_whitespace().any(|word| word == key) {
        return Err(format!("the signature is by another key than {key}"));
    }
    Ok(())
}

/// A key as a file: its own, or a passing one for a public key that was written out.
enum KeyFile {
    Own(PathBuf),
    Passing(TempPath),
}

impl KeyFile {
    fn path(&self) -> &Path {
        match self {
            Self::Own(path) => path,
            Self::Passing(path) => path,
        }
    }
}

fn key_file(key: &str) -> Result<KeyFile, ResponseError> {
    let literal = key.strip_prefix("key::").or_else(|| key.starts_with("ssh-").then_some(key));
    let Some(literal) = literal else {
        let path = PathBuf::from(key);
        return match path.metadata() {
            Ok(_) => Ok(KeyFile::Own(std::path::absolute(&path).unwrap_or(path))),
            Err(e) => {
                Err(ResponseError::Usage(format!("the signing key {} cannot be read ({e}); see git config user.signingkey", shown(key))))
            }
        };
    };
    written(&format!("{literal}\n")).map(KeyFile::Passing).map_err(ResponseError::Usage)
}

/// `text` in a passing private file.
fn written(text: &str) -> Result<TempPath, String> {
    let write = || -> std::io::Result<TempPath> {
        let mut file = NamedTempFile::new()?;
        file.write_all(text.as_bytes())?;
        file.flush()?;
        Ok(file.into_temp_path())
    };
    write().map_err(|e| format!("no temporary file can be written ({e})"))
}

fn shown(key: &str) -> String {
    one_line(key)
}

/// What the program said, in one line.
fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(if output.stderr.is_empty() { &output.stdout } else { &output.stderr }).into_owned();
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("Signing "));
    one_line(first.unwrap_or("it said nothing"))
}

fn run(words: &[&str], files: &[&Path], input: &[u8]) -> Result<Output, ResponseError> {
    Run { words, files, last: None }.with(input)
}

/// One call of the program.
struct Run<'a> {
    words: &'a [&'a str],
    files: &'a [&'a Path],
    last: Option<(&'a str, &'a Path)>,
}

impl Run<'_> {
    fn with(&self, input: &[u8]) -> Result<Output, ResponseError> {
        let program = program()?;
        let mut command = Command::new(&program);
        command.args(self.words).args(self.files);
        if let Some((option, file)) = self.last {
            command.arg(option).arg(file);
        }
        command.env_clear().current_dir("/").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A question would wait behind the console for ever: whoever is asked for a passphrase gets no answer.
        command.env("SSH_ASKPASS_REQUIRE", "force").env("SSH_ASKPASS", "/bin/false").env("LC_ALL", "C");
        if let Some(agent) = std::env::var_os("SSH_AUTH_SOCK") {
            command.env("SSH_AUTH_SOCK", agent);
        }
        let told = |e: std::io::Error| ResponseError::Usage(format!("{} cannot be run ({e})", program.display()));
        let mut child = command.spawn().map_err(told)?;
        if let Some(mut stdin) = child.stdin.take() {
            // It may end before it has read everything; what it says then is worth more than a broken pipe.
            let _ = stdin.write_all(input);
        }
        child.wait_with_output().map_err(told)
    }
}

/// Where the program is. Relative folders of PATH are passed over: one of them could be the change under review.
fn program() -> Result<PathBuf, ResponseError> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let name = if cfg!(windows) { "ssh-keygen.exe" } else { "ssh-keygen" };
    let found =
        std::env::split_paths(&path).filter(|folder| folder.is_absolute()).map(|folder| folder.join(name)).find(|file| file.is_file());
    found.ok_or_else(|| {
        ResponseError::Usage(
            "decisions are to be signed with an SSH key, and there is no ssh-keygen on PATH; install OpenSSH, or unset git's gpg.format"
                .to_owned(),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allowed_signers_are_read_by_their_first_plain_name() {
        let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKACWBk3SGL1WzlZPChD4spapAlhs5PCtLb3OHoEV1l";
        let line = |text: &str| entry(text).map(|(name, key)| (name.to_owned(), key));
        assert_eq!(line(&format!("a@example.com,b@example.com {key} note")), Some(("a@example.com".to_owned(), key.to_owned())));
        assert_eq!(
            line(&format!("*@example.com,b@example.com namespaces=\"lazaret\" {key}")),
            Some(("b@example.com".to_owned(), key.to_owned()))
        );
        for none in ["", "# a", "a@example.com", &format!("*@example.com {key}"), &format!("a@example.com cert-authority {key}")] {
            assert_eq!(line(none), None, "{none}");
        }
    }
}
