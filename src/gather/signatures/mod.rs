//! What an error text means: which transport error it tells of, whose page a body is, what a proxy's flag says.

mod flags;
mod page;
mod transport;

pub use flags::{FlagSays, proxy_flag};
pub use page::{Page, page};
pub use transport::{Broken, cancelled, transport};

/// Bytes of a text's head and of its tail that are looked at: a cause stands at one end of it.
const LOOKED_AT: usize = 16 * 1024;

/// The ends of a text in lower case.
fn lowered(text: &str) -> String {
    if text.len() <= 2 * LOOKED_AT {
        return text.to_ascii_lowercase();
    }
    let head = text.get(..text.floor_char_boundary(LOOKED_AT)).unwrap_or("");
    let tail = text.get(text.floor_char_boundary(text.len() - LOOKED_AT)..).unwrap_or("");
    format!("{head}\n{tail}").to_ascii_lowercase()
}
