//! `shared-write-unlocked`: a function took a lock around what it writes, and takes none now.

use super::twins::{Twin, twins};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::FileView;
use crate::model::rule::RuleId;

/// See `rules/code/shared-write-unlocked.toml`.
pub struct SharedWriteUnlocked;

static LOCKS: Pattern = Pattern::new(
    r"(?x) \.(?:R?Lock|lock|acquire|write_lock|read_lock|synchronize|withLock|runExclusive|EnterWriteLock|WaitOne|WaitAsync)\s*(?:\(|\{|do\b) | \bsynchronized\s*[({] | \bwith\s+(?:self\.)?_?\w*(?:lock|mutex|semaphore)\w*\s*: | \block\s*\(\s*\w
      | \b(?:pthread_mutex|mutex|spin|raw_spin|rwlock|pthread_rwlock)_?\w*lock\w*\s*\( | \b(?:std::)?(?:lock_guard|unique_lock|scoped_lock|shared_lock)\b | \bdown(?:_interruptible|_write|_read)?\s*\( | \bflock\s*\( | \bMonitor\.Enter\b",
);
/// Something that outlives the function is written: a part of an object, of a pointer, an instance variable.
static WRITES: Pattern = Pattern::new(
    r"(?x) (?:^|[\s;{(])\*?(?:self|this|\w+)(?:\.|->)[\w.>-]*\w(?:\[[^\]\n]*\])?\s*(?:[-+*/|&^]?=[^=>]|\+\+|--) | (?:^|\s)@\w+(?:\[[^\]\n]*\])?\s*(?:[-+|]{0,2}=[^=~>]|<<) | \b(?:self|this)\.\w+(?:\.|->)(?:append|push|pop|add|put|remove|insert|clear|delete|set|extend|update|discard)\w*\s*\(
      | \bdelete\s*\(\s*\w+\.\w+ | (?:^|\s)[A-Z_]{3,}(?:\[[^\]\n]*\])\s*= | \b\w+(?:->|\.)\w+\[[^\]\n]*\]\s*=[^=]",
);
/// Another way to have it alone.
static OTHERWISE: Pattern = Pattern::new(
    r"(?i)\batomic\w*|\bAtomic\w+|sync\.Map|Concurrent\w+|\bmutex|lock|synchroni[sz]e|\bonce\b|\bchan\b|<-|compare_?and_?(?:swap|set|exchange)|\bactor\b|Interlocked|RefCell|ArcSwap",
);

impl Check for SharedWriteUnlocked {
    fn rule(&self) -> RuleId {
        RuleId("shared-write-unlocked")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::REMOVED, Words::of([&LOCKS]))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        // A rewrite around another way to share is not looked at function by function.
        let elsewhere = |text: &str| file.new_side().is_some_and(|new| new.changed_lines().any(|line| line.text.contains(text)));
        for twin in twins(file) {
            let Some((line, text)) = unlocked(&twin) else { continue };
            if !elsewhere(text.trim()) {
                sink.report(Draft::line(file, twin.old, line));
            }
        }
    }
}

fn unlocked<'v>(twin: &Twin<'v, '_>) -> Option<(usize, &'v str)> {
    if OTHERWISE.is_match(twin.after()) || !WRITES.is_match(twin.after()) {
        return None;
    }
    // What it writes stood there before, under the lock.
    let kept = |text: &str| twin.after().contains(text);
    let writes = || twin.before().lines().map(str::trim).filter(|text| WRITES.is_match(text)).any(kept);
    twin.removed().find(|(_, text)| LOCKS.is_match(text)).filter(|_| writes())
}
