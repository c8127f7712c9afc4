//! Safe ways whose careless counterpart can be told from the same place alone: a format, a list of arguments, the rights of a secret file, a
//! number that is used once, a file of its own.
//!
//! Part of `safe-call-replaced`. Nothing here asks where a value comes from.

use super::twins::Twin;
use crate::analysis::check::{Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::FileView;
use crate::model::rule::Severity;

/// A longer line is data.
const LONGEST: usize = 600;

/// Words of which every safe way told here holds one.
pub(super) const WORDS: [&str; 22] = [
    "bp::",
    "%s",
    "spawn",
    "system",
    "exec",
    "capture",
    "popen",
    "command",
    "process",
    "subprocess",
    "createtemp",
    "tempfile",
    "tmpfile",
    "tempdir",
    "600",
    "700",
    "400",
    "640",
    "660",
    "irusr",
    "irwxu",
    "nonce",
];

/// Whether a line that went may have held one of them.
pub(super) static TOLD: Pattern = Pattern::new(
    r#"(?i)"%s"|'%s'|bp::|spawn|system|exec|capture|popen|command|process|createtemp|tempfile|tmpfile|tempdir|0o?[4-7][0-6]0\b|irusr|irwxu|nonce|\biv\b"#,
);

/// Reports what `twin` turned into its careless counterpart.
pub(super) fn turned(file: &FileView<'_>, twin: &Twin<'_, '_>, sink: &mut Sink<'_>) {
    let found = [
        formatted(file.language, twin).map(|line| (line, "A text that was printed as it is has become the format")),
        worded(twin).map(|line| (line, "Arguments that were handed over one by one are put into one text for a shell")),
        opened(twin).map(|line| (line, "What only its owner could read, and holds secrets by its name, is open to everybody")),
        counted(twin).map(|line| (line, "What must be used once only is no longer drawn from chance")),
        shared(twin).map(|line| (line, "A temporary file of a name that nobody knows has one that anybody can prepare")),
    ];
    for (line, title) in found.into_iter().flatten() {
        sink.report(Draft::line(file, twin.new, line).title(title).severity(Severity::High));
    }
}

/// `printf("%s", text)` that became `printf(text)`.
fn formatted(language: Language, twin: &Twin<'_, '_>) -> Option<usize> {
    static AS_TEXT: Pattern = Pattern::new(
        r#"\b(\w*(?:printf|syslog|warnx?|errx?|log\w*|error|fatal|die|Errorf|Fatalf|Panicf|Logf))\s*\(((?:[^,()"']+,\s*)*)["']%s(?:\\n)?["']\s*,\s*(\$?[\w.>\[\]-]+)\s*\)"#,
    );
    static AS_FORMAT: Pattern = Pattern::new(
        r"\b(\w*(?:printf|syslog|warnx?|errx?|log\w*|error|fatal|die|Errorf|Fatalf|Panicf|Logf))\s*\(((?:[^,()]+,\s*)*?)([A-Za-z_$][\w.>\[\]-]*)\s*\)",
    );
    if !matches!(language, Language::C | Language::Cpp | Language::Go | Language::Php | Language::Lua | Language::Perl) {
        return None;
    }
    let bare = |text: &str| text.chars().filter(|sign| !sign.is_whitespace()).collect::<String>();
    let read = |pattern: &'static Pattern, text: &str| {
        Some((pattern.group(text, 1)?.to_owned(), bare(pattern.group(text, 2)?), pattern.group(text, 3)?.to_owned()))
    };
    let before: Vec<_> = twin.removed().filter(|(_, text)| text.len() < LONGEST).filter_map(|(_, text)| read(&AS_TEXT, text)).collect();
    let is_format = |text: &str| read(&AS_FORMAT, text).is_some_and(|now| before.contains(&now));
    if before.is_empty() {
        return None;
    }
    twin.added().find(|(_, text)| text.len() < LONGEST && is_format(text)).map(|(line, _)| line)
}

/// A program started with its arguments apart, and then by one text that holds a value.
fn worded(twin: &Twin<'_, '_>) -> Option<usize> {
    /// Ways to hand arguments over apart, up to where the first stands.
    static APART: Pattern = Pattern::new(
        r#"(?x)\bsubprocess\.(?:run|call|check_call|check_output|Popen)\s*\(\s*(?:\[|\w+\s*[,)]) | \b(?:execFile|execFileSync|spawn|spawnSync)\s*\( | \bOpen3\.\w+\s*\(\s*(?:\*|['"][\w./-]+['"]\s*,|$) | (?:^|[^\w.])(?:system|spawn|exec)\s*\(?\s*['"][\w./-]+['"]\s*,
          | \bIO\.popen\s*\(?\s*\[ | \bexec\.Command(?:Context)?\s*\((?:\s*\w+\s*,)?\s*"[\w./-]+"\s*, | \bnew\s+ProcessBuilder\s*\( | \bnew\s+Process\s*\(\s*(?:\[|\$\w+\s*[,)]) | \bProcess::(?:run|start)\s*\(\s*\[ | \bCommand::new\s*\( | \bArgumentList\.Add\s*\( | \bcreate_subprocess_exec\s*\( | \bexec[lv]p?e?\s*\( | \bposix_spawnp?\s*\(
          | \b(?:bp|boost::process(?:::v\d)?|subprocess)::(?:system|child|spawn|process|async_system|run|popen|start)\b | \bQProcess::(?:execute|startDetached)\s*\( | \.setArguments\s*\( | \bg_spawn_(?:a?sync)\s*\("#,
    );
    /// One text for a shell, in which a value stands.
    static TOGETHER: Pattern = Pattern::new(
        r#"(?x)\bOpen3\.\w+\s*\(\s*(?:"[^"\n]*\#\{[^"\n]*"|\w+)\s*[,)] | (?:^|[^\w.$>])(?:system|exec|spawn|popen|passthru|shell_exec|proc_open|execSync)\s*\(\s*\(?\s*(?:f"[^"\n]*\{|f'[^'\n]*\{|"[^"\n]*(?:\#\{|\$\{?\w|"\s*[.+])|`[^`\n]*\$\{|'[^'\n]*'\s*[.+]) | (?:^|[^\w])`[^`\n]*\#\{
          | \bshell\s*[=:]\s*(?:True|true)\b | \bIO\.popen\s*\(?\s*"[^"\n]*\#\{ | \bos\.(?:system|popen)\s*\( | \bgetoutput\s*\( | \bcreate_subprocess_shell\s*\( | \bfromShellCommandline\s*\(
          | ["'](?:/bin/|/usr/bin/)?(?:ba|z|da|k)?sh["']\s*\)?\s*(?:,\s*|\.args?\s*\(\s*[&\[]*\s*|\.arg\s*\(\s*)\s*["']-[a-z]*c["'] | \b(?:system|popen)\s*\(\s*[a-z_]\w*(?:\.(?:c_str|data|str)\(\)(?:\.c_str\(\))?)?\s*[,)] | \bRuntime\.getRuntime\(\)\.exec\s*\(\s*(?:"[^"\n]*"\s*\+|String\.format|\w+\s*\))"#,
    );
    /// A value in the text: what is fixed does no harm in a shell.
    static VALUE: Pattern = Pattern::new(
        r#"[#$]?\{\s*[@$]?[A-Za-z_]|["'`]\s*[.+]\s*\$?[A-Za-z_]|[A-Za-z_)\]]\s*[.+]\s*["'`]|%\s*\(|\$[A-Za-z_]|\bformat!?\s*\(|Sprintf\s*\(|\bsn?printf\s*\("#,
    );
    static QUOTED: Pattern =
        Pattern::new(r"(?i)shlex\.(?:quote|join)|shellescape|Shellwords|escapeshell|shell-?quote|pipes\.quote|shelljoin|to_i\b|Integer\(");
    let apart = |text: &str| APART.is_match(text) && !TOGETHER.is_match(text);
    let (lost, gained) = (twin.removed().filter(|(_, text)| apart(text)).count(), twin.added().filter(|(_, text)| apart(text)).count());
    if lost <= gained || QUOTED.is_match(twin.after()) && !QUOTED.is_match(twin.before()) {
        return None;
    }
    let built = twin.added().any(|(_, text)| text.len() < LONGEST && VALUE.is_match(text));
    let together = |text: &str| text.len() < LONGEST && TOGETHER.is_match(text) && !APART_ONLY.is_match(text);
    twin.added().find(|(_, text)| built && together(text)).filter(|_| twin.gained(&TOGETHER) > twin.lost(&TOGETHER)).map(|(line, _)| line)
}

/// Ruby and Node: a name alone and then arguments are still apart.
static APART_ONLY: Pattern = Pattern::new(r#"\bOpen3\.\w+\s*\(\s*(?:\*\w+|['"][\w./-]+['"]\s*,)|\bshell\s*[=:]\s*(?:False|false)\b"#);

/// Rights that were the owner's alone, of what is called a secret, and are everybody's.
fn opened(twin: &Twin<'_, '_>) -> Option<usize> {
    static RIGHTS: Pattern = Pattern::new(
        r"\b0o?([0-7])([0-7])([0-7])\b|[\x22'](?:0?)([0-7])([0-7])([0-7])[\x22']|\bchmod\s+(?:-R\s+)?0?([0-7])([0-7])([0-7])\b",
    );
    static SECRET: Pattern = Pattern::new(
        r"(?i)private|priv_?key|_key|host_?key|key_?(?:file|path)|\bkeys?\b|secret|token|credential|passw|\.ssh|\.pem\b|id_rsa|keystore|generate_key|gpg|wallet",
    );
    let digits = |text: &str| -> Vec<(u32, u32, u32)> {
        let three = |from: usize| RIGHTS.groups(text, from).zip(RIGHTS.groups(text, from + 1)).zip(RIGHTS.groups(text, from + 2));
        [1, 4, 7]
            .into_iter()
            .flat_map(three)
            .filter_map(|((own, group), other)| Some((own.parse().ok()?, group.parse().ok()?, other.parse().ok()?)))
            .collect()
    };
    let short = |text: &str| text.len() < LONGEST;
    let closed =
        twin.removed().filter(|(_, text)| short(text)).any(|(_, text)| digits(text).iter().any(|(own, _, other)| *own >= 4 && *other == 0));
    let name =
        twin.new.functions().iter().find(|function| twin.is.contains(&function.first_line)).map_or("", |function| function.name.as_str());
    let secret = || {
        SECRET.is_match(twin.after())
            || SECRET.is_match(name)
            || SECRET.is_match(twin.new.text().lines().take(20).collect::<Vec<_>>().join("\n").as_str())
    };
    static FOLDER: Pattern = Pattern::new(r"(?i)mkdir|makedirs?|create_?dir|_dir\b|\bdir_?mode|mode_?dir");
    // Folders may be entered by all where what lies in them may not be read.
    let open =
        |text: &str| digits(text).iter().any(|(_, _, other)| matches!(other, 2 | 3 | 4 | 6 | 7) && !(*other == 4 && FOLDER.is_match(text)));
    if !closed {
        return None;
    }
    // The same rights in another notation.
    let all = |lines: Vec<&str>| {
        let mut all: Vec<_> = lines.into_iter().filter(|text| short(text)).flat_map(digits).collect();
        all.sort_unstable();
        all
    };
    if all(twin.removed().map(|(_, text)| text).collect()) == all(twin.added().map(|(_, text)| text).collect()) {
        return None;
    }
    twin.added().find(|(_, text)| short(text) && open(text)).filter(|_| secret()).map(|(line, _)| line)
}

/// A nonce, vector or salt that came from chance and comes from a size, a clock, a counter or nothing.
fn counted(twin: &Twin<'_, '_>) -> Option<usize> {
    static DRAWN: Pattern = Pattern::new(
        r"(?i)\bnextBytes\s*\(|\brandomBytes\s*\(|\brandom_bytes\s*\(|\burandom\s*\(|\brand\.Read\s*\(|\bio\.ReadFull\s*\(\s*rand|\bgetRandomValues\s*\(|\bfill_bytes\s*\(|\bRAND_bytes\s*\(|\bget_random_bytes\s*\(|\btoken_bytes\s*\(|\bGetBytes\s*\(|\bRandomNumberGenerator\b|\brandombytes_buf\s*\(|\bgenerate_nonce\s*\(|\bSecureRandom\.(?:random_)?bytes|\brandom_(?:iv|nonce|bytes)\b|\bgenerateIv\s*\(",
    );
    static ONCE: Pattern = Pattern::new(
        r"(?i)^\s*(?:(?:const|let|var|val|final|my|auto|mut|byte\[\]|Span<byte>|unsigned\s+char|uint8_t)\s+)*[$@]?((?:\w+_)?(?:nonce|iv|init_?vector)\w*)(?:\[\w*\])?\s*(?::\s*[\w<>\[\]; ]+\s*)?:?=\s*([^=].*)$",
    );
    static CIPHERS: Pattern = Pattern::new(r"(?i)gcm|ctr|chacha|aead|aes|cipher|encrypt|seal|secretbox|salsa");
    /// Made of what was handed in or read.
    static GIVEN: Pattern = Pattern::new(
        r"(?i)^(?:&?\w+\[|\w+\.(?:slice|subarray|substr|split_at|get|read|take)|\w*(?:data|input|blob|sealed|payload|message|cipher_?text|params?|options?|header|record|envelope)\w*\b|random|new\s+byte\[|make\(|\[0u?8?;|bytearray\(|malloc|alloc\b|null|nil|None|self\.|this\.\w*(?:next|random|generate))",
    );
    if !twin.removed().any(|(_, text)| DRAWN.is_match(text)) || DRAWN.is_match(twin.after()) || !CIPHERS.is_match(twin.after()) {
        return None;
    }
    let drawn = |name: &str| twin.before().lines().any(|line| DRAWN.is_match(line) && line.to_lowercase().contains(&name.to_lowercase()));
    let foretold = |text: &str| {
        let Some((name, value)) = ONCE.group(text, 1).zip(ONCE.group(text, 2)) else { return false };
        text.len() < LONGEST && drawn(name) && !GIVEN.is_match(value.trim()) && !value.to_lowercase().contains("random")
    };
    twin.added().find(|(_, text)| foretold(text)).map(|(line, _)| line)
}

/// A temporary file that was made under a name of its own, and is made under a known one in the folder that everybody shares.
fn shared(twin: &Twin<'_, '_>) -> Option<usize> {
    static OWN: Pattern = Pattern::new(
        r"\bos\.(?:CreateTemp|MkdirTemp)\s*\(|\bioutil\.Temp(?:File|Dir)\s*\(|\bmk[sd]?temp\w*\s*\(|\b(?:Named|Spooled)?TemporaryFile\s*\(|\bTemporaryDirectory\s*\(|\bFiles\.createTemp(?:File|Directory)\s*\(|\bFile\.createTempFile\s*\(|\bTempfile\.(?:new|create|open)\b|\bDir\.mktmpdir\b|\btempfile::|\btempfile\s*\(|\btempdir\s*\(|\btmpfile\s*\(|\bmkdtemp(?:Sync)?\s*\(|\btempnam\s*\(|\bmktemp\b|\bGetTempFileName\s*\(",
    );
    static KNOWN: Pattern = Pattern::new(
        r#"\bos\.TempDir\s*\(\s*\)|\bgettempdir\s*\(\s*\)|\bos\.tmpdir\s*\(\s*\)|\benv::temp_dir\s*\(\s*\)|\bjava\.io\.tmpdir\b|\bsys_get_temp_dir\s*\(\s*\)|\bDir\.tmpdir\b|\bGetTempPath\s*\(|["'`]/(?:var/)?tmp/[^"'`]"#,
    );
    static MADE: Pattern = Pattern::new(
        r"\bopen\w*\s*\(|\bOpenFile\s*\(|\bos\.(?:Create|WriteFile|Mkdir\w*)\s*\(|\bFile\.(?:open|write|new|Create|WriteAll\w*)\b|\bnew\s+(?:File\w*|FileOutputStream|FileWriter)\s*\(|\bwrite\w*\s*\(|\bfs::(?:write|File)|\bFile::create\s*\(|\bcreateWriteStream\s*\(|\bfopen\s*\(|\bfile_put_contents\s*\(|>\s*\S",
    );
    static UNGUESSED: Pattern = Pattern::new(
        r"(?i)uuid|random|token_hex|secrets\.|nanoid|O_EXCL|create_new|CREATE_NEW|O_NOFOLLOW|[\x22']x[b+]?[\x22']|mkdtemp|MkdirTemp",
    );
    if twin.lost(&OWN) == 0 || twin.gained(&OWN) > 0 || UNGUESSED.is_match(twin.after()) || !MADE.is_match(twin.after()) {
        return None;
    }
    let stood = |text: &str| twin.removed().any(|(_, was)| was.trim() == text.trim());
    twin.added()
        .find(|(_, text)| text.len() < LONGEST && KNOWN.is_match(text) && !stood(text))
        .filter(|_| !KNOWN.is_match(twin.before()))
        .map(|(line, _)| line)
}
