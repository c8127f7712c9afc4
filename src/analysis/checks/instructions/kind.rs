//! What the words of a file are for, told from its path and language. Never what they say.

use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::role::Role;
use crate::analysis::view::FileView;

/// What a file's words are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing special.
    Other,
    /// Rows that a model reads or learns from.
    Data,
    /// The prompt of a product's own model.
    Prompt,
    /// The markup of a product, which hides parts of a page every day.
    Markup,
}

impl Kind {
    /// That of `file`.
    pub(super) fn of(file: &FileView<'_>) -> Self {
        let path = format!("/{}", crate::analysis::role::fold(&file.path));
        let prompts =
            ["/prompts/", "/prompt/", "system_prompt", "system-prompt", ".prompt.", ".prompty"].iter().any(|part| path.contains(part));
        match () {
            () if !live(file) => Self::Other,
            () if file.role == Role::Data => Self::Data,
            () if !file.language.is_code() && !prompts && file.role != Role::AgentConfig && texts_of_product(&path) => Self::Data,
            () if prompts && !file.language.is_code() => Self::Prompt,
            () if file.language == Language::Html && file.role != Role::Docs => Self::Markup,
            () => Self::Other,
        }
    }
}

/// Whether a file holds what a product shows or sells, by its path: translations, seeds, catalogues.
fn texts_of_product(path: &str) -> bool {
    static PLACES: Pattern = Pattern::new(
        r"/(?:i18n|l10n|locales?|lang|languages|translations?|messages|seeds?|seeders|catalogu?e?s?|products?|content|samples?|demo|datasets?|data)/|/(?:messages|strings|translation|locale)[\w.-]*\.(?:json|ya?ml|properties|po|xml|arb|toml|strings|resx)$",
    );
    let form = [".json", ".yml", ".yaml", ".properties", ".po", ".xml", ".arb", ".toml", ".strings", ".resx", ".csv", ".tsv", ".jsonl"];
    PLACES.is_match(path) && form.iter().any(|end| path.ends_with(end))
}

/// Whether what a file hides may be meant: a page is read by everybody, so what it hides is never innocent; tests and examples quote.
pub(super) fn live(file: &FileView<'_>) -> bool {
    !matches!(file.role, Role::Test | Role::Example)
}
