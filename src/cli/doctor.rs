//! `lazaret doctor`: what is configured, readable and permitted here. It looks and changes nothing, and prints no secret.
#![allow(clippy::disallowed_methods, reason = "tells which variables of the environment matter")]

mod github;
mod line;
mod look_ups;

use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;

use crate::analysis::rulebook::Rulebook;
use crate::analysis::rules;
use crate::cli::context::Context;
use crate::cli::doctor::line::{Line, State};
use crate::cli::exit::Exit;
use crate::cli::site::Site;
use crate::config::load;
use crate::model::ledger::ChainState;
use crate::model::pack::NoteKind;
use crate::response::evidence;
use crate::response::facts::Guard;
use crate::response::git::{self, hook};
use crate::response::responder::Responder as _;
use crate::response::signing::proof;
use crate::runtime::signing;
use crate::sources::open::Target;
use crate::store::paths::Paths;

/// Look at what is configured, readable and permitted here
///
/// Exit code 1 when something is broken. Nothing is changed, and no secret is printed.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The repository
    #[arg(long, default_value = ".", value_name = "DIR")]
    repo: PathBuf,
}

/// Runs it.
///
/// # Errors
/// When no home folder is known, or the output cannot be written.
pub fn run(args: &Args, context: &mut Context) -> anyhow::Result<Exit> {
    let paths = context.paths()?;
    let mut lines = vec![program(), rules_in_force(context), folders(&paths), taste(&paths), ledger(context), kept(&paths)];
    lines.extend(repository(&args.repo, context));
    lines.push(signer(&paths, &args.repo));
    lines.extend(github::lines(context));
    lines.extend(look_ups::lines(context));
    lines.push(terminal());
    let paint = context.out.paint;
    lines.iter().try_for_each(|line| line.write(&mut context.out, paint))?;
    Ok(if lines.iter().any(|line| line.0 == State::Broken) { Exit::Found } else { Exit::Done })
}

fn program() -> Line {
    Line(State::Good, "lazaret", format!("{}, built for {}-{}", env!("CARGO_PKG_VERSION"), std::env::consts::ARCH, std::env::consts::OS))
}

fn rules_in_force(context: &Context) -> Line {
    let book = match context.rulebook() {
        Ok(book) => book,
        Err(error) => return Line(State::Broken, "rules", error.to_string()),
    };
    match book.notes.iter().find(|note| note.kind == NoteKind::LeftOut) {
        None => Line(State::Good, "rules", format!("{} rules{}, digest {}", book.iter().count(), packs(&book), book.digest)),
        Some(note) => Line(State::Broken, "rules", note.to_string()),
    }
}

/// The packs that are not of this program.
fn packs(book: &Rulebook) -> String {
    let own = book.packs.iter().filter(|pack| pack.name != rules::NAME).map(|pack| {
        let version = pack.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
        let digest: String = pack.digest.chars().take(12).collect();
        format!("{} of {}{version} ({digest})", pack.rules, pack.name)
    });
    let own: Vec<String> = own.collect();
    if own.is_empty() { String::new() } else { format!(" with {}", own.join(", ")) }
}

fn folders(paths: &Paths) -> Line {
    let log = paths.log();
    let shown = [("config", paths.config()), ("data", paths.data()), ("cache", paths.cache()), ("log", &*log)];
    let shown: Vec<String> = shown.iter().map(|(name, folder)| format!("{name} {}", folder.display())).collect();
    Line(State::Good, "folders", shown.join(", "))
}

fn taste(paths: &Paths) -> Line {
    let read = load::taste(paths.config()).map_err(|error| error.to_string());
    match read {
        Ok(_) if paths.config().join("settings.toml").exists() => Line(State::Good, "settings", "your own files are in order".to_owned()),
        Ok(_) => Line(State::Absent, "settings", "no file of your own; the defaults hold".to_owned()),
        Err(error) => Line(State::Broken, "settings", error),
    }
}

fn ledger(context: &Context) -> Line {
    let state = context.ledger_if_any().and_then(|ledger| ledger.map(|ledger| ledger.verify()).transpose());
    match state {
        Ok(Some(ChainState::Whole { records: 0, .. })) => Line(State::Good, "ledger", "whole, no record yet".to_owned()),
        Ok(Some(ChainState::Whole { records, head })) => Line(State::Good, "ledger", format!("whole, {records} records, head {head}")),
        Ok(Some(ChainState::Broken { seq, why })) => Line(State::Broken, "ledger", format!("broken at record {seq}: {why}")),
        Ok(None) => Line(State::Absent, "ledger", "nothing was decided yet".to_owned()),
        Err(error) => Line(State::Broken, "ledger", error.to_string()),
    }
}

fn kept(paths: &Paths) -> Line {
    match evidence::list(&paths.evidence()) {
        Ok(cases) if cases.is_empty() => Line(State::Absent, "evidence", "nothing was kept yet".to_owned()),
        Ok(cases) => match cases.iter().find_map(|case| case.problem.clone()) {
            None => Line(State::Good, "evidence", format!("{}; `lazaret evidence verify` checks them", counted(cases.len(), "case"))),
            Some(problem) => Line(State::Broken, "evidence", problem),
        },
        Err(error) => Line(State::Broken, "evidence", error.to_string()),
    }
}

fn repository(folder: &Path, context: &Context) -> Vec<Line> {
    let responder = match git::open(folder) {
        Ok(responder) => responder,
        Err(error) => return vec![Line(State::Absent, "repository", error.to_string())],
    };
    let target = Target { repo: Some(folder.to_owned()), ..Target::default() };
    let pulls = match Site::open(&target).and_then(|site| Ok(site.list(&context.cancel)?)) {
        Ok(listed) if listed.unreadable > 0 => {
            Line(State::Broken, "repository", listed.omissions.first().map(|first| first.why.clone()).unwrap_or_default())
        }
        Ok(listed) => Line(State::Good, "repository", format!("{}, {}", responder.name(), counted(listed.pulls.len(), "pull"))),
        Err(error) => Line(State::Broken, "repository", error.to_string()),
    };
    let reviewer = match responder.reviewer() {
        Ok(reviewer) => Line(State::Good, "reviewer", format!("{} ({})", reviewer.identity, reviewer.by)),
        Err(error) => Line(State::Broken, "reviewer", error.to_string()),
    };
    let hook = match hook::state(folder) {
        Ok(Guard::Stands(protects)) => Line(State::Good, "hook", format!("guards {}", protects.join(", "))),
        Ok(Guard::Absent(why)) => Line(State::Absent, "hook", why),
        Err(error) => Line(State::Broken, "hook", error.to_string()),
    };
    vec![pulls, reviewer, hook]
}

/// Which key signs decisions here, who says so, and whose it is.
fn signer(paths: &Paths, folder: &Path) -> Line {
    let line = |state, says| Line(state, "signing", says);
    let seat = match signing::seat(paths.config(), folder) {
        Ok(seat) => seat,
        Err(error) => return line(State::Broken, error.to_string()),
    };
    let Some(key) = &seat.signing else {
        return line(
            State::Absent,
            "decisions are not signed: neither [signing] of settings.toml nor git's configuration names an SSH key".to_owned(),
        );
    };
    match proof(key) {
        Ok(Some(proof)) => line(State::Good, format!("{}, named by {}", proof.words(), seat.named_by)),
        Ok(None) => line(
            State::Absent,
            format!(
                "{}, named by {}, signs, but stands in no file of allowed signers, so it shows nobody who you are",
                key.key, seat.named_by
            ),
        ),
        Err(error) => line(State::Broken, format!("{error} (named by {})", seat.named_by)),
    }
}

fn terminal() -> Line {
    let said = ["TERM", "COLORTERM", "NO_COLOR", "CLICOLOR_FORCE"].into_iter().filter_map(|name| {
        let value = std::env::var_os(name)?;
        Some(format!("{name}={}", value.to_string_lossy()))
    });
    let said: Vec<String> = said.collect();
    let kind = if crate::cli::output::is_terminal() { "standard output is a terminal" } else { "standard output is no terminal" };
    Line(State::Good, "terminal", std::iter::once(kind.to_owned()).chain(said).collect::<Vec<_>>().join(", "))
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
