//! Policies in YAML that a line tells: rows that Hasura keeps to whom they belong, plugins by which Kong asks who comes. A part of `policy-weakened`.

use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};
use crate::model::diff::Side;

/// A longer line is data.
const LONGEST: usize = 600;

/// A row belongs to whoever asks.
pub(super) static OF_SOMEBODY: Pattern = Pattern::new(r"(?i)\bX-Hasura-[\w-]+");
static EVERY_ROW: Pattern = Pattern::new(r"^\s*-?\s*(?:filter|check)\s*:\s*(?:\{\s*\}|null)\s*$");
/// A plugin that asks who comes, or from where.
pub(super) static ASKS: Pattern = Pattern::new(
    r"^\s*-?\s*(?:name|plugin)\s*:\s*[\x22']?(jwt|key-auth|basic-auth|oauth2|hmac-auth|openid-connect|acl|ip-restriction|ldap-auth|mtls-auth|opa)\b",
);
/// What a forge of requests or a framework asks in one line: annotations of an ingress, labels of Traefik, authorizers, Symfony's paths.
pub(super) static IN_ONE_LINE: Pattern = Pattern::new(
    r"(?x) \bnginx\.ingress\.kubernetes\.io/(?:auth-(?:url|type|secret|signin|tls-verify-client)|whitelist-source-range)\b | \btraefik\.(?:http\.routers\.[\w@-]+\.middlewares|ingress\.kubernetes\.io/router\.middlewares)\b[^\n]*(?i:auth|allowlist|whitelist|ratelimit)
      | \bauthorizer\s*:\s*[^\s}] | \bpath\s*:\s*\S+\s*,\s*roles\s*:\s*\[?\s*[\x22']?ROLE_",
);
/// The same path for everybody.
static OPEN_PATH: Pattern = Pattern::new(r"\broles\s*:\s*\[?\s*[\x22']?(?:PUBLIC_ACCESS|IS_AUTHENTICATED_ANONYMOUSLY)\b");
static GATEWAY: Pattern = Pattern::new(r"(?m)^\s*(?:_format_version|services|routes|upstreams)\s*:");

/// What such a policy no longer asks: what to say, and where.
pub(super) fn weakened(file: &FileView<'_>) -> Option<(String, Side, usize)> {
    let (old, new) = (file.old()?, file.new_side()?);
    (file.language == Language::Yaml).then(|| every_row(old, new).or_else(|| unasked(old, new)).or_else(|| in_one_line(old, new))).flatten()
}

fn short<'v>(side: &'v SideView<'_>) -> impl Iterator<Item = (usize, &'v str)> {
    side.changed_lines().filter(|line| line.text.len() <= LONGEST).map(|line| (line.index, line.text))
}

fn every_row(old: &SideView<'_>, new: &SideView<'_>) -> Option<(String, Side, usize)> {
    let kept = |side: &SideView<'_>| short(side).filter(|(_, text)| OF_SOMEBODY.is_match(text)).count();
    let (line, _) = short(new).find(|(_, text)| EVERY_ROW.is_match(text))?;
    (kept(old) > kept(new)).then(|| ("Rows are no longer kept to whom they belong".to_owned(), Side::New, line))
}

fn in_one_line(old: &SideView<'_>, new: &SideView<'_>) -> Option<(String, Side, usize)> {
    let many = |side: &SideView<'_>| side.lines().filter(|line| line.text.len() <= LONGEST && IN_ONE_LINE.is_match(line.text)).count();
    let (line, _) = short(old).find(|(_, text)| IN_ONE_LINE.is_match(text))?;
    if many(new) >= many(old) {
        return None;
    }
    let opened = short(new).find(|(_, text)| OPEN_PATH.is_match(text) && !short(old).any(|(_, was)| OPEN_PATH.is_match(was)));
    let title = "Nobody is asked any more who they are before this is reached".to_owned();
    Some(opened.map_or((title.clone(), Side::Old, line), |(line, _)| (title, Side::New, line)))
}

fn unasked(old: &SideView<'_>, new: &SideView<'_>) -> Option<(String, Side, usize)> {
    if !new.text().contains("plugins") && !GATEWAY.is_match(new.text()) || !GATEWAY.is_match(old.text()) {
        return None;
    }
    let many = |side: &SideView<'_>| side.lines().filter(|line| line.text.len() <= LONGEST && ASKS.is_match(line.text)).count();
    let (line, name) = short(old).find_map(|(line, text)| Some((line, ASKS.group(text, 1)?)))?;
    (many(new) < many(old) && GATEWAY.is_match(new.text())).then(|| (format!("The gateway no longer asks by `{name}`"), Side::Old, line))
}
