//! What chance explains: Fisher's exact test, which holds for any size, Wilson's interval of a share, and how many questions were asked.

use crate::model::behaviour::Share;

/// The quantile of the normal distribution for 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// So many of the last changes have a trait, and so many of those before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Of the last: how many have it, of how many.
    pub lately: (usize, usize),
    /// Of those before.
    pub before: (usize, usize),
}

impl Counts {
    /// How likely so many or more of the last would have it if all were drawn alike: one-sided, exact.
    #[must_use]
    pub fn chance(self) -> f64 {
        self.at_least(self.lately.0)
    }

    /// The least that [`Self::chance`] can be for these sizes, however the changes with the trait fall.
    #[must_use]
    pub fn least_chance(self) -> f64 {
        self.at_least((self.lately.0 + self.before.0).min(self.lately.1))
    }

    fn at_least(self, count: usize) -> f64 {
        let (drawn, all) = (self.lately.1, self.lately.1 + self.before.1);
        let having = self.lately.0 + self.before.0;
        if having > all {
            return 1.0;
        }
        let whole = ln_choose(all, having);
        // More than the rest can hold must lie among the last.
        let most = having.min(drawn);
        let least = count.max(having.saturating_sub(self.before.1));
        let one = |k: usize| (ln_choose(drawn, k) + ln_choose(self.before.1, having - k) - whole).exp();
        (least..=most).map(one).sum::<f64>().min(1.0)
    }
}

/// Which of several questions may be answered with yes, so that one wrong yes among all of them is no likelier than `level`. What can never be
/// answered with yes, because too few changes have the trait, is not counted as a question (Tarone's form of Bonferroni's).
#[must_use]
pub fn answered(questions: &[Counts], level: f64) -> Vec<bool> {
    let least: Vec<f64> = questions.iter().map(|counts| counts.least_chance()).collect();
    let asked = |times: usize| least.iter().filter(|chance| **chance <= level / times as f64).count();
    let times = (1..=questions.len().max(1)).find(|times| asked(*times) <= *times).unwrap_or(questions.len().max(1));
    questions.iter().map(|counts| counts.chance() <= level / times as f64).collect()
}

/// `count` of `of` with the interval in which the true share lies with 95 % confidence.
#[must_use]
pub fn share(count: usize, of: usize) -> Share {
    if of == 0 {
        return Share::default();
    }
    let (n, p) = (of as f64, count.min(of) as f64 / of as f64);
    let middle = p + Z * Z / (2.0 * n);
    let spread = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let whole = 1.0 + Z * Z / n;
    Share { count, of, low: ((middle - spread) / whole).clamp(0.0, p), high: ((middle + spread) / whole).clamp(p, 1.0) }
}

/// The logarithm of how many ways there are to choose `k` of `n`; of nothing when there is none.
fn ln_choose(n: usize, k: usize) -> f64 {
    if k > n { f64::NEG_INFINITY } else { ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k) }
}

/// The logarithm of `n!`: summed where it is small, else by Stirling's series, which is exact to twelve digits from there on.
fn ln_factorial(n: usize) -> f64 {
    if n < 32 {
        return (2..=n).map(|factor| (factor as f64).ln()).sum();
    }
    let x = n as f64 + 1.0;
    let series = 1.0 / (12.0 * x) - 1.0 / (360.0 * x.powi(3)) + 1.0 / (1260.0 * x.powi(5)) - 1.0 / (1680.0 * x.powi(7));
    (x - 0.5) * x.ln() - x + 0.5 * std::f64::consts::TAU.ln() + series
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn counts(lately: (usize, usize), before: (usize, usize)) -> Counts {
        Counts { lately, before }
    }

    #[test]
    fn known_tables_have_their_known_chance() {
        // The tea of Fisher: 4 of 4, and 3 of 4.
        assert!((counts((4, 4), (0, 4)).chance() - 1.0 / 70.0).abs() < 1e-12);
        assert!((counts((3, 4), (1, 4)).chance() - 17.0 / 70.0).abs() < 1e-12);
        let workflows = counts((3, 10), (1, 120)).chance();
        assert!((workflows - 14_610.0 / 11_358_880.0).abs() < 1e-12, "{workflows}");
    }

    #[test]
    fn wilson_has_its_known_ends() {
        let share = share(1, 10);
        assert!((share.low - 0.017_876).abs() < 1e-5 && (share.high - 0.404_150).abs() < 1e-5, "{share:?}");
        assert_eq!(super::share(0, 0), Share::default());
    }

    #[test]
    fn what_cannot_be_answered_does_not_make_the_others_harder() {
        let clear = counts((4, 10), (1, 120));
        let rare = counts((1, 10), (0, 120));
        let many: Vec<Counts> = std::iter::once(clear).chain(std::iter::repeat_n(rare, 200)).collect();
        let answers = answered(&many, 0.025);
        assert!(answers[0] && answers.iter().skip(1).all(|answer| !answer));
    }

    fn tables() -> impl Strategy<Value = Counts> {
        (1usize..40, 1usize..3_000).prop_flat_map(|(few, many)| (0..=few, 0..=many).prop_map(move |(a, b)| counts((a, few), (b, many))))
    }

    proptest! {
        #[test]
        fn a_chance_is_one_and_a_rise_and_a_fall_are_never_both_rare(of in tables()) {
            let chance = of.chance();
            prop_assert!((0.0..=1.0).contains(&chance) && of.least_chance() <= chance + 1e-9);
            // The other way round: at least so few lately is at least so many before.
            let fall = counts(of.before, of.lately).chance();
            prop_assert!(chance + fall >= 1.0 - 1e-9, "{chance} + {fall}");
        }

        #[test]
        fn more_evidence_is_less_chance(of in tables()) {
            let Counts { lately: (a, few), before: (b, many) } = of;
            if a < few {
                prop_assert!(counts((a + 1, few), (b, many)).chance() <= of.chance() + 1e-9);
            }
            if b < many {
                prop_assert!(counts((a, few), (b + 1, many)).chance() >= of.chance() - 1e-9);
            }
            if a > 0 {
                prop_assert!(counts((a, few), (b, many + 1)).chance() <= of.chance() + 1e-9);
            }
        }

        #[test]
        fn more_questions_never_say_yes_more_often(all in prop::collection::vec(tables(), 1..20), level in 0.001f64..0.1) {
            let some = answered(&all[..all.len().div_ceil(2)], level);
            let more = answered(&all, level);
            prop_assert!(some.iter().zip(&more).all(|(some, more)| *some || !more));
        }

        #[test]
        fn a_share_lies_in_its_interval_which_narrows(count in 0usize..500, more in 0usize..500) {
            let of = share(count, count + more);
            let p = if of.of == 0 { 0.0 } else { count as f64 / of.of as f64 };
            prop_assert!(of.low <= p && p <= of.high || of.of == 0);
            let wider = share(count * 10, (count + more) * 10);
            prop_assert!(wider.high - wider.low <= of.high - of.low + 1e-9);
        }
    }
}
