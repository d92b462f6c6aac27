//! What earlier nights found.
