//! What is taken where nothing is known turns from no to yes: `unwrap_or(false)` → `unwrap_or(true)`. A part of `condition-weakened`.

use std::collections::BTreeSet;

use super::compared::Compared;
use super::vocabulary::vocabulary;
use crate::analysis::check::Sink;
use crate::analysis::pattern::Pattern;

/// A longer statement is data.
const LONGEST: usize = 1_000;

/// A value that is taken where there is none; groups: yes, and no.
static INSTEAD: Pattern = Pattern::new(
    r"(?:\.(?:unwrap_or|orElse|getOrElse|GetValueOrDefault|value_or)\s*\(\s*|\.(?:map_or|is_none_or|get|get_or|fetch|getOrDefault|getBoolean|GetValue<bool>|bool|boolean)\s*\([^()\n]{1,80},\s*(?:default\s*=\s*)?|\bgetattr\s*\([^()\n]{1,120},\s*|\?\?\s*|\|\|\s*|\?:\s*|\bor\s+)(?:(true|True|TRUE)|(false|False|FALSE))\b",
);
static WORD: Pattern = Pattern::new(r"[A-Za-z_]\w*[!?]?");
/// Yes is the stricter answer.
static STRICT: Pattern =
    Pattern::new(r"(?i)(?:^|_|[a-z])(?:blocked|banned|revoked|locked|expired|suspended|deny|denied|forbidden|required?|mfa|must)\??$");

impl Compared<'_, '_, '_> {
    /// The same statement with the other value where there is none.
    pub(super) fn default_turned(&self, removed: &[usize], added: &[usize], sink: &mut Sink<'_>) {
        let mut told = added.iter().filter(|at| self.new.plain(**at).len() <= LONGEST).filter(|at| INSTEAD.is_match(self.new.plain(**at)));
        let Some(first) = told.next() else { return };
        let stood: BTreeSet<String> =
            removed.iter().filter(|at| self.old.plain(**at).len() <= LONGEST).map(|at| self.old.brief(*at)).collect();
        for at in std::iter::once(first).chain(told) {
            let is = self.new.brief(*at);
            let words = || WORD.groups(&is, 0).chain([self.new.body.function.name.as_str()]);
            let strict = words().any(|word| STRICT.is_match(word));
            let decides = || words().any(|word| vocabulary().permits(word) || vocabulary().decides(word) || vocabulary().guards(word));
            for found in INSTEAD.find_all(&is) {
                let part = is.get(found.clone()).unwrap_or("");
                let yes = INSTEAD.group(part, 1).is_some();
                let value = INSTEAD.group(part, 1).or_else(|| INSTEAD.group(part, 2)).unwrap_or("");
                let other = match value {
                    "true" => "false",
                    "True" => "False",
                    "TRUE" => "FALSE",
                    "false" => "true",
                    "False" => "True",
                    _ => "TRUE",
                };
                let was = format!("{}{other}{}", is.get(..found.end - value.len()).unwrap_or(""), is.get(found.end..).unwrap_or(""));
                if yes == strict || !stood.contains(&was) || !(strict || decides()) {
                    continue;
                }
                let title =
                    if strict { "Where nothing is known, nobody is kept out now" } else { "Where nothing is known, the answer is yes now" };
                return self.judged(*at, (title, &format!("{was} → {is}")), true, sink);
            }
        }
    }
}
