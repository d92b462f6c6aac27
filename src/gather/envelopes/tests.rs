//! Is what lies in an envelope read as if it lay open?
