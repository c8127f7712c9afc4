//! How far a sweep has come, in few words.

use crate::model::sweeping::SweepProgress;
use crate::model::time::short_age;

/// Counts, the time left, and what is worked on, the most telling first.
#[must_use]
pub fn words(progress: &SweepProgress) -> String {
    let SweepProgress { listed, places, judged, changes, left, current } = progress;
    let left = left.map_or_else(String::new, |left| format!("  about {} left", short_age(left)));
    format!("sweeping: places {listed}/{places}  changes {judged}/{changes}{left}  esc stops  {current}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_come_before_what_is_worked_on() {
        let progress = SweepProgress { listed: 1, places: 2, judged: 17, changes: 320, left: Some(120), current: "acme/api#7".to_owned() };
        assert_eq!(words(&progress), "sweeping: places 1/2  changes 17/320  about 2m left  esc stops  acme/api#7");
    }
}
