//! The reviewer's own editor: what it is opened on, and what comes back from it. It never sees a file of the repository itself.

use crate::actions::write_remark;
use crate::message::effect::Effect;
use crate::message::errand::{Edited, Errand, Sheet, Wanted};
use crate::message::event::Trouble;
use crate::message::ticket::Kind;
use crate::model::diff::Side;
use crate::state::console::Console;
use crate::state::notice::Tone;
use crate::state::overlay::{Confirm, Overlay, Stage};
use crate::state::session::{Half, Session};
use crate::state::text_field::TextField;

/// Opens it on the text being written, else on the file under the cursor.
pub(crate) fn open(console: &mut Console) -> Vec<Effect> {
    if let Some(text) = text(&console.overlay) {
        return vec![Effect::Edit(Errand::Write(text))];
    }
    let Some(session) = console.session.as_ref().filter(|_| matches!(console.overlay, Overlay::None | Overlay::Card(_))) else {
        console.notices.say(Tone::Note, "your own editor writes remarks and reasons, and shows files of an opened pull");
        return Vec::new();
    };
    let change = session.change.clone();
    match wanted(session) {
        Some(wanted) => vec![Effect::ReadWhole(console.pending.ask(Kind::Whole), change, wanted)],
        None => {
            console.notices.say(Tone::Note, "the cursor is on no file");
            Vec::new()
        }
    }
}

/// The text being written, where it is a remark or a reason.
fn text(overlay: &Overlay) -> Option<String> {
    match overlay {
        Overlay::Write(write) => Some(write.area.text.clone()),
        Overlay::Card(card) => card.reason.as_ref().map(|field| field.text.clone()),
        Overlay::Confirm(confirm) => match &confirm.stage {
            Stage::Reason(field) => Some(field.text.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// The file under the cursor, its new side where it has one, and the line there that is nearest.
fn wanted(session: &Session) -> Option<Wanted> {
    let file = match session.half {
        Half::Files => session.tree.file_at(session.view.files.at)?,
        Half::Diff => session.file_here()?,
    };
    let diff = session.file(file)?;
    let side = if diff.path_on(Side::New).is_some() { Side::New } else { Side::Old };
    let lines = diff.text().map_or(&[][..], |text| text.lines.as_slice());
    let here = session.position_here().filter(|(at, _)| *at == file && session.half == Half::Diff).map_or(0, |(_, line)| line as usize);
    let on = |line: &crate::model::diff::Line| line.number(side);
    let found = session.finding_here().filter(|_| session.half == Half::Diff).and_then(|at| session.known.findings.get(at));
    if let Some(place) = found.and_then(|finding| finding.at.place()).filter(|place| place.side == side) {
        return Some(Wanted { file, side, line: place.line });
    }
    let below = lines.get(here..).unwrap_or(&[]).iter().find_map(on);
    let line = below.or_else(|| lines.get(..here).unwrap_or(&[]).iter().rev().find_map(on));
    Some(Wanted { file, side, line: line.unwrap_or(1) })
}

/// Takes over the file that was asked for.
pub(crate) fn take(console: &mut Console, answer: Result<Sheet, Trouble>) -> Vec<Effect> {
    match answer {
        Ok(sheet) => vec![Effect::Edit(Errand::Look(sheet))],
        Err(trouble) => {
            console.notices.say(Tone::Failure, trouble);
            Vec::new()
        }
    }
}

/// Goes on with what was written.
pub(crate) fn done(console: &mut Console, edited: Edited) -> Vec<Effect> {
    match edited {
        Edited::Looked(says) => console.notices.say(Tone::Note, says),
        Edited::Failed(says) => console.notices.say(Tone::Failure, says),
        Edited::Written(written) => return adopt(console, &written),
    }
    Vec::new()
}

/// Puts what was written in place of the text; a reason is one line.
fn adopt(console: &mut Console, written: &str) -> Vec<Effect> {
    let line = || {
        let mut field = TextField::default();
        field.insert(&written.split_whitespace().collect::<Vec<_>>().join(" "));
        field
    };
    match &mut console.overlay {
        Overlay::Write(write) => {
            write.area = Default::default();
            write.area.insert(written.trim_end());
            return write_remark::keep(console);
        }
        Overlay::Card(card) if card.reason.is_some() => card.reason = Some(line()),
        Overlay::Confirm(confirm) => {
            if let Confirm { stage: Stage::Reason(field), .. } = confirm.as_mut() {
                *field = line();
            }
        }
        _ => console.notices.say(Tone::Warning, "what was to be written about is not open any more"),
    }
    Vec::new()
}
