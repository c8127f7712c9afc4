//! What was observed as one clause each, without a full stop. They hold outside text.

use super::{Burst, By, Drift, Ground, Observations, Repeated, Share, Trait, Twin, Unusual};

impl Share {
    /// `3 of 43 (2 to 19 %)`; the interval only where there is something to count.
    #[must_use]
    pub fn says(&self) -> String {
        let Self { count, of, low, high } = *self;
        if of == 0 { "none".to_owned() } else { format!("{count} of {of} ({:.0} to {:.0} %)", low * 100.0, high * 100.0) }
    }
}

impl Trait {
    /// What changes with it do, for several of them: `touch workflow files`.
    #[must_use]
    pub fn says(&self) -> String {
        match self {
            Self::Touches(role) => format!("touch {} files", role.replace('-', " ")),
            Self::Untested => "touch product code and no test".to_owned(),
            Self::Hard => "have a finding of severity high or above".to_owned(),
            Self::Fires(rule) => format!("have a finding of {rule}"),
            Self::Reverted => "were taken back".to_owned(),
            Self::Held => "were held".to_owned(),
        }
    }

    /// The word of formats.
    #[must_use]
    pub fn word(&self) -> String {
        match self {
            Self::Touches(role) => format!("touches:{role}"),
            Self::Untested => "untested".to_owned(),
            Self::Hard => "hard".to_owned(),
            Self::Fires(rule) => format!("rule:{rule}"),
            Self::Reverted => "reverted".to_owned(),
            Self::Held => "held".to_owned(),
        }
    }
}

impl Drift {
    /// `3 of the last 10 changes touch workflow files, 1 of 120 before; chance alone would do that once in 777 times`.
    #[must_use]
    pub fn says(&self) -> String {
        let Self { of, lately: (count, among), before: (known, all), chance, .. } = self;
        let once = (1.0 / chance.max(1e-9)).floor().max(1.0);
        let once = if *chance < 1e-6 { "less than once in a million times".to_owned() } else { format!("once in {once:.0} times") };
        format!("{count} of the last {among} changes {}, {known} of {all} before; chance alone would do that {once}", of.says())
    }
}

impl Ground {
    /// `.github/workflows and 2 more`.
    #[must_use]
    pub fn where_to(&self) -> String {
        const NAMED: usize = 3;
        let named = self.folders.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = self.folders.len().saturating_sub(NAMED);
        if more == 0 { named } else { format!("{named} and {more} more") }
    }

    /// `first time in .github/workflows (of 43 changes, 4 of which went somewhere new before)`.
    #[must_use]
    pub fn says(&self) -> String {
        format!("first time in {} {}", self.where_to(), self.among())
    }

    fn among(&self) -> String {
        let roaming = match self.roaming {
            0 => String::new(),
            1 => ", 1 of which went somewhere new before".to_owned(),
            more => format!(", {more} of which went somewhere new before"),
        };
        format!("(of {} changes{roaming})", self.before + 1)
    }
}

impl Repeated {
    /// ``5 changes in 2 repositories add the same lines as `def check(`, last at …``.
    #[must_use]
    pub fn says(&self) -> String {
        let over = if self.repositories > 1 { format!(" in {} repositories", self.repositories) } else { String::new() };
        let last = self.places.first().map_or_else(String::new, |place| format!(", last at {place}"));
        format!("{} changes{over} add the same lines, which begin with `{}`{last}", self.changes, self.says)
    }
}

impl Twin {
    /// `the same patch in 3 repositories: …`.
    #[must_use]
    pub fn says(&self) -> String {
        if self.repositories == 1 {
            // What is told of one repository is ordinary where somebody opens a pull anew or carries it to an older version.
            let changes = self.changes.join(", ");
            return format!(
                "the same patch more than once in this repository: {changes}; ordinary where one is opened anew or carried to another branch"
            );
        }
        format!("the same patch in {} repositories: {}", self.repositories, self.changes.join(", "))
    }
}

impl Burst {
    /// `14 changes within 38 minutes in 2 sessions; its busiest hour before had 3`.
    #[must_use]
    pub fn says(&self) -> String {
        let minutes = self.from.until(self.to).div_ceil(60).max(1);
        let within = if minutes == 1 { "a minute".to_owned() } else { format!("{minutes} minutes") };
        let over = match self.sessions {
            0 => String::new(),
            1 => " in one session".to_owned(),
            more => format!(" in {more} sessions"),
        };
        format!("{} changes within {within}{over}; its busiest hour before had {}", self.changes, self.before)
    }
}

impl Unusual {
    /// What is told of the change it is seen in.
    #[must_use]
    pub fn says(&self) -> String {
        match self {
            Self::Ground(ground) => {
                format!("first time this agent touches {} in this repository {}", ground.where_to(), ground.among())
            }
            Self::Drift(drift) => format!("{}, this one among the last", drift.says()),
            Self::Burst(burst) => format!("one of {}", burst.says()),
            Self::Model { now, before, changes: 1 } => {
                format!("it states the model {now}; the change before that states one says {before}")
            }
            Self::Model { now, before, changes } => format!("it states the model {now}; the {changes} before that state one say {before}"),
            Self::Repeated(repeated) => {
                format!("it adds lines that {} changes of this agent add here, which begin with `{}`", repeated.changes, repeated.says)
            }
            Self::Twin(twin) => twin.says(),
        }
    }
}

impl Observations {
    /// On what it rests: `against 42 earlier changes that say Claude Code (claimed) here`.
    #[must_use]
    pub fn rests_on(&self) -> String {
        let Self { by, agent, tier, before, .. } = self;
        let whose = if *by == By::Author { agent.clone() } else { format!("{agent} ({})", tier.word()) };
        match before {
            0 => format!("no earlier change of {whose} is known here"),
            1 => format!("1 earlier change of {whose} is known here"),
            more => format!("{more} earlier changes of {whose} are known here"),
        }
    }
}
