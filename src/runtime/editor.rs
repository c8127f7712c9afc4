//! The reviewer's own editor, as `VISUAL` or `EDITOR` names it: the only program that the console starts. No shell reads its name,
//! and it is started in the folder of its copy, so that no settings of a repository count.
#![allow(clippy::disallowed_methods, reason = "this is where the reviewer's own editor is started")]

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use crate::model::inert;

/// What is said where no editor is named.
const NONE: &str = "no editor is named; set VISUAL or EDITOR, such as EDITOR=nano, and start lazaret again";
/// Variables that are nobody's but lazaret's.
const SECRETS: [&str; 3] = ["LAZARET_TOKEN", "GH_TOKEN", "GITHUB_TOKEN"];

/// An editor: its program and what it is always told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Editor {
    program: PathBuf,
    arguments: Vec<String>,
}

impl Editor {
    /// The editor written as `words`: a program, and perhaps arguments, quoted as for a shell.
    ///
    /// # Errors
    /// When there is none, or its quotes do not end: one sentence.
    pub fn read(words: Option<&str>) -> Result<Self, String> {
        let words = words.filter(|words| !words.trim().is_empty()).ok_or(NONE)?;
        let split = shell_words::split(words);
        let mut split = split
            .map_err(|_| format!("the editor is written as {}, whose quotes do not end; mend VISUAL or EDITOR", inert::line(words)))?;
        if split.is_empty() || split.first().is_some_and(String::is_empty) {
            return Err(NONE.to_owned());
        }
        let arguments = split.split_off(1);
        let program = PathBuf::from(split.remove(0));
        // It is started elsewhere, where a path from here would mean something else.
        let program = if program.components().count() > 1 { std::path::absolute(&program).unwrap_or(program) } else { program };
        Ok(Self { program, arguments })
    }

    /// Starts it on `file`, at `line` where it is known how to say so.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(&self, file: &Path, line: Option<u32>) -> io::Result<Child> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).args(self.at(file, line));
        if let Some(folder) = file.parent() {
            command.current_dir(folder);
        }
        SECRETS.iter().for_each(|name| {
            command.env_remove(name);
        });
        command.spawn()
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self) -> String {
        self.program.file_stem().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
    }

    fn at(&self, file: &Path, line: Option<u32>) -> Vec<OsString> {
        let path = || file.as_os_str().to_owned();
        let Some(line) = line else { return vec![path()] };
        let numbered = || {
            let mut path = path();
            path.push(format!(":{line}"));
            path
        };
        match self.name().as_str() {
            "vi" | "vim" | "nvim" | "gvim" | "view" | "vimx" => {
                // Options in the text count for nothing, whatever the defaults say.
                vec!["--cmd".into(), "set nomodeline".into(), format!("+{line}").into(), path()]
            }
            "nano" | "pico" | "emacs" | "emacsclient" | "mg" | "jove" | "joe" | "jmacs" | "kak" | "ne" | "micro" | "mcedit" => {
                vec![format!("+{line}").into(), path()]
            }
            "hx" | "helix" | "subl" | "zed" => vec![numbered()],
            "code" | "codium" | "vscodium" | "code-insiders" | "cursor" | "windsurf" => vec!["--goto".into(), numbered()],
            _ => vec![path()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(words: &str) -> Vec<String> {
        let editor = Editor::read(Some(words)).unwrap();
        let own = editor.at(Path::new("/t/new.rs"), Some(7));
        editor.arguments.iter().cloned().chain(own.into_iter().map(|word| word.into_string().unwrap())).collect()
    }

    #[test]
    fn words_are_split_without_a_shell() {
        assert_eq!(Editor::read(Some("'/opt/my editor/ed' -a 'b c' $(id);x")).unwrap().arguments, ["-a", "b c", "$(id);x"]);
        assert_eq!(Editor::read(Some("'/opt/my editor/ed'")).unwrap().program, Path::new("/opt/my editor/ed"));
        assert!(Editor::read(Some("./ed")).unwrap().program.is_absolute());
        for (words, says) in [
            (None, "no editor is named"),
            (Some("  "), "no editor is named"),
            (Some("''"), "no editor"),
            (Some("vi 'x"), "quotes do not end"),
        ] {
            assert!(Editor::read(words).unwrap_err().contains(says), "{words:?}");
        }
    }

    #[test]
    fn editors_are_told_the_line_in_their_own_way() {
        assert_eq!(told("/usr/bin/nvim -p"), ["-p", "--cmd", "set nomodeline", "+7", "/t/new.rs"]);
        assert_eq!(told("nano"), ["+7", "/t/new.rs"]);
        assert_eq!(told("hx"), ["/t/new.rs:7"]);
        assert_eq!(told("code --wait"), ["--wait", "--goto", "/t/new.rs:7"]);
        assert_eq!(told("own.sh"), ["/t/new.rs"]);
    }
}
