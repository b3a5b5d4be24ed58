//! Taking secrets out of text that somebody will read: drivers and servers put addresses with passwords into their messages.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::Fault;

/// What stands where a secret was.
pub(super) const SHOWN: &str = "***";

/// A shorter text is no secret that could be guarded: it would be found in half of all words.
const SHORTEST: usize = 4;

/// The texts that are taken out, in every form in which they may come. The longest are looked for first.
static HIDDEN: Mutex<BTreeSet<(std::cmp::Reverse<usize>, String)>> = Mutex::new(BTreeSet::new());

fn hidden() -> MutexGuard<'static, BTreeSet<(std::cmp::Reverse<usize>, String)>> {
    HIDDEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes a value out of all text from now on: as it is, each of its lines, what of an address is a password, and as it looks in
/// JSON, in a page and in an address.
pub(super) fn remember(value: &str) {
    let mut texts = vec![value.to_owned()];
    texts.extend(value.lines().map(|line| line.trim().to_owned()));
    if let Some(password) = password(value) {
        texts.push(decoded(password));
        texts.push(password.to_owned());
    }
    let forms = |text: &String| {
        let debug = format!("{text:?}");
        let page = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let quoted = page.replace('"', "&quot;").replace('\'', "&#39;");
        let json = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t");
        [text.clone(), debug[1..debug.len() - 1].to_owned(), page, quoted, json, encoded(text)]
    };
    let long = |text: &String| text.chars().count() >= SHORTEST;
    let all = texts.iter().filter(|text| long(text)).flat_map(forms);
    hidden().extend(all.map(|text| (std::cmp::Reverse(text.len()), text)));
}

/// The text without the secrets that were revealed in this process.
pub fn hide(text: &str) -> Cow<'_, str> {
    let mut shown = Cow::Borrowed(text);
    for (_, secret) in hidden().iter() {
        if shown.contains(secret.as_str()) {
            shown = Cow::Owned(shown.replace(secret.as_str(), SHOWN));
        }
    }
    shown
}

/// The fault without the secrets that were revealed in this process.
#[must_use]
pub fn hide_fault(mut fault: Fault) -> Fault {
    let clean = |text: &mut String| {
        if let Cow::Owned(hidden) = hide(text) {
            *text = hidden;
        }
    };
    clean(&mut fault.message);
    fault.details.iter_mut().chain(&mut fault.place).chain(&mut fault.help).for_each(clean);
    fault
}

/// The password of `scheme://user:password@host/..`.
fn password(value: &str) -> Option<&str> {
    let (_, rest) = value.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    // A password that was not encoded may itself hold the sign.
    let (user, _) = authority.rsplit_once('@').or_else(|| rest.rsplit_once('@'))?;
    let (_, password) = user.split_once(':')?;
    (!password.is_empty()).then_some(password)
}

/// `%40` is `@`.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut plain, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let digits = bytes.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if bytes[at] == b'%' => {
                plain.push(byte);
                at += 3;
            }
            _ => {
                plain.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

/// As an address holds it.
fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_hidden_in_every_form() {
        remember("postgres://me:s3cr%40t \"x\"@host:5432/db");
        for text in [
            "cannot connect to postgres://me:s3cr%40t \"x\"@host:5432/db",
            "password s3cr@t \"x\" was refused",
            "{\"url\":\"s3cr@t \\\"x\\\"\"}",
            "<td>s3cr@t &quot;x&quot;</td>",
            "?password=s3cr%40t%20%22x%22",
        ] {
            let shown = hide(text);
            assert!(shown.contains("***") && !shown.contains("s3cr"), "{shown}");
        }
        assert_eq!(hide("host:5432"), "host:5432");
    }

    #[test]
    fn every_line_of_a_key_is_hidden() {
        remember("-----BEGIN KEY-----\nZmlyc3QgbGluZQ\nc2Vjb25kIGxpbmU\n");
        assert_eq!(hide("bad key: c2Vjb25kIGxpbmU!"), "bad key: ***!");
    }

    #[test]
    fn what_is_too_short_to_be_told_apart_stays() {
        remember("abc");
        assert_eq!(hide("abcdef"), "abcdef");
    }

    #[test]
    fn faults_are_clean() {
        remember("swordfish-77");
        let fault = Fault::new("GML0902", "swordfish-77 is wrong").at("x?key=swordfish-77").detail("swordfish-77");
        let fault = hide_fault(fault.help("not swordfish-77"));
        assert!(!format!("{fault:?}").contains("swordfish"), "{fault:?}");
        assert_eq!(fault.message, "*** is wrong");
    }
}
