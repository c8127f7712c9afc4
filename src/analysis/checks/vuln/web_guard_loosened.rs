//! `web-guard-loosened`: what a page or a client was held to by its words goes: TLS in an address, a policy of a page, the sum of a script.
//!
//! Told by lines, whatever the language; what code does about its connections is `guard-fails-open`'s and `protection-undone`'s.

use super::page_policy;
use super::unsealed_link::{LINKS, unsealed};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::checks::net::pages;
use crate::analysis::language::Language;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::FileView;
use crate::model::rule::RuleId;

/// See `rules/code/web-guard-loosened.toml`.
pub struct WebGuardLoosened;

impl Check for WebGuardLoosened {
    fn rule(&self) -> RuleId {
        RuleId("web-guard-loosened")
    }

    fn needs(&self) -> Needs {
        let sealed = ["https://", "wss://", "ldaps://", "amqps://", "rediss://", "mqtts://", "ftps://", "imaps://", "smtps://"];
        let policies = ["src", "form-action", "formaction", "ancestors", "integrity"];
        Needs::nothing().and(Reach::REMOVED, Words::named(sealed.into_iter().chain(policies))).noting(&LINKS)
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let told = file.role.is_live() && file.old().is_some() && file.language != Language::Markdown;
        let Some(side) = file.new_side().filter(|_| told) else { return };
        if let Some((line, host)) = unsealed(file) {
            let title = format!("{host} is asked in the clear, and was asked over TLS");
            sink.report(Draft::line(file, side, line).title(title));
        }
        if let Some((line, directive)) = page_policy::opened(file) {
            let title = format!("The policy of a page allows anything under `{directive}`, and named what it allowed");
            sink.report(Draft::line(file, side, line).title(title));
        }
        if let Some((line, host)) = pages::is_page(file).then(|| pages::unsummed(file)).flatten() {
            let title = format!("The page takes whatever {host} sends as its script, which was held to a sum");
            sink.report(Draft::line(file, side, line).title(title));
        }
    }
}
