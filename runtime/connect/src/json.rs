//! JSON as it is written (RFC 8259): numbers keep their digits, so that none is rounded on the way to its column.

use std::borrow::Cow;
use std::fmt;

/// How deep lists and objects may stand in each other.
const DEPTH: usize = 128;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Json<'a> {
    /// `null`
    Null,
    /// `true`
    Bool(bool),
    /// A number, in its digits.
    Number(&'a str),
    /// A text, without its escapes.
    Text(Cow<'a, str>),
    /// `[..]`
    List(Vec<Json<'a>>),
    /// `{..}`, its fields as they come: a name may come twice.
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

impl<'a> Json<'a> {
    /// The value that a text is; otherwise what is wrong with it, and the column (in bytes, from 1) where.
    ///
    /// # Errors
    /// What is due instead.
    pub fn parse(text: &'a str) -> Result<Self, String> {
        let mut parser = Parser { text, position: 0 };
        let value = parser.value(0)?;
        parser.pass_blanks();
        if parser.position < text.len() { Err(parser.wrong("nothing more is due")) } else { Ok(value) }
    }

    /// The field of an object; the last one where several have the name.
    pub fn get(&self, name: &str) -> Option<&Json<'a>> {
        let Self::Object(fields) = self else { return None };
        fields.iter().rev().find(|(field, _)| field == name).map(|(_, value)| value)
    }
}

impl fmt::Display for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(truth) => write!(f, "{truth}"),
            Self::Number(digits) => f.write_str(digits),
            Self::Text(text) => f.write_str(text),
            Self::List(items) => {
                f.write_str("[")?;
                for (place, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if place > 0 { ", " } else { "" })?;
                }
                f.write_str("]")
            }
            Self::Object(fields) => {
                f.write_str("{")?;
                for (place, (name, value)) in fields.iter().enumerate() {
                    write!(f, "{}{name}: {value}", if place > 0 { ", " } else { "" })?;
                }
                f.write_str("}")
            }
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    position: usize,
}

impl<'a> Parser<'a> {
    fn here(&self) -> Option<u8> {
        self.text.as_bytes().get(self.position).copied()
    }

    fn pass_blanks(&mut self) {
        while matches!(self.here(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.position += 1;
        }
    }

    fn wrong(&self, due: &str) -> String {
        format!("at column {} {due}", self.position + 1)
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.text.as_bytes()[self.position..].starts_with(word.as_bytes());
        if found {
            self.position += word.len();
        }
        found
    }

    fn value(&mut self, depth: usize) -> Result<Json<'a>, String> {
        if depth > DEPTH {
            return Err(self.wrong("lists and objects are nested too deep"));
        }
        self.pass_blanks();
        match self.here() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => Ok(Json::Text(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ if self.take("null") => Ok(Json::Null),
            _ if self.take("true") => Ok(Json::Bool(true)),
            _ if self.take("false") => Ok(Json::Bool(false)),
            _ => Err(self.wrong("a value is due")),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json<'a>, String> {
        self.position += 1;
        let mut fields = Vec::new();
        self.pass_blanks();
        if self.take("}") {
            return Ok(Json::Object(fields));
        }
        loop {
            self.pass_blanks();
            if self.here() != Some(b'"') {
                return Err(self.wrong("a name in quotes is due"));
            }
            let name = self.string()?;
            self.pass_blanks();
            if !self.take(":") {
                return Err(self.wrong("a colon is due"));
            }
            fields.push((name, self.value(depth + 1)?));
            self.pass_blanks();
            if self.take("}") {
                return Ok(Json::Object(fields));
            }
            if !self.take(",") {
                return Err(self.wrong("a comma or `}` is due"));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Json<'a>, String> {
        self.position += 1;
        let mut items = Vec::new();
        self.pass_blanks();
        if self.take("]") {
            return Ok(Json::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.pass_blanks();
            if self.take("]") {
                return Ok(Json::List(items));
            }
            if !self.take(",") {
                return Err(self.wrong("a comma or `]` is due"));
            }
        }
    }

    fn number(&mut self) -> Result<Json<'a>, String> {
        let start = self.position;
        self.take("-");
        let whole = self.digits();
        let leading_zero = whole > 1 && self.text.as_bytes()[self.position - whole] == b'0';
        let fraction = if self.take(".") { self.digits() } else { 1 };
        let exponent = if self.take("e") || self.take("E") {
            let _ = self.take("+") || self.take("-");
            self.digits()
        } else {
            1
        };
        if whole == 0 || leading_zero || fraction == 0 || exponent == 0 {
            return Err(self.wrong("the number is not written as JSON writes them"));
        }
        Ok(Json::Number(&self.text[start..self.position]))
    }

    fn digits(&mut self) -> usize {
        let rest = &self.text.as_bytes()[self.position..];
        let count = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
        self.position += count;
        count
    }

    fn string(&mut self) -> Result<Cow<'a, str>, String> {
        let start = self.position;
        let mut escaped = false;
        self.position += 1;
        loop {
            match self.here() {
                None => return Err(self.wrong("the text is never closed")),
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.position += 2;
                }
                Some(0..0x20) => return Err(self.wrong("a control character must be escaped")),
                Some(_) => self.position += 1,
            }
        }
        let inner = &self.text[start + 1..self.position];
        self.position += 1;
        if !escaped {
            return Ok(Cow::Borrowed(inner));
        }
        let text = serde_json::from_str(&self.text[start..self.position]);
        text.map(Cow::Owned).map_err(|_| format!("at column {} an escape is wrong", start + 1))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same value as another reader has it.
    fn as_known(value: &Json<'_>) -> serde_json::Value {
        match value {
            Json::Null => serde_json::Value::Null,
            Json::Bool(truth) => (*truth).into(),
            Json::Number(digits) => serde_json::from_str(digits).unwrap(),
            Json::Text(text) => text.as_ref().into(),
            Json::List(items) => items.iter().map(as_known).collect(),
            Json::Object(fields) => serde_json::Value::Object(
                fields.iter().map(|(name, value)| (name.to_string(), as_known(value))).collect(),
            ),
        }
    }

    #[test]
    fn numbers_keep_their_digits() {
        assert_eq!(Json::parse(" 18446744073709551615 ").unwrap(), Json::Number("18446744073709551615"));
        assert_eq!(Json::parse("{\"a\": -1.50e+3}").unwrap().get("a"), Some(&Json::Number("-1.50e+3")));
    }

    #[test]
    fn nesting_ends_somewhere() {
        assert!(Json::parse(&"[".repeat(100_000)).unwrap_err().contains("too deep"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

        #[test]
        fn agrees_with_another_reader(pieces in prop::collection::vec(prop::sample::select(vec![
            "{", "}", "[", "]", ",", ":", "\"a\"", "\"\\u00e9\\n\"", "\"\\ud83d\\ude00\"", "\"\\x\"", "\"é", "\"", "1", "-0",
            "01", "1.", "1.5e-3", "null", "true", "fals", " ", "\t"]), 0..8)) {
            let text = pieces.concat();
            let known: Result<serde_json::Value, _> = serde_json::from_str(&text);
            let own = Json::parse(&text);
            prop_assert_eq!(own.is_ok(), known.is_ok(), "{}: {:?}, {:?}", text, own, known);
            if let (Ok(own), Ok(known)) = (own, known) {
                prop_assert_eq!(as_known(&own), known);
            }
        }
    }
}
