//! Trailers of a commit message, one line at a time: git's own reader sees only the last paragraph, squashed messages have many.

/// A line of the form `Key: value`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trailer<'a> {
    key: &'a str,
    value: &'a str,
}

/// Trailers that name who took part.
const PEOPLE: [&str; 4] = ["co-authored-by", "signed-off-by", "generated-by", "assisted-by"];

/// Trailers that name a model.
const MODELS: [&str; 3] = ["ai-model", "agent-model", "generated-by-model"];

impl<'a> Trailer<'a> {
    /// The trailer that fills `line`, if it is one.
    pub(super) fn read(line: &'a str) -> Option<Self> {
        let (key, value) = line.split_once(':')?;
        let is_key = !key.is_empty() && key.len() <= 40 && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        is_key.then_some(Self { key, value: value.trim() })
    }

    /// The address in angle brackets of a trailer that names a person.
    pub(super) fn address(&self) -> Option<&'a str> {
        let named = PEOPLE.iter().any(|key| self.key.eq_ignore_ascii_case(key));
        let (_, address) = self.value.strip_suffix('>').filter(|_| named)?.rsplit_once('<')?;
        Some(address)
    }

    /// The name before those brackets.
    pub(super) fn name(&self) -> Option<&'a str> {
        self.address().and_then(|_| Some(self.value.rsplit_once('<')?.0.trim()))
    }

    /// The model of a trailer that is about nothing else.
    pub(super) fn model(&self) -> Option<&'a str> {
        MODELS.iter().any(|key| self.key.eq_ignore_ascii_case(key)).then_some(self.value).filter(|model| !model.is_empty())
    }

    /// Tool and model of `Assisted-by: TOOL:MODEL`.
    pub(super) fn assisting(&self) -> Option<(&'a str, &'a str)> {
        let (tool, model) = self.value.split_once(':').filter(|_| self.key.eq_ignore_ascii_case("assisted-by"))?;
        let model = model.split_whitespace().next()?;
        Some((tool, model))
    }

    /// The tool of `Assisted-by: TOOL:MODEL`. People are thanked with the same key, so the model is required.
    pub(super) fn assisting_tool(&self) -> Option<&'a str> {
        let (tool, model) = self.value.split_once(':').filter(|_| self.key.eq_ignore_ascii_case("assisted-by"))?;
        (!model.trim().is_empty()).then_some(tool)
    }
}
