//! On which kinds of event a part of a rule may hold, and on which it is sure to. Nothing of what an event says.

use crate::analysis::events::fields::EventKind;

/// A set of kinds of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kinds(u8);

impl Kinds {
    pub(super) const NONE: Self = Self(0);
    pub(super) const ALL: Self = Self((1 << EventKind::ALL.len()) - 1);

    pub(super) fn of(kinds: impl IntoIterator<Item = EventKind>) -> Self {
        Self(kinds.into_iter().fold(0, |set, kind| set | 1 << (kind as u8)))
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) fn not(self) -> Self {
        Self(Self::ALL.0 & !self.0)
    }

    fn has(self, kind: EventKind) -> bool {
        self.0 & 1 << (kind as u8) != 0
    }

    /// The kinds in words.
    pub(super) fn words(self) -> String {
        let words: Vec<&str> = EventKind::ALL.into_iter().filter(|kind| self.has(*kind)).map(EventKind::word).collect();
        words.join(", ")
    }
}

/// What a part of a rule can come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reach {
    /// Where it may hold; nowhere when it never matches.
    pub(super) may: Kinds,
    /// Where it always holds.
    pub(super) must: Kinds,
}

impl Reach {
    pub(super) const NEVER: Self = Self { may: Kinds::NONE, must: Kinds::NONE };
    pub(super) const ALWAYS: Self = Self { may: Kinds::ALL, must: Kinds::ALL };
    pub(super) const OPEN: Self = Self { may: Kinds::ALL, must: Kinds::NONE };

    /// Something that may hold on `kinds`.
    pub(super) fn on(kinds: Kinds) -> Self {
        Self { may: kinds, must: Kinds::NONE }
    }

    pub(super) fn never(self) -> bool {
        self.may.is_empty()
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self { may: self.may.and(other.may), must: self.must.and(other.must) }
    }

    pub(super) fn or(self, other: Self) -> Self {
        Self { may: self.may.or(other.may), must: self.must.or(other.must) }
    }

    pub(super) fn not(self) -> Self {
        Self { may: self.must.not(), must: self.may.not() }
    }

    /// Where `count` of `parts` may hold, or must.
    pub(super) fn at_least(count: u64, parts: &[Self]) -> Self {
        let enough = |set: fn(&Self) -> Kinds| {
            let reached = |kind: &EventKind| parts.iter().filter(|part| set(part).has(*kind)).count() as u64 >= count;
            Kinds::of(EventKind::ALL.into_iter().filter(reached))
        };
        Self { may: enough(|part| part.may), must: enough(|part| part.must) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_negation_of_what_never_holds_always_does() {
        assert_eq!(Reach::NEVER.not(), Reach::ALWAYS);
        let lines = Reach::on(Kinds::of([EventKind::Lines]));
        assert_eq!(lines.not().may, Kinds::ALL, "what may hold may also not");
        assert_eq!(lines.not().must, lines.may.not(), "and is sure not to where it cannot");
        assert!(lines.and(Reach::on(Kinds::of([EventKind::Pull]))).never());
        assert_eq!(Reach::at_least(2, &[lines, lines, Reach::NEVER]), lines);
        assert!(Reach::at_least(3, &[lines, lines, Reach::NEVER]).never());
    }
}
