//! A value that a keychain or a store of secrets keeps is written to a plain file or plain settings as well. A part of `secret-out-of-store`.

use std::collections::BTreeSet;

use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::FileView;
use crate::model::rule::{Confidence, Severity};

/// A longer line is data, and more of them are not looked at.
const WIDEST: usize = 500;
const MOST: usize = 5_000;

/// The name of a secret.
pub(super) static SECRET: Pattern = Pattern::new(
    r"(?i)passw(?:or)?d|passphrase|secret|token|api[_-]?key|private[_-]?key|access[_-]?key|credential|client[_-]?key|conn(?:ection)?[_-]?string|database[_-]?url|\bdsn\b|encryption[_-]?key|signing[_-]?key",
);
/// A keychain is handed something; group: what it is given.
static HANDED: Pattern = Pattern::new(
    r"\b(?:setTextData|setBinaryData|(?:keyring|keytar|Entry|entry|keychain|Keychain|credentials?|vault)\b[\w.>:()-]*(?:\.|::|->)(?:set_?[pP]assword|SetPassword|setGenericPassword|set_secret|save|store|set)|set_password|SecureStore\.setItemAsync|secret_password_store\w*|SecItemAdd|CredWrite\w*)\s*\(([^;]*)",
);
/// A name is set to what a store of secrets gives; group: the name.
static FETCHED: Pattern = Pattern::new(
    r"(?x) ^\s*(?:(?:export|local|readonly|const|let|var|val|final|auto|declare)\s+(?:-\w+\s+)*)* \$?(\w+) \s*:?=\s* (?:
        [\x22']?\$\(\s*(?:vault\s+(?:kv\s+get|read)|aws\s+(?:--\S+\s+\S+\s+)*(?:secretsmanager|ssm)|gcloud\s+secrets|op\s+(?:read|item)|az\s+keyvault|pass\s+show|security\s+find-(?:generic|internet)-password|secret-tool\s+lookup|bw\s+get|sops\s+(?:-d|--decrypt)|doppler\s+secrets)\b
      | (?:await\s+)?[\w.$>:()-]*(?:keyring\.get_password|keytar\.getPassword|SecureStore\.getItemAsync|get_secret_value|access_secret_version|GetSecretValue|getSecretValue|GetSecretAsync|getSecret|get_secret)\s*\( )",
);
/// Something is written where it stands in the open.
static WRITTEN: Pattern = Pattern::new(
    r"\b(?:QSettings\b[^;\n]*\.setValue|[sS]ettings\w*(?:\.|->)(?:setValue|set|put\w*|setItem)|(?:localStorage|sessionStorage|AsyncStorage)\.setItem|UserDefaults\.\w+\.set|putString|writeFile\w*|WriteFile|WriteAllText\w*|write_text|writeText|File\.write|file_put_contents|fs::write|json\.dump|fprintf|fputs|g_key_file_set_string|RegSetValueEx\w*|WritePrivateProfileString\w*)\s*\(",
);
/// The same in a shell; group: where to.
static IN_SHELL: Pattern = Pattern::new(r"\b(?:echo|printf)\b.*?(?:>>?\s*|\|\s*(?:sudo\s+)?tee\s+(?:-a\s+)?)(\S+)\s*$");
/// A place that does not last, and one that is no file.
static PASSING: Pattern = Pattern::new(r"(?i)/dev/|/run/|^&|tmp|temp|GITHUB_|\bpipe|fifo");
static VEILED: Pattern =
    Pattern::new(r"(?i)encrypt|cipher|seal|hash|digest|protect|keychain|keyring|secure|mask|redact|remove|has_|isEmpty|length");

/// Reports lines that came and write such a value.
pub(super) fn report(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let (Some(old), Some(side)) = (file.old().filter(|_| file.language.is_code()), file.new_side()) else { return };
    let shell = side.is_script();
    let wanted = |text: &str| text.len() <= WIDEST && if shell { IN_SHELL.is_match(text) } else { WRITTEN.is_match(text) };
    let writes: Vec<usize> = side.changed_lines().filter(|line| wanted(line.text)).map(|line| line.index).take(100).collect();
    if writes.is_empty() {
        return;
    }
    let words = |text: &'_ str| text.split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_owned).collect::<Vec<_>>();
    let mut kept: BTreeSet<String> = BTreeSet::new();
    for at in (0..old.len().min(MOST)).filter(|at| old.line(*at).text.len() <= WIDEST) {
        let text = old.plain_line(at);
        kept.extend(FETCHED.group(text, 1).map(str::to_owned));
        let given = HANDED.group(old.line(at).code(), 1).map(words).unwrap_or_default();
        kept.extend(given.into_iter().filter(|name| SECRET.is_match(name)));
    }
    // What was written before is no news.
    let said = |text: &str| words(text).into_iter().find(|name| kept.contains(name));
    let written = |at: &usize| wanted(old.line(*at).text) && said(old.line(*at).text).is_some();
    if kept.is_empty() || (0..old.len().min(MOST)).any(|at| written(&at)) {
        return;
    }
    for at in writes {
        let (text, code) = (side.plain_line(at), side.line(at).code());
        let passing = shell && IN_SHELL.group(text, 1).is_some_and(|place| PASSING.is_match(place));
        let Some(name) = said(if shell { text } else { code }).filter(|_| !passing && !VEILED.is_match(text)) else { continue };
        if shell && !text.contains(&format!("${name}")) && !text.contains(&format!("${{{name}")) {
            continue;
        }
        let draft = Draft::line(file, side, at).title(format!("`{name}`, which a store of secrets keeps, is written in the open as well"));
        return sink.report(draft.severity(Severity::Medium).confidence(Confidence::Medium));
    }
}
