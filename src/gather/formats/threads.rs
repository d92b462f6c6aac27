//! Whether a word in a head is a thread or worker, by which lines of one call are known, or a logger's name.

/// Names begin with a letter, threads are numbered: `worker_1`, `nio-8080-exec-1`, `ForkPoolWorker-3`, `42`. Loggers
/// have dots (`app.v2`, `llm.py:88`), and some end in a number all the same.
pub(super) fn is_thread(word: &str) -> bool {
    const MAIN: [&str; 3] = ["MainThread", "main", "Main"];
    const LOGGERS: [&str; 5] = ["httpx", "httpcore", "urllib3", "openai", "anthropic"];
    if MAIN.contains(&word) {
        return true;
    }
    word.bytes().any(|byte| byte.is_ascii_digit())
        && !word.bytes().any(|byte| matches!(byte, b'.' | b'/' | b'='))
        && !LOGGERS.iter().any(|logger| word.starts_with(logger))
}

#[cfg(test)]
mod tests {
    use super::is_thread;

    #[test]
    fn numbered_words_are_threads_and_dotted_ones_are_loggers() {
        for thread in ["worker_1", "42", "nio-8080-exec-1", "main", "Thread-3 (run)"] {
            assert!(is_thread(thread), "{thread}");
        }
        for logger in ["myapp.llm", "httpx2", "llm.py:88", "root", "com.acme.v2.Svc"] {
            assert!(!is_thread(logger), "{logger}");
        }
    }
}
