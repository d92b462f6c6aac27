//! What an error text means: which transport error it tells of, whose page a body is, what a proxy's flag says.
//!
//! Everything is a table of phrases ([`crate::text::needles`]), asked in one pass. The marks say where a row comes from:
//! \[M\] measured by running the software, \[S\] read in its source, \[D\] in its documentation, \[R\] in public
//! repositories that consume it, \[K\] from general knowledge and not yet confirmed.

mod flags;
mod page;
mod transport;

pub(super) use flags::{FlagSays, client_left, proxy_flag};
pub(super) use page::{Page, page};
pub(super) use transport::{Broken, cancelled, transport};
