//! Whether packages may be looked up, and who of those that may be asked answers.

use crate::cli::context::Context;
use crate::cli::doctor::line::{Line, State};

/// What is to be said of look-ups.
pub(super) fn lines(context: &Context) -> Vec<Line> {
    let line = |state, says: String| Line(state, "look-ups", says);
    let registries = match context.registries() {
        Ok(Some(registries)) => registries,
        Ok(None) => {
            let says = "nobody is asked about packages; --look-up, or ask = true in [look-ups] of the settings, allows it";
            return vec![line(State::Absent, says.to_owned())];
        }
        Err(error) => return vec![line(State::Broken, error.to_string())],
    };
    let folder = registries.records(&context.cancel).map(|told| match told {
        Ok(says) => line(State::Good, says),
        Err(why) => line(State::Broken, why),
    });
    let reached = registries.reach(&context.cancel).into_iter().map(|(host, told)| match told {
        Ok(()) => line(State::Good, format!("{host} answers")),
        Err(why) => line(State::Broken, why),
    });
    let mut lines: Vec<Line> = folder.into_iter().chain(reached).collect();
    if context.offline {
        lines.push(line(State::Absent, "nobody is asked about packages since --offline was given".to_owned()));
    }
    lines
}
