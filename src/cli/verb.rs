//! What the verbs have in common at the command line: targets, reason, the plan shown, the question, the receipt.

use std::path::Path;

use anyhow::{Context as _, bail};
use clap::Args as ClapArgs;

use crate::cli::context::{Context, now};
use crate::cli::exit::Exit;
use crate::cli::judge::Judge;
use crate::cli::output::say;
use crate::cli::pulls;
use crate::cli::settle::{Part, settle};
use crate::cli::site::Site;
use crate::cli::terms::Terms;
use crate::model::ban::{Ban, Banned};
use crate::model::change::Change;
use crate::model::decision::Verb;
use crate::model::finding::Fingerprint;
use crate::model::forge_step::MergeMethod;
use crate::model::pull::{Origin, Pull, PullRef};
use crate::model::response::CaseId;
use crate::model::review::{Disposition, DraftComment};
use crate::response::case::is_case_id;
use crate::response::error::ResponseError;
use crate::response::request::{Request, Target};
use crate::runtime::case_decisions::CaseDecisions;
use crate::runtime::seen::{kept_report, misplaced, readable, refused, target};
use crate::sources::github::address::GITHUB;
use crate::sources::github::target as forge_target;
use crate::store::cases;

/// Arguments of every verb.
#[derive(Debug, ClapArgs)]
pub struct Common {
    /// Pulls such as owner/repo#7, for revert and quarantine also commits such as owner/repo@COMMIT, or their pages; or branches, ranges or commits of one repository
    #[arg(required = true, value_name = "TARGET")]
    pub targets: Vec<String>,
    /// How it is carried out
    #[command(flatten)]
    pub terms: Terms,
}

/// One verb with what only it knows.
pub struct Asked<'a> {
    /// The verb.
    pub verb: Verb,
    /// Its arguments.
    pub common: &'a Common,
    /// For approve: also merge.
    pub merge: bool,
    /// For approve: how to merge.
    pub method: Option<MergeMethod>,
    /// For approve: the only head that is meant, or its first digits.
    pub head: Option<&'a str>,
    /// For request-changes and comment: what goes along.
    pub comments: Vec<DraftComment>,
    /// For revert: the branch it was merged into, when it was named.
    pub base: Option<&'a str>,
    /// How findings were judged.
    pub dispositions: Vec<(Fingerprint, Disposition)>,
}

impl<'a> Asked<'a> {
    /// `verb` with nothing that only some verbs know.
    #[must_use]
    pub fn plain(verb: Verb, common: &'a Common) -> Self {
        Self { verb, common, merge: false, method: None, head: None, comments: Vec::new(), base: None, dispositions: Vec::new() }
    }
}

/// Plans, shows, asks and carries out.
///
/// # Errors
/// When a target cannot be read, nobody is named as reviewer, nobody can be asked, or the ledger cannot be used.
pub fn run(asked: &Asked<'_>, context: &mut Context) -> anyhow::Result<Exit> {
    let terms = &asked.common.terms;
    context.note_folder(&terms.repo);
    context.whole_imports()?;
    let site = site(asked, context)?;
    let decisions =
        || anyhow::Ok(CaseDecisions::at(site.place(), site.paths(context)?, now).under(site.source.clone()).under_rules(context.rules()?));
    let first = decisions()?;
    resume(&first)?;
    let found = targets(asked, &site, &first, context)?;
    let among = found.len();
    let mut parts = Vec::new();
    for some in by_repository(found) {
        let (targets, reports) = some.into_iter().unzip();
        let request = Request {
            merge: asked.merge,
            method: asked.method,
            comments: asked.comments.clone(),
            among,
            ..Request::new(asked.verb, targets, terms.reason.clone(), now())
        };
        let decisions = decisions()?;
        parts.push(Part { plan: decisions.plan_request(&request, reports)?, decisions });
    }
    settle(parts, terms, site.is_passing(), context)
}

type Seen = (Target, Vec<u8>);

/// Each repository of a forge has a policy and a case of its own, since each is enforced and undone by itself.
fn by_repository(found: Vec<Seen>) -> Vec<Vec<Seen>> {
    let mut groups: Vec<(String, Vec<Seen>)> = Vec::new();
    for one in found {
        let pull = &one.0.pull;
        let place = if pull.origin == Origin::Github { pull.repo.to_lowercase() } else { String::new() };
        match groups.iter_mut().find(|(known, _)| *known == place) {
            Some((_, group)) => group.push(one),
            None => groups.push((place, vec![one])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// Ends what an earlier run left half done and says so.
///
/// # Errors
/// When an unfinished case cannot be ended.
pub fn resume(decisions: &CaseDecisions) -> anyhow::Result<()> {
    for receipt in decisions.resume()? {
        say("", format!("case {} was cut short earlier; it is ended now: {}", receipt.case.0, receipt.strength.word()));
    }
    Ok(())
}

/// The place all targets are in.
fn site(asked: &Asked<'_>, context: &Context) -> anyhow::Result<Site> {
    let common = asked.common;
    match common.targets.as_slice() {
        [one] if one.starts_with("demo#") => return Site::passing_demo(one.strip_prefix("demo")),
        names if names.iter().any(|name| name.starts_with("demo#")) => {
            bail!("a verb on several pulls of the demo needs one that stays: `lazaret demo --dir DIR`, then --repo DIR and #1 #2 …")
        }
        [case] if asked.verb == Verb::Release && is_case_id(case) => {
            if let Some(site) = of_case(case, context)? {
                return Ok(site);
            }
        }
        _ => {}
    }
    let on_a_forge = if Site::is_demo(&common.terms.repo) { None } else { forge_site(&common.targets, &common.terms.repo, context)? };
    on_a_forge.map_or_else(|| Site::named(&common.terms.repo, &common.targets).map_err(|why| numberless(why, &common.targets)), Ok)
}

/// `why` no target was found here, with how a pull of a forge is written where one was perhaps meant.
fn numberless(why: anyhow::Error, targets: &[String]) -> anyhow::Error {
    if targets.iter().any(|target| target.contains('/')) {
        return anyhow::anyhow!("{why:#}; a pull of a GitHub host is written OWNER/REPO#7");
    }
    why
}

/// The forge that `targets` are on, in whatever state they are, when they are on one.
fn forge_site(targets: &[String], folder: &Path, context: &Context) -> anyhow::Result<Option<Site>> {
    let commit = |target: &String| matches!(forge_target::Target::read(target, GITHUB), Some(Ok(forge_target::Target::Commit(..))));
    let meant = |target: &String| target.contains('#') || target.contains("://") || commit(target);
    if !targets.iter().all(meant) {
        return Ok(None);
    }
    pulls::open(&pulls::Asked { targets, folder: Some(folder), state: pulls::State::All, all: true }, context)
}

/// The forge where `case` was decided, when it was on one.
fn of_case(case: &str, context: &Context) -> anyhow::Result<Option<Site>> {
    let Some(ledger) = context.ledger_if_any()? else { return Ok(None) };
    let Some(known) = cases::history(&ledger, &CaseId(case.to_owned()))? else { return Ok(None) };
    let pull = known.plan.decision.pulls.iter().find(|pull| pull.origin == Origin::Github);
    pull.map_or(Ok(None), |pull| {
        pulls::open(&pulls::Asked { targets: &[pull.to_string()], state: pulls::State::All, all: true, folder: None }, context)
    })
}

/// Each target as it is now, with the report that is kept as evidence.
fn targets(asked: &Asked<'_>, site: &Site, decisions: &CaseDecisions, context: &Context) -> anyhow::Result<Vec<(Target, Vec<u8>)>> {
    if asked.verb == Verb::Release {
        let names = if site.forge.is_some() {
            held_there(asked, site, context)?
        } else {
            asked.common.targets.iter().map(|name| held(name)).collect()
        };
        return Ok(names.into_iter().map(|target| (target, Vec::new())).collect());
    }
    let engine = decisions.engine();
    let judge = Judge { engine: &engine, source: &*site.source, cancel: &context.cancel };
    let bans = decisions.bans()?;
    let listing = site.list(&context.cancel)?;
    if asked.head.is_some() && listing.pulls.len() > 1 {
        bail!("--head is the commit of one pull, and {} are named: approve them singly", listing.pulls.len());
    }
    if let Some(missing) = listing.omissions.first().filter(|_| site.forge.is_some() && listing.pulls.len() < asked.common.targets.len()) {
        bail!("nothing was done, because not every target could be read: {}", missing.why);
    }
    let targets: Vec<(Target, Vec<u8>)> =
        listing.pulls.iter().map(|pull| judged(&judge, pull, asked, &bans)).collect::<anyhow::Result<_>>()?;
    let known = |id: &Fingerprint| targets.iter().any(|(target, _)| target.dispositions.iter().any(|(judged, _)| judged == id));
    if let Some((stray, _)) = asked.dispositions.iter().find(|(id, _)| !known(id)) {
        bail!("no finding of {} is called {stray}; `lazaret scan` shows the names", asked.common.targets.join(", "));
    }
    Ok(targets)
}

fn judged(judge: &Judge<'_>, pull: &Pull, asked: &Asked<'_>, bans: &[Ban]) -> anyhow::Result<(Target, Vec<u8>)> {
    let at = &pull.at;
    let (change, report) = match judge.one(at).with_context(|| format!("{at} cannot be judged")) {
        Ok(judged) => judged,
        // Nothing that cannot be read may stand in the way of containment.
        Err(error) if asked.verb == Verb::Quarantine && at.origin == Origin::Github => {
            say("", format!("{error:#}; it can be held all the same"));
            return Ok((unread(pull), Vec::new()));
        }
        Err(error) => return Err(error),
    };
    if let Some(wanted) = asked.head {
        is_head(wanted, &change).map_err(|why| ResponseError::Refused(format!("{at} stays as it is: {why}")))?;
    }
    readable(asked.verb, &change).with_context(|| format!("{at} stays as it is"))?;
    if let Some(why) = misplaced(&change, &asked.comments).first() {
        bail!("nothing was sent: {why}");
    }
    let mut target = target(&change, &report, &asked.dispositions);
    target.refused = refused(&change, bans);
    if let Some(base) = asked.base {
        base.clone_into(&mut target.base);
    }
    Ok((target, kept_report(&change, &report, judge.engine)))
}

/// Whether the head of `change` is the commit `wanted`, and no other of its commits is called so.
fn is_head(wanted: &str, change: &Change) -> Result<(), String> {
    let Some(head) = &change.pull.revision.head else { return Err(format!("it has no commit, so none is {wanted}")) };
    if !head.as_str().starts_with(wanted) {
        return Err(format!("its head is {}, not {wanted}; look at what is there now, and name that by --head", head.short()));
    }
    let others = change.commits.iter().filter_map(|commit| commit.id.as_ref()).filter(|id| *id != head);
    if others.into_iter().any(|id| id.as_str().starts_with(wanted)) {
        return Err(format!("{wanted} names several of its commits; give all digits of its head, {head}, if that is the one you read"));
    }
    Ok(())
}

/// A pull of which only the listing is known.
fn unread(pull: &Pull) -> Target {
    let mut target = Target::unseen(pull.at.clone());
    pull.branch.clone_into(&mut target.branch);
    pull.target.clone_into(&mut target.base);
    target.subject.revision = pull.revision.clone();
    target.session.clone_from(&pull.provenance.session);
    target.known_by = pull.revision.head.clone().map(Banned::Commit).into_iter().collect();
    target
}

/// A case or a held branch: what it was is in the ledger, not in the world.
fn held(name: &str) -> Target {
    Target::unseen(PullRef { origin: Origin::Local, repo: String::new(), name: name.to_owned() })
}

/// Cases and pulls of a forge that are to be released.
fn held_there(asked: &Asked<'_>, site: &Site, context: &Context) -> anyhow::Result<Vec<Target>> {
    let (cases, pulls): (Vec<&String>, Vec<&String>) = asked.common.targets.iter().partition(|name| is_case_id(name));
    if !cases.is_empty() && !pulls.is_empty() {
        bail!("name cases or pulls to release, not both at once");
    }
    let of_case = |name: &&String| Target::unseen(PullRef { origin: Origin::Github, repo: String::new(), name: (*name).clone() });
    if !cases.is_empty() {
        return Ok(cases.iter().map(of_case).collect());
    }
    Ok(site.list(&context.cancel)?.pulls.iter().map(unread).collect())
}
