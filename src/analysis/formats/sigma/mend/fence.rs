//! A rule inside a page of Markdown: what stands between fences stays, every other line is emptied.

/// The line a fence opens or closes on, and the language it names.
fn info(line: &str) -> Option<&str> {
    let text = line.trim();
    let info = text.strip_prefix("```").or_else(|| text.strip_prefix("~~~"))?;
    info.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.' | '_')).then_some(info)
}

/// Whether `text` has a fence.
pub(super) fn any(text: &str) -> bool {
    text.lines().any(|line| info(line).is_some())
}

/// Keeps the blocks of YAML of `text`, and tells the line and the sentence of each thing taken away.
pub(super) fn open(text: &str) -> (String, Vec<(u32, String)>) {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let fences: Vec<usize> = (0..lines.len()).filter(|at| lines.get(*at).and_then(|line| info(line)).is_some()).collect();
    let paired = fences.len().is_multiple_of(2);
    let blocks: Vec<(usize, usize)> = fences.chunks_exact(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?))).collect();
    let yaml = |at: usize| matches!(lines.get(at).and_then(|line| info(line)), Some("" | "yaml" | "yml" | "sigma"));
    let kept: Vec<(usize, usize)> = blocks.into_iter().filter(|(first, _)| yaml(*first)).collect();
    let (mut out, mut notes) = (String::with_capacity(text.len()), Vec::new());
    for (at, line) in lines.iter().enumerate() {
        let fence = fences.contains(&at);
        let inside = open_side(&lines, &fences).map_or(!paired, |side| side.contains(&at))
            || kept.iter().any(|(first, last)| (*first..=*last).contains(&at));
        let number = u32::try_from(at).unwrap_or(u32::MAX).saturating_add(1);
        let (body, end) = line.split_at_checked(line.trim_end_matches(['\r', '\n']).len()).unwrap_or((line, ""));
        if fence {
            notes.push((number, "a fence of Markdown is not part of a rule; the file holds the YAML alone".to_owned()));
            // One block after another is one document after another.
            let more = paired && kept.iter().any(|(_, last)| *last == at) && kept.last().is_some_and(|(_, last)| *last > at);
            out.push_str(if more { "---" } else { "" });
        } else if inside {
            out.push_str(body);
        } else if !body.trim().is_empty() && body.trim() != "---" {
            notes.push((number, "text outside the fences of Markdown is not part of a rule and is not read".to_owned()));
        }
        out.push_str(end);
    }
    (out, notes)
}

/// With a single fence, the lines on the side of it where the rule stands.
fn open_side(lines: &[&str], fences: &[usize]) -> Option<std::ops::Range<usize>> {
    let [fence] = *fences else { return None };
    let keyed = |line: &&str| ["detection:", "correlation:", "filter:"].iter().any(|key| line.starts_with(key));
    let before = lines.iter().take(fence).any(keyed);
    Some(if before { 0..fence } else { fence + 1..lines.len() })
}
