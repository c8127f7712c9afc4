//! Which theme suits the terminal: its environment, and one question to it that is bounded in time.
#![allow(clippy::disallowed_methods, reason = "what a terminal can show is told by its environment")]

use std::path::Path;
use std::time::Duration;

use terminal_colorsaurus::{QueryOptions, ThemeMode, theme_mode};

use crate::config::error::ConfigError;
use crate::config::load;
use crate::config::theme::{Depth, Theme};

/// How long the terminal may think about its own colour.
const PATIENCE: Duration = Duration::from_millis(120);

/// The theme called `name`, or for `auto` the one that suits the terminal.
///
/// # Errors
/// When there is no such theme, or its file is wrong.
pub fn theme(config: &Path, name: &str) -> Result<Theme, ConfigError> {
    let name = if name == "auto" { suitable() } else { name };
    Ok(load::theme(config, name)?.limited(depth()))
}

fn suitable() -> &'static str {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let term = std::env::var("TERM").unwrap_or_default();
    if set("NO_COLOR") || term == "dumb" {
        return "no-color";
    }
    if !set("COLORTERM") && !term.contains("256color") && !term.contains("direct") {
        return "ansi16";
    }
    let mut options = QueryOptions::default();
    options.timeout = PATIENCE;
    match theme_mode(options) {
        Ok(ThemeMode::Light) => "light",
        Ok(ThemeMode::Dark) | Err(_) => "dark",
    }
}

fn depth() -> Depth {
    let colours = std::env::var("COLORTERM").unwrap_or_default();
    let term = std::env::var("TERM").unwrap_or_default();
    if colours.contains("truecolor") || colours.contains("24bit") || term.contains("direct") { Depth::True } else { Depth::Indexed }
}
