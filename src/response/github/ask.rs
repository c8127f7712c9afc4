//! Questions to the forge and the shapes of its answers joined: read, read all pages, query, write. A kept answer that the forge
//! did not confirm counts as none: nothing is decided or called done by it.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::model::cancel::Cancel;
use crate::model::forge::{Answer, Call, Forge, ForgeError, GraphAnswer, GraphError, Method, Query};
use crate::response::error::ResponseError;

/// Pages of a list that are read at most; at 100 entries each, more than any pull has.
const PAGES: usize = 30;

/// A read that costs neither the forge nor the limits anything.
const CHEAPEST: &str = "/rate_limit";

/// A forge, and whether anybody still waits.
#[derive(Clone, Copy)]
pub(crate) struct Ask<'a> {
    pub(crate) forge: &'a dyn Forge,
    pub(crate) cancel: &'a Cancel,
}

impl Ask<'_> {
    /// Reads `route`.
    pub(crate) fn read<T: DeserializeOwned>(&self, route: &str) -> Result<T, ForgeError> {
        self.page(route).map(|(value, _)| value)
    }

    /// Reads the list at `route`, all pages of it.
    pub(crate) fn read_all<T: DeserializeOwned>(&self, route: &str) -> Result<Vec<T>, ForgeError> {
        self.read_pages::<Vec<T>>(route).map(|pages| pages.into_iter().flatten().collect())
    }

    /// Reads every page from `route` on, each as it is.
    pub(crate) fn read_pages<T: DeserializeOwned>(&self, route: &str) -> Result<Vec<T>, ForgeError> {
        let mut all = Vec::new();
        let mut next = Some(route.to_owned());
        for _ in 0..PAGES {
            let Some(route) = next else { return Ok(all) };
            let (page, after): (T, _) = self.page(&route)?;
            all.push(page);
            next = after;
        }
        match next {
            None => Ok(all),
            Some(_) => Err(ForgeError::Garbled(format!("{route} has more than {PAGES} pages; nothing is concluded from a part of it"))),
        }
    }

    fn page<T: DeserializeOwned>(&self, route: &str) -> Result<(T, Option<String>), ForgeError> {
        let answer = self.forge.call(&Call::get(route), self.cancel)?;
        if answer.stale {
            return Err(stale(&self.forge.host(), route));
        }
        Ok((parsed(&answer.body, route)?, answer.next))
    }

    /// Asks a GraphQL question; an error in any part of the answer is one.
    pub(crate) fn query<T: DeserializeOwned>(&self, document: &'static str, variables: &Value) -> Result<T, ForgeError> {
        let query = Query { document, variables: variables.to_string(), mutation: false };
        let answer = self.forge.query(&query, self.cancel)?;
        if answer.stale {
            return Err(stale(&self.forge.host(), &answer.about));
        }
        whole(&answer)?;
        parsed(&answer.data, &answer.about)
    }

    /// Sends a GraphQL mutation, once.
    pub(crate) fn mutate(&self, document: &'static str, variables: &Value) -> Result<Value, ForgeError> {
        let query = Query { document, variables: variables.to_string(), mutation: true };
        let answer = self.forge.query(&query, self.cancel)?;
        whole(&answer)?;
        parsed(&answer.data, &answer.about)
    }

    /// Sends a write, once.
    pub(crate) fn write(&self, method: Method, route: impl Into<String>, body: Option<&Value>) -> Result<Answer, ForgeError> {
        self.forge.call(&Call::write(method, route, body.map(Value::to_string)), self.cancel)
    }

    /// Sends a write, once, and reads its answer.
    pub(crate) fn make<T: DeserializeOwned>(&self, method: Method, route: &str, body: &Value) -> Result<T, ForgeError> {
        let answer = self.write(method, route, Some(body))?;
        parsed(&answer.body, route)
    }

    /// What whoever plans a verb is told. A decision can wait for a forge that is away, and for no answer that a forge gave.
    pub(crate) fn told(&self, error: &ForgeError) -> ResponseError {
        match error {
            ForgeError::Cancelled => ResponseError::Cancelled,
            ForgeError::Offline(says) | ForgeError::Unreachable(says) => ResponseError::Away(says.clone()),
            ForgeError::Server(says) if self.is_away() => ResponseError::Away(says.clone()),
            error => ResponseError::Forge(error.says().to_owned()),
        }
    }

    /// Whether the forge fails at what takes no work of it, too. Any answer to that, a refusal as well, says that it is there.
    fn is_away(&self) -> bool {
        match self.forge.call(&Call::get(CHEAPEST), self.cancel) {
            Ok(answer) => answer.stale,
            Err(error) => matches!(error, ForgeError::Server(_) | ForgeError::Unreachable(_)),
        }
    }
}

fn stale(host: &str, what: &str) -> ForgeError {
    ForgeError::Unreachable(format!("{host} could not be reached for {what}, and what was read earlier is not enough to decide on"))
}

fn parsed<T: DeserializeOwned>(body: &[u8], what: &str) -> Result<T, ForgeError> {
    serde_json::from_slice(body)
        .map_err(|error| ForgeError::Garbled(format!("the answer for {what} is not what GitHub documents: {error}")))
}

/// The first error of an answer, sorted as a status would be.
fn whole(answer: &GraphAnswer) -> Result<(), ForgeError> {
    answer.errors.first().map_or(Ok(()), |error| Err(sorted(error, &answer.about)))
}

fn sorted(error: &GraphError, about: &str) -> ForgeError {
    let says = format!("GitHub refuses {about}: it says {:?}; look at what it names and try again", error.message);
    match error.kind.as_str() {
        "NOT_FOUND" => ForgeError::NotFound(says),
        "FORBIDDEN" | "INSUFFICIENT_SCOPES" => ForgeError::Forbidden { permission: String::new(), says },
        // Neither a refusal nor a success: what it did is not known.
        "SERVICE_UNAVAILABLE" | "INTERNAL" | "" if error.message.starts_with("Something went wrong") => ForgeError::Server(says),
        _ => ForgeError::Invalid(says),
    }
}

/// `text` as one part of a route.
pub(crate) fn encoded(text: &str) -> String {
    let mut part = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            part.push(char::from(byte));
        } else {
            part.push_str(&format!("%{byte:02X}"));
        }
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_part_of_a_route() {
        assert_eq!(encoded("agent:quarantine"), "agent%3Aquarantine");
        assert_eq!(encoded("a/../b é"), "a%2F..%2Fb%20%C3%A9");
    }
}
