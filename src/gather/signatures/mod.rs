//! What an error text means: which transport error it tells of, whose page a body is, what a proxy's flag says.

mod flags;
mod page;
mod transport;

pub use flags::{FlagSays, proxy_flag};
pub use page::{Page, page};
pub use transport::{Broken, cancelled, transport};
