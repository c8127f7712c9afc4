//! `build-tool-replaced`: a build or package tool would start another program, or take less care.

use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::role::fold;
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

static FILES: Pattern = Pattern::new(
    r"/(\.npmrc|\.yarnrc(\.yml)?|\.pypirc|pip\.(conf|ini)|uv\.toml|bunfig\.toml|\.gemrc|nuget\.config|\.cargo/config(\.toml)?|settings\.xml|\.condarc|\.bundle/config)$",
);
static RUNNER: Pattern = Pattern::new(
    r#"(?i)^\s*(rustc-wrapper|rustc-workspace-wrapper|rustc|rustdoc|runner|linker|credential-provider|git-fetch-with-cli|node-options|script-shell|git|init\.module|onload-script|yarnPath|plugins|shell)\s*[:=]\s*['"\[]*\s*([^\s'"\]]+)"#,
);
static ORDINARY: Pattern = Pattern::new(
    r"(?i)^(sccache|clang|gcc|cc|lld|mold|rust-lld|ld\.lld|[\w-]+-(gcc|ld|clang)|wasm-\S+|wine\S*|qemu-\S+|true|false|git|bash|sh|zsh|pwsh|probe-rs|cargo:\S+|\.yarn/releases/\S+|link(er)?\.exe|node)$",
);
static UNSAFE: Pattern = Pattern::new(
    r"(?i)^\s*['\x22]?(strict-ssl|cafile|ca|enableStrictSsl|http-check-revoke|trusted-host|unsafeHttpWhitelist|enableScripts|ignore-scripts)['\x22]?\s*[:=]\s*['\x22]?(\S+)",
);

/// See `rules/code/build-tool-replaced.toml`.
pub struct BuildToolReplaced;

impl Check for BuildToolReplaced {
    fn rule(&self) -> RuleId {
        RuleId("build-tool-replaced")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side().filter(|_| FILES.is_match(&format!("/{}", fold(&file.path)))) else { return };
        let live = file.role.is_live();
        for line in file.added().filter(|line| !line.text.trim_start().starts_with(['#', ';'])) {
            let Some((title, severity)) = judged(line.text) else { continue };
            let severity = if live { severity } else { severity.min(Severity::Medium) };
            sink.report(Draft::line(file, side, line.index).title(title).severity(severity));
        }
    }
}

fn judged(text: &str) -> Option<(String, Severity)> {
    if let Some(program) = RUNNER.group(text, 2).filter(|program| !ORDINARY.is_match(program)) {
        let local = program.contains('/') || program.starts_with('.') || program.contains("--require");
        let severity = if local { Severity::High } else { Severity::Low };
        return Some((format!("Building or installing would start `{program}`"), severity));
    }
    let weak = UNSAFE.group(text, 2).filter(|value| {
        let name = UNSAFE.group(text, 1).unwrap_or("").to_lowercase();
        if name.contains("strict") || name.contains("ignore") || name.contains("check") {
            value.starts_with("false")
        } else {
            name != "enablescripts" || value.starts_with("true")
        }
    });
    weak.map(|_| ("Packages would be fetched or installed with less care".to_owned(), Severity::Medium))
}
