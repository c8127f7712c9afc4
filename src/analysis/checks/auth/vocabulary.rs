//! The words of `rules/lists/auth.toml`, and which functions and files they make ones about authentication.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::analysis::identifier::{has_word, runs, words};
use crate::analysis::outline::Function;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Words;
use crate::analysis::rules::data;
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};

static WORDS: LazyLock<Vocabulary> = LazyLock::new(|| toml::from_str(data("lists/auth.toml")).unwrap_or_default());

/// More bytes than this are no head of a class.
const LONGEST_HEAD: usize = 2000;
/// Words before what somebody may do.
const PERMITTING: [&str; 2] = ["can", "may"];
/// What frameworks call the one function of a filter or middleware.
const HANDLES: [&str; 19] = [
    "invoke",
    "invokeasync",
    "call",
    "handle",
    "__call__",
    "dofilter",
    "dofilterinternal",
    "dispatch",
    "servehttp",
    "canactivate",
    "execute",
    "process",
    "intercept",
    "prehandle",
    "process_request",
    "before_request",
    "from_request",
    "from_request_parts",
    "handlerequirementasync",
];
/// Guards of two words.
const JOINED: [(&str, &str); 5] = [("rate", "limit"), ("rate", "limits"), ("roles", "allowed"), ("super", "user"), ("sign", "in")];

/// Word lists; each is described where it stands.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vocabulary {
    strong: Vec<String>,
    weak: Vec<String>,
    verbs: Vec<String>,
    other: Vec<String>,
    denials: Vec<String>,
    stand_ins: Vec<String>,
    places: Vec<String>,
    bypass: Vec<String>,
    flags: Vec<String>,
    guards: Vec<String>,
    things: Vec<String>,
    acts: Vec<String>,
    screens: Vec<String>,
}

/// How sure it is that some code decides who may do what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Setting {
    /// Nothing says so.
    Elsewhere,
    /// Its file says so.
    File,
    /// Its function says so.
    Function,
}

/// The words of this program.
#[must_use]
pub fn vocabulary() -> &'static Vocabulary {
    &WORDS
}

impl Vocabulary {
    /// Whether a function of this name decides who may do something.
    #[must_use]
    pub fn decides(&self, function: &str) -> bool {
        self.speaks(function)
            && runs(function).any(|run| {
                let words = words(run);
                let any = |list: &[String]| words.iter().any(|word| list.contains(word));
                // `isUserMessage` asks what something is, not who somebody is.
                let kind = || words.first().is_some_and(|word| word == "is") && words.last().is_some_and(|word| self.things.contains(word));
                any(&self.strong) || any(&self.verbs) && any(&self.weak) && !kind()
            })
    }

    /// Whether one of the words of `code` is the name of something that decides who may do something.
    #[must_use]
    pub fn decides_in(&self, code: &str) -> bool {
        self.speaks(code) && code.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| self.decides(word))
    }

    /// Whether a name that decides or guards may be anywhere in `code`: hardly ever, and to take all its names apart takes long.
    #[must_use]
    pub fn speaks(&self, code: &str) -> bool {
        static SPOKEN: LazyLock<Pattern> = LazyLock::new(|| {
            let own = [&WORDS.strong, &WORDS.weak, &WORDS.guards].into_iter().flatten().map(String::as_str);
            Pattern::any_of(&own.chain(JOINED.map(|(_, second)| second)).map(|word| format!("(?i){word}")).collect::<Vec<_>>())
        });
        // Beyond ASCII there are letters whose lower case is in it.
        !code.is_ascii() || SPOKEN.is_match(code)
    }

    /// Whether a name is about who may do what by one of its words alone: `authorize`, not `isUserMessage`.
    #[must_use]
    pub fn surely_decides(&self, function: &str) -> bool {
        has_word(function, &self.strong) || self.permits(function)
    }

    /// What a text must hold for a name in it to decide, permit or answer something.
    #[must_use]
    pub fn deciding(&self) -> Words {
        Words::in_names(self.strong.iter().chain(&self.weak).map(String::as_str).chain(PERMITTING), |name| vocabulary().may_decide(name))
    }

    /// Whether some part of a name decides or permits something.
    fn may_decide(&self, name: &str) -> bool {
        let words = words(name);
        let permitted = words.iter().skip_while(|word| !PERMITTING.contains(&word.as_str())).any(|word| self.acts.contains(word));
        permitted || self.decides(name)
    }

    /// What a text must hold to name a guard.
    #[must_use]
    pub fn guarding(&self) -> Words {
        Words::named(self.guards.iter().map(String::as_str).chain(JOINED.iter().map(|(_, second)| *second)))
    }

    /// What a text or path must hold to be about who may do what at all.
    #[must_use]
    pub fn touching(&self) -> Words {
        let words = [&self.strong, &self.weak, &self.places].into_iter().flatten().map(String::as_str);
        Words::named(words).or(self.deciding())
    }

    /// Whether a function of this name answers what somebody may do with something: `can_edit`, `mayDelete`.
    #[must_use]
    pub fn permits(&self, function: &str) -> bool {
        let words = runs(function).next().map(words).unwrap_or_default();
        matches!(words.as_slice(), [first, rest @ ..] if PERMITTING.contains(&first.as_str()) && rest.iter().any(|word| self.acts.contains(word)))
    }

    /// Whether a function of this name answers "may they?" with its result, so that constant success lets everybody in.
    #[must_use]
    pub fn answers(&self, function: &str) -> bool {
        /// It does something, and what it answers is whether that went well.
        const DOES: [&str; 9] = ["delete", "remove", "update", "save", "store", "insert", "list", "send", "close"];
        let does = || words(function).first().is_some_and(|first| DOES.contains(&first.as_str()));
        self.decides(function) && !has_word(function, &self.other) && !has_word(function, &self.denials) && !does()
    }

    /// Whether a function of this name answers "must they be kept out?".
    #[must_use]
    pub fn answers_inversely(&self, function: &str) -> bool {
        let words = words(function);
        let about = words.iter().any(|word| self.strong.contains(word) || self.weak.contains(word));
        words.first().is_some_and(|word| word == "is" || word == "has") && about && words.iter().any(|word| self.denials.contains(word))
    }

    /// The same, also where the name says only that something ended: `is_revoked`.
    #[must_use]
    pub fn keeps_out(&self, function: &str) -> bool {
        const ENDED: [&str; 5] = ["revoked", "banned", "blacklisted", "denylisted", "suspended"];
        let words = words(function);
        words.first().is_some_and(|word| word == "is" || word == "has") && words.iter().any(|word| ENDED.contains(&word.as_str()))
            || self.answers_inversely(function)
    }

    /// Whether a class of this name stands in for another, or is made to let everybody in.
    #[must_use]
    pub fn stands_in(&self, class: &str) -> bool {
        has_word(class, &self.stand_ins)
    }

    /// Whether a switch of this name turns a decision off.
    #[must_use]
    pub fn bypasses(&self, name: &str) -> bool {
        has_word(name, &self.bypass)
    }

    /// Whether a name is that of a switch.
    #[must_use]
    pub fn switches(&self, name: &str) -> bool {
        has_word(name, &self.flags) || self.bypasses(name)
    }

    /// Whether a name is that of something that stands in front of something.
    #[must_use]
    pub fn guards(&self, name: &str) -> bool {
        let words = if self.speaks(name) { words(name) } else { Vec::new() };
        words.iter().any(|word| self.guards.contains(word))
            || words.windows(2).any(|pair| matches!(pair, [a, b] if JOINED.contains(&(a.as_str(), b.as_str()))))
    }

    /// Whether the file at `path` decides who may do what.
    #[must_use]
    pub fn is_place(&self, path: &str) -> bool {
        has_word(path, &self.places)
    }

    /// Where `statement` stands.
    #[must_use]
    pub fn setting(&self, file: &FileView<'_>, side: &SideView<'_>, statement: &Statement) -> Setting {
        let function = named_function(side, statement);
        let class = class_of(side, statement).unwrap_or("");
        if function.is_some_and(|function| {
            let whole = [class, &function.name].join("_");
            let decides = self.decides(&function.name)
                || self.permits(&function.name)
                || (self.decides(class) || self.is_place(&file.path)) && HANDLES.contains(&function.name.to_ascii_lowercase().as_str())
                || has_word(&function.name, &self.verbs)
                    && (self.decides(&whole) || words(&function.name).len() == 1 && self.is_place(&file.path));
            decides && !has_word(&function.name, &self.screens)
        }) {
            Setting::Function
        } else if self.is_place(&file.path) || class_of(side, statement).is_some_and(|class| self.decides(class)) {
            Setting::File
        } else {
            Setting::Elsewhere
        }
    }
}

/// The innermost function with a name around a statement: what a nameless one inside it decides, it decides.
fn named_function<'v>(side: &'v SideView<'_>, statement: &Statement) -> Option<&'v Function> {
    let innermost = statement.function?;
    let functions = side.functions().get(..=innermost)?;
    let around = |function: &&Function| function.first_line <= statement.first_line && statement.first_line <= function.last_line;
    functions.iter().rev().take(64).filter(around).find(|function| !function.name.is_empty())
}

/// The name of the class, structure or implementation that `statement` stands in.
#[must_use]
pub fn class_of<'v>(side: &'v SideView<'_>, statement: &Statement) -> Option<&'v str> {
    let mut parent = statement.parent;
    for _ in 0..32 {
        let header = side.statements().get(parent?)?;
        // A longer head is data, and is asked for by each function in it.
        let code = if header.bytes.len() <= LONGEST_HEAD { side.code_of(header) } else { "" };
        let mut names = code.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
        if names.any(|word| matches!(word, "class" | "impl" | "object" | "module" | "trait" | "interface" | "struct")) {
            return names.next();
        }
        parent = header.parent;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_can_be_read() {
        assert_eq!(toml::from_str::<Vocabulary>(data("lists/auth.toml")).map(|_| ()), Ok(()));
    }

    #[test]
    fn functions_that_answer() {
        let words = vocabulary();
        for name in ["authenticate_user", "isAuthorized", "verify_token", "hasPermission", "checkAccess", "Login", "validateSession"] {
            assert!(words.answers(name), "{name}");
        }
        for name in ["is_healthy", "requires_auth", "isTokenExpired", "shouldAuthenticate", "count_tokens", "is_enabled", "parse_token"] {
            assert!(!words.answers(name), "{name}");
        }
        assert!(words.answers_inversely("isTokenExpired") && !words.answers_inversely("token_expiry"));
        assert!(words.guards("rateLimit") && words.guards("login_required") && !words.guards("bodyParser"));
    }
}
