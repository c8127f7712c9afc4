//! Names that a policy wants typed, one by one: what was read can be typed, what was skimmed cannot.

use anyhow::bail;

use crate::cli::output::{ask, say, somebody_is_there};
use crate::model::inert;
use crate::model::response::Plan;

/// Takes the names of `--confirm`, then asks for each that is missing. `false` when one was typed wrongly.
///
/// # Errors
/// When names are missing and nobody can be asked.
pub fn typed(plan: &mut Plan, given: &[String]) -> anyhow::Result<bool> {
    plan.decision.confirmed.extend(given.iter().filter(|name| plan.words.contains(name)).cloned());
    let missing: Vec<String> = plan.unconfirmed().into_iter().map(str::to_owned).collect();
    for name in missing {
        let shown = inert::word(&name).into_owned();
        if !somebody_is_there() {
            bail!("nothing was done: the policy wants the name of each new package typed; add --confirm {shown}");
        }
        if ask(&format!("type the name of the package that is new or moved ({shown}): "))?.trim() != name {
            say("", format!("that is not {shown}"));
            return Ok(false);
        }
        plan.decision.confirmed.push(name);
    }
    Ok(true)
}
