//! Colours and signs by meaning. A theme is a file: `inherits`, `[palette]`, `[roles]`; code asks only for roles.

use std::collections::BTreeMap;

use ratatui::style::{Color, Modifier, Style};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::config::error::ConfigError;
use crate::config::table::{Document, items};

/// The themes that lazaret brings, by name.
pub const BUILTIN: [(&str, &str); 4] = [
    ("dark", include_str!("../../themes/dark.toml")),
    ("light", include_str!("../../themes/light.toml")),
    ("ansi16", include_str!("../../themes/ansi16.toml")),
    ("no-color", include_str!("../../themes/no-color.toml")),
];

/// The roles, written once: variant and name in a theme file.
macro_rules! roles {
    ($($variant:ident $name:literal,)*) => {
        /// What something on screen means.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Role {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl Role {
            /// All, in the order of the default themes.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name in a theme file.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

roles! {
    Text "text",
    Faint "text.faint",
    Strong "text.strong",
    Bar "bar",
    BarTitle "bar.title",
    Border "border",
    BorderFocus "border.focus",
    Cursor "cursor",
    CursorIdle "cursor.idle",
    HintKey "hint.key",
    HintText "hint.text",
    PopupTitle "popup.title",
    LaneStop "lane.stop",
    LaneReview "lane.review",
    LaneLook "lane.look",
    LaneClear "lane.clear",
    LaneWaiting "lane.waiting",
    Critical "finding.critical",
    High "finding.high",
    Medium "finding.medium",
    Low "finding.low",
    Info "finding.info",
    Judged "finding.judged",
    AgentBadge "agent.badge",
    AgentTier "agent.tier",
    Added "diff.added",
    AddedWord "diff.added.word",
    Removed "diff.removed",
    RemovedWord "diff.removed.word",
    Context "diff.context",
    Number "diff.number",
    Hunk "diff.hunk",
    File "diff.file",
    Note "diff.note",
    CountAdded "count.added",
    CountRemoved "count.removed",
    Viewed "mark.viewed",
    Good "stand.good",
    Bad "stand.bad",
    Unsettled "stand.open",
    Thread "thread",
    OwnRemark "thread.own",
    Chosen "mark.chosen",
    Hidden "mark.hidden",
    Match "mark.match",
    Supported "claim.supported",
    Contradicted "claim.contradicted",
    Uncheckable "claim.uncheckable",
    Enforced "strength.enforced",
    Advisory "strength.advisory",
    Failed "strength.failed",
    Answer "answer",
    AnswerChosen "answer.chosen",
    NoticeNote "notice.note",
    NoticeWarning "notice.warning",
    NoticeFailure "notice.failure",
    SynComment "syntax.comment",
    SynString "syntax.string",
    SynConstant "syntax.constant",
    SynKeyword "syntax.keyword",
    SynFunction "syntax.function",
    SynType "syntax.type",
    SynVariable "syntax.variable",
    SynPunctuation "syntax.punctuation",
    SynMarkup "syntax.markup",
}

/// How many colours a terminal shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// 256 fixed ones.
    Indexed,
    /// All of them.
    True,
}

/// A style for every role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Theme {
    styles: BTreeMap<Role, Style>,
}

impl Theme {
    /// The style of `role`; roles that a theme leaves out look like text.
    #[must_use]
    pub fn get(&self, role: Role) -> Style {
        self.styles.get(&role).copied().unwrap_or_default()
    }

    /// The theme of `document`. `find` gives the text of the theme it inherits, by name.
    ///
    /// # Errors
    /// When something in it does not exist or is of another kind, or themes inherit in a circle.
    pub fn parse(document: &Document<'_>, find: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        parse_at(document, find, 0)
    }

    /// The theme for a terminal that shows fewer colours: the nearest ones.
    #[must_use]
    pub fn limited(mut self, depth: Depth) -> Self {
        if depth == Depth::Indexed {
            for style in self.styles.values_mut() {
                style.fg = style.fg.map(nearest);
                style.bg = style.bg.map(nearest);
            }
        }
        self
    }
}

/// How deep themes may inherit.
const DEPTH: usize = 8;

fn parse_at(document: &Document<'_>, find: &dyn Fn(&str) -> Option<String>, depth: usize) -> Result<Theme, ConfigError> {
    let table = document.parse()?;
    let mut theme = Theme::default();
    let mut palette = BTreeMap::new();
    for (name, at, value) in items(table.get_ref()) {
        match name {
            "inherits" => theme = parent(document, value, find, depth)?,
            "palette" => palette = colours(document, document.table(value)?)?,
            "roles" => {}
            _ => return Err(document.error(&at, format!("there is no {name:?} in a theme; it has inherits, [palette] and [roles]"))),
        }
    }
    if let Some(value) = table.get_ref().get("roles") {
        for (name, at, value) in items(document.table(value)?) {
            let role = Role::ALL.iter().copied().find(|role| role.name() == name);
            let role = role.ok_or_else(|| document.error(&at, format!("there is no role {name:?}; the default themes list all roles")))?;
            theme.styles.insert(role, style(document, value, &palette)?);
        }
    }
    Ok(theme)
}

fn parent(
    document: &Document<'_>,
    value: &Spanned<DeValue<'_>>,
    find: &dyn Fn(&str) -> Option<String>,
    depth: usize,
) -> Result<Theme, ConfigError> {
    let name = document.string(value)?;
    if depth >= DEPTH {
        return Err(document.error(&value.span(), "themes inherit in a circle; let one of them inherit nothing"));
    }
    let text = find(name).ok_or_else(|| document.error(&value.span(), format!("there is no theme {name:?} to inherit")))?;
    parse_at(&Document { file: name, text: &text }, find, depth + 1)
}

fn colours(document: &Document<'_>, table: &DeTable<'_>) -> Result<BTreeMap<String, Color>, ConfigError> {
    items(table).map(|(name, _, value)| Ok((name.to_owned(), colour(document, value, &BTreeMap::new())?))).collect()
}

fn style(document: &Document<'_>, value: &Spanned<DeValue<'_>>, palette: &BTreeMap<String, Color>) -> Result<Style, ConfigError> {
    if value.get_ref().as_str().is_some() {
        return Ok(Style::new().fg(colour(document, value, palette)?));
    }
    let mut style = Style::new();
    for (name, at, value) in items(document.table(value)?) {
        let modifier = match name {
            "fg" => {
                style = style.fg(colour(document, value, palette)?);
                continue;
            }
            "bg" => {
                style = style.bg(colour(document, value, palette)?);
                continue;
            }
            "bold" => Modifier::BOLD,
            "dim" => Modifier::DIM,
            "italic" => Modifier::ITALIC,
            "underline" => Modifier::UNDERLINED,
            "reverse" => Modifier::REVERSED,
            _ => return Err(document.error(&at, format!("a style has fg, bg, bold, dim, italic, underline and reverse, not {name:?}"))),
        };
        style = if document.boolean(value)? { style.add_modifier(modifier) } else { style.remove_modifier(modifier) };
    }
    Ok(style)
}

fn colour(document: &Document<'_>, value: &Spanned<DeValue<'_>>, palette: &BTreeMap<String, Color>) -> Result<Color, ConfigError> {
    let text = document.string(value)?;
    let known = palette.get(text).copied().or_else(|| hexadecimal(text)).or_else(|| named(text));
    known.ok_or_else(|| {
        document.error(
            &value.span(),
            format!("{text:?} is no colour; write a name of [palette], \"#rrggbb\", or one of the 16 such as \"bright-red\""),
        )
    })
}

fn hexadecimal(text: &str) -> Option<Color> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
    Some(Color::Rgb(red, green, blue))
}

fn named(text: &str) -> Option<Color> {
    Some(match text {
        "default" => Color::Reset,
        "black" => Color::Black,
        "red" => Color::Red,
        "green" => Color::Green,
        "yellow" => Color::Yellow,
        "blue" => Color::Blue,
        "magenta" => Color::Magenta,
        "cyan" => Color::Cyan,
        "white" => Color::Gray,
        "bright-black" => Color::DarkGray,
        "bright-red" => Color::LightRed,
        "bright-green" => Color::LightGreen,
        "bright-yellow" => Color::LightYellow,
        "bright-blue" => Color::LightBlue,
        "bright-magenta" => Color::LightMagenta,
        "bright-cyan" => Color::LightCyan,
        "bright-white" => Color::White,
        _ => return None,
    })
}

/// The nearest of the 240 fixed colours: the cube of 6 levels, or the ramp of greys.
fn nearest(colour: Color) -> Color {
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let Color::Rgb(red, green, blue) = colour else { return colour };
    let level = |value: u8| (0_u8..6).min_by_key(|at| LEVELS[usize::from(*at)].abs_diff(value)).unwrap_or(0);
    let (r, g, b) = (level(red), level(green), level(blue));
    let distance =
        |other: [u8; 3]| -> u32 { [red, green, blue].iter().zip(other).map(|(own, other)| u32::from(own.abs_diff(other)).pow(2)).sum() };
    let cube = [LEVELS[usize::from(r)], LEVELS[usize::from(g)], LEVELS[usize::from(b)]];
    let grey_level = |at: u8| 8 + 10 * at;
    let grey = (0_u8..24).min_by_key(|at| distance([grey_level(*at); 3])).unwrap_or(0);
    if distance([grey_level(grey); 3]) < distance(cube) { Color::Indexed(232 + grey) } else { Color::Indexed(16 + 36 * r + 6 * g + b) }
}
