//! Lines of a shell that say a secret aloud, by the name of its variable, into what the run leaves behind. What is piped into another
//! program or written into a file is none of them: that is how a program is given a password.

use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Hint, Words};
use crate::analysis::view::FileView;
use crate::model::rule::{Confidence, Severity};

/// The lines on which a shell may say something.
pub static SAYING: Hint = Hint::new(|| Words::named(["echo", "printf", "logger"]));
/// Words around a secret: a function that only gives its answer says nothing else.
static SAYS: Pattern = Pattern::new(
    r#"(?ix) (?:^|[;&|{]|\bthen|\bdo)\s* (?:echo|printf|logger|log|info|say)\s+ (?:-\w+\s+)* "[^"]*[a-z]{3}[^"]*[\s:=@(] \$\{?(\w*(?:passw(?:or)?d|passphrase|secret|token|api_?key|private_?key|access_?key)) \}? (?:[\s,;.@")]|:[^-+?=]) "#,
);
static ELSEWHERE: Pattern = Pattern::new(r"\|\s*(?:[^t\s]|t[^e])|>\s*[^&\s]|add-mask|\becho\s+-n\s");

/// Says secrets that added lines of a shell write out.
pub fn echoed(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(side) = file.new_side().filter(|_| file.role.is_live()) else { return };
    for line in file.added_on(&SAYING).filter(|line| line.text.len() <= 600) {
        let plain = side.plain_line(line.index);
        let Some(name) = SAYS.group(plain, 1).filter(|_| !ELSEWHERE.is_match(plain)) else { continue };
        let title = format!("Writes ${name} where the run is written down");
        sink.report(Draft::line(file, side, line.index).title(title).severity(Severity::Medium).confidence(Confidence::Medium));
    }
}
