//! Whether GitHub can be reached, whose token is used, what it may, what is left of the limits. The token itself is never shown.

use crate::cli::context::{Context, now};
use crate::cli::doctor::line::{Line, State};
use crate::cli::forge::{self, Reached};
use crate::model::forge::{Forge as _, Meter};
use crate::model::time::short_age;
use crate::sources::github::client::viewer::Viewer;

/// What is to be said of GitHub.
pub(super) fn lines(context: &Context) -> Vec<Line> {
    let line = |state, says| vec![Line(state, "github", says)];
    let reached = match forge::reach_anew(context) {
        Ok(reached) => reached,
        Err(error) => return line(State::Broken, format!("{error:#}")),
    };
    let host = reached.client.host();
    let at = format!("{host} at {}", reached.client.address());
    match (&reached.token_from, context.offline) {
        (Err(why), _) => line(State::Absent, format!("{at}: {why}")),
        (Ok(from), true) => line(State::Absent, format!("{at}: a token from {from}, not asked about since --offline was given")),
        (Ok(from), false) => match reached.client.viewer(&context.cancel) {
            Ok(viewer) => vec![Line(State::Good, "github", at), whose(from, &viewer), budget(&reached, &viewer)],
            Err(error) => line(State::Broken, format!("{at}, token from {from}: {error}")),
        },
    }
}

fn whose(from: &str, viewer: &Viewer) -> Line {
    let who = match &viewer.account {
        Some(account) => format!("{}'s, from {from}", account.login),
        None => format!("an app's, from {from}: GitHub tells of no account behind it"),
    };
    let may = match viewer.scopes.as_deref() {
        Some("") => "a classic token without any scope: it reads what is public".to_owned(),
        Some(scopes) => format!("scopes {scopes}"),
        None => "fine-grained: what it may not is named when it is refused".to_owned(),
    };
    let ends = viewer.expires.as_deref().map(|ends| format!("; it ends {ends}")).unwrap_or_default();
    Line(State::Good, "token", format!("{who}; {may}{ends}"))
}

fn budget(reached: &Reached, viewer: &Viewer) -> Line {
    let one = |name: &str, meter: Option<Meter>| {
        meter.map(|meter| {
            let full = short_age(now().until(meter.reset));
            format!("{name} {} of {}, full again in {full}", meter.remaining, meter.limit)
        })
    };
    let budget = reached.client.budget();
    let meters = [one("REST", viewer.core.or(budget.core)), one("GraphQL", viewer.graphql.or(budget.graphql))];
    let told: Vec<String> = meters.into_iter().flatten().collect();
    match told.is_empty() {
        true => Line(State::Absent, "budget", "this host counts no requests".to_owned()),
        false => Line(State::Good, "budget", told.join("; ")),
    }
}
