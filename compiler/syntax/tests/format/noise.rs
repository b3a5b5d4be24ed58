//! Blanks, line breaks and comments where none were.

/// What is put between two words. The first must separate words.
const GAPS: [&str; 9] =
    [" ", "\n", "  \n\n  ", " # c\n", "\n# own\n", "\n\n    ## doc\n", " ## d\n", "\n# a\n\n# b\n\n", "\t"];

/// Puts gaps into a program: `choose(n)` gives a number below `n` for each place where one can be. Comments and texts stay
/// as they are.
pub fn with_noise(text: &str, mut choose: impl FnMut(usize) -> usize) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len() * 2);
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            b' ' | b'\n' => {
                while at < bytes.len() && matches!(bytes[at], b' ' | b'\n') {
                    at += 1;
                }
                match choose(GAPS.len() * 3) {
                    gap if gap < GAPS.len() => out.push_str(GAPS[gap]),
                    _ => out.push_str(&text[start..at]),
                }
            }
            b'#' => {
                at += text[at..].find('\n').map_or(text.len() - at, |end| end + 1);
                out.push_str(&text[start..at]);
            }
            b'(' | b')' | b'[' | b']' | b'{' | b'}' | b',' => {
                at += 1;
                let bracket = &text[start..at];
                match choose(GAPS.len() * 6) {
                    gap if gap < GAPS.len() => out.extend([bracket, GAPS[gap]]),
                    gap if gap < 2 * GAPS.len() => out.extend([GAPS[gap - GAPS.len()], bracket]),
                    _ => out.push_str(bracket),
                }
            }
            _ => {
                at = behind(text, at);
                out.push_str(&text[start..at]);
            }
        }
    }
    out
}

/// Where a word, a text or a sign ends.
fn behind(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let word = bytes[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    let quote = at + word;
    if bytes.get(quote) != Some(&b'"') || word > 1 {
        return if word > 0 { quote } else { at + text[at..].chars().next().map_or(1, char::len_utf8) };
    }
    let kind = &text[at..quote];
    let close = if text[quote..].starts_with("\"\"\"") { "\"\"\"" } else { "\"" };
    let mut at = quote + close.len();
    while at < bytes.len() && !text[at..].starts_with(close) {
        match bytes[at] {
            b'\\' if kind != "r" => at += 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8),
            b'{' if kind == "f" && bytes.get(at + 1) == Some(&b'{') => at += 2,
            b'{' if kind == "f" => {
                at += 1;
                while at < bytes.len() && bytes[at] != b'}' {
                    at = behind(text, at);
                }
            }
            _ => at += text[at..].chars().next().map_or(1, char::len_utf8),
        }
    }
    (at + close.len()).min(text.len())
}
