//! Routes, handlers and their parameters from which the name of a guard went: `post('/x', requireAuth, create)`, `Depends(admin)`.
//!
//! Two statements are compared; only one that lost words and won none, or says that everybody may, has lost its guard.

use std::collections::{HashMap, HashSet};

use super::vocabulary::vocabulary;
use crate::analysis::identifier::words;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Hint, Words};

static ROUTE: Pattern = Pattern::new(
    r"(?i)\b(?:get|post|put|patch|delete|all|any|handle|handlefunc|route|mount|group|add_url_rule|path|re_path|resources?|match|use|map(?:get|post|put|patch|delete)|addservice|include_router|newserver|grpc\.server|apirouter|mapgroup|addpolicy|requestmatchers|anyrequest|antmatchers|authorizehttprequests|authorizerequests)\s*[(<]",
);
/// What makes something that routes are registered on, or a server, whoever keeps it; settings that list what stands in front of all.
static MADE: Pattern = Pattern::new(
    r"(?:=|return)\s*(?:await\s+)?(?:[\w]+\.)*(?:Group|APIRouter|Blueprint|NewServer|server|Subrouter|MapGroup|ServerBuilder|forPort)\s*\(|^\s*\x22?(?:MIDDLEWARE|MIDDLEWARE_CLASSES|DEFAULT_PERMISSION_CLASSES|DEFAULT_AUTHENTICATION_CLASSES)\b",
);
static CLASS: Pattern = Pattern::new(r"^\s*class\s+\w+\s*\(.*Mixin");
/// A statement that keeps or returns what it gets registers nothing.
static VALUE: Pattern = Pattern::new(r"^\s*(?:return|const|let|var|if|elif|else|for|while|await|yield|raise|throw)\b|^[^(]*[^=!<>]=[^=>]");
static HEADER: Pattern = Pattern::new(r"\b(?:def|func|fn|function|fun)\b|=>");
static INJECTED: Pattern = Pattern::new(r"\b(?:Depends|Security|Inject|UseGuards)\s*\(");
static OPEN: Pattern = Pattern::new(
    r"(?i)\b(?:permit_?all|allow_?any|allow_?all|allow_?anonymous|allow_?unauthenticated|skip_?auth\w*|no_?auth\w*|anonymous|public\w*|unauthenticated|(?:\w+_)?optional_(?:user|auth)\w*|optional(?:User|Auth)\w*|isAuthenticatedOrReadOnly)\b",
);
static WORD: Pattern = Pattern::new(r"[A-Za-z_$][\w$]*");
/// A page that asks a server has no routes.
static ASKS: Pattern = Pattern::new(r"(?:^|[^\w$])(?:\$|jQuery|axios|\$http|superagent)\.(?:get|post|put|patch|delete|ajax|getJSON)\s*\(");

/// What registers nothing: a choice of Rust, Ruby or Python by what something is, what a type of Rust has to be, a helper of tests of Go.
static CHOOSES: Pattern = Pattern::new(r"\+\s*'static\b|\btesting\.TB?\b|^\s*(?:\w+\s*=\s*)?match\s*(?:\(.*\)|[^'\x22(]*)\s*[{:]?\s*$");

/// A statement as far as it registers or heads a handler.
pub struct Handler<'t> {
    route: bool,
    header: bool,
    value: bool,
    words: Vec<&'t str>,
    /// Words that stand in nothing but paths: `/auth/requests` is behind no guard for that.
    in_paths: HashSet<&'t str>,
}

static PATH: Pattern = Pattern::new(r#"["'`]/[^"'`\n]*["'`]"#);

/// Whether something beside its paths names what stands in front of others.
#[must_use]
pub fn in_front(text: &str) -> bool {
    let mut rest = 0;
    let mut without = String::new();
    for path in PATH.find_all(text) {
        without.push_str(text.get(rest..path.start).unwrap_or(""));
        rest = path.end;
    }
    without.push_str(text.get(rest..).unwrap_or(""));
    vocabulary().guards(&without)
}

/// The words of a text that stand in nothing but its paths.
fn in_paths(text: &str) -> HashSet<&str> {
    let paths: Vec<std::ops::Range<usize>> = PATH.find_all(text).collect();
    let mut places = HashMap::new();
    for word in if paths.is_empty() { Vec::new() } else { WORD.find_all(text).collect() } {
        let within = paths.iter().any(|path| path.contains(&word.start));
        *places.entry(text.get(word).unwrap_or("")).or_insert(true) &= within;
    }
    places.into_iter().filter(|(_, only)| *only).map(|(word, _)| word).collect()
}

impl<'t> Handler<'t> {
    /// What the statement `text` says of a handler; `None` when it says nothing of one.
    #[must_use]
    pub fn of(text: &'t str) -> Option<Self> {
        // What begins by closing something is the rest of a list, which may hold several routes.
        if text.len() > 2000 || text.trim_start().starts_with(')') || ASKS.is_match(text) || CHOOSES.is_match(text) {
            return None;
        }
        let header = HEADER.is_match(text);
        let made = MADE.is_match(text);
        let route = made || ROUTE.is_match(text) || header && INJECTED.is_match(text) || CLASS.is_match(text);
        (route || header).then(|| Self {
            route,
            header,
            value: !made && VALUE.is_match(text),
            words: WORD.groups(text, 0).collect(),
            in_paths: in_paths(text),
        })
    }

    /// Whether a guard is among its words.
    #[must_use]
    pub fn is_guarded(&self) -> bool {
        self.route && !self.value && self.words.iter().any(|word| self.guards(word))
    }

    fn guards(&self, word: &str) -> bool {
        !self.in_paths.contains(word) && guards(word)
    }

    /// The guards among its words that `new` lacks.
    pub fn gone<'s>(&'s self, new: &'s Self) -> impl Iterator<Item = &'t str> + use<'s, 't> {
        oftener(&self.words, &new.words).into_iter().filter(|word| self.guards(word))
    }

    /// Whether `new` is this one with fewer words, none of them a guard's, and no other: `self.paths.feed` → `feed`.
    #[must_use]
    pub fn continues(&self, new: &Self) -> bool {
        const MOST: usize = 3;
        let gone = oftener(&self.words, &new.words);
        gone.len() <= MOST && !gone.iter().any(|word| self.guards(word)) && oftener(&new.words, &self.words).is_empty()
    }

    /// Whether `new` is this one without its guard.
    #[must_use]
    pub fn lost(&self, new: &Self) -> bool {
        if !self.is_guarded() || !(new.route || self.header && new.header) {
            return false;
        }
        let (was, is) = (&self.words, &new.words);
        let (gone, come) = (oftener(was, is), oftener(is, was));
        let guard_gone = || gone.iter().any(|word| self.guards(word));
        let opened = come.iter().any(|word| OPEN.is_match(word) && !new.in_paths.contains(word));
        (!is.is_empty() && is.len() < was.len() && come.is_empty() || opened) && guard_gone() || self.laxer(new)
    }

    /// Whether a word beside the name of a guard says that nobody must pass it any more: `auth.required` -> `auth.optional`.
    #[must_use]
    pub fn laxer(&self, new: &Self) -> bool {
        static STRICT: Pattern =
            Pattern::new(r"(?i)^(?:required|require|strict|mandatory|enforced?|protected|private|authenticated|secure)$");
        static LAX: Pattern =
            Pattern::new(r"(?i)^(?:optional|maybe|lax|lenient|soft|guest|anonymous|public|none|permissive|open|disabled)$");
        let (gone, come) = (oftener(&self.words, &new.words), oftener(&new.words, &self.words));
        let ([was], [is]) = (gone.as_slice(), come.as_slice()) else { return false };
        let at = self.words.iter().position(|word| word == was);
        let beside = at.and_then(|at| at.checked_sub(1)).and_then(|at| self.words.get(at));
        STRICT.is_match(was) && LAX.is_match(is) && beside.is_some_and(|word| guards(word))
    }
}

/// The words of `here` that stand there more often than in `there`, each as often as it stands in `here`.
fn oftener<'w>(here: &[&'w str], there: &[&str]) -> Vec<&'w str> {
    let mut surplus: HashMap<&str, isize> = HashMap::new();
    here.iter().for_each(|word| *surplus.entry(word).or_default() += 1);
    there.iter().for_each(|word| *surplus.entry(word).or_default() -= 1);
    here.iter().filter(|word| surplus.get(**word).is_some_and(|times| *times > 0)).copied().collect()
}

/// Whether a name is that of a guard.
#[must_use]
pub fn guards(word: &str) -> bool {
    (vocabulary().guards(word) || vocabulary().decides(word)) && !exempting(word)
}

/// Whether a name says that everybody may.
#[must_use]
pub fn is_open(word: &str) -> bool {
    static KEY: Pattern = Pattern::new(r"(?i)public_?key");
    OPEN.is_match(word) && !KEY.is_match(word)
}

/// The words of a statement, to compare it with others by [`made_open`].
pub struct Said<'t> {
    /// Its text.
    pub plain: &'t str,
    words: Vec<&'t str>,
}

impl<'t> Said<'t> {
    /// Reads the statement `plain`.
    #[must_use]
    pub fn of(plain: &'t str) -> Self {
        Self { plain, words: WORD.groups(plain, 0).collect() }
    }

    /// Whether it names a guard.
    #[must_use]
    pub fn is_guarded(&self) -> bool {
        self.words.iter().any(|word| guards(word))
    }

    /// Whether it says somewhere that everybody may.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.words.iter().any(|word| is_open(word))
    }
}

/// Words that may come in when a statement is opened, and those that may go.
const MOST_COME: usize = 2;
const MOST_GONE: usize = 4;

/// Whether all that came into a statement says that everybody may, where a guard went.
#[must_use]
pub fn made_open(was: &Said<'_>, is: &Said<'_>) -> bool {
    let (was, is) = (&was.words, &is.words);
    if is.len() > was.len() + MOST_COME || was.len() > is.len() + MOST_GONE {
        return false;
    }
    let (gone, come) = (oftener(was, is), oftener(is, was));
    let same = is.len() - come.len();
    // Only what takes the place of a guard: `authenticated()` -> `permitAll()`, `IsAuthenticated` -> `AllowAny`.
    !come.is_empty()
        && come.len() <= MOST_COME
        && gone.len() <= MOST_GONE
        && come.iter().all(|word| is_open(word))
        && gone.iter().any(|word| guards(word))
        && (same > 0 || is.len() == 1)
}

static CALLBACK: Pattern = Pattern::new(
    r"^\s*(?:(?:prepend_)?(?:before|after)_(?:action|filter)\s*\(?\s*(:[\w!?]+)|(protect_from_forgery|load_and_authorize_resource|authorize_resource)\b|(\$this->middleware\s*\(\s*\[?\s*['\x22][\w:.,-]+))",
);
static SETTING: Pattern = Pattern::new(r"(?i)^\s*([\w.]*(?:permission|authentication|authorization|guard|polic)\w*)\s*[:=]\s*(\S.*)$");
static ANSWER: Pattern = Pattern::new(r"^\s*return\s*([\[({].*)$");

/// Where a statement may have a [`subject`].
pub static NAMING: Hint = Hint::new(|| Words::of([&CALLBACK, &SETTING, &ANSWER]));

/// What a statement is about that may ask for guards; only two about the same are compared.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Subject<'t> {
    /// This callback in front of actions.
    Callback(&'t str),
    /// This setting.
    Setting(&'t str),
    /// What a function answers.
    Answer,
}

/// What the statement `text` is about.
#[must_use]
pub fn subject(text: &str) -> Option<Subject<'_>> {
    let answer = || ANSWER.is_match(text).then_some(Subject::Answer);
    callback(text).map(Subject::Callback).or_else(|| SETTING.group(text, 1).map(Subject::Setting)).or_else(answer)
}

fn callback(text: &str) -> Option<&str> {
    (1..=3).find_map(|group| CALLBACK.group(text, group))
}

/// Whether a callback in front of actions guards fewer of them than before: `before_action :authenticate_user!, except: [:export]`.
#[must_use]
pub fn exempts(old: &str, new: &str, acts: impl Fn(&str) -> bool) -> bool {
    static LEFT_OUT: Pattern =
        Pattern::new(r"\b(?:except|unless|if|only)(?::|\s*=>)|:(?:except|unless|if|only)\s*=>|->(?:except|only)\s*\(");
    let (Some(was), Some(is)) = (callback(old), callback(new)) else { return false };
    let list = |text: &'_ str, word: &str| -> Option<Vec<String>> {
        let (_, rest) = text.split_once(word)?;
        let list = rest.trim_start_matches([':', ' ', '=', '>', '(']).trim_start_matches("%i").split([']', '}', ')']).next().unwrap_or("");
        Some(WORD.groups(list, 0).map(str::to_owned).collect())
    };
    let newly = |here: Option<Vec<String>>, there: Option<Vec<String>>| {
        here.zip(there).is_some_and(|(here, there)| here.iter().any(|name| !there.contains(name) && acts(name)))
    };
    let opened = LEFT_OUT.count(new) > LEFT_OUT.count(old);
    let longer = newly(list(new, "except"), list(old, "except"));
    let shorter = newly(list(old, "only"), list(new, "only"));
    was == is && (guards(was) || was == "protect_from_forgery") && (opened || longer || shorter)
}

/// Whether a setting that named guards names none, or one that lets everybody in: `permission_classes = [AllowAny]`.
#[must_use]
pub fn opens(old: &str, new: &str) -> bool {
    let (Some(was), Some(is)) = (SETTING.group(old, 2), SETTING.group(new, 2)) else { return false };
    let name = |text: &'_ str| text.split(['=', ':']).next().map(|name| name.trim().to_owned());
    let guarded = |list: &str| WORD.groups(list, 0).any(|word| guards(word) && !OPEN.is_match(word));
    name(old) == name(new) && guarded(was) && !guarded(is) && (OPEN.is_match(is) || is_nothing(is))
}

/// Whether an answer that named guards names none: `return [IsAdminUser()]` -> `return []`.
#[must_use]
pub fn answers_nothing(old: &str, new: &str) -> bool {
    let (Some(was), Some(is)) = (ANSWER.group(old, 1), ANSWER.group(new, 1)) else { return false };
    WORD.groups(was, 0).any(|word| guards(word) && !is_open(word)) && is_nothing(is)
}

/// Whether an answer names a guard that another named.
#[must_use]
pub fn answers_for(old: &str, new: &str) -> bool {
    let (Some(was), Some(is)) = (ANSWER.group(old, 1), ANSWER.group(new, 1)) else { return false };
    WORD.groups(was, 0).any(|word| guards(word) && WORD.groups(is, 0).any(|other| other == word))
}

fn is_nothing(value: &str) -> bool {
    WORD.groups(value, 0).all(|word| matches!(word, "null" | "None" | "nil" | "undefined"))
}

/// Whether a name says that a guard is left out: `csrf_exempt`.
#[must_use]
pub fn exempting(name: &str) -> bool {
    words(name).iter().any(|word| matches!(word.as_str(), "exempt" | "skip" | "ignore" | "disable" | "disabled" | "without" | "allow"))
}

/// Whether a statement says that a guard is left out: `skip_before_action :authenticate_user!`.
#[must_use]
pub fn skips(plain: &str) -> bool {
    static SKIP: Pattern = Pattern::new(
        r"^\s*(?:skip_before_(?:action|filter)|skip_authorization_check|skip_authorize_resource|skip_authorization|skip_policy_scope)\b(.*)|->withoutMiddleware\s*\((.+)",
    );
    plain.len() <= 2000
        && SKIP
            .group(plain, 1)
            .or_else(|| SKIP.group(plain, 2))
            .is_some_and(|named| named.trim().is_empty() || vocabulary().guards(named) || vocabulary().decides(named))
}

/// Whether a route that leaves a guard out stood in `old`; what is no route is taken for something that did.
#[must_use]
pub fn was_there(plain: &str, old: &str) -> bool {
    static PATH: Pattern = Pattern::new(r#"::\w+\(\s*["']([^"'\n]+)["']"#);
    PATH.group(plain, 1).is_none_or(|path| old.contains(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost(old: &str, new: &str) -> bool {
        Handler::of(old).zip(Handler::of(new)).is_some_and(|(old, new)| old.lost(&new))
    }

    #[test]
    fn a_guard_among_the_arguments_of_a_route() {
        for (old, new) in [
            ("router.post('/users', requireAuth, create)", "router.post('/users', create)"),
            ("mux.Handle(\"/admin/\", auth.Require(h()))", "mux.Handle(\"/admin/\", h())"),
            ("async def delete(id: int, user: User = Depends(require_admin)):", "async def delete(id: int):"),
            ("router.put('/user', auth.required, update)", "router.put('/user', auth.optional, update)"),
            (
                "http.authorizeHttpRequests(a -> a.anyRequest().authenticated())",
                "http.authorizeHttpRequests(a -> a.anyRequest().permitAll())",
            ),
        ] {
            assert!(lost(old, new), "{old} -> {new}");
        }
        for (old, new) in [
            ("router.post('/users', requireAuth, create)", "router.post('/users', requireAdmin, create)"),
            ("router.post('/users', logRequest, create)", "router.post('/users', create)"),
            ("const token = request.get(auth)", "const token"),
            ("return user.get('login'), None", "return"),
            ("router.post('/users', requireAuth, create)", "router.post('/accounts', requireAuth, create)"),
            ("), http.post('/login', () => say('authenticated')), http.get('/a', () => b())", "), http.post('/login', () =>"),
        ] {
            assert!(!lost(old, new), "{old} -> {new}");
        }
        let callback = "before_action :authenticate_user!";
        let exempts = |old, new| exempts(old, new, |name| name != "gone");
        assert!(exempts(callback, "before_action :authenticate_user!, except: [:export]"));
        assert!(exempts("before_action :authorize, only: [:a, :b]", "before_action :authorize, only: [:a]"));
        assert!(exempts("before_action :authorize, only: %i[a b c]", "before_action :authorize, only: %i[a c d]"));
        assert!(!exempts("before_action :authorize, only: %i[a gone]", "before_action :authorize, only: %i[a]"));
        assert!(!exempts("before_action :set_locale", "before_action :set_locale, only: [:a]") && !exempts(callback, callback));
        assert!(!exempts("before_action :authorize, only: [:a]", "before_action :authorize, only: [:a, :b]"));
        assert!(opens("options.FallbackPolicy = RequireAuthenticatedUser()", "options.FallbackPolicy = null"));
        assert!(answers_nothing("return [IsAdminUser()]", "return []") && !answers_nothing("return [a, b]", "return []"));
        let made_open = |was, is| made_open(&Said::of(was), &Said::of(is));
        assert!(made_open(".anyRequest().authenticated()", ".anyRequest().permitAll()"));
        assert!(made_open("@RolesAllowed(\"ops\")", "@PermitAll") && !made_open("@login_required", "@staff_required"));
        assert!(opens("permission_classes = [IsAdminUser]", "permission_classes = [AllowAny]"));
        assert!(opens("permission_classes = [IsAuthenticated]", "permission_classes = []"));
        assert!(!opens("permission_classes = [IsAdminUser]", "permission_classes = [IsOwner]") && exempting("csrf_exempt"));
        assert!(skips("Route::post('/a', f())->withoutMiddleware('auth:sanctum');"));
        assert!(skips("skip_before_action :authenticate_user!, only: [:create]") && !skips("skip_before_action :set_locale"));
    }
}
