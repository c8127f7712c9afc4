//! What the four verbs have in common at the command line: targets, reason, the plan shown, the question, the receipt.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args as ClapArgs;

use crate::analysis::engine::{Engine, Selection};
use crate::cli::context::{Context, now};
use crate::cli::exit::Exit;
use crate::cli::judge::Judge;
use crate::cli::output::{confirm, say, somebody_is_there};
use crate::cli::site::Site;
use crate::cli::typed::typed;
use crate::export::plan as export;
use crate::model::decision::Verb;
use crate::model::finding::Fingerprint;
use crate::model::inert;
use crate::model::pull::{Origin, PullRef};
use crate::model::response::{Plan, Strength};
use crate::model::review::Disposition;
use crate::response::request::{Request, Target};
use crate::runtime::git_decisions::{GitDecisions, kept_report, readable, target};

/// Arguments of every verb.
#[derive(Debug, ClapArgs)]
pub struct Common {
    /// Branches, ranges or commits of one repository
    #[arg(required = true, value_name = "TARGET")]
    pub targets: Vec<String>,
    /// The repository
    #[arg(long, default_value = ".", value_name = "DIR")]
    pub repo: PathBuf,
    /// Why, in your own words; it goes into the ledger
    #[arg(long, short = 'm', default_value = "", hide_default_value = true, value_name = "TEXT")]
    pub reason: String,
    /// Show what would be done and do nothing
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
    /// Do it without asking
    #[arg(long, short = 'y')]
    pub yes: bool,
    /// The name of a new package, typed to confirm it, where a policy wants that; once for each
    #[arg(long, value_name = "NAME")]
    pub confirm: Vec<String>,
}

/// One verb with what only it knows.
pub struct Asked<'a> {
    /// The verb.
    pub verb: Verb,
    /// Its arguments.
    pub common: &'a Common,
    /// For approve: also merge.
    pub merge: bool,
    /// For revert: the branch it was merged into, when it was named.
    pub base: Option<&'a str>,
    /// How findings were judged.
    pub dispositions: Vec<(Fingerprint, Disposition)>,
}

/// Plans, shows, asks and carries out.
///
/// # Errors
/// When a target cannot be read, nobody is named as reviewer, nobody can be asked, or the ledger cannot be used.
pub fn run(asked: &Asked<'_>, context: &mut Context) -> anyhow::Result<Exit> {
    let common = asked.common;
    let site = site(common)?;
    let decisions = GitDecisions::new(site.source.repository(), site.paths(context)?, now).under(site.source.clone());
    resume(&decisions)?;
    let (targets, reports) = targets(asked, &site, context)?.into_iter().unzip();
    let reason = common.reason.clone();
    let mut plan = decisions.plan_request(&Request { merge: asked.merge, ..Request::new(asked.verb, targets, reason, now()) }, reports)?;
    let paint = context.out.paint;
    export::plan(&mut context.out, &plan, paint)?;
    std::io::Write::flush(&mut context.out)?;
    if !plan.is_allowed() {
        return Ok(Exit::Found);
    }
    if common.dry_run || plan.steps.is_empty() {
        return Ok(Exit::Done);
    }
    if site.is_passing() {
        bail!("nothing was done, because this demo is gone in a moment: keep one with `lazaret demo --dir DIR` and name DIR with --repo");
    }
    if !typed(&mut plan, &common.confirm)? || !agreed(asked, &plan)? {
        say("", "nothing was done");
        return Ok(Exit::Found);
    }
    let mut receipt = decisions.carry_out_plan(&plan, &context.cancel)?;
    receipt.undo = receipt.undo.map(|undo| here(undo, &common.repo));
    export::receipt(&mut context.out, &receipt, paint)?;
    if let Some(first) = decisions.first_of(&plan)? {
        export::first(&mut context.out, &first.plan)?;
    }
    Ok(if receipt.strength == Strength::Failed { Exit::Failed } else { Exit::Done })
}

/// The command that undoes it, for whoever is not in the repository.
fn here(undo: String, repo: &Path) -> String {
    let elsewhere = undo.starts_with("lazaret ") && repo != Path::new(".");
    if elsewhere { format!("{undo} --repo {}", inert::word(&repo.to_string_lossy())) } else { undo }
}

/// Ends what an earlier run left half done and says so.
///
/// # Errors
/// When an unfinished case cannot be ended.
pub fn resume(decisions: &GitDecisions) -> anyhow::Result<()> {
    for receipt in decisions.resume()? {
        say("", format!("case {} was cut short earlier; it is ended now: {}", receipt.case.0, receipt.strength.word()));
    }
    Ok(())
}

/// Whether the person said yes to just this plan. Silence, and the absence of anybody to ask, is no.
fn agreed(asked: &Asked<'_>, plan: &Plan) -> anyhow::Result<bool> {
    if asked.common.yes {
        return Ok(true);
    }
    if !somebody_is_there() {
        bail!("nothing was done, because nobody can be asked here: --yes carries this plan out, --dry-run only shows it");
    }
    Ok(confirm(&format!("{} in {} steps?", plan.decision.verb.word(), plan.steps.len())))
}

/// The repository all targets are in.
fn site(common: &Common) -> anyhow::Result<Site> {
    match common.targets.as_slice() {
        [one] if one.starts_with("demo#") => Site::passing_demo(one.strip_prefix("demo")),
        names if names.iter().any(|name| name.starts_with("demo#")) => {
            bail!("a verb on several pulls of the demo needs one that stays: `lazaret demo --dir DIR`, then --repo DIR and #1 #2 …")
        }
        names => Site::named(&common.repo, names),
    }
}

/// Each target as it is now, with the report that is kept as evidence.
fn targets(asked: &Asked<'_>, site: &Site, context: &Context) -> anyhow::Result<Vec<(Target, Vec<u8>)>> {
    if asked.verb == Verb::Release {
        return Ok(asked.common.targets.iter().map(|name| (held(name), Vec::new())).collect());
    }
    let engine = Engine::new(&Selection::default());
    let judge = Judge { engine: &engine, source: &*site.source, cancel: &context.cancel };
    let targets: Vec<(Target, Vec<u8>)> =
        site.list(&context.cancel)?.pulls.iter().map(|pull| judged(&judge, &pull.at, asked)).collect::<anyhow::Result<_>>()?;
    let known = |id: &Fingerprint| targets.iter().any(|(target, _)| target.dispositions.iter().any(|(judged, _)| judged == id));
    if let Some((stray, _)) = asked.dispositions.iter().find(|(id, _)| !known(id)) {
        bail!("no finding of {} is called {stray}; `lazaret scan` shows the names", asked.common.targets.join(", "));
    }
    Ok(targets)
}

fn judged(judge: &Judge<'_>, at: &PullRef, asked: &Asked<'_>) -> anyhow::Result<(Target, Vec<u8>)> {
    let (change, report) = judge.one(at).with_context(|| format!("{at} cannot be judged"))?;
    readable(asked.verb, &change).with_context(|| format!("{at} stays as it is"))?;
    let mut target = target(&change, &report, &asked.dispositions);
    if let Some(base) = asked.base {
        base.clone_into(&mut target.base);
    }
    Ok((target, kept_report(&change, &report)))
}

/// A case or a held branch: what it was is in the ledger, not in the world.
fn held(name: &str) -> Target {
    Target::unseen(PullRef { origin: Origin::Local, repo: String::new(), name: name.to_owned() })
}
