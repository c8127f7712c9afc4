//! XML into a tree of elements with lines. Entities a document declares are never expanded, and nesting is bounded.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Deeper documents are not read: no project file is nested like this.
const DEEPEST: usize = 64;

/// An element.
#[derive(Debug, Default)]
pub struct Element {
    /// Its name without a prefix.
    pub name: String,
    /// Its attributes, as written.
    pub attributes: Vec<(String, String)>,
    /// The text right in it, trimmed.
    pub text: String,
    /// The elements in it.
    pub children: Vec<Element>,
    /// The line it starts on, from 0.
    pub line: usize,
}

impl Element {
    /// The elements called `name` right in it.
    pub fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first element called `name` right in it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of the first element called `name`; empty when there is none.
    #[must_use]
    pub fn text_of(&self, name: &str) -> &str {
        self.get(name).map_or("", |child| child.text.as_str())
    }

    /// The attribute called `name`, whatever its case.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// It and every element below it, in the order of the text.
    #[must_use]
    pub fn below(&self) -> Vec<&Self> {
        let mut out = vec![self];
        let mut waiting: Vec<&Self> = self.children.iter().rev().collect();
        while let Some(element) = waiting.pop() {
            out.push(element);
            waiting.extend(element.children.iter().rev());
        }
        out
    }
}

/// The root element of `text`.
///
/// # Errors
/// One sentence, when it is not well-formed or nested too deep.
pub fn read(text: &str) -> Result<Element, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = vec![Element::default()];
    let (mut line, mut at) = (0, 0);
    loop {
        let event = reader.read_event().map_err(|error| format!("line {}: it is no XML here: {error}", line + 1))?;
        let inside = open.last_mut().ok_or("it ends more elements than it starts")?;
        match event {
            Event::Start(start) => open.push(element(&start, line)),
            Event::Empty(start) => inside.children.push(element(&start, line)),
            Event::End(_) => close(&mut open)?,
            Event::Text(words) => inside.text.push_str(&words),
            Event::CData(words) => inside.text.push_str(&words),
            Event::GeneralRef(name) => inside.text.push_str(&referred(&name)),
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
        if open.len() > DEEPEST {
            return Err(format!("line {}: nested more than {DEEPEST} deep", line + 1));
        }
        let now = usize::try_from(reader.buffer_position()).unwrap_or(text.len()).min(text.len());
        line += text.as_bytes().get(at..now).unwrap_or_default().iter().filter(|byte| **byte == b'\n').count();
        at = now;
    }
    match (open.len(), open.pop().and_then(|root| root.children.into_iter().next())) {
        (1, Some(root)) => Ok(root),
        _ => Err("it ends too early".to_owned()),
    }
}

fn close(open: &mut Vec<Element>) -> Result<(), String> {
    let mut done = open.pop().ok_or("it ends more elements than it starts")?;
    done.text = done.text.trim().to_owned();
    open.last_mut().ok_or("it ends more elements than it starts")?.children.push(done);
    Ok(())
}

fn element(start: &BytesStart<'_>, line: usize) -> Element {
    let name = start.local_name().as_ref().to_owned();
    let mut attributes = start.attributes();
    // Whether a name stands twice is nobody's business here, and asking takes time.
    let attributes = attributes.with_checks(false).flatten();
    let attributes = attributes.map(|attribute| (attribute.key.local_name().as_ref().to_owned(), plain(&attribute.value)));
    Element { name, attributes: attributes.collect(), line, ..Element::default() }
}

/// The five references every XML document has; another stays as it is written.
fn referred(name: &str) -> String {
    let sign = match name {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => return format!("&{name};"),
    };
    sign.to_owned()
}

fn plain(value: &str) -> String {
    if !value.contains('&') {
        return value.to_owned();
    }
    value.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'").replace("&amp;", "&")
}
