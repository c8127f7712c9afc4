//! `identity-from-request`: who somebody is, or whose things are meant, came from a session or a signed token; now whoever asks may say it.
//!
//! Functions are compared with themselves. Queries that lost whoever they were kept to are `scope-dropped`'s.

use std::collections::HashSet;

use super::functions::brief;
use super::named_by_sender;
use super::paired::pairs;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::checks::vuln::twins::{Twin, twins};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::{FileView, LineView, SideView};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/identity-from-request.toml`.
pub struct IdentityFromRequest;

/// A longer line is data.
const LONGEST: usize = 600;

/// What whoever asks has written.
static SAID: Pattern = Pattern::new(
    r"(?x) \b(?:req|request|ctx\.request|ctx\.req|c\.req|self\.request|event|call|call\.request|r|c|ctx|context)(?:\.URL)? \??(?:\.|->) (?:query\w*|Query\w*|params?|Param\w*|body|Body|headers?|Header\w*|args|form|Form\w*|GET|POST|data|cookies|input|json|parameters|values|PostForm|FormValue|PathValue|path_params|get_json)\b
      | \b(?:req|request)\.(?:get|header)\s*\( | \bparams\s*(?:\[|\.(?:fetch|dig|require)\b) | \$_(?:GET|POST|REQUEST|COOKIE)\b | \$(?:this->)?request->(?:query|input|get|post|all|header|headers|cookie|cookies|json|request|integer|string)\b | \brequest\(\s*['\x22] | \bform_?[dD]ata\.get\s*\(",
);
/// A parameter of a handler that the framework fills from the request; groups: its name.
static GIVEN: Pattern = Pattern::new(
    r"@(?:RequestParam|RequestHeader|QueryParam|HeaderParam|Query|Headers?|Param)\b(?:\([^)]*\))?\s+(?:final\s+)?[\w<>?.]+\s+(\w+)|\[From(?:Query|Header|Form)[^\]]*\]\s*[\w<>?.]+\s+(\w+)|\b(\w+)\s*:\s*[\w|\[\] .]+=\s*(?:Query|Header|Cookie|Form)\s*\(|@(?:Query|Headers|Param)\([^)]*\)\s+(\w+)\s*\??:|\b(?:Query|Path|Json|Form|TypedHeader)\s*\(\s*(?:mut\s+)?(\w+)\s*\)\s*:",
);
/// A parameter that the framework fills with a whole form; groups: its name.
static FORM: Pattern = Pattern::new(
    r"@(?:RequestBody|Valid\s+@RequestBody|ModelAttribute)\b(?:\([^)]*\))?\s+(?:@Valid\s+)?(?:final\s+)?[\w<>?.]+\s+(\w+)|\[FromBody\]\s*[\w<>?.]+\s+(\w+)|@(?:Body|Payload|Args)\([^)]*\)\s+(\w+)\s*\??:",
);
/// One field of something: `form.ownerId`, `form.getOwnerId()`; groups: what it is a field of, its name.
static FIELD: Pattern = Pattern::new(r"^(\w+)\.(\w+)(?:\(\))?$");
/// One value: no sum, no comparison.
static PLACE: Pattern = Pattern::new(r"^[\w.$?>:\[\]()-]+$");
/// A name that is set to something.
static SET: Pattern =
    Pattern::new(r"(?:^|[\s;(])(?:(?:const|let|var|val|my|final|long|String|auto)\s+)*\$?([A-Za-z_]\w*)\s*(?:,\s*\w+)?\s*:?=\s*([^=].*)$");
/// Who somebody is, as sessions and signed tokens tell it.
static KNOWN: Pattern = Pattern::new(
    r"(?i)session|\bclaims?\b|principal|current_?(?:user|account|tenant|customer|member)|\b(?:get)?user\b|\bauth\b|\bidentity\b|account|\bsub(?:ject)?\b|\buid\b|\bowner|tenant|payload|signed|\blocals\b|\bctx\.value\b|\bc\.get\(|customer",
);
/// The name of what holds somebody or what is theirs.
static HOLDS: Pattern = Pattern::new(r"(?i)user|account|owner|tenant|\buid\b|\borg|customer|member|subject|principal|_id\b|Id\b|\bpk\b");
/// Whether they may is asked.
static ASKED: Pattern = Pattern::new(
    r"(?i)admin|staff|superuser|\bcan\b|\bcan_|\bcan[A-Z?]|permission|authori[sz]e|impersonat|\broles?\b|polic(?:y|ies)|is_?(?:support|internal|system)|has_?scope|allowed|may_|\bverif",
);
/// The head of a function or a type says what there may be, and takes nothing.
static DECLARES: Pattern = Pattern::new(
    r"^\s*(?:export\s+)?(?:declare\s+)?(?:type|interface|struct|enum)\s+\w|^\s*(?:(?:public|private|protected|internal|static|abstract|override)\s+)+(?:async\s+)?\w+\s*\(\s*@\w+",
);
/// Something stands before what is taken where it is not there.
static OTHERWISE: Pattern = Pattern::new(
    r"(?:\?\?|\|\||\bor|\?:|\belse|:)\s*$|\.(?:unwrap_or|or)(?:_else)?\s*\(\s*(?:\|\|\s*)?$|\.or(?:Else|ElseGet)\s*\(\s*(?:\(\s*\)\s*->\s*)?$|\(\s*[^()]*(?:\([^()]*\)[^()]*)*,\s*$",
);
/// A head by which a request says who sent it.
static HEAD_OF_SOMEBODY: Pattern = Pattern::new(
    r#"(?i)(?:headers?|META|get|header)\b[^"'\n]{0,20}["'](?:HTTP_)?(?:x[-_])?(?:(?:remote|forwarded|auth\w*|webauth|internal|client|original)[-_])?(?:user|email|subject|login|account|principal|username|tenant)(?:[-_](?:id|name|email|login))?["']"#,
);
static CHECKED: Pattern = Pattern::new(r"(?i)verif|\bvalid\w*\s*\(|decode|authenticat|bearer|\bjwt\b|introspect|hmac");
static RETURNS: Pattern = Pattern::new(r"\breturn\b");

impl Check for IdentityFromRequest {
    fn rule(&self) -> RuleId {
        RuleId("identity-from-request")
    }

    fn needs(&self) -> Needs {
        let said = Words::of([&SAID, &HEAD_OF_SOMEBODY]).or(Words::of([&GIVEN, &FORM])).or(named_by_sender::words());
        Needs::nothing().and(Reach::AFTER, said)
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let readable = file.language.is_code() && file.role.is_live();
        let (Some(old), Some(new)) = (file.old().filter(|_| readable), file.new_side()) else { return };
        let before = sink.reported();
        by_form(file, (old, new), sink);
        if let Some(given) = given(new).filter(|_| sink.reported() == before) {
            alternative(file, (old, new), &given, sink);
            if sink.reported() == before {
                overwritten(file, (old, new), &given, sink);
            }
        }
        if sink.reported() == before {
            named_by_sender::report(file, (old, new), sink);
        }
        let headed = |line: &LineView<'_>| [line.text, new.plain_line(line.index)].into_iter().any(|text| HEAD_OF_SOMEBODY.is_match(text));
        if new.changed_lines().any(|line| line.text.len() <= LONGEST && headed(&line)) {
            for twin in twins(file) {
                by_head(file, &twin, sink);
            }
            added_heads(file, old, new, sink);
        }
    }
}

/// The names that the change sets to what a request says, and those that the functions it touches are given by one; `None` when it takes
/// nothing from one.
fn given<'v>(new: &'v SideView<'_>) -> Option<HashSet<&'v str>> {
    let (mut names, mut takes): (HashSet<&str>, bool) = (taken(new, &GIVEN).collect(), false);
    for line in new.changed_lines().filter(|line| line.text.len() <= LONGEST) {
        let text = new.plain_line(line.index);
        names.extend(GIVEN.parts(text));
        if SAID.is_match(text) {
            takes = true;
            let set = SET.group(text, 1).zip(SET.group(text, 2));
            names.extend(set.filter(|(_, value)| SAID.is_match(value)).map(|(name, _)| name));
        }
    }
    (takes || !names.is_empty()).then_some(names)
}

/// The parameters of an expression in the heads of the functions that the change touches.
fn taken<'v>(new: &'v SideView<'_>, parameter: &'static Pattern) -> impl Iterator<Item = &'v str> {
    let mut headers: Vec<usize> = new.changed_lines().filter_map(|line| Some(new.function_at(line.index)?.first_line)).collect();
    headers.dedup();
    headers.into_iter().map(|at| new.plain_line(at)).filter(|text| text.len() <= LONGEST).flat_map(|text| parameter.parts(text))
}

/// `make(req.user.id, form)` that became `make(form.ownerId, form)`: one value for one field of the form, nothing else of it changed.
fn by_form(file: &FileView<'_>, (old, new): Sides<'_>, sink: &mut Sink<'_>) {
    let forms: HashSet<&str> = taken(new, &FORM).collect();
    for pair in pairs(old, new, &KNOWN).into_iter().filter(|_| !forms.is_empty()) {
        let Some((stood, came)) = differing(pair.before, pair.after).map(|(stood, came)| (expression(stood), expression(came))) else {
            continue;
        };
        let field = FIELD.group(came, 1).zip(FIELD.group(came, 2)).filter(|(form, field)| forms.contains(form) && HOLDS.is_match(field));
        let replaced = field.is_some() && PLACE.is_match(stood) && KNOWN.is_match(stood) && HOLDS.is_match(stood);
        let of_form = || forms.iter().any(|form| stood.starts_with(form));
        if replaced && !of_form() && !ASKED.is_match(pair.after) {
            let draft = Draft::lines(file, new, pair.is.first_line, pair.is.last_line);
            sink.report(draft.evidence(format!("{} → {}", brief(old, pair.was), brief(new, pair.is))).severity(Severity::High));
        }
    }
}

/// Both sides of a file, the old one first.
type Sides<'v> = (&'v SideView<'v>, &'v SideView<'v>);

/// `owner: session.userId` that became `owner: req.query.owner ?? req.session.userId`, or whatever the request says alone.
fn alternative(file: &FileView<'_>, (old, new): Sides<'_>, given: &HashSet<&str>, sink: &mut Sink<'_>) {
    for pair in
        pairs(old, new, &KNOWN).into_iter().filter(|pair| ![pair.before, pair.after].into_iter().any(|text| DECLARES.is_match(text)))
    {
        let Some((stood, came)) = differing(pair.before, pair.after) else { continue };
        let stood = expression(stood);
        if stood.len() < 3 || !KNOWN.is_match(stood) || SAID.is_match(stood) || ASKED.is_match(pair.after) {
            continue;
        }
        let says =
            |text: &str| SAID.is_match(text) || text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| given.contains(word));
        let chosen = match came.find(stood) {
            Some(at) => came.get(..at).is_some_and(|head| says(head) && OTHERWISE.is_match(head)),
            None => {
                let came = expression(came);
                HOLDS.is_match(stood) && says(came) && HOLDS.is_match(came) && !stays(stood, came) && !(compares(stood) && compares(came))
            }
        };
        let asks = || {
            (pair.is.first_line.saturating_sub(6)..=pair.is.last_line)
                .any(|line| new.is_changed(line) && ASKED.is_match(new.plain_line(line)))
        };
        if chosen && !asks() {
            let draft = Draft::lines(file, new, pair.is.first_line, pair.is.last_line);
            sink.report(draft.evidence(format!("{} → {}", brief(old, pair.was), brief(new, pair.is))).severity(Severity::High));
        }
    }
}

/// Whether what told who somebody is, `$user` or `session.userId`, is still part of the value: something else of it changed then.
fn stays(stood: &str, came: &str) -> bool {
    let names = |text| str::split(text, |c: char| !c.is_alphanumeric() && !"_.$:>-".contains(c)).filter(|name| !name.is_empty());
    names(stood).any(|name| KNOWN.is_match(name) && names(came).any(|other| other == name))
}

/// Whether a text says whether two are the same, rather than who somebody is.
fn compares(text: &str) -> bool {
    text.contains("==") || text.contains("!=")
}

/// Where two texts begin to differ, from the beginning of a word or a value on.
fn differing<'w>(was: &'w str, is: &'w str) -> Option<(&'w str, &'w str)> {
    let same: usize = was.chars().zip(is.chars()).take_while(|(a, b)| a == b).map(|(sign, _)| sign.len_utf8()).sum();
    let head = was.get(..same)?;
    let start = head.rfind(['=', '(', ',', ':', '{', '[', ' ', '\n', '"', '\'']).map_or(0, |at| at + 1);
    // A call inside of which the texts differ belongs to the value: `c.Get("account")`.
    Some((was.get(start..)?.trim_start(), is.get(start..)?.trim_start()))
}

/// The value that a text begins with.
fn expression(text: &str) -> &str {
    let mut depth = 0_usize;
    for (at, sign) in text.char_indices() {
        match sign {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => return text.get(..at).unwrap_or(text).trim_end(),
            ')' | ']' | '}' => depth -= 1,
            ',' | ';' | '\n' if depth == 0 => return text.get(..at).unwrap_or(text).trim_end(),
            _ => {}
        }
    }
    text.trim_end()
}

/// A name that a session filled is filled again by what the request says.
fn overwritten(file: &FileView<'_>, (old, new): Sides<'_>, given: &HashSet<&str>, sink: &mut Sink<'_>) {
    if given.is_empty() {
        return;
    }
    for line in new.changed_lines().filter(|line| line.text.len() <= LONGEST) {
        let text = new.plain_line(line.index);
        let Some((name, value)) = SET.group(text, 1).zip(SET.group(text, 2)).filter(|(name, _)| HOLDS.is_match(name)) else { continue };
        let says = SAID.is_match(value)
            || value.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word != name && given.contains(word));
        let Some(function) = new.function_at(line.index).filter(|_| says && !ASKED.is_match(text)) else { continue };
        let lines = function.first_line..line.index;
        let filled =
            lines.clone().filter(|at| !new.is_changed(*at)).map(|at| new.plain_line(at)).filter(|text| text.len() <= LONGEST).any(|text| {
                SET.group(text, 1) == Some(name) && SET.group(text, 2).is_some_and(|value| KNOWN.is_match(value) && !SAID.is_match(value))
            });
        let stood = || old.function_at(line.index.min(old.len().saturating_sub(1))).is_some();
        if filled && stood() && !lines.clone().any(|at| new.is_changed(at) && ASKED.is_match(new.plain_line(at))) {
            return sink.report(Draft::line(file, new, line.index).severity(Severity::High));
        }
    }
}

/// In a function that checks a token, a head of the request is an answer as well.
fn by_head(file: &FileView<'_>, twin: &Twin<'_, '_>, sink: &mut Sink<'_>) {
    heads(file, twin.new, twin.is.clone(), twin.before(), sink);
}

/// The same in functions of which nothing went.
fn added_heads(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    let before = sink.reported();
    for line in new.changed_lines().filter(|line| line.text.len() <= LONGEST && HEAD_OF_SOMEBODY.is_match(line.text)) {
        let Some(function) = new.function_at(line.index).filter(|function| !function.name.is_empty()) else { continue };
        let Some(was) = old.functions().iter().find(|was| was.name == function.name) else { continue };
        let text = old.plain().get(old.bytes_of(was.first_line, was.last_line)).unwrap_or("");
        if sink.reported() == before {
            heads(file, new, function.first_line..function.last_line + 1, text, sink);
        }
    }
}

fn heads(file: &FileView<'_>, new: &SideView<'_>, is: std::ops::Range<usize>, before: &str, sink: &mut Sink<'_>) {
    if before.len() > 20_000 || !CHECKED.is_match(before) || HEAD_OF_SOMEBODY.is_match(before) {
        return;
    }
    let told = |at: usize| new.is_changed(at) && new.line(at).text.len() <= LONGEST;
    for at in is.clone().filter(|at| told(*at) && HEAD_OF_SOMEBODY.is_match(new.plain_line(*at))) {
        let text = new.plain_line(at);
        // The proof of whoever stands in between is asked for in the same breath.
        let proven = is.clone().any(|line| told(line) && PROOF.is_match(new.plain_line(line)));
        if RETURNS.is_match(text) && !proven {
            let title = "Somebody is who a head of the request says, where a token was checked";
            return sink.report(Draft::line(file, new, at).title(title).severity(Severity::High));
        }
    }
}

static PROOF: Pattern = Pattern::new(r"(?i)secret|hmac|compare|remote_?addr|trusted_?prox|peer|verif|signature|mtls|\bip\b");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_and_what_it_is() {
        let (was, is) = ("where: { customer: req.session.userId }", "where: { customer: req.query.customer ?? req.session.userId }");
        let (stood, came) = differing(was, is).unwrap_or_default();
        assert_eq!((expression(stood), came.find("req.session.userId")), ("req.session.userId", Some(22)));
        assert!(OTHERWISE.is_match("req.query.customer ?? ") && OTHERWISE.is_match("request.data.get(\"user\", "));
        assert!(SAID.is_match("params[:user_id] || ") && SAID.is_match("$request->query->get('owner', "));
        assert!(!SAID.is_match("req.session.userId") && !SAID.is_match("$request->user()->id") && !SAID.is_match("c.Get(\"account\")"));
        assert!(stays("shown($all, $user)", "Page::of($all, $user)") && !stays("req.session.userId", "req.query.userId"));
        assert!(
            HEAD_OF_SOMEBODY.is_match("request.headers.get(\"X-Remote-User\", \"root\")")
                && !HEAD_OF_SOMEBODY.is_match("headers.get(\"user-agent\")")
        );
    }
}
