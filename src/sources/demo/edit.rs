//! What an edit makes of a file: hunks without line numbers, whole texts, bytes. Never git, never the file system.

use crate::sources::demo::data::{Content, Edit};
use crate::sources::demo::npm;

/// A file as the edits see it.
#[derive(Clone, Debug, Default)]
pub struct Blob {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether it may be executed.
    pub executable: bool,
}

/// The file of the project that `content` describes; `manifest` is the text of the `package.json` beside it.
///
/// # Errors
/// One sentence, when the data is wrong.
pub fn whole(content: &Content, packages: &str, manifest: &str) -> Result<Blob, String> {
    let bytes = match (&content.text, &content.hex, &content.lock) {
        (Some(text), None, None) => ends(text, content.crlf).into_bytes(),
        (None, Some(hex), None) => unhex(hex)?,
        (None, None, Some(versions)) => npm::lock(manifest, packages, versions)?.into_bytes(),
        _ => return Err("needs one of text, hex and lock".to_owned()),
    };
    Ok(Blob { bytes, executable: content.executable })
}

/// What `edit` makes of `before`.
///
/// # Errors
/// One sentence, when the data does not fit the file.
pub fn edited(edit: &Edit, before: Option<Blob>, packages: &str, manifest: &str) -> Result<Blob, String> {
    let executable = edit.executable.unwrap_or(before.as_ref().is_some_and(|blob| blob.executable));
    if let Some(diff) = &edit.diff {
        let before = before.ok_or("is not there to be edited")?;
        let text = String::from_utf8(before.bytes).map_err(|_| "is not text")?;
        return Ok(Blob { bytes: patched(&text, diff)?.into_bytes(), executable });
    }
    if edit.text.is_some() || edit.hex.is_some() || edit.lock.is_some() {
        let content = Content { text: edit.text.clone(), hex: edit.hex.clone(), lock: edit.lock.clone(), crlf: edit.crlf, executable };
        return whole(&content, packages, manifest);
    }
    Ok(Blob { executable, ..before.ok_or("is not there to be kept")? })
}

/// `text` after the hunks of `diff`. Each hunk's old lines must stand in it exactly once.
fn patched(text: &str, diff: &str) -> Result<String, String> {
    let crlf = text.contains("\r\n");
    let mut text = text.replace("\r\n", "\n");
    for hunk in hunks(diff) {
        let (old, new) = sides(&hunk)?;
        let at = only_place(&text, &old).ok_or_else(|| format!("these lines are not there exactly once:\n{old}"))?;
        text.replace_range(at..at + old.len(), &new);
    }
    Ok(ends(&text, crlf))
}

fn hunks(diff: &str) -> Vec<Vec<&str>> {
    let mut hunks = vec![Vec::new()];
    for line in diff.lines() {
        match hunks.last_mut() {
            Some(last) if !line.starts_with("@@") => last.push(line),
            _ => hunks.push(Vec::new()),
        }
    }
    hunks.retain(|hunk| !hunk.is_empty());
    hunks
}

fn sides(hunk: &[&str]) -> Result<(String, String), String> {
    let (mut old, mut new) = (String::new(), String::new());
    for line in hunk {
        let rest = line.get(1..).unwrap_or("");
        let (in_old, in_new) = match line.chars().next() {
            None | Some(' ') => (true, true),
            Some('-') => (true, false),
            Some('+') => (false, true),
            Some(_) => return Err(format!("a line of a diff begins with neither blank, + nor -: {line}")),
        };
        for (wanted, side) in [(in_old, &mut old), (in_new, &mut new)] {
            if wanted {
                side.push_str(rest);
                side.push('\n');
            }
        }
    }
    Ok((old, new))
}

/// Where `block`, which is made of whole lines, begins in `text`, if it does so at one place only.
fn only_place(text: &str, block: &str) -> Option<usize> {
    let mut places = text.match_indices(block).map(|(at, _)| at).filter(|at| *at == 0 || text.as_bytes().get(at - 1) == Some(&b'\n'));
    let first = places.next().filter(|_| !block.is_empty())?;
    places.next().is_none().then_some(first)
}

fn ends(text: &str, crlf: bool) -> String {
    if crlf { text.replace('\n', "\r\n") } else { text.to_owned() }
}

fn unhex(hex: &str) -> Result<Vec<u8>, String> {
    let digits: Vec<u32> = hex.chars().filter_map(|digit| digit.to_digit(16)).collect();
    let byte = |pair: &[u32]| u8::try_from(pair[0] * 16 + pair[1]).map_err(|_| "is not hexadecimal".to_owned());
    digits.chunks_exact(2).map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hunks_find_their_place() {
        let text = "a\nb\nc\nb\nd\n";
        assert_eq!(patched(text, " a\n-b\n+B\n@@\n-d\n+D\n+e\n").unwrap(), "a\nB\nc\nb\nD\ne\n");
        assert_eq!(patched("a\r\nb\r\n", "-b\n+c\n").unwrap(), "a\r\nc\r\n");
    }

    #[test]
    fn a_hunk_that_fits_nowhere_or_twice_is_refused() {
        assert!(patched("a\nb\na\n", "-a\n").is_err());
        assert!(patched("a\n", "-z\n").is_err());
        assert!(patched("xa\n", "-a\n").is_err());
    }
}
