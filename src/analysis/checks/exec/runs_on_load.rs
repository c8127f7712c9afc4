//! `runs-on-load`: a program is started or another host asked as soon as a module, class or library is loaded.
//!
//! Scripts are made to act when they run; only what others load counts. Building and installing are `build-executes` and `install-hook`.

use super::engines::{LONGEST, engines};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::checks::net::hosts;
use crate::analysis::checks::net::traffic::traffic;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::shell;
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{Confidence, RuleId, Severity};

/// See `rules/code/runs-on-load.toml`.
pub struct RunsOnLoad;

/// Files that are run rather than loaded.
static SCRIPT: Pattern = Pattern::new(
    r"(?i)(?:^|/)(?:scripts?|bin|tools?|hack|ci|\.github|benchmarks?|bench|cmd|tasks|deploy|ansible|migrations?)/|(?:^|/)(?:setup|conftest|manage|main|__main__|cli|run|server|app|wsgi|asgi|noxfile|fabfile|tasks|install\w*|postinstall|preinstall|gulpfile|gruntfile|build|index\.test|rakefile|gemfile|vagrantfile|extconf|fastfile|podfile)(?:\.\w+)*$|\.config\.\w+$|\.(?:sh|ps1|bash)$",
);
static MAIN: Pattern = Pattern::new(r"__name__|\$PROGRAM_NAME|\$0\b|require\.main|import\.meta\.main|PHP_SAPI");
static DEFERRED: Pattern = Pattern::new(r"=>|\bfunction\b|\blambda\b|\bfn\s*\(|\bdef\b|\bproc\b|->\s*\{|\bclass\b");

impl Check for RunsOnLoad {
    fn rule(&self) -> RuleId {
        RuleId("runs-on-load")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(
            Reach::ADDED,
            Words::of([&engines().spawners, &PROMPT, &BACKGROUND, &PRELOADED, &ADDED_TO_BEGIN])
                .or(traffic().talking())
                .or(Words::named(["func init(", "(constructor"])),
        )
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side().filter(|_| file.language.is_code() && file.role.is_live()) else { return };
        if file.language == Language::Shell {
            return shell_begins(file, side, sink);
        }
        let moment = moment_of(file.language);
        let mut told = None;
        for statement in side.statements() {
            let touched = side.touches(statement.first_line, statement.last_line) || marked_now(file, side, statement);
            let asked = touched && statement.bytes.len() <= LONGEST;
            let Some(moment) = asked.then(|| moment(file, side, statement)).flatten() else { continue };
            let Some(deed) = deed(file, side, statement) else {
                if moment == Moment::Initialiser && told.is_none() && through(file, side, statement) {
                    told = Some((statement.first_line, statement.last_line));
                }
                continue;
            };
            if moment == Moment::Initialiser && unpacks(side, statement) {
                let draft = Draft::lines(file, side, statement.first_line, statement.last_line);
                sink.report(
                    draft
                        .title("What is unpacked from the code is written to a file and run as soon as it is loaded")
                        .severity(Severity::High),
                );
            } else if let Some((severity, confidence)) = weigh(file, moment, &deed) {
                let draft = Draft::lines(file, side, statement.first_line, statement.last_line).title(deed.title());
                sink.report(draft.severity(severity).confidence(confidence));
            }
        }
        if let Some((first, last)) = told {
            let draft = Draft::lines(file, side, first, last).title("Begins work beyond its own process as soon as it is loaded");
            sink.report(draft.severity(Severity::Medium).confidence(Confidence::Medium));
        }
    }
}

/// What goes on by itself, or reaches a database or another host, once it is called.
static WORKS: Pattern = Pattern::new(
    r"\b(?:v?fork|exec[lv]p?e?|posix_spawnp?|CreateProcess[AW]?|WinExec|pthread_create|thrd_create|CreateThread|_beginthread(?:ex)?)\s*\(|\bstd::j?thread\b|\bthread::spawn\s*\(|\b(?:sql|sqlx|gorm|pgx|pgxpool|mongo)\.(?:Open|Connect\w*|New|MustConnect|MustOpen)\s*\(|\bhttp\.(?:Get|Post|PostForm|Head|ListenAndServe\w*)\s*\(|\bnet\.(?:Dial\w*|Listen\w*)\s*\(|\bexec\.Command\w*\s*\(|\bos\.RemoveAll\s*\(",
);

/// Whether an initialiser that is new, or newly marked as one, starts such work itself or calls a function of this file that does.
fn through(file: &FileView<'_>, side: &SideView<'_>, statement: &Statement) -> bool {
    static CALLED: Pattern = Pattern::new(r"(?:^|[^\w.])([A-Za-z_]\w*)\s*\(");
    /// A longer function is no helper, in bytes; of more functions of a name only the first counts.
    const LONGEST_HELPER: usize = 20_000;
    const MOST_CALLS: usize = 8;
    let native = matches!(file.language, Language::C | Language::Cpp);
    let own = statement.function.and_then(|at| side.functions().get(at));
    let newly = own.is_some_and(|own| side.touches(own.first_line.saturating_sub(1), own.first_line));
    if file.old().is_none() || !newly || !native && file.language != Language::Go {
        return false;
    }
    let code = side.code_of(statement);
    if native {
        return WORKS.is_match(code);
    }
    CALLED.groups(code, 1).take(MOST_CALLS).any(|name| {
        let helper = side.functions().iter().find(|function| function.name == name);
        let body = helper.and_then(|helper| side.masked().get(side.bytes_of(helper.first_line, helper.last_line)));
        body.is_some_and(|body| body.len() <= LONGEST_HELPER && WORKS.is_match(body))
    })
}

/// Whether the function around a statement makes something readable of bytes that come with the code, and writes it to a file.
fn unpacks(side: &SideView<'_>, statement: &Statement) -> bool {
    static UNPACKS: Pattern =
        Pattern::new(r"\^\s*(?:0x[0-9a-fA-F]+|\d+|\w+)\b|(?i)base64|b64|from_?hex|\batob\b|gzip|inflate|decompress|rot13|xor");
    static CARRIED: Pattern = Pattern::new(
        r"\binclude_(?:bytes|str)!|//go:embed|\bget_data\s*\(|getResourceAsStream|\bread_binary\b|\[\s*(?:0x[0-9a-fA-F]{1,2}\s*,\s*){8}|[\x22\x27`][A-Za-z0-9+/=]{80,}",
    );
    static WRITES: Pattern = Pattern::new(
        r"(?i)\bfs::write\b|write_all\b|\bWriteFile\b|writeFileSync|File\.(?:write|binwrite|open|WriteAllBytes)|Files\.write|fwrite|file_put_contents|\.write\s*\(",
    );
    let Some(function) = statement.function.and_then(|at| side.functions().get(at)) else { return false };
    let text = side.plain().get(side.bytes_of(function.first_line, function.last_line)).unwrap_or("");
    text.len() < 20_000 && UNPACKS.is_match(text) && CARRIED.is_match(text) && WRITES.is_match(text)
}

/// What every shell of a person would run: before each prompt, or, in the file it begins with, in the background.
fn shell_begins(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    for line in file.added().filter(|line| line.text.len() <= 1_000) {
        let plain = side.plain_line(line.index);
        static WORD: Pattern = Pattern::new(r"[A-Za-z]{3,}");
        let more = |set: &str| WORD.is_match(&OWN_PROMPT.groups(set, 0).fold(set.to_owned(), |rest, own| rest.replace(own, " ")));
        let title = if PROMPT.parts(plain).any(more) {
            "Runs something before every prompt of a shell"
        } else if BACKGROUND.is_match(plain) && BEGUN_WITH.is_match(&file.path) {
            "Starts a program in the background with every shell"
        } else if PRELOADED.is_match(plain) {
            "Has every program that is started there load a library that anybody may have put there"
        } else if ADDED_TO_BEGIN.is_match(plain) {
            "Has every shell of somebody start a program"
        } else {
            continue;
        };
        sink.report(Draft::line(file, side, line.index).title(title).severity(Severity::Medium));
    }
}

/// What shells run before each prompt or command, set to more than their own history or a prompt's text.
static PROMPT: Pattern = Pattern::new(
    r#"(?:^|[\s;"'])(?:PROMPT_COMMAND\s*\+?=|(?:precmd|preexec)_functions\s*\+=)([^\n]*)|\btrap\s+["']([^"'\n]+)["']\s+DEBUG\b"#,
);
/// What such a line says of its history and of its prompt.
static OWN_PROMPT: Pattern =
    Pattern::new(r"\bhistory\s+-\w+|\$\{?PROMPT_COMMAND[^}\s;]*\}?|\b_\w+|\b\w*prompt\w*|\b(?:echo|printf)\s[^;]*");
static BACKGROUND: Pattern = Pattern::new(r"\bnohup\s|\bsetsid\s|[^&]&\s*\)?\s*(?:disown\b.*)?$");
/// A library that every program loads first, from a folder that is not the system's.
static PRELOADED: Pattern =
    Pattern::new(r#"\bLD_PRELOAD=["']?(?:/tmp/|/var/tmp/|/dev/shm/|\./|\$\{?(?:PWD|TMPDIR))|>>?\s*/etc/ld\.so\.preload\b"#);
/// What is put into a file that a shell begins with: something in the background, from a shared folder, or fetched.
static ADDED_TO_BEGIN: Pattern = Pattern::new(
    r#"(?:echo|printf|cat)\b[^\n]*(?:&\s*["']|\bnohup\b|/tmp/|/dev/shm/|\bcurl\b|\bwget\b|\bbase64\b)[^\n]*(?:>>|\btee\s+-a)\s*["']?\S*(?:\.(?:bashrc|bash_profile|zshrc|zshenv|zprofile|profile|bash_login)|/etc/(?:profile|bash\.bashrc|rc\.local))\b"#,
);
/// Files with which shells begin.
static BEGUN_WITH: Pattern =
    Pattern::new(r"(?i)(?:^|[/._-])(?:bash_?profile|bash_?rc|zsh_?(?:rc|env|profile|login)|profile|bash_?login)(?:\.sh)?$|/profile\.d/");

/// When a statement runs although nobody called it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// It stands in no function of a module.
    TopLevel,
    /// It stands in what a language runs by itself: `init`, a static initialiser, a constructor of a library.
    Initialiser,
}

/// What a statement does beyond its own process.
struct Deed {
    /// The command's worst, when a program is started.
    command: Option<Option<shell::Deed>>,
    /// The host that is asked, when the change is the first to name it.
    host: Option<String>,
}

impl Deed {
    fn title(&self) -> String {
        match &self.host {
            Some(host) if self.command.is_none() => format!("Asks {host} as soon as it is loaded"),
            _ => "Starts a program as soon as it is loaded".to_owned(),
        }
    }
}

fn deed(file: &FileView<'_>, side: &SideView<'_>, statement: &Statement) -> Option<Deed> {
    let (plain, code) = (side.plain_of(statement), side.code_of(statement));
    let module = || engines().spawners.find(plain).filter(|_| plain.contains("child_process"));
    let spawns = engines().spawners.find(code).or_else(module);
    let talks = traffic().talks(plain, file.language);
    let first = spawns.as_ref().map_or_else(|| plain.find("://").unwrap_or(0), |found| found.start);
    // What a parameter is by default is made when the function is.
    let default = file.language == Language::Python && code.trim_start().starts_with("def ") && statement.parent.is_none();
    // In C# an arrow is the body of the very function that is run.
    if !default && file.language != Language::CSharp && DEFERRED.is_match(code.get(..first).unwrap_or("")) {
        return None;
    }
    // The words of an argument list are a command, too.
    let words = plain.replace(['"', '\'', ',', '[', ']', '(', ')', '{', '}'], " ");
    let command = spawns.map(|_| shell::worst(&words));
    let host = hosts::named(plain).filter(|host| talks && hosts::is_new(file, host));
    (command.is_some() || host.is_some()).then_some(Deed { command, host })
}

fn weigh(file: &FileView<'_>, moment: Moment, deed: &Deed) -> Option<(Severity, Confidence)> {
    let worst = deed.command.flatten();
    let far = deed.host.is_some() || worst.is_some_and(|worst| worst >= shell::Deed::Network);
    // What a script starts on this machine it starts when it is run.
    let own = deed.host.is_none() && worst.is_none_or(|worst| worst <= shell::Deed::Installs);
    if moment == Moment::TopLevel && own && ended_its_process(file) {
        return None;
    }
    // A library of Ruby is begun by the file of its name.
    let begins = file.language == Language::Ruby && file.path.strip_prefix("lib/").is_some_and(|name| !name.contains('/'));
    let package = begins || matches!(file.name(), "__init__.py" | "index.js" | "index.ts" | "index.mjs" | "index.cjs");
    match moment {
        Moment::Initialiser if far => Some((Severity::High, Confidence::High)),
        Moment::Initialiser => Some((Severity::Medium, Confidence::Medium)),
        Moment::TopLevel if far && (file.old().is_some() || package) => Some((Severity::High, Confidence::Medium)),
        Moment::TopLevel if package => Some((Severity::Medium, Confidence::Medium)),
        Moment::TopLevel => None,
    }
}

type When = fn(&FileView<'_>, &SideView<'_>, &Statement) -> Option<Moment>;

fn moment_of(language: Language) -> When {
    match language {
        Language::Python | Language::JavaScript | Language::TypeScript | Language::Ruby | Language::Php => top_level,
        Language::Go => |_, side, statement| {
            let named = statement.function.map(|at| side.functions()[at].name.as_str());
            let variable = named.is_none() && side.code_of(statement).contains('=');
            (named == Some("init") || variable).then_some(Moment::Initialiser)
        },
        Language::Java | Language::Kotlin | Language::Scala => |file, side, statement| {
            if file.language == Language::Kotlin && is_property(file, side, statement) {
                return Some(Moment::Initialiser);
            }
            let mut parent = statement.parent;
            for _ in 0..16 {
                let header = side.statements().get(parent?)?;
                match side.code_of(header).trim() {
                    "static" | "init" => return Some(Moment::Initialiser),
                    _ => parent = header.parent,
                }
            }
            None
        },
        Language::Cpp => {
            |file, side, statement| constructor(file, side, statement).or_else(|| is_static(side, statement).then_some(Moment::Initialiser))
        }
        Language::CSharp | Language::Rust | Language::C => constructor,
        _ => |_, _, _| None,
    }
}

/// Whether a statement of C++ makes what a name outside of all functions and classes holds: it runs before `main`.
fn is_static(side: &SideView<'_>, statement: &Statement) -> bool {
    static MADE: Pattern = Pattern::new(
        r"^\s*(?:(?:static|const|inline|volatile|thread_local|\[\[\w+\]\])\s+)*(?:auto|bool|int|long|[\w:]+(?:<[^<>]*>)?)\s*[&*]?\s+\w+\s*(?:=[^=]|\{)",
    );
    static AROUND: Pattern = Pattern::new(r#"^\s*(?:inline\s+)?namespace\b|^\s*extern\s+""#);
    let parent = statement.parent.and_then(|at| side.statements().get(at));
    statement.function.is_none()
        && MADE.is_match(side.code_of(statement))
        && parent.is_none_or(|around| AROUND.is_match(side.plain_of(around)))
}

/// Whether a statement makes what a property of a file of Kotlin holds: it runs when the class of that file is first used.
fn is_property(file: &FileView<'_>, side: &SideView<'_>, statement: &Statement) -> bool {
    static PROPERTY: Pattern = Pattern::new(r"^(?:private\s+|internal\s+|public\s+)?va[lr]\s");
    if statement.function.is_some() || file.path.ends_with(".kts") {
        return false;
    }
    let mut outermost = statement;
    for _ in 0..16 {
        let Some(above) = outermost.parent.and_then(|at| side.statements().get(at)) else { break };
        outermost = above;
    }
    let made = side.code_of(outermost);
    PROPERTY.is_match(made) && !made.contains("lazy")
}

fn top_level(file: &FileView<'_>, side: &SideView<'_>, statement: &Statement) -> Option<Moment> {
    let default = side.code_of(statement).trim_start().starts_with("def ") && statement.parent.is_none();
    if statement.function.is_some() && !default || SCRIPT.is_match(&file.path) || side.text().starts_with("#!") {
        return None;
    }
    let mut parent = statement.parent;
    for _ in 0..16 {
        let Some(header) = parent.and_then(|at| side.statements().get(at)) else {
            return Some(Moment::TopLevel);
        };
        let code = side.code_of(header);
        if MAIN.is_match(side.plain_of(header)) || DEFERRED.is_match(code) && !code.trim_start().starts_with("class") {
            return None;
        }
        parent = header.parent;
    }
    None
}

/// Whether the file ended the process by itself before the change, as only what is run does: whoever loaded it would have ended as well.
fn ended_its_process(file: &FileView<'_>) -> bool {
    static ENDS: Pattern = Pattern::new(r"^\s*(?:process\.exit|sys\.exit|os\._exit|exit!?|abort)\s*(?:\(|$)");
    struct Ended(bool);
    let ended = |old: &SideView<'_>| old.statements().iter().any(|s| s.function.is_none() && ENDS.is_match(old.code_of(s)));
    file.shared(|file| Ended(file.old().is_some_and(ended))).0
}

/// Whether the change touches what stands in front of the function around a statement, where that may make a loader call it.
fn marked_now(file: &FileView<'_>, side: &SideView<'_>, statement: &Statement) -> bool {
    let marks = matches!(file.language, Language::CSharp | Language::Rust | Language::C | Language::Cpp);
    let function = || statement.function.and_then(|at| side.functions().get(at));
    marks && function().is_some_and(|function| side.touches(function.first_line.saturating_sub(2), function.first_line))
}

/// Functions that a loader calls by itself, by what stands in front of them.
fn constructor(file: &FileView<'_>, side: &SideView<'_>, statement: &Statement) -> Option<Moment> {
    static MARKED: Pattern = Pattern::new(
        r"\[ModuleInitializer\]|#\[(?:ctor::)?ctor\b|__attribute__\s*\(\(\s*(?:constructor|__constructor__)|\.init_array|\bDllMain\b|#\[(?:unsafe\()?link_section\s*=\s*\x22\.init_array",
    );
    // A constructor of C# that is static has no type in front of its name.
    static STATIC: Pattern = Pattern::new(r"^\s*static\s+[A-Z]\w*\s*\(\s*\)");
    let first = statement.function.and_then(|at| side.functions().get(at)).map_or(statement.first_line, |function| function.first_line);
    let above = first.saturating_sub(2)..=first;
    let marked = above.into_iter().any(|line| MARKED.is_match(side.plain_line(line)));
    let first_use = || file.language == Language::CSharp && STATIC.is_match(side.plain_line(first));
    (marked || first_use()).then_some(Moment::Initialiser)
}
