//! How far the reading is, for whoever waits.

/// Is told how far the reading is; called from every worker.
pub trait Progress: Sync {
    /// So many bytes were found in all, as they lie on the disk.
    fn found(&self, bytes: u64) {
        let _ = bytes;
    }

    /// So many more of them were read.
    fn read(&self, bytes: u64) {
        let _ = bytes;
    }
}

/// Nobody waits.
impl Progress for () {}
