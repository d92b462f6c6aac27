//! One run at a time: a lock on a file of the state directory, which the system drops with the run, however that ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

/// The file that is locked. It is never removed: whoever removes a lock file lets a third run in beside the second.
const NAME: &str = "lock";

/// How often a waiting run tries again.
const PAUSE: Duration = Duration::from_millis(100);

/// The right to be the only run, for as long as it lives.
#[derive(Debug)]
pub struct Lock(File);

/// Why there is no lock.
#[derive(Debug, thiserror::Error)]
pub enum Busy {
    /// Another run has it.
    #[error("another run holds the state directory (pid {0})")]
    Held(String),
    /// The file cannot be locked.
    #[error("the lock cannot be taken: {0}")]
    Failed(#[from] io::Error),
}

impl Lock {
    /// Takes the lock of a state directory, for which it waits as long as told.
    ///
    /// # Errors
    /// Who holds it, or why it cannot be taken.
    pub fn take(directory: &Path, patience: Duration) -> Result<Self, Busy> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let mut file = options.open(directory.join(NAME))?;
        let mut waited = Duration::ZERO;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if waited < patience => {
                    std::thread::sleep(PAUSE);
                    waited += PAUSE;
                }
                Err(TryLockError::WouldBlock) => return Err(Busy::Held(holder(&mut file))),
                Err(TryLockError::Error(error)) => return Err(error.into()),
            }
        }
        // The number helps whoever waits; the lock holds without it, on a full disk too.
        let told = file.set_len(0).and_then(|()| file.rewind());
        let _ = told.and_then(|()| write!(file, "{}", std::process::id()));
        Ok(Self(file))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.0.set_len(0);
    }
}

fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let _ = file.rewind().and_then(|()| file.take(20).read_to_string(&mut text));
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text } else { "unknown".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{Busy, Lock};
    use std::time::Duration;

    #[test]
    fn a_second_run_is_told_the_pid_of_the_first_and_comes_in_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let first = Lock::take(folder.path(), Duration::ZERO).unwrap();
        let refused = Lock::take(folder.path(), Duration::from_millis(150)).unwrap_err();
        assert!(matches!(refused, Busy::Held(pid) if pid == std::process::id().to_string()));
        drop(first);
        Lock::take(folder.path(), Duration::ZERO).unwrap();
    }
}
