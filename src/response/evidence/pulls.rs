//! Evidence of a forge's pulls: its raw answers, git's objects, the diff, the findings and a timeline, each pull in a folder of
//! its own. What the token may not see or the forge does not have any more is missing, and said.
#![allow(clippy::disallowed_methods, reason = "writes the evidence folder")]

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::model::cancel::Cancel;
use crate::model::decision::Subject;
use crate::model::forge::{Forge, ForgeError};
use crate::model::objects::{Extent, Objects};
use crate::model::pull::PullRef;
use crate::model::response::Plan;
use crate::model::time::Timestamp;
use crate::response::error::ResponseError;
use crate::response::evidence::answers::{self, Desk};
use crate::response::evidence::audit::Audit;
use crate::response::evidence::bundle::SIGNATURE;
use crate::response::evidence::collect::{self, Collected, private_folder};
use crate::response::evidence::draft::Draft;
use crate::response::evidence::manifest::{Form, Ground, Stored};
use crate::response::evidence::{logs, timeline};
use crate::response::git::repo::Repo;
use crate::response::words::one_line;

/// What evidence of a forge's pulls is collected with.
pub struct Collector<'a> {
    /// Who is asked about the pulls.
    pub forge: &'a dyn Forge,
    /// Who brings git's objects.
    pub objects: &'a dyn Objects,
    /// Our clock.
    pub clock: fn() -> Timestamp,
    /// Whether anybody still waits.
    pub cancel: &'a Cancel,
}

impl Collector<'_> {
    /// Collects everything about the plan's pulls into `draft`.
    pub(super) fn collect(&self, plan: &Plan, draft: &Draft, reports: &[Vec<u8>]) -> Result<(Ground, Vec<Collected>), ResponseError> {
        let mut ground = Ground { place: self.forge.host(), ..Ground::default() };
        let (mut files, mut audit) = (Vec::new(), Audit::default());
        let mut pages: Vec<(&PullRef, Vec<(&'static str, Value)>)> = Vec::new();
        for (n, (pull, subject)) in plan.decision.pulls.iter().zip(&plan.decision.subjects).enumerate() {
            let below = (n + 1).to_string();
            private_folder(&draft.folder.join(&below))?;
            let desk =
                Desk { forge: self.forge, clock: self.clock, cancel: self.cancel, pull, folder: &draft.folder, below: below.clone() };
            let mut answers = desk.collect(subject.revision.head.as_ref())?;
            logs::collect(&desk, &mut answers)?;
            audit.collect(&desk, &mut answers)?;
            files.extend(answers.files);
            ground.missing.extend(answers.missing);
            ground.notes.extend(answers.notes);
            ground.clock_offset = ground.clock_offset.or(answers.clock_offset);
            pages.push((pull, answers.pages));
            match self.objects(plan, pull, subject, &draft.folder, &below)? {
                Ok((stored, kept)) => {
                    files.extend(kept);
                    ground.objects.push(stored);
                }
                Err(why) => ground.missing.push(format!("{pull}: its commits and its diff: {}", one_line(&why))),
            }
            if let Some(report) = reports.get(n) {
                let name = format!("{below}/findings.json");
                collect::put(&draft.folder.join(&name), report)?;
                files.push(Collected::new(&name, "analysis as the reviewer saw it", plan.decision.at));
            }
        }
        ground.audit = audit.says();
        let borrowed: Vec<_> = pages.iter().map(|(pull, pages)| (*pull, pages.as_slice())).collect();
        collect::put(&draft.folder.join(timeline::NAME), timeline::text(plan, &borrowed).as_bytes())?;
        files.push(Collected::new(timeline::NAME, "made from the answers", (self.clock)()));
        Ok((ground, files))
    }

    /// git's objects of a pull, and its diff. The inner error is the forge's: they cannot be had.
    fn objects(
        &self,
        plan: &Plan,
        pull: &PullRef,
        subject: &Subject,
        folder: &Path,
        below: &str,
    ) -> Result<Result<(Stored, Vec<Collected>), String>, ResponseError> {
        let place = tempfile::Builder::new().prefix(".objects").tempdir_in(folder).map_err(|e| ResponseError::io(folder, &e))?;
        let into = place.path().join("git");
        let extent = match self.objects.bring(pull, &subject.revision, &into, self.cancel) {
            Ok(extent) => extent,
            Err(ForgeError::Cancelled) => return Err(ResponseError::Cancelled),
            Err(error) => return Ok(Err(error.to_string())),
        };
        let at = (self.clock)();
        let source = format!("{} git fetch of {}", self.forge.host(), answers::place(pull));
        let stored = keep(&into, extent, refs(plan, subject, below), folder, below)?;
        let mut files: Vec<Collected> = stored.files().into_iter().map(|name| Collected::new(name, source.clone(), at)).collect();
        let name = format!("{below}/change.diff");
        if let Some(how) = collect::diff(&Repo::open(&into)?, subject, &folder.join(&name))? {
            files.push(Collected::new(&name, how, at));
        }
        Ok(Ok((stored, files)))
    }
}

/// The names under which a pull's commits are kept.
fn refs(plan: &Plan, subject: &Subject, below: &str) -> Vec<(String, crate::model::commit_id::CommitId)> {
    [("head", &subject.revision.head), ("base", &subject.revision.base)]
        .into_iter()
        .filter_map(|(what, id)| Some((format!("refs/lazaret/evidence/{}/{below}/{what}", plan.case.0), id.clone()?)))
        .collect()
}

/// Keeps the one pack of the repository at `into` as it came: as a bundle when the history is whole, else beside its ends.
fn keep(
    into: &Path,
    extent: Extent,
    refs: Vec<(String, crate::model::commit_id::CommitId)>,
    folder: &Path,
    below: &str,
) -> Result<Stored, ResponseError> {
    let pack = pack(into)?;
    match extent {
        Extent::Whole => {
            let mut header = SIGNATURE.to_vec();
            for (name, id) in &refs {
                header.extend(format!("{id} {name}\n").bytes());
            }
            header.push(b'\n');
            let path = format!("{below}/change.bundle");
            copy(&header, &pack, &folder.join(&path))?;
            Ok(Stored { form: Form::Bundle, path, refs })
        }
        Extent::Shallow(why) => {
            let (path, shallow) = (format!("{below}/change.pack"), format!("{below}/change.shallow"));
            copy(&[], &pack, &folder.join(&path))?;
            copy(&[], &into.join("shallow"), &folder.join(&shallow))?;
            Ok(Stored { form: Form::Pack { shallow, why }, path, refs })
        }
    }
}

fn pack(into: &Path) -> Result<PathBuf, ResponseError> {
    let folder = into.join("objects").join("pack");
    let mut packs = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(|e| ResponseError::io(&folder, &e))? {
        let path = entry.map_err(|e| ResponseError::io(&folder, &e))?.path();
        packs.extend(path.extension().is_some_and(|extension| extension == "pack").then_some(path));
    }
    match packs.as_slice() {
        [one] => Ok(one.clone()),
        _ => Err(ResponseError::Evidence(format!("{} packs came where one was to come", packs.len()))),
    }
}

/// A private file of `header` and everything in the file `from`.
fn copy(header: &[u8], from: &Path, to: &Path) -> Result<(), ResponseError> {
    let mut source = File::open(from).map_err(|e| ResponseError::io(from, &e))?;
    let mut out = BufWriter::new(collect::create(to)?);
    let io = |e: std::io::Error| ResponseError::io(to, &e);
    out.write_all(header).map_err(io)?;
    std::io::copy(&mut source, &mut out).map_err(io)?;
    out.flush().and_then(|()| out.get_ref().sync_all()).map_err(io)
}
