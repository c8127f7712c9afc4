//! What a change makes anew under the name it had, or takes away altogether: where that is what a check asked, less may have been lost.

use std::collections::HashSet;
use std::rc::Rc;

use crate::analysis::pattern::Pattern;
use crate::analysis::view::FileView;
use crate::model::diff::{FileDiff, LineKind};

/// Changes with more files, and files with more changed lines, are not looked through.
const MOST_FILES: usize = 300;
const MOST_LINES: usize = 5_000;
/// A shorter name is in every change.
const SHORTEST: usize = 5;

/// The head of a function; group: its name.
static HEAD: Pattern = Pattern::new(
    r"^\s*(?:(?:export|default|pub(?:\([^)]*\))?|public|private|protected|internal|static|async|final|override|suspend|inline|virtual)\s+)*(?:def|fn|func|fun|function)\s+(?:\([^)]*\)\s*)?(?:self\.)?(\w+)[!?]?\s*[(<]",
);
/// What a type holds; group: its name.
static FIELD: Pattern = Pattern::new(
    r"^\s+(?:(?:pub(?:\([^)]*\))?|public|private|protected|internal|readonly|static|final|const|val|var|let|lateinit|@\w+)\s+)*(?:([A-Za-z_]\w*)\??\s*:\s*(?:[\w.&<>\[\]|?*'\x22 ]+(?:=.*)?|\w+\.[\w.]+\([^()]*\)(?:\.\w+\([^()]*\))*)[;,]?|([A-Z]\w*)\s+[*\[\]\w.]+(?:\s+`[^`]*`)?|[A-Z]\w*(?:<[\w<>, ]+>)?\??\s+(\w+)(?:\s*=[^=].*)?\s*(?:;|\{\s*get\b.*))\s*$",
);
static CALLED: Pattern = Pattern::new(r"([A-Za-z_]\w{4,})[!?]?\s*\(");
static IS: Pattern = Pattern::new(r"(?:\.|->)((?:is|has|can)_?[A-Za-z]\w{3,})");
static ASKS: Pattern = Pattern::new(
    r"^\s*(?:\}\s*)?(?:else\s+)?(?:if|elif|elsif|unless|guard)\b|\b(?:raise|throw|return|abort|halt|head)\b.*\b(?:if|unless)\b",
);
static WORD: Pattern = Pattern::new(r"[A-Za-z_]\w*");

/// The names of a change.
#[derive(Default)]
pub(super) struct Reshaped {
    /// Functions whose heads it writes anew.
    heads: HashSet<String>,
    /// Functions that it calls in new conditions, and what it asks of something there: `user.is_active`.
    asked: HashSet<String>,
    /// What types held that it speaks of nowhere any more.
    fields: HashSet<String>,
}

impl Reshaped {
    /// The names of the change that `file` is of; of a large one, none.
    pub(super) fn of(file: &FileView<'_>) -> Rc<Self> {
        file.shared(|file| {
            let files = &file.change.patch.files;
            if files.len() <= MOST_FILES { Self::read(files.iter()) } else { Self::default() }
        })
    }

    fn read<'d>(files: impl Iterator<Item = &'d FileDiff>) -> Self {
        let (mut lost, mut came) = (HashSet::new(), HashSet::new());
        let (mut fields, mut spoken, mut asked) = (HashSet::new(), HashSet::new(), HashSet::new());
        for text in files.filter_map(FileDiff::text) {
            for line in text.lines.iter().filter(|line| line.kind != LineKind::Context).take(MOST_LINES) {
                let said = text.text(line);
                if said.len() > 400 {
                    continue;
                }
                let name = HEAD.group(said, 1).map(str::to_owned);
                if line.kind == LineKind::Removed {
                    lost.extend(name);
                    fields.extend(FIELD.parts(said).filter(|name| name.len() >= SHORTEST).map(str::to_owned));
                } else {
                    came.extend(name);
                    spoken.extend(WORD.groups(said, 0).map(str::to_owned));
                    if ASKS.is_match(said) {
                        asked.extend(CALLED.groups(said, 1).chain(IS.groups(said, 1)).map(str::to_owned));
                    }
                }
            }
        }
        Self { heads: lost.intersection(&came).cloned().collect(), asked, fields: fields.difference(&spoken).cloned().collect() }
    }

    /// Whether `asked` calls a function that has another head now or that another condition asks now, or asks about what a type no longer holds.
    pub(super) fn touches(&self, asked: &str) -> bool {
        static OF_SOMETHING: Pattern = Pattern::new(r"(?:\.|->|::|@)([A-Za-z_]\w*)");
        CALLED.groups(asked, 1).any(|name| self.heads.contains(name) || self.asked.contains(name))
            || IS.groups(asked, 1).any(|name| self.asked.contains(name))
            || OF_SOMETHING.groups(asked, 1).any(|name| self.fields.contains(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_type_holds() {
        for (line, name) in [
            ("\tExpiresAt time.Time `json:\"expires\"`", "ExpiresAt"),
            ("    expires_at: datetime", "expires_at"),
            ("  private readonly expiresAt?: Date;", "expiresAt"),
            ("    public DateTime ExpiresAt { get; set; }", "ExpiresAt"),
            ("    private Instant expiresAt;", "expiresAt"),
            ("  expiresAt: z.number().optional(),", "expiresAt"),
        ] {
            assert_eq!(FIELD.parts(line).next(), Some(name), "{line}");
        }
        for line in ["    if token.expires_at < now:", "\treturn nil", "    verify(token);", "  x = token.expires_at"] {
            assert_eq!(FIELD.parts(line).next(), None, "{line}");
        }
    }
}
