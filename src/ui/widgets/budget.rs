//! What the forge still allows, what is waited for, and how old kept answers are, in few words.

use crate::model::forge::{Budget, Meter};
use crate::model::time::{Timestamp, short_age};

/// The scarcer counter: what is left of how much, and when it is full again; empty when the forge counts nothing. `brief` leaves
/// out what a narrow screen has no room for.
#[must_use]
pub fn left(budget: &Budget, brief: bool, now: Timestamp) -> String {
    let scarcer = |one: &(&str, Meter), other: &(&str, Meter)| share(one.1).cmp(&share(other.1));
    let meters = [budget.core.map(|meter| ("REST", meter)), budget.graphql.map(|meter| ("GraphQL", meter))];
    let stale = if budget.stale > 0 { "offline " } else { "" };
    match meters.into_iter().flatten().min_by(scarcer) {
        Some((name, Meter { remaining, limit, reset })) => {
            let full = short_age(now.until(reset));
            if brief { format!("{stale}{remaining}/{limit} {full}") } else { format!("{stale}{name} {remaining}/{limit}, full in {full}") }
        }
        None => stale.to_owned(),
    }
}

/// Thousandths left.
fn share(meter: Meter) -> u64 {
    meter.remaining.saturating_mul(1_000).checked_div(meter.limit).unwrap_or(0)
}

/// What is waited for and how long still, if anything is.
#[must_use]
pub fn waiting(budget: &Budget, now: Timestamp) -> Option<String> {
    let (until, says) = budget.waiting.as_ref()?;
    Some(format!("waiting {} for {says}", short_age(now.until(*until))))
}

/// `as of 3h ago, offline`, when it is.
#[must_use]
pub fn age(stale: Option<Timestamp>, now: Timestamp) -> String {
    stale.map_or_else(String::new, |read| format!("as of {} ago, offline", short_age(read.until(now))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scarcer_counter_is_shown() {
        let meter = |remaining, limit| Some(Meter { remaining, limit, reset: Timestamp(2_000) });
        let budget = Budget { core: meter(4_000, 5_000), graphql: meter(100, 5_000), ..Budget::default() };
        assert_eq!(left(&budget, false, Timestamp(200)), "GraphQL 100/5000, full in 30m");
        assert_eq!(left(&budget, true, Timestamp(200)), "100/5000 30m");
        assert_eq!(left(&Budget { stale: 1, ..Budget::default() }, true, Timestamp(0)), "offline ");
        let waits = Budget { waiting: Some((Timestamp(90), "the secondary limit".to_owned())), ..Budget::default() };
        assert_eq!(waiting(&waits, Timestamp(60)).as_deref(), Some("waiting 30s for the secondary limit"));
    }
}
