//! Paths against globs: what is sensitive, what lies outside an agent's scope. Matching is by bytes as git has them, folded to lower
//! case, because checkouts on other systems do the same.

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use crate::model::path::RepoPath;
use crate::model::policy::{Demand, Outside, PATH, Policy, Scope, Sensitive, Touched, Who};
use crate::response::policy::judgement::Judgement;
use crate::response::words::{few, one_line};

/// Paths shown in one sentence.
const SHOWN: usize = 3;

/// What to say of a change of the policy itself.
pub(super) fn own_policy(touched: &Touched) -> Option<String> {
    changes_policy(touched).then(|| {
        format!(
            "{} changes {PATH}: from then on another policy judges every change; this one is judged by the base's",
            one_line(&touched.name)
        )
    })
}

fn changes_policy(touched: &Touched) -> bool {
    touched.paths.iter().any(|path| path.text().to_lowercase().starts_with(".lazaret/"))
}

/// The sensitive demands that a change meets, each with the paths.
pub(super) fn sensitive<'p>(policy: &'p Policy, touched: &Touched) -> Vec<(&'p Demand<Sensitive>, Vec<String>)> {
    let met = policy.sensitive.iter().map(|demand| (demand, hits(&set(&demand.value.paths), &touched.paths)));
    met.filter(|(_, paths)| !paths.is_empty()).collect()
}

/// Some paths of a change that belong to somebody.
pub(super) struct Belonging<'p> {
    /// The paths.
    pub(super) paths: Vec<String>,
    /// Who owns them.
    pub(super) owners: &'p [Who],
    /// Who says so.
    pub(super) from: &'p str,
}

/// What of a change belongs to somebody: by the sensitive paths of the policy, and by CODEOWNERS where a policy wants that.
pub(super) fn belongings<'p>(policy: &'p Policy, touched: &Touched) -> Vec<Belonging<'p>> {
    let listed = sensitive(policy, touched).into_iter();
    let mut found: Vec<Belonging<'_>> =
        listed.map(|(demand, paths)| Belonging { paths, owners: &demand.value.owners, from: &demand.from }).collect();
    let lines: Vec<(GlobSet, _)> =
        policy.owned.iter().map(|demand| (set_as(&demand.value.paths, Case::Exact, Broken::All), demand)).collect();
    for path in &touched.paths {
        let Some((_, demand)) = lines.iter().rev().find(|(set, _)| set.is_match(&*path.text())) else { continue };
        let path = one_line(&path.text());
        match found.iter_mut().find(|known| known.from == demand.from) {
            Some(known) => known.paths.push(path),
            None => found.push(Belonging { paths: vec![path], owners: &demand.value.owners, from: &demand.from }),
        }
    }
    found.retain(|belonging| !belonging.owners.is_empty());
    found
}

/// Why a change is of a sensitive path, in words; `None` when it is not.
pub(super) fn why_sensitive(policy: &Policy, touched: &Touched) -> Option<String> {
    if changes_policy(touched) {
        return Some(format!("{} changes the policy", one_line(&touched.name)));
    }
    let (demand, paths) = sensitive(policy, touched).into_iter().next()?;
    Some(format!("{} is sensitive ({})", few(&paths, SHOWN), one_line(&demand.from)))
}

/// Refuses what an agent did outside its scope, or asks for a second person.
pub(super) fn scopes(policy: &Policy, touched: &[Touched], judgement: &mut Judgement) {
    for one in touched {
        for (outside, says) in beyond_all(policy, one) {
            match outside {
                Outside::Refuse => judgement.refusals.push(format!("{}: {says}; a person has to make that change", one_line(&one.name))),
                Outside::TwoPeople => judgement.reasons.push(says),
            }
        }
    }
}

/// What of a change lies outside the scopes of its agent and what an approval of it comes to, in sentences.
pub(super) fn outside(policy: &Policy, touched: &Touched) -> Vec<String> {
    let sentence = |(outside, says): (Outside, String)| match outside {
        Outside::Refuse => format!("{says}: an approval is refused"),
        Outside::TwoPeople => format!("{says}: an approval takes two people"),
    };
    beyond_all(policy, touched).map(sentence).collect()
}

/// Each scope that a change leaves, in words.
fn beyond_all<'t>(policy: &'t Policy, touched: &'t Touched) -> impl Iterator<Item = (Outside, String)> + 't {
    policy.scopes.iter().filter_map(|demand| {
        let outside = beyond(&demand.value, touched);
        let agent = one_line(touched.agent.as_deref().unwrap_or("whoever wrote it"));
        let says = || format!("{agent} may not touch {} ({})", few(&outside, SHOWN), one_line(&demand.from));
        (!outside.is_empty()).then(|| (demand.value.outside, says()))
    })
}

/// The paths of a change that lie outside a scope. An agent that hides its name is not let out of the scope of all agents, but a
/// change that nothing connects with an agent has none.
fn beyond(scope: &Scope, touched: &Touched) -> Vec<String> {
    let Some(agent) = &touched.agent else { return Vec::new() };
    if scope.agent != "*" && !scope.agent.eq_ignore_ascii_case(agent) {
        return Vec::new();
    }
    let (never, only) = (set(&scope.never), set_as(&scope.only, Case::Folded, Broken::Nothing));
    let is_outside = |path: &&RepoPath| meets(&never, path) || !scope.only.is_empty() && !meets(&only, path);
    touched.paths.iter().filter(is_outside).map(|path| one_line(&path.text())).collect()
}

fn hits(set: &GlobSet, paths: &[RepoPath]) -> Vec<String> {
    paths.iter().filter(|path| meets(set, path)).map(|path| one_line(&path.text())).collect()
}

fn meets(set: &GlobSet, path: &RepoPath) -> bool {
    set.is_match(path.text().to_lowercase())
}

/// Whether capitals matter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    /// As GitHub has it for CODEOWNERS.
    Exact,
    /// As file systems of other systems have it.
    Folded,
}

/// What a pattern meets that was read before and is none now: of two readings the stricter one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Broken {
    /// Every path.
    All,
    /// No path.
    Nothing,
}

/// The paths a policy names: a name without any wildcard means a folder with all below it, too.
fn set(globs: &[String]) -> GlobSet {
    set_as(globs, Case::Folded, Broken::All)
}

fn set_as(globs: &[String], case: Case, broken: Broken) -> GlobSet {
    let mut builder = GlobSetBuilder::new();
    let mut add = |text: &str| {
        let built = GlobBuilder::new(text).literal_separator(true).backslash_escape(true).build();
        let instead = |_| if broken == Broken::All { Glob::new("**").ok() } else { None };
        if let Some(glob) = built.map_or_else(instead, Some) {
            builder.add(glob);
        }
    };
    for glob in globs {
        if case == Case::Exact {
            add(glob);
            continue;
        }
        let text = glob.to_lowercase();
        add(&text);
        if !text.contains(['*', '?', '[', '{']) {
            add(&format!("{text}/**"));
        }
    }
    let all = || Glob::new("**").and_then(|all| GlobSet::new([all])).unwrap_or_else(|_| GlobSet::empty());
    builder.build().unwrap_or_else(|_| if broken == Broken::All { all() } else { GlobSet::empty() })
}
