//! A buffer as an SVG picture: what the console shows, made by the console itself.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

/// Width and height of a cell, in units of the picture.
const CELL: (f32, f32) = (8.4, 18.0);

/// The picture of `buffer` on a ground of these colours, each `#rrggbb`.
#[must_use]
pub fn svg(buffer: &Buffer, ground: &str, ink: &str) -> String {
    let area = buffer.area;
    let (width, height) = (f32::from(area.width) * CELL.0, f32::from(area.height) * CELL.1);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w:.1} {h:.1}\" width=\"{w:.0}\" height=\"{h:.0}\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{ground}\"/>\n\
         <g transform=\"translate(8 8)\" font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"14\" xml:space=\"preserve\">\n",
        w = width + 16.0,
        h = height + 16.0,
    );
    for y in area.y..area.bottom() {
        row(buffer, y, ground, ink, &mut out);
    }
    out.push_str("</g>\n</svg>\n");
    out
}

/// One run of cells of the same style.
struct Run {
    text: String,
    start: u16,
    cells: u16,
    fg: String,
    bg: Option<String>,
    modifier: Modifier,
}

fn row(buffer: &Buffer, y: u16, ground: &str, ink: &str, out: &mut String) {
    let mut runs: Vec<Run> = Vec::new();
    for x in buffer.area.x..buffer.area.right() {
        let Some(cell) = buffer.cell((x, y)) else { continue };
        let (fg, bg) = colours(cell, ground, ink);
        match runs.last_mut() {
            Some(run) if run.fg == fg && run.bg == bg && run.modifier == cell.modifier => {
                run.text.push_str(cell.symbol());
                run.cells += 1;
            }
            _ => runs.push(Run { text: cell.symbol().to_owned(), start: x, cells: 1, fg, bg, modifier: cell.modifier }),
        }
    }
    let top = f32::from(y - buffer.area.y) * CELL.1;
    for run in &runs {
        draw(run, top, out);
    }
}

fn draw(run: &Run, top: f32, out: &mut String) {
    let (x, width) = (f32::from(run.start) * CELL.0, f32::from(run.cells) * CELL.0);
    if let Some(bg) = &run.bg {
        let _ =
            writeln!(out, "<rect x=\"{x:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{bg}\"/>", width + 0.2, CELL.1 + 0.2);
    }
    if run.text.trim().is_empty() {
        return;
    }
    let mut style = String::new();
    if run.modifier.contains(Modifier::BOLD) {
        style.push_str(" font-weight=\"bold\"");
    }
    if run.modifier.contains(Modifier::ITALIC) {
        style.push_str(" font-style=\"italic\"");
    }
    if run.modifier.contains(Modifier::UNDERLINED) {
        style.push_str(" text-decoration=\"underline\"");
    }
    if run.modifier.contains(Modifier::DIM) {
        style.push_str(" opacity=\"0.65\"");
    }
    let (y, text) = (top + CELL.1 * 0.75, escape(&run.text));
    let _ = writeln!(
        out,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" textLength=\"{width:.1}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{}\"{style}>{text}</text>",
        run.fg
    );
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace(' ', "\u{a0}")
}

fn colours(cell: &Cell, ground: &str, ink: &str) -> (String, Option<String>) {
    let fg = hex(cell.fg).unwrap_or_else(|| ink.to_owned());
    let bg = hex(cell.bg);
    if cell.modifier.contains(Modifier::REVERSED) {
        return (bg.unwrap_or_else(|| ground.to_owned()), Some(fg));
    }
    (fg, bg)
}

fn hex(colour: Color) -> Option<String> {
    let (red, green, blue) = match colour {
        Color::Reset | Color::Indexed(_) => return None,
        Color::Rgb(red, green, blue) => (red, green, blue),
        Color::Black => (0, 0, 0),
        Color::Red => (205, 49, 49),
        Color::Green => (13, 188, 121),
        Color::Yellow => (229, 229, 16),
        Color::Blue => (36, 114, 200),
        Color::Magenta => (188, 63, 188),
        Color::Cyan => (17, 168, 205),
        Color::Gray => (229, 229, 229),
        Color::DarkGray => (102, 102, 102),
        Color::LightRed => (241, 76, 76),
        Color::LightGreen => (35, 209, 139),
        Color::LightYellow => (245, 245, 67),
        Color::LightBlue => (59, 142, 234),
        Color::LightMagenta => (214, 112, 214),
        Color::LightCyan => (41, 184, 219),
        Color::White => (255, 255, 255),
    };
    Some(format!("#{red:02x}{green:02x}{blue:02x}"))
}
