//! Which rules `lazaret rules list` lists.

use anyhow::bail;
use clap::{Args, ValueEnum};

use crate::analysis::rulebook::Rulebook;
use crate::model::rule::{FindingClass, Rule, RuleFormat, RuleOrigin, Severity};

/// Options that choose rules.
#[derive(Debug, Default, Args)]
pub struct Choice {
    /// Only rules of this pack; `lazaret rules packs` names them
    #[arg(long, value_name = "NAME")]
    pack: Option<String>,
    /// Only rules that are written so
    #[arg(long, value_enum, value_name = "FORMAT")]
    from: Option<From>,
    /// Only rules of this class
    #[arg(long, value_name = "CLASS", value_parser = class)]
    class: Option<FindingClass>,
    /// Only rules that may weigh as much
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    at_least: Option<Severity>,
}

/// How a rule is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "each is the word it stands for")]
pub enum From {
    Code,
    Sigma,
    Structure,
    Secrets,
}

impl From {
    fn format(self) -> Option<RuleFormat> {
        match self {
            Self::Code => None,
            Self::Sigma => Some(RuleFormat::Sigma),
            Self::Structure => Some(RuleFormat::Structure),
            Self::Secrets => Some(RuleFormat::Secrets),
        }
    }
}

impl Choice {
    /// The rules of `book`, and then those of other tools, that are meant.
    ///
    /// # Errors
    /// When no pack has the name.
    pub fn of<'b>(&self, book: &'b Rulebook, imported: &'b [Rule]) -> anyhow::Result<Vec<&'b Rule>> {
        if let Some(name) = self.pack.as_ref().filter(|name| *name != "lazaret" && !book.packs.iter().any(|pack| pack.name == **name)) {
            bail!("no pack is called '{name}'; `lazaret rules packs` names them all");
        }
        Ok(book.iter().chain(imported).filter(|rule| self.takes(rule)).collect())
    }

    fn takes(&self, rule: &Rule) -> bool {
        let (format, pack) = match &rule.origin {
            RuleOrigin::Code => (None, "lazaret"),
            RuleOrigin::File { format, pack, .. } => (Some(*format), pack.as_str()),
            // A tool is no pack, and writes its rules in no form that is known here.
            RuleOrigin::Tool { tool, .. } if self.from.is_none() => (None, tool.as_str()),
            RuleOrigin::Tool { .. } => return false,
        };
        self.pack.as_deref().is_none_or(|wanted| wanted == pack)
            && self.from.is_none_or(|wanted| wanted.format() == format)
            && self.class.is_none_or(|wanted| wanted == rule.class)
            && self.at_least.is_none_or(|least| rule.severity >= least)
    }
}

fn class(word: &str) -> Result<FindingClass, String> {
    let known = || FindingClass::ALL.map(FindingClass::word).join(", ");
    FindingClass::parse(word).ok_or_else(|| format!("the classes are {}", known()))
}

fn severity(word: &str) -> Result<Severity, String> {
    let known = || Severity::ALL.map(Severity::word).join(", ");
    Severity::parse(word).ok_or_else(|| format!("the severities are {}", known()))
}
