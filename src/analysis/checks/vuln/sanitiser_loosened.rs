//! `sanitiser-loosened`: what makes markup harmless is told to let through what runs.

use std::cell::LazyCell;
use std::collections::HashSet;

use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/sanitiser-loosened.toml`.
pub struct SanitiserLoosened;

/// A longer line is data.
const LONGEST: usize = 2000;

/// Switches that let all through.
static SWITCH: Pattern = Pattern::new(
    r"\bALLOW_UNKNOWN_PROTOCOLS\s*:\s*true|\ballowVulnerableTags\s*:\s*true|\ballowed(?:Tags|Attributes|Schemes)\s*:\s*false|\bHTML\.(?:Trusted|SafeScripting)[\x22\x27]\s*,\s*(?:true|\[)|\bSAFE_FOR_TEMPLATES\s*:\s*false|\bAllowUnsafe\s*\(\s*true|\bWithUnsafe\s*\(\s*\)|\bdisable_sanitizer\s*[:=]\s*(?:true|True)|\bsecurityLevel\s*:\s*[\x22\x27](?:loose|none)|\bstrip_tags\s*\([^()\n]*(?:\([^()]*\))?[^()\n]*[\x22\x27][^\x22\x27\n]*(?:<|\b)(?:script|object|embed)\b",
);
/// Lists of what is let through, with something that runs among it.
static LISTED: Pattern = Pattern::new(
    r"(?x) \b(?:ADD_TAGS|ALLOWED_TAGS|allowedTags|allowed_tags|tagNames|tags|elements|allowedElements|add_tags|addTags|allowElements|AllowElements|AllowedTags\.Add|HTML\.Allowed|rm_tags_not)\b[\s=:,(&%w\[{\x22\x27]*[^\])}\n]*?(?:\b|[\x22\x27])(?:script|object|embed|applet|base)\b
      | \b(?:ADD_ATTR|ALLOWED_ATTR|allowedAttributes|allowed_attributes|attributes|add_tag_attributes|add_generic_attributes|generic_attributes|add_generic_attribute_prefixes|ALLOWED_ATTRIBUTES|addAttributes|AllowAttrs|allowAttributes|AllowedAttributes\.Add)\b[^\n]*?[\x22\x27\s]on(?:click|load|error|mouse\w+|focus|blur|change|submit|toggle|begin|key\w+|animation\w+|pointer\w+)\b
      | \b[A-Z][A-Z_]*_(?:TAGS|ELEMENTS)\b[\s=:,(&%w\[{\x22\x27]*[^\])}\n]*?(?:\b|[\x22\x27])(?:script|object|embed|applet|base)\b | \b[A-Z][A-Z_]*_ATTR\w*\b[^\n]*?[\x22\x27\s]on(?:click|load|error|mouse\w+|focus|blur|change|submit|toggle)\b
      | \b(?:allowedSchemes|ALLOWED_URI_REGEXP|protocols|addProtocols|AllowURLSchemes|url_schemes|allowed_protocols|allowUrlProtocols|AllowedSchemes\.Add)\b[^\n]*?\b(?:javascript|vbscript)\b | [\x22\x27]on(?:click|load|error|mouse\w+|focus|blur|change|submit|toggle)[\x22\x27]\s*=>\s*(?:true|array|\[) | \bwp_kses\s*\([^\n]*[\x22\x27](?:javascript|vbscript)[\x22\x27]",
);
/// What makes markup harmless stands on the line or near it.
static SANITISES: Pattern = Pattern::new(
    r"(?i)saniti[sz]|purif|bleach|jsoup|safelist|whitelist|bluemonday|ammonia|rehype|htmlpurifier|HtmlPolicyBuilder|HtmlSanitizer|loofah|xss|nh3|markdown|goldmark|mermaid|strip_tags|wp_kses",
);
/// They are named to be taken out.
static TAKEN_OUT: Pattern =
    Pattern::new(r"(?i)\b(?:(?:forbid|disallow|remove|strip_?tags|deny|exclude|rm_|without)\w*|block(?:ed|list|ing|_\w*)?\b)");
/// The same words, on a line of PHP, name what is kept.
static KEPT: Pattern = Pattern::new(r"\bstrip_tags\s*\([^()\n]*(?:\([^()]*\))?[^()\n]*,");
/// What makes markup harmless, anywhere in the file.
static NAMED: Pattern = Pattern::new(
    r"(?i)\bammonia\b|bluemonday|dompurify|sanitize-html|HtmlSanitizer|\bSafelist\b|\bloofah\b|\bbleach\b|\bwp_kses|\bstrip_tags\b|\bnh3\b|\bsanitize\s*\(",
);

impl Check for SanitiserLoosened {
    fn rule(&self) -> RuleId {
        RuleId("sanitiser-loosened")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::ADDED, Words::of([&SWITCH, &LISTED])).and(Reach::AFTER, Words::of([&SANITISES]))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side().filter(|_| file.language.is_code() && file.role.is_live()) else { return };
        // Asked once, however many lines there are.
        let lists = LazyCell::new(|| lists_gone(file));
        let named = LazyCell::new(|| NAMED.is_match(side.plain()));
        for line in file.added().filter(|line| line.text.len() <= LONGEST) {
            let plain = side.plain_line(line.index);
            if !SWITCH.is_match(plain) && !LISTED.is_match(plain) || TAKEN_OUT.is_match(plain) && !KEPT.is_match(plain) {
                continue;
            }
            let around = side.plain().get(side.bytes_of(line.index.saturating_sub(8), (line.index + 8).min(side.len().saturating_sub(1))));
            if around.is_some_and(|text| SANITISES.is_match(text)) || *named {
                let listed = ALL.groups(plain, 1).any(|name| lists.contains(name));
                let severity = if listed { Severity::High } else { Severity::Medium };
                sink.report(Draft::line(file, side, line.index).severity(severity));
            }
        }
    }
}

static ALL: Pattern = Pattern::new(r#"\b(allowed(?:Tags|Attributes|Schemes))\s*:\s*false"#);

/// The names under which lines that went held a list.
fn lists_gone<'v>(file: &'v FileView<'_>) -> HashSet<&'v str> {
    static LIST: Pattern = Pattern::new(r#"\b(allowed(?:Tags|Attributes|Schemes))\s*:\s*[\[{\w]"#);
    let of_list =
        |was: &str, name: &str| was.split_once(name).is_some_and(|(_, rest)| !rest.trim_start_matches([':', ' ']).starts_with("false"));
    let short = file.removed().filter(|line| line.text.len() <= LONGEST);
    short.flat_map(|was| LIST.groups(was.text, 1).filter(move |name| of_list(was.text, name)).collect::<Vec<_>>()).collect()
}
