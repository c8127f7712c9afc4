//! Policies of what a page may load or send to, directive by directive, before and after. A part of `web-guard-loosened`.

use std::collections::BTreeMap;

use crate::analysis::pattern::Pattern;
use crate::analysis::view::FileView;

/// A longer line is data.
const LONGEST: usize = 4000;

/// A directive with what it allows; styles and images carry no code.
static DIRECTIVE: Pattern = Pattern::new(
    r"(?i)\b(default|script|connect|frame|object|form|base|worker)[-_]?(?:src|action|uri|ancestors)(?:[-_]?(?:elem|attr))?\b['\x22]?\s*(?:[:=]\s*)?([^;\n]*)",
);
/// Whoever it is, and code that stands in the page.
static ANYTHING: Pattern = Pattern::new(
    r"(?i)(?:^|[\s'\x22\[,])\*(?:[\s'\x22\],]|$)|\bunsafe-(?:inline|eval)\b|(?:^|[\s'\x22\[,])(?:https?|data):(?:[\s'\x22\],]|$)",
);
/// It says what it allows.
static NARROW: Pattern = Pattern::new(r"(?i)\bself\b|\bnone\b|\bnonce-|\bsha(?:256|384|512)-|\bstrict-dynamic\b|https?://\w");

/// The first line on which a directive that named what it allows allows anything, and the directive.
pub(super) fn opened(file: &FileView<'_>) -> Option<(usize, String)> {
    let read = |text: &str| -> Vec<(String, bool)> {
        if text.len() > LONGEST {
            return Vec::new();
        }
        let names = DIRECTIVE.groups(text, 1).map(str::to_ascii_lowercase);
        // What follows goes on to the next directive of the same line.
        let said =
            DIRECTIVE.groups(text, 2).map(|rest| DIRECTIVE.find(rest).and_then(|next| rest.get(..next.start)).unwrap_or(rest).to_owned());
        names
            .zip(said)
            .filter(|(_, said)| NARROW.is_match(said) || ANYTHING.is_match(said))
            .map(|(name, said)| (name, ANYTHING.is_match(&said)))
            .collect()
    };
    let mut before: BTreeMap<String, bool> = BTreeMap::new();
    for line in file.removed() {
        read(line.text).into_iter().for_each(|(name, open)| *before.entry(name).or_default() |= open);
    }
    file.added().find_map(|line| {
        let opened = read(line.text).into_iter().find(|(name, open)| *open && before.get(name) == Some(&false));
        opened.map(|(name, _)| (line.index, name))
    })
}
