//! `env-gated-auth`: a condition that somebody outside can arrange lets them in, or leaves a check out.

use crate::analysis::prefilter::{Needs, Reach};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::gate::{self, Gate};
use super::grant::{Grant, grant, principals};
use super::vocabulary::{Setting, vocabulary};
use crate::analysis::branch::{self, Branch};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::flow::Flow;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{Confidence, RuleId, Severity};

/// See `rules/code/env-gated-auth.toml`.
pub struct EnvGatedAuth;

impl Check for EnvGatedAuth {
    fn rule(&self) -> RuleId {
        RuleId("env-gated-auth")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::AFTER, vocabulary().touching().or(principals())).noting(&gate::SET).noting(&gate::NAMED)
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let readable = file.language.is_code() && file.role.is_live();
        let Some(side) = file.new_side().filter(|_| readable) else { return };
        let mut before: Option<HashSet<String>> = None;
        for way in ways(file, side) {
            if !side.touches(way.lines.start, way.lines.start) && !way.granting.clone().any(|line| side.is_changed(line)) {
                continue;
            }
            let stood = before.get_or_insert_with(|| {
                file.old().map_or_else(HashSet::new, |old| ways(file, old).into_iter().map(|way| way.text).collect())
            });
            if !stood.contains(&way.text) {
                report(file, side, &way, sink);
            }
        }
    }
}

/// What a condition decides is looked for in this many statements of its block.
const LONGEST_BLOCK: usize = 200;

/// A way in: a condition and the statement that lets in when it holds.
struct Way {
    gate: Gate,
    grant: Grant,
    setting: Setting,
    /// Lines from the condition to the grant, from 0.
    lines: Range<usize>,
    /// Lines of the grant, from 0.
    granting: Range<usize>,
    /// Condition and grant, to compare the two sides by.
    text: String,
}

static EITHER: Pattern = Pattern::new(r"\|\||\bor\b|\?|\bif\b.+\belse\b|\|=");
static RETURNS: Pattern = Pattern::new(r"^\s*(?:return\b|=>)");
static DECIDED: Pattern = Pattern::new(r"^\s*(?:const\s+|let\s+|var\s+|self\.|this\.)*([\w.]+)\s*(?::\s*\w+\s*)?(?::=|\|?\|?=)[^=]");

fn ways(file: &FileView<'_>, side: &SideView<'_>) -> Vec<Way> {
    let statements = side.statements();
    let set = file.spots(&gate::SET, side.side);
    let mut switches = switches(file, side);
    let mut last_gate: HashMap<Option<usize>, (usize, Gate)> = HashMap::new();
    let mut ways = Vec::new();
    for (index, statement) in statements.iter().enumerate() {
        let plain = side.plain_of(statement);
        let code = side.code_of(statement);
        let branch = branch::branch(side, file.language, index);
        if branch.is_none() && set.meet(statement.first_line, statement.last_line) && gate::sets_switch(plain, code) {
            switches.fill(side, statement, index);
        }
        let place = Place { file, side, index };
        match branch.and_then(|branch| gate::gate(side, &branch, &switches).map(|gate| (branch, gate))) {
            Some((branch, gate)) => {
                last_gate.insert(statement.parent, (index, gate));
                ways.extend(place.through(&branch, gate));
                ways.extend(place.after(&branch, gate));
            }
            None => {
                let otherwise = code.trim_start().starts_with("else") && !code.contains("if");
                if let Some((header, gate)) = last_gate.get(&statement.parent).filter(|_| otherwise)
                    && side.statements()[*header].end == index
                {
                    let branch =
                        Branch { condition: statement.bytes.clone(), inline: 0..0, block: index + 1..statement.end.max(index + 1) };
                    ways.extend(place.through(&branch, *gate));
                }
                ways.extend(place.expression(plain, code, &switches));
            }
        }
    }
    ways
}

/// Helpers of the file that only say what the environment says, and other names of the environment.
fn switches<'v>(file: &FileView<'_>, side: &'v SideView<'_>) -> Flow<'v> {
    let mut switches = Flow::default();
    let (set, named) = (file.spots(&gate::SET, side.side), file.spots(&gate::NAMED, side.side));
    for (index, statement) in side.statements().iter().enumerate() {
        let plain = side.plain_of(statement);
        let renames = named.meet(statement.first_line, statement.last_line);
        if let Some(name) = renames.then(|| gate::alias(plain)).flatten() {
            switches.alias(name);
        }
        if !set.meet(statement.first_line, statement.last_line) {
            continue;
        }
        let helper =
            statement.function.map(|at| side.functions()[at].name.as_str()).filter(|name| name.len() > 2 && !vocabulary().decides(name));
        if let Some(name) = helper.filter(|_| RETURNS.is_match(plain) && gate::sets_switch(plain, side.code_of(statement))) {
            switches.note(name, index);
        }
    }
    switches
}

/// A statement that opens or is a way in.
#[derive(Clone, Copy)]
struct Place<'v, 'f, 's> {
    file: &'v FileView<'f>,
    side: &'v SideView<'s>,
    index: usize,
}

impl Place<'_, '_, '_> {
    /// The most telling grant that the condition decides.
    fn through(&self, branch: &Branch, gate: Gate) -> Option<Way> {
        let header = &self.side.statements()[self.index];
        let inline = self.side.plain().get(branch.inline.clone()).zip(self.side.masked().get(branch.inline.clone()));
        let inline = inline.and_then(|(plain, code)| grant(plain.trim(), code.trim())).map(|grant| (grant, self.index));
        let block = branch.block.clone().take(LONGEST_BLOCK).filter(|at| self.side.statements()[*at].function == header.function);
        let granted = block.filter_map(|at| {
            let statement = &self.side.statements()[at];
            Some((grant(self.side.plain_of(statement), self.side.code_of(statement))?, at))
        });
        let condition = self.side.plain().get(branch.condition.clone()).unwrap_or("");
        let inline =
            inline.filter(|_| !self.side.plain().get(branch.inline.clone()).is_some_and(|text| self.only_in_shell(condition, text)));
        let granted = granted.filter(|(_, at)| !self.only_in_shell(condition, self.side.plain_of(&self.side.statements()[*at])));
        let (grant, at) = granted.chain(inline).max_by_key(|(grant, at)| (*grant, std::cmp::Reverse(*at)))?;
        Some(self.way(gate, grant, at))
    }

    /// What lets nobody in where a shell runs it: a number that says that it failed, and the name under which the script itself signs in
    /// where none is given.
    fn only_in_shell(&self, condition: &str, text: &str) -> bool {
        static FAILS: Pattern = Pattern::new(r"^\s*(?:return|exit)\s+[1-9]");
        static NAMED: Pattern = Pattern::new(r"^\s*(\w+_(?:USER|USERNAME|LOGIN|ACCOUNT))=");
        let own = |name: &str| condition.contains(&format!("-z \"${name}\"")) || condition.contains(&format!("-z \"${{{name}"));
        self.file.language == Language::Shell && (FAILS.is_match(text) || NAMED.group(text, 1).is_some_and(own))
    }

    /// The real check stands inside the condition, and after it comes success.
    fn after(&self, branch: &Branch, gate: Gate) -> Option<Way> {
        static CHECKS: Pattern = Pattern::new(r"(?i)(?:verif|validat|check|authentic|authoriz|compare)\w*\s*\(");
        let statements = self.side.statements();
        let header = &statements[self.index];
        let inside = branch.block.clone().take(LONGEST_BLOCK).any(|at| CHECKS.is_match(self.side.code_of(&statements[at])));
        let next = statements.get(header.end).filter(|next| inside && next.parent == header.parent && next.function == header.function)?;
        let grant = grant(self.side.plain_of(next), self.side.code_of(next)).filter(|grant| *grant >= Grant::Success)?;
        Some(self.way(gate, grant, header.end))
    }

    /// `return env == 'x' or check()`, `isAdmin = user.admin || process.env.X`, `role = env ? 'admin' : …`.
    fn expression(&self, plain: &str, code: &str, switches: &Flow<'_>) -> Option<Way> {
        // Markup is drawn, and what is long is data.
        if plain.len() > 600 || code.contains("</") || code.contains("/>") || !EITHER.is_match(code) {
            return None;
        }
        let decided = DECIDED.group(code, 1).is_some_and(|name| vocabulary().decides(name) && vocabulary().answers(name));
        let returns =
            RETURNS.is_match(code) && vocabulary().setting(self.file, self.side, &self.side.statements()[self.index]) == Setting::Function;
        if !decided && !returns {
            return None;
        }
        let start = code.find("return").map_or_else(|| code.find('=').map_or(0, |at| at + 1), |at| at + "return".len());
        let end = code.find(" ? ").or_else(|| code.find("?.").is_none().then(|| code.find('?')).flatten()).unwrap_or(code.len());
        let (start, end) = match code.find(" if ").zip(code.find(" else ")) {
            Some((from, to)) if from < to => (from + 4, to),
            _ => (start.min(end), end),
        };
        let gate = gate::of(plain.get(start..end)?, code.get(start..end)?, switches)?;
        let privileged = grant(plain, "=").unwrap_or(Grant::Success);
        Some(self.way(gate, privileged.max(Grant::Success), self.index))
    }

    fn way(&self, gate: Gate, grant: Grant, at: usize) -> Way {
        let statements = self.side.statements();
        let (header, granting) = (&statements[self.index], &statements[at]);
        let text = [self.side.plain_of(header), self.side.plain_of(granting)]
            .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
            .join(" | ");
        Way {
            gate,
            grant,
            setting: vocabulary().setting(self.file, self.side, header),
            lines: header.first_line..granting.last_line.max(header.last_line) + 1,
            granting: granting.first_line..granting.last_line + 1,
            text,
        }
    }
}

fn report(file: &FileView<'_>, side: &SideView<'_>, way: &Way, sink: &mut Sink<'_>) {
    let Some((severity, confidence)) = weigh(way).filter(|_| !asks_whether_required(side, way)) else { return };
    let severity = if skips_only_what_is_new(file, side, way) || asks_whether_there(file, side, way) || chooses(side, way) {
        severity.min(Severity::Medium)
    } else {
        severity
    };
    let title = format!("Access is granted by {}", way.gate.words());
    sink.report(
        Draft::lines(file, side, way.lines.start, way.lines.end.saturating_sub(1)).title(title).severity(severity).confidence(confidence),
    );
}

/// Whether a field that is there says yes where yes is the stricter answer: `client_authentication_required`.
fn asks_whether_required(side: &SideView<'_>, way: &Way) -> bool {
    static REQUIRED: Pattern = Pattern::new(r"(?:_required|Required|_needed|Needed)\??$|^(?:requires?|needs?|must)(?:_|[A-Z])");
    let asked = || side.function_at(way.lines.start).is_some_and(|function| REQUIRED.is_match(&function.name));
    way.gate == Gate::Switch && way.grant == Grant::Success && asked()
}

/// Whether a function says by its name that it chooses among several ways, and no privileged one is taken: `selectAuthMethod`.
fn chooses(side: &SideView<'_>, way: &Way) -> bool {
    static CHOOSES: Pattern = Pattern::new(
        r"^_*(?:infer|select|choose|pick|detect|guess|determine)(?:_|[A-Z]).*(?i:type|method|kind|mode|format|scheme|style|name|url|uri)s?$",
    );
    way.grant != Grant::Principal && side.function_at(way.lines.start).is_some_and(|function| CHOOSES.is_match(&function.name))
}

/// Whether a function that the change brings says by its name that something is there, not who may: `admin_account_available?`.
fn asks_whether_there(file: &FileView<'_>, side: &SideView<'_>, way: &Way) -> bool {
    static THERE: Pattern = Pattern::new(r"(?i)_?(?:available|configured|present|exists|provided)\??$");
    let Some(function) = side.function_at(way.lines.start).filter(|function| THERE.is_match(&function.name)) else { return false };
    file.old().is_none_or(|old| old.functions().iter().all(|was| was.name != function.name))
}

/// Whether a switch of the program only leaves out checks that the same change brings, in a function that lost no condition.
fn skips_only_what_is_new(file: &FileView<'_>, side: &SideView<'_>, way: &Way) -> bool {
    const LONGEST_REST: usize = 60;
    static CONDITION: Pattern =
        Pattern::new(r"\b(?:if|unless|elif|elsif|raise|throw|assert\w*|guard|match|switch|require\w*)\b|\?|&&|\|\|");
    let Some((new, old)) = side.function_at(way.lines.start).filter(|_| way.gate == Gate::Bypass).zip(file.old()) else { return false };
    let Some(was) = old.functions().iter().find(|was| was.name == new.name) else { return false };
    let ends = |line: usize| {
        let text = side.line(line).code().trim();
        text.len() < 3 || matches!(text.trim_end_matches(';'), "end" | "return true" | "return True" | "return nil" | "true")
    };
    let mut rest = way.lines.end..new.last_line + 1;
    let lost = |line: usize| old.is_changed(line) && CONDITION.is_match(old.line(line).code());
    rest.len() <= LONGEST_REST
        && rest.all(|line| side.is_changed(line) || ends(line))
        && !(was.first_line..=was.last_line).take(LONGEST_REST).any(lost)
        && was.last_line - was.first_line < LONGEST_REST
}

/// Severity by who is let in, on what, and how sure it is that this code decides it.
fn weigh(way: &Way) -> Option<(Severity, Confidence)> {
    use Severity::{Critical, High, Medium};
    let arranged = way.gate > Gate::Bypass;
    Some(match (way.grant, way.setting) {
        (Grant::Principal, Setting::Function | Setting::File) if arranged || way.gate == Gate::Bypass => (Critical, Confidence::High),
        (Grant::Principal, Setting::Elsewhere) if arranged => (High, Confidence::Medium),
        (Grant::Principal, Setting::Function) => (High, Confidence::Medium),
        (Grant::Principal, _) => (Medium, Confidence::Low),
        (Grant::Success | Grant::Value, Setting::Function) if arranged => (Critical, Confidence::High),
        (Grant::Success, Setting::Function) if way.gate == Gate::Bypass => (Critical, Confidence::Medium),
        (_, Setting::Function) => (High, Confidence::Medium),
        (Grant::Success, Setting::File) if arranged => (Medium, Confidence::Medium),
        (Grant::Success, Setting::File) if way.gate == Gate::Bypass => (Medium, Confidence::Medium),
        _ => return None,
    })
}
