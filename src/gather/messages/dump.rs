//! Walks the object dumps that SDKs and loggers print (Python `repr`, JSON, Node `util.inspect`) without building them.
//!
//! One tolerant scanner reads all three: a key is a quoted string, a bare word or `[word]` before a colon; type names
//! before a brace (`Headers {`) are passed over; what it cannot read it steps over. Values are borrowed as they are
//! written, escapes included. Time is linear in the text.

/// Keys beyond this depth are walked and not named; no error body nests deeper.
const DEPTH: usize = 8;

/// The keys that lead to a value, outermost first. Elements of lists have the empty key.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Path<'a> {
    keys: [&'a str; DEPTH],
    depth: usize,
}

impl<'a> Path<'a> {
    /// The value's own key.
    pub(super) fn key(&self) -> &'a str {
        self.keys.get(self.depth).copied().unwrap_or("")
    }

    /// The key of the nearest object around the value that has one.
    pub(super) fn parent(&self) -> &'a str {
        let above = self.keys.get(..self.depth.min(DEPTH)).unwrap_or(&[]);
        above.iter().rev().find(|key| !key.is_empty()).copied().unwrap_or("")
    }

    /// Named objects around the value.
    pub(super) fn depth(&self) -> usize {
        let above = self.keys.get(..self.depth.min(DEPTH)).unwrap_or(&[]);
        above.iter().filter(|key| !key.is_empty()).count()
    }

    fn enter(&mut self, key: &'a str) {
        if let Some(place) = self.keys.get_mut(self.depth) {
            *place = key;
        }
        self.depth += 1;
        if let Some(place) = self.keys.get_mut(self.depth) {
            *place = "";
        }
    }

    fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    fn at(&self, key: &'a str) -> Self {
        let mut path = *self;
        if let Some(place) = path.keys.get_mut(path.depth) {
            *place = key;
        }
        path
    }
}

/// Where the dump that ends `text` begins: the first brace that opens it.
pub(super) fn start(text: &str) -> Option<&str> {
    let at = memchr::memchr(b'{', text.as_bytes())?;
    text.get(at..)
}

/// Calls `visit` for every scalar value of the dump that `text` starts with; `None` and `null` values are left out.
/// Ends with the dump's last brace or with the text.
pub(super) fn walk<'a>(text: &'a str, visit: &mut dyn FnMut(&Path<'a>, &'a str)) {
    walk_to_end(text, visit);
}

/// [`walk`], and the place behind the dump.
pub(super) fn walk_to_end<'a>(text: &'a str, visit: &mut dyn FnMut(&Path<'a>, &'a str)) -> usize {
    let mut walker = Walker {
        text,
        at: 0,
        path: Path::default(),
        key: None,
        tuple: false,
        unclosed: [0; 3],
    };
    walker.run(visit);
    walker.at.min(text.len())
}

struct Walker<'a> {
    text: &'a str,
    at: usize,
    path: Path<'a>,
    key: Option<&'a str>,
    /// Whether a parenthesis was just opened: `('name', 'value')` is a pair.
    tuple: bool,
    /// For each kind of quote, the end of the line on which one was left open.
    unclosed: [usize; 3],
}

impl<'a> Walker<'a> {
    fn run(&mut self, visit: &mut dyn FnMut(&Path<'a>, &'a str)) {
        let mut open = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'{' => {
                    open += 1;
                    self.open();
                }
                b'<' => self.reference(),
                b'[' => {
                    if !self.bracketed_key() && !self.prototype() {
                        open += 1;
                        self.open();
                    }
                }
                b'}' | b']' => {
                    open = open.saturating_sub(1);
                    self.close();
                    if open == 0 {
                        return;
                    }
                }
                b'\'' | b'"' | b'`' => self.quoted(byte, visit),
                b'(' => {
                    self.tuple = true;
                    self.at += 1;
                }
                b',' => {
                    self.key = None;
                    self.at += 1;
                }
                _ if is_word(byte) => self.word(visit),
                _ => self.at += 1,
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn open(&mut self) {
        self.path.enter(self.key.take().unwrap_or(""));
        self.at += 1;
    }

    fn close(&mut self) {
        self.path.leave();
        self.key = None;
        self.at += 1;
    }

    /// Reads `[cause]:`; a bracket that is none of these opens a list.
    fn bracketed_key(&mut self) -> bool {
        let inside = self.text.get(self.at + 1..).unwrap_or("");
        let length = inside.bytes().take_while(|byte| is_word(*byte)).count();
        let Some((word, after)) = inside.split_at_checked(length) else {
            return false;
        };
        if word.is_empty() || !after.starts_with("]:") {
            return false;
        }
        self.key = Some(word);
        self.at += length + 3;
        true
    }

    /// Passes over `<ref *1>`, which Node prints before an object that holds itself.
    fn reference(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or("");
        let is_one = rest.starts_with("<ref *");
        self.at += rest
            .bytes()
            .take(16)
            .position(|byte| byte == b'>')
            .filter(|_| is_one)
            .unwrap_or(0)
            + 1;
    }

    /// Passes over `[Object: null prototype] {` and `[AxiosHeaders] {`, by which Node names what an object was made of.
    fn prototype(&mut self) -> bool {
        let inside = self.text.get(self.at + 1..).unwrap_or("");
        let is_name = |byte: &u8| is_word(*byte) || matches!(byte, b':' | b' ');
        let length = inside.bytes().take(64).take_while(is_name).count();
        let is_one = inside.get(length..).is_some_and(|after| after.starts_with("] {"));
        if is_one {
            self.at += length + 2;
        }
        is_one
    }

    fn quoted(&mut self, quote: u8, visit: &mut dyn FnMut(&Path<'a>, &'a str)) {
        let kind = match quote {
            b'\'' => 0,
            b'"' => 1,
            _ => 2,
        };
        let known_open = self.unclosed.get(kind).copied().unwrap_or(0);
        let Some(value) = (if self.at < known_open {
            None
        } else {
            closed(self.text, self.at + 1, quote)
        }) else {
            if self.at >= known_open {
                let line = memchr::memchr(b'\n', self.text.as_bytes().get(self.at..).unwrap_or(&[]));
                let end = line.map_or(self.text.len(), |length| self.at + length);
                if let Some(place) = self.unclosed.get_mut(kind) {
                    *place = end;
                }
            }
            self.at += 1;
            return;
        };
        self.at += value.len() + 2;
        self.value_or_key(value, visit);
    }

    fn value_or_key(&mut self, value: &'a str, visit: &mut dyn FnMut(&Path<'a>, &'a str)) {
        let paired = std::mem::take(&mut self.tuple) && self.key.is_none();
        let after = self.text.get(self.at..).unwrap_or("");
        match self.key.take() {
            Some(key) => visit(&self.path.at(key), value),
            None if after.starts_with("=>") => {
                self.key = Some(value);
                self.at += 2;
            }
            None if after.trim_start().starts_with(':') => {
                self.key = Some(value);
                self.at += after.len() - after.trim_start().len() + 1;
            }
            None if paired && after.starts_with(',') => {
                self.key = Some(value);
                self.at += 1;
            }
            None => visit(&self.path.at(""), value),
        }
    }

    fn word(&mut self, visit: &mut dyn FnMut(&Path<'a>, &'a str)) {
        let rest = self.text.get(self.at..).unwrap_or("");
        let length = rest.bytes().take_while(|byte| is_word(*byte)).count().max(1);
        let (word, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        self.at += word.len();
        // Python's bytes: `b'req_…'`.
        if word == "b" && after.starts_with(['\'', '"']) {
            return;
        }
        if self.key.is_none() && after.starts_with(':') && !after.starts_with("::") {
            self.key = Some(word);
            self.at += 1;
            return;
        }
        // Ruby: `{:status=>500}`.
        if self.key.is_none() && after.starts_with("=>") {
            self.key = Some(word);
            self.at += 2;
            return;
        }
        if after.trim_start_matches([' ', '(']).starts_with(['{', '[']) {
            return;
        }
        let Some(key) = self.key.take() else { return };
        let length = memchr::memchr3(b',', b'}', b'\n', rest.as_bytes()).unwrap_or(rest.len());
        let value = rest.get(..length).unwrap_or(word).trim_end_matches([' ', ']', ')', '\r']);
        self.at += value.len().saturating_sub(word.len());
        if !matches!(value, "None" | "null" | "undefined" | "NaN" | "") {
            visit(&self.path.at(key), value);
        }
    }
}

/// The text from `from` to the closing quote on the same line.
fn closed(text: &str, from: usize, quote: u8) -> Option<&str> {
    let rest = text.get(from..)?;
    let mut at = 0;
    loop {
        let next = at + memchr::memchr3(quote, b'\\', b'\n', rest.as_bytes().get(at..)?)?;
        match rest.as_bytes().get(next)? {
            b'\\' => at = next + 2,
            b'\n' => return None,
            _ => return rest.get(..next),
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$' | b'+') || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::walk;

    fn pairs(text: &str) -> Vec<String> {
        let mut seen = Vec::new();
        walk(text, &mut |path, value| {
            seen.push(format!("{}.{}={value}", path.parent(), path.key()))
        });
        seen
    }

    #[test]
    fn python_repr_with_both_quotes_and_none() {
        let seen = pairs(r#"{'error': {'message': "it's \"down\"", 'type': None, 'code': '429', 'n': 3, 'b': False}}"#);
        assert_eq!(
            seen,
            [
                r#"error.message=it's \"down\""#,
                "error.code=429",
                "error.n=3",
                "error.b=False"
            ]
        );
    }

    #[test]
    fn node_inspect_with_type_names_and_bracketed_keys() {
        let seen = pairs("{\n  status: 502,\n  headers: Headers {\n    'x-request-id': 'req_1',\n  },\n  [cause]: undefined\n}");
        assert_eq!(seen, [".status=502", "headers.x-request-id=req_1"]);
    }

    #[test]
    fn what_node_says_of_an_objects_making_is_passed_over() {
        let dump = "{\n  config: [Object: null prototype] {\n    headers: Object [AxiosHeaders] {\n      a: 'b'\n    },\n    url: 'u'\n  },\n  \
                    request: <ref *1> ClientRequest {\n    path: 'p'\n  },\n  list: [ 'x' ],\n  status: 502\n}";
        let told = ["headers.a=b", "config.url=u", "request.path=p", "list.=x", ".status=502"];
        assert_eq!(pairs(dump), told);
    }

    #[test]
    fn rubys_rockets_are_colons() {
        let seen = pairs(r#"{:model=>"gpt-4o", :status=>500, "error"=>{"code"=>12}}"#);
        assert_eq!(seen, [".model=gpt-4o", ".status=500", "error.code=12"]);
    }

    #[test]
    fn a_repeated_header_is_printed_as_tuples() {
        let seen = pairs("{'h': Headers([('x-request-id', 'req_1'), ('cf-ray', 'a-FRA')])}");
        assert_eq!(seen, ["h.x-request-id=req_1", "h.cf-ray=a-FRA"]);
    }

    #[test]
    fn quotes_that_never_close_are_stepped_over() {
        let text = "{a: '".to_owned() + &r"\'".repeat(100_000);
        assert!(pairs(&text).len() <= 1);
    }

    #[test]
    fn a_lookalike_inside_a_prompt_is_one_value() {
        let seen = pairs(r#"{'messages': [{'content': "{'model': 'fake'}"}], 'model': 'gpt-4o'}"#);
        assert_eq!(seen, ["messages.content={'model': 'fake'}", ".model=gpt-4o"]);
    }
}
