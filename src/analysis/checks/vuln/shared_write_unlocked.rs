//! `shared-write-unlocked`: a function took a lock around what it writes, and takes none now.
//!
//! Only what stood there before: whether something new needs a lock is for whoever knows who else is there.

use std::collections::HashSet;

use super::pairs::{pairs, squeezed};
use super::twins::{Twin, twins};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::RuleId;

/// See `rules/code/shared-write-unlocked.toml`.
pub struct SharedWriteUnlocked;

/// More statements of a function are not compared one by one.
const MOST: usize = 400;
/// A longer line is data.
const LONGEST: usize = 400;
/// Blocks around a statement.
const DEEPEST: usize = 12;

/// What takes a lock: of a thread, of a file, of a row, of a cache.
static LOCKS: Pattern = Pattern::new(
    r"(?x) (?:\.|->)(?:R?Lock|lock|acquire|write_lock|read_lock|synchronize|withLock|withReadLock|withWriteLock|runExclusive|EnterWriteLock|WaitOne|WaitAsync|lock_exclusive|lock_shared|lockForUpdate|sharedLock|select_for_update|with_for_update|with_lock|lockSync|acquireLock)\s*(?:\(|\{|do\b) | \bsynchronized\s*[({\w<] | \bMethodImplOptions\.Synchronized\b | \bwith\s+(?:self\.)?_?\w*(?:lock|mutex|semaphore)\w*\s*: | \block\s*\(\s*\w
      | \b(?:pthread_mutex|mutex|spin|raw_spin|rwlock|pthread_rwlock)_?\w*lock\w*\s*\( | \b(?:std::)?(?:lock_guard|unique_lock|scoped_lock|shared_lock)\b | \bdown(?:_interruptible|_write|_read)?\s*\( | \b(?:flock|lockf)\s*\( | \bMonitor\.Enter\b | \bCache::lock\s*\( | \bLOCK_EX\b | \bPESSIMISTIC_WRITE\b | \bFOR\s+UPDATE\b | \.lock! | @Synchronized\b",
);
/// Something that outlives the function is written: a part of an object, of a pointer, an instance variable; a file, a row, what a cache keeps.
static WRITES: Pattern = Pattern::new(
    r#"(?x) (?:^|[\s;{(])\*?\$?(?:self|this|\w+)(?:\.|->)[\w.>-]*\w(?:\[[^\]\n]*\])?\s*(?:[-+*/|&^]?=[^=>]|\+\+|--) | (?:^|\s)@\w+(?:\[[^\]\n]*\])?\s*(?:[-+|]{0,2}=[^=~>]|<<) | \b(?:self|this)\.\w+(?:\.|->)(?:append|push|pop|add|put|remove|insert|clear|delete|set|extend|update|discard)\w*\s*\(
      | \bdelete\s*\(\s*\w+\.\w+ | (?:^|\s)[A-Z_]{3,}(?:\[[^\]\n]*\])\s*= | \b\w+(?:->|\.)\w+\[[^\]\n]*\]\s*=[^=] | ^\s*\*[a-z]\w*(?:\.\w+|\([^()\n]*\))*\s*[-+*/|&^]?=[^=]
      | \b(?:fwrite|fputs|fputcsv|file_put_contents|write_all|writeFile|writeFileSync|(?:json|pickle|yaml)\.dump|fs::write|File\.write|Files\.write\w*|WriteAll(?:Text|Bytes|Lines)\w*)\s*\( | \bCache::(?:put|forever|set|increment|decrement)\s*\( | (?:\.|->)(?:save|save!|update|update!|increment|decrement|saveAndFlush)\s*\( | ["'`]\s*(?i:update\s+\S+\s+set|insert\s+into|delete\s+from)\s"#,
);
/// The same where a name alone may be a part of the object: the name that is written or changed.
static NAMED: Pattern = Pattern::new(
    r"^\s*([A-Za-z_]\w*)\s*(?:\[[^\]\n]*\])?\s*(?:[-+*/|&^]?=[^=>~]|\+\+|--)|^\s*([A-Za-z_]\w*)!{0,2}\??\.(?:append|push|pop|add|addAll|addFirst|addLast|put|putAll|putIfAbsent|remove|removeAll|removeFirst|insert|clear|delete|set|merge|compute|computeIfAbsent|getOrPut|offer|poll|Add|AddRange|TryAdd|Remove|RemoveAt|Clear|Insert|Push|Pop|Enqueue|Dequeue|push_back|emplace\w*|erase)\s*[({]",
);
/// Another way to have it alone.
static OTHERWISE: Pattern = Pattern::new(
    r"(?i)\batomic\w*|\bAtomic\w+|sync\.Map|Concurrent\w+|\bmutex|(?:^|[^a-z]|un|rw|spin|try|with|read|write)lock|(?-i:[a-z]Lock)|synchroni[sz]e|\bonce\b|\bchan\b|<-|compare_?and_?(?:swap|set|exchange)|\bactor\b|Interlocked|RefCell|ArcSwap",
);
/// The same without the words of locks.
static WITHOUT_LOCK: Pattern = Pattern::new(
    r"(?i)\batomic\w*|\bAtomic\w+|sync\.Map|Concurrent\w+|\bonce\b|\bchan\b|<-|compare_?and_?(?:swap|set|exchange)|\bactor\b|Interlocked|RefCell|ArcSwap",
);

impl Check for SharedWriteUnlocked {
    fn rule(&self) -> RuleId {
        RuleId("shared-write-unlocked")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::REMOVED, Words::of([&LOCKS]))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        if !file.removed().any(|line| LOCKS.is_match(line.text)) {
            return;
        }
        // A rewrite around another way to share is not looked at function by function.
        let elsewhere = |text: &str| file.new_side().is_some_and(|new| new.changed_lines().any(|line| line.text.contains(text)));
        // What is shared may have become what keeps itself whole.
        if file.added().any(|line| line.text.len() <= LONGEST && WITHOUT_LOCK.is_match(line.code())) {
            return;
        }
        for twin in twins(file) {
            if let Some(line) = only_for_condition(&twin, file.language) {
                let draft = Draft::line(file, twin.new, line)
                    .title("The lock is held for the condition, and what is written below is not under it");
                sink.report(draft);
                continue;
            }
            let Some((line, text)) = unlocked(&twin, file.language).or_else(|| left_its_block(&twin, file.language)) else { continue };
            if !elsewhere(text.trim()) {
                sink.report(Draft::line(file, twin.old, line));
            }
        }
        if file.language == Language::Php && file.role.is_live() {
            for (_, new, line) in pairs(file, without_flag) {
                sink.report(Draft::line(file, new, line.index));
            }
        }
    }
}

/// What a write to a file says beside whether it locks.
fn without_flag(code: &str) -> Option<String> {
    code.contains("file_put_contents(").then(|| squeezed(code).replace("|LOCK_EX", "").replace("LOCK_EX|", "").replace(",LOCK_EX", ""))
}

fn unlocked<'v>(twin: &Twin<'v, '_>, language: Language) -> Option<(usize, &'v str)> {
    let lock = twin.removed().find(|(_, text)| LOCKS.is_match(text))?;
    let after = twin.after();
    if OTHERWISE.is_match(after) {
        return None;
    }
    // What it writes stood there before, under the lock.
    let writes = |text: &str| is_write(text, twin.before(), language) && after.contains(text);
    let telling = |text: &&str| WRITES.is_match(text) || NAMED.is_match(text);
    let written = || twin.before().lines().map(str::trim).filter(telling).take(MOST).any(writes);
    written().then_some(lock)
}

/// Whether a line writes what outlives `function`.
fn is_write(text: &str, function: &str, language: Language) -> bool {
    WRITES.is_match(text) || shares_by_name(language) && NAMED.parts(text).any(|name| !declares(function, name))
}

/// Languages in which a part of the object, or of the file, is called by its name alone.
fn shares_by_name(language: Language) -> bool {
    use Language::{C, CSharp, Cpp, Dart, Go, Java, Kotlin, Scala, Swift};
    matches!(language, C | CSharp | Cpp | Dart | Go | Java | Kotlin | Scala | Swift)
}

/// Whether `function` makes the name its own: a type or a word of declaration stands before it, or `:=` behind it.
fn declares(function: &str, name: &str) -> bool {
    const NO_TYPE: [&str; 9] = ["return", "else", "in", "await", "throw", "case", "and", "or", "do"];
    let own = |at: usize| {
        let (before, after) = (function.get(..at).unwrap_or(""), function.get(at + name.len()..).unwrap_or(""));
        if after.starts_with(|c: char| c.is_alphanumeric() || c == '_')
            || before.ends_with(|c: char| c.is_alphanumeric() || "_.".contains(c))
        {
            return false;
        }
        if after.trim_start().starts_with(":=") {
            return true;
        }
        let line = before.rsplit('\n').next().unwrap_or("").trim_end();
        let word = line.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("");
        !word.is_empty() && !NO_TYPE.contains(&word) || line.ends_with(['>', '*', ']', '?', '&']) && !line.ends_with("->") && !line.ends_with("=>")
            // A parameter whose type stands behind it.
            || after.trim_start().starts_with(':') && line.ends_with(['(', ','])
    };
    function.match_indices(name).take(MOST).any(|(at, _)| own(at))
}

/// A write that stood in a block under a lock and stands in none now, in a function that still takes it for something else.
fn left_its_block<'v>(twin: &Twin<'v, '_>, language: Language) -> Option<(usize, &'v str)> {
    if twin.lost(&LOCKS) <= twin.gained(&LOCKS) || WITHOUT_LOCK.is_match(twin.after()) {
        return None;
    }
    let free: HashSet<String> =
        inside(twin.new, &twin.is).filter(|one| under_lock(twin.new, one).is_none()).map(|one| squeezed(twin.new.plain_of(one))).collect();
    let (line, _) = inside(twin.old, &twin.was).find_map(|one| {
        let text = twin.old.plain_of(one);
        let line = under_lock(twin.old, one).filter(|_| text.len() <= LONGEST && is_write(text, twin.before(), language))?;
        (twin.old.is_changed(line) && free.contains(&squeezed(text))).then_some((line, one))
    })?;
    Some((line, twin.old.plain_line(line)))
}

/// The line of an `if` of C++ that takes the lock which the function took, where it writes behind that block.
fn only_for_condition(twin: &Twin<'_, '_>, language: Language) -> Option<usize> {
    static TAKES: Pattern =
        Pattern::new(r"^\s*(?:const\s+)?(?:std::)?(?:unique_lock|scoped_lock|lock_guard|shared_lock)\b[^;(]*\(\s*([\w.>-]+)");
    static WITHIN: Pattern =
        Pattern::new(r"\bif\s*\(\s*(?:const\s+)?(?:std::)?(?:unique_lock|scoped_lock|lock_guard|shared_lock)\b[^;(]*\(\s*([\w.>-]+)[^;]*;");
    let taken = twin.removed().filter(|_| language == Language::Cpp).find_map(|(_, text)| TAKES.group(text, 1))?;
    let (line, _) = twin.added().find(|(_, text)| WITHIN.group(text, 1) == Some(taken))?;
    let head = twin.new.statements().iter().find(|one| one.first_line == line)?;
    let last = twin.new.statements().get(head.end.checked_sub(1)?)?.last_line;
    let behind = inside(twin.new, &twin.is).filter(|one| one.first_line > last.max(line) && one.bytes.len() <= LONGEST);
    let writes = |text: &str| WRITES.is_match(text) || OF_OBJECT.is_match(text);
    behind.map(|one| twin.new.plain_of(one)).any(writes).then_some(line)
}

/// What a member of an object is called by habit, written or changed.
static OF_OBJECT: Pattern = Pattern::new(
    r"(?:^|[\s;{])(?:\+\+|--)?(?:m_\w+|[a-z]\w*_)\s*(?:[-+*/|&^]?=[^=]|\+\+|--|;|\[|\.(?:insert\w*|emplace\w*|erase|clear|push\w*|pop\w*|assign|swap|resize|reset)\s*\()",
);

fn inside<'v>(side: &'v SideView<'_>, lines: &std::ops::Range<usize>) -> impl Iterator<Item = &'v Statement> + use<'v> {
    let lines = lines.clone();
    side.statements().iter().filter(move |one| lines.contains(&one.first_line)).take(MOST)
}

/// The line of the lock whose block a statement stands in.
fn under_lock(side: &SideView<'_>, statement: &Statement) -> Option<usize> {
    let mut parent = statement.parent;
    for _ in 0..DEEPEST {
        let head = side.statements().get(parent?)?;
        if LOCKS.is_match(side.plain_of(head)) {
            return Some(head.first_line);
        }
        parent = head.parent;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_its_own_where_it_is_declared() {
        for function in ["fun a(sum: Int) {", "var sum = 1", "long sum = 2;", "sum := 3", "List<Long> sum = x;"] {
            assert!(declares(function, "sum"), "{function}");
        }
        for function in ["sum += 1", "return sum", "if (sum > 2) {", "this.sum = 1", "summary = 1", "x -> sum += x"] {
            assert!(!declares(function, "sum"), "{function}");
        }
    }
}
