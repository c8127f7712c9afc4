//! An error of the library with what caused it, as one sentence.

/// An error with what caused it, in one sentence.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let said = causes.map(|cause| cause.to_string().trim_end_matches('.').to_owned());
    // Where the library has nothing to say but that there is a cause.
    said.filter(|said| !said.starts_with("Fail to parse yaml")).collect::<Vec<_>>().join(": ")
}
