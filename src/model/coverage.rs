//! What a report rests on: which rules ran, which did not and why, and what nobody could check. Never what was found.

/// How far a change was judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// How many rules ran.
    pub rules: usize,
    /// How many there are in the packs in force.
    pub known: usize,
    /// Rules and rule files that could not be honoured, one sentence each; outside text.
    pub left_out: Vec<String>,
    /// What could not be checked or only in part, one sentence each; outside text.
    pub unchecked: Vec<String>,
    /// Packages of which somebody could not be asked who may answer another time: the judgement is to be made again then.
    pub unreached: usize,
}

/// Digits of a digest that are shown.
const DIGITS: usize = 12;

impl Coverage {
    /// The rules that ran, as a sentence without a full stop; `digest` is that of the rules.
    #[must_use]
    pub fn ran(&self, digest: &str) -> String {
        let Self { rules, known, .. } = self;
        let digest: String = digest.chars().take(DIGITS).collect();
        let ran = match (rules, known) {
            (1, 1) => "1 rule ran".to_owned(),
            (rules, known) if rules == known => format!("all {rules} rules ran"),
            (rules, known) => format!("{rules} of {known} rules ran; the others were not asked for"),
        };
        if digest.is_empty() { ran } else { format!("{ran} (rules {digest})") }
    }

    /// Everything that is to be said, the same in every format: what ran, what was left out, what could not be checked.
    #[must_use]
    pub fn says(&self, digest: &str) -> Vec<String> {
        // A report that was kept by an older version knows nothing of this.
        if *self == Self::default() {
            return Vec::new();
        }
        let left_out = self.left_out.iter().map(|why| format!("left out: {why}"));
        std::iter::once(self.ran(digest)).chain(left_out).chain(self.unchecked.iter().cloned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ran_and_what_did_not() {
        let mut coverage = Coverage { rules: 3, known: 3, ..Coverage::default() };
        assert_eq!(coverage.ran("0123456789abcdef"), "all 3 rules ran (rules 0123456789ab)");
        (coverage.rules, coverage.left_out) = (2, vec!["mine/a.yml:3: no rule".to_owned()]);
        assert_eq!(coverage.says(""), ["2 of 3 rules ran; the others were not asked for", "left out: mine/a.yml:3: no rule"]);
        assert_eq!(Coverage::default().says("ab"), Vec::<String>::new());
    }
}
