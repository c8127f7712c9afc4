//! `lazaret approve`: a named person's statement about exact bytes.

use clap::Args as ClapArgs;

use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::verb::{self, Asked, Common};
use crate::model::decision::Verb;
use crate::model::finding::Fingerprint;
use crate::model::forge_step::MergeMethod;
use crate::model::review::{DismissReason, Disposition};

/// Record your approval of exact bytes
///
/// Every high or critical finding needs a judgement: --dismiss it by one of six reasons, or --accept it in your own words.
/// `lazaret scan` shows the fingerprints.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(flatten)]
    common: Common,
    /// Also merge, if it is still what was read; where the base has a merge queue, wait in it
    #[arg(long)]
    merge: bool,
    /// Only if the head is still this commit, as `lazaret scan` shows it: its id or its first digits, at least 7
    ///
    /// Give the whole id where somebody could want to deceive you: a commit with the same first digits can be made.
    #[arg(long, value_name = "SHA", value_parser = head)]
    head: Option<String>,
    /// How the forge merges: merge, squash or rebase; otherwise as the repository usually does
    #[arg(long, value_name = "METHOD", requires = "merge", value_parser = method)]
    method: Option<MergeMethod>,
    /// A finding is a false alarm: safeguarded-debugging, environment-configuration, external-monitoring, trusted-update,
    /// legitimate-authentication or development-or-test
    #[arg(long, value_name = "FINGERPRINT=REASON", value_parser = dismissal)]
    dismiss: Vec<(Fingerprint, Disposition)>,
    /// A finding is true and accepted, for this reason
    #[arg(long, value_name = "FINGERPRINT=TEXT", value_parser = acceptance)]
    accept: Vec<(Fingerprint, Disposition)>,
}

/// Runs it.
///
/// # Errors
/// As [`verb::run`].
pub fn run(args: &Args, context: &mut Context) -> anyhow::Result<Exit> {
    let dispositions = args.dismiss.iter().chain(&args.accept).cloned().collect();
    let (merge, method, head) = (args.merge, args.method, args.head.as_deref());
    verb::run(&Asked { merge, method, head, dispositions, ..Asked::plain(Verb::Approve, &args.common) }, context)
}

fn head(text: &str) -> Result<String, String> {
    let shaped = (7..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit());
    if shaped { Ok(text.to_ascii_lowercase()) } else { Err("a commit is 7 to 64 hexadecimal digits".to_owned()) }
}

fn method(text: &str) -> Result<MergeMethod, String> {
    MergeMethod::parse(text).ok_or_else(|| format!("'{text}' is no way to merge; there are merge, squash and rebase"))
}

fn dismissal(text: &str) -> Result<(Fingerprint, Disposition), String> {
    let (id, word) = split(text)?;
    let known = || DismissReason::ALL.map(DismissReason::word).join(", ");
    let reason = DismissReason::parse(word).ok_or_else(|| format!("'{word}' is no reason; there are {}", known()))?;
    Ok((id, Disposition::FalsePositive(reason)))
}

fn acceptance(text: &str) -> Result<(Fingerprint, Disposition), String> {
    let (id, why) = split(text)?;
    if why.trim().is_empty() {
        return Err("say why it is accepted".to_owned());
    }
    Ok((id, Disposition::AcceptedRisk(why.to_owned())))
}

fn split(text: &str) -> Result<(Fingerprint, &str), String> {
    let (id, rest) = text.split_once('=').ok_or("write FINGERPRINT=…, with the 16 digits a finding shows")?;
    let shaped = id.len() == 16 && id.bytes().all(|b| b.is_ascii_hexdigit());
    if shaped { Ok((Fingerprint(id.to_ascii_lowercase()), rest)) } else { Err(format!("'{id}' is no fingerprint: 16 hexadecimal digits")) }
}
