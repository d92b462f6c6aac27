//! What an envelope must answer.

use crate::gather::formats::Fit;

/// One message out of an envelope.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Letter<'a> {
    /// The message: one line, or several.
    pub text: &'a [u8],
    /// When it was written, in any grammar of `text::timestamp`.
    pub stamp: Option<&'a str>,
    /// The host or pod that it came from.
    pub host: Option<&'a str>,
    /// The program that wrote it, by a name that outlives its restarts: a container's, a unit's, a tag.
    pub service: &'a str,
    /// What tells it from its equals of the same host: a process, a container's id.
    pub process: &'a str,
    /// Which of the program's streams it is of: what stands in one does not go on in the other.
    pub stream: &'a str,
    /// The envelope broke the line off: the same writer's next message continues it.
    pub is_part: bool,
}

/// Something that wraps lines. It is stateless, as a format is.
pub trait Envelope: Sync {
    /// Its name in a report's notes.
    fn name(&self) -> &'static str;

    /// How well one line fits. [`Fit::Yes`]: nobody else writes so, and what is inside counts if any format knows it.
    /// [`Fit::Maybe`]: it counts only if it is known better than the line itself.
    fn fit(&self, line: &[u8]) -> Fit;

    /// Gives what is inside, and whether there was an envelope at all. Values that have to be made lie in `scratch`.
    fn peel(&self, line: &[u8], scratch: &mut String, give: &mut dyn FnMut(&Letter<'_>)) -> bool;

    /// Lines as the documentation or a run of the software shows them, and what lies in each.
    fn samples(&self) -> &'static [(&'static str, &'static str)];

    /// Where the grammar is documented.
    fn source(&self) -> &'static str;
}
