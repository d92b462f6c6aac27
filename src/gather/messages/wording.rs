//! What the words of a line say of a call that went well: that it ended, that it was a call, or that they speak of
//! something else.

use super::stage::Stage;

/// Words of a good end.
const ENDED: [&str; 11] = [
    "ok",
    "completed",
    "complete",
    "succeeded",
    "success",
    "successful",
    "successfully",
    "done",
    "finished",
    "answered",
    "responded",
];

/// Names of one exchange with a model; what models themselves are called is none.
const CALLS: [&str; 14] = [
    "llm",
    "call",
    "chat",
    "completion",
    "openai",
    "anthropic",
    "bedrock",
    "inference",
    "generation",
    "response",
    "embedding",
    "answered",
    "responded",
    "stream",
];

/// What a model is asked to do, as of work that is done.
const WORK: [&str; 24] = [
    "generated",
    "translated",
    "summarised",
    "summarized",
    "described",
    "classified",
    "categorised",
    "categorized",
    "extracted",
    "labelled",
    "labeled",
    "rewritten",
    "scored",
    "graded",
    "reviewed",
    "analysed",
    "analyzed",
    "drafted",
    "moderated",
    "transcribed",
    "replied",
    "rated",
    "triaged",
    "embedded",
];

const ANSWERS: [&str; 3] = ["response", "reply", "answer"];

/// Words beside which something else than one call is meant, or none that ended well.
const SPOIL: [&str; 32] = [
    "if", "when", "until", "while", "not", "no", "without", "all", "each", "every", "total", "calls", "requests", "jobs",
    "items", "retrying", "first", "will", "would", "should", "parallel", "written", "wrote", "bad", "slow", "test", "tests",
    "mock", "cannot", "unable", "ping", "rate",
];

/// How such words begin. The logger's name and the place in the code may stand before the message.
const SPOIL_FROM: [&str; 53] = [
    "start",
    "begin",
    "calling",
    "sending",
    "trying",
    "wait",
    "cache",
    "queue",
    "enqueu",
    "schedul",
    "batch",
    "config",
    "load",
    "init",
    "default",
    "select",
    "choos",
    "switch",
    "health",
    "warm",
    "eval",
    "train",
    "tun",
    "finetun",
    "upload",
    "download",
    "tokeni",
    "pars",
    "valid",
    "skip",
    "chunk",
    "delta",
    "progress",
    "partial",
    "empty",
    "invalid",
    "index",
    "store",
    "sav",
    "persist",
    "connect",
    "check",
    "creat",
    "regist",
    "enabl",
    "simulat",
    "deploy",
    "migrat",
    "cancel",
    "interrupt",
    "truncat",
    "unexpected",
    "malform",
];

/// Names of what takes several calls, or none.
const MANY_FROM: [&str; 16] = [
    "agent", "crew", "pipelin", "workflow", "run", "session", "convers", "chain", "graph", "flow", "stage", "step", "tool",
    "loop", "process", "search",
];

/// Words from which on a text is one that was answered, or asked, and says nothing of the call.
const MOST: u32 = 40;

/// What the words that were added say.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wording {
    words: u32,
    has_ended: bool,
    has_come: bool,
    has_worked: bool,
    names_answer: bool,
    names_call: bool,
    names_many: bool,
    is_spoilt: bool,
}

impl Wording {
    /// Of one text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut wording = Self::default();
        wording.add(text);
        wording
    }

    /// Adds a text. What holds a digit is an id, a number or a model's version, and no word.
    pub(super) fn add(&mut self, text: &str) {
        self.is_spoilt |= Stage::of(text).ended == Some(false);
        let mut before = "";
        for word in text.split(|letter: char| !letter.is_ascii_alphanumeric()) {
            if word.is_empty() || word.bytes().any(|byte| byte.is_ascii_digit()) {
                continue;
            }
            self.word(before, word);
            before = word;
        }
    }

    fn word(&mut self, before: &str, word: &str) {
        let is = |known: &&str| known.eq_ignore_ascii_case(word);
        let begins = |known: &&str| {
            let head = word.as_bytes().get(..known.len());
            head.is_some_and(|head| head.eq_ignore_ascii_case(known.as_bytes()))
        };
        let is_of_tools = ["tool", "function"].iter().any(|tool| tool.eq_ignore_ascii_case(before));
        self.words = self.words.saturating_add(1);
        self.has_ended |= ENDED.iter().any(is);
        self.has_come |= ["received", "got"].iter().any(is);
        self.has_worked |= WORK.iter().any(is);
        self.names_answer |= ANSWERS.iter().any(is);
        self.names_call |= CALLS.iter().any(is);
        self.names_many |= MANY_FROM.iter().any(begins);
        self.is_spoilt |=
            SPOIL.iter().any(is) || SPOIL_FROM.iter().any(begins) || is_of_tools && word.eq_ignore_ascii_case("call");
    }

    /// Whether something ended well. An answer that was paid for was given.
    #[must_use]
    pub fn has_ended(&self, is_spent: bool) -> bool {
        self.has_ended || self.names_answer && (self.has_come || is_spent)
    }

    /// Whether something was done that a model is asked to do.
    #[must_use]
    pub fn has_worked(&self) -> bool {
        self.has_worked
    }

    /// Whether an exchange with a model is named.
    #[must_use]
    pub fn names_a_call(&self) -> bool {
        self.names_call
    }

    /// Whether what is named may have taken several calls.
    #[must_use]
    pub fn names_many(&self) -> bool {
        self.names_many
    }

    /// Whether something else is meant, or nothing that ended well.
    #[must_use]
    pub fn is_spoilt(&self) -> bool {
        self.is_spoilt || self.words > MOST
    }
}
