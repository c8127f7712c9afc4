//! While a headless command waits for a forge's limit, whoever runs it is told on standard error what for and how long.

use std::sync::{Arc, Weak};
use std::time::Duration;

use crate::cli::context::now;
use crate::cli::output::say;
use crate::model::forge::Forge;
use crate::model::time::{Timestamp, short_age};

/// How often it is looked.
const LOOK: Duration = Duration::from_millis(200);
/// Seconds that nobody minds.
const SHORT: u64 = 2;

/// Watches `forge` until nobody else holds it any more.
pub fn tell(forge: &Arc<dyn Forge>) {
    let forge = Arc::downgrade(forge);
    // Without a thread nothing is told, and everything else goes on.
    let _ = std::thread::Builder::new().name("lazaret-waits".to_owned()).spawn(move || watch(&forge));
}

fn watch(forge: &Weak<dyn Forge>) {
    let mut told = None;
    while let Some(waiting) = forge.upgrade().map(|forge| forge.budget().waiting) {
        if let Some(says) = waiting.and_then(|waiting| sentence(&waiting, &mut told, now())) {
            say("", says);
        }
        std::thread::sleep(LOOK);
    }
}

/// What is said of a wait that was not told yet; `told` is the moment until which the last one lasts.
fn sentence((until, what): &(Timestamp, String), told: &mut Option<Timestamp>, now: Timestamp) -> Option<String> {
    let left = now.until(*until);
    if left <= SHORT || told.is_some_and(|told| told >= *until) {
        return None;
    }
    *told = Some(*until);
    Some(format!("waiting {} for {what}; Ctrl-C ends it", short_age(left)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wait_is_told_once_and_short_ones_never() {
        let (mut told, waits) = (None, |until| (Timestamp(until), "github.com: too many requests at once".to_owned()));
        assert_eq!(sentence(&waits(2), &mut told, Timestamp(0)), None);
        let says = sentence(&waits(60), &mut told, Timestamp(0)).unwrap();
        assert_eq!(says, "waiting 1m for github.com: too many requests at once; Ctrl-C ends it");
        assert_eq!(sentence(&waits(60), &mut told, Timestamp(1)), None);
        assert!(sentence(&waits(120), &mut told, Timestamp(61)).is_some());
    }
}
