//! What stores answer when they do not give what was asked for.

use std::time::Duration;

use object_store::{BackoffConfig, ClientOptions, RetryConfig};

use crate::{Fault, code};

/// The variable with the seconds that are tried before giving up.
const PATIENCE: &str = "GML_NETWORK_TIMEOUT";

/// How long something is tried again and again before it is given up.
pub(crate) fn patience() -> Duration {
    let seconds = std::env::var(PATIENCE).ok().and_then(|text| text.parse().ok());
    Duration::from_secs_f64(seconds.filter(|seconds: &f64| *seconds > 0.0 && *seconds < 86_400.0).unwrap_or(60.0))
}

/// Waits grow from attempt to attempt and differ by chance, so that many who wait do not come back all at once.
pub(super) fn retries() -> RetryConfig {
    let backoff =
        BackoffConfig { init_backoff: Duration::from_millis(200), max_backoff: Duration::from_secs(10), base: 2.0 };
    RetryConfig { backoff, max_retries: 8, retry_timeout: patience() }
}

/// A connection is made within seconds or not at all; what it carries may take longer.
pub(super) fn client() -> ClientOptions {
    let connect = patience().min(Duration::from_secs(10));
    ClientOptions::new().with_connect_timeout(connect).with_timeout(patience().max(Duration::from_secs(30)))
}

/// What a store has against a path.
pub(super) fn of_store(url: &str, error: &object_store::Error) -> Fault {
    use object_store::Error;
    let place = cleaned(url);
    let fault = match error {
        Error::NotFound { .. } => {
            return Fault::new(code::FILE_MISSING, format!("there is no `{place}`"))
                .at(&place)
                .help("put it there, or correct the path");
        }
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => {
            Fault::new(code::ACCESS_DENIED, format!("the store does not let us in to `{place}`")).help(
                "see whether the key is right and may do this: `store:` of the entry names a connection with keys, and \
                 without one they come from the environment",
            )
        }
        _ => Fault::new(code::NOT_REACHED, format!("the store does not answer for `{place}`")).help(format!(
            "see whether the name and the endpoint are right and the network is there, and run again; it is tried for \
             {} s, which {PATIENCE} changes",
            patience().as_secs_f64()
        )),
    };
    fault.at(&place).detail(first_lines(&cleaned(&error.to_string())))
}

fn first_lines(text: &str) -> String {
    const LIMIT: usize = 400;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() > LIMIT { text.chars().take(LIMIT).chain(['…']).collect() } else { text }
}

/// A text with places of the network in it, without the passwords and keys that stand in them.
pub(crate) fn cleaned(text: &str) -> String {
    const SIGN: &str = "://";
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(SIGN) {
        let (before, after) = rest.split_at(at + SIGN.len());
        out.push_str(before);
        let is_end = |letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | '`' | ')' | '>' | ',');
        let (place, behind) = after.split_at(after.find(is_end).unwrap_or(after.len()));
        let authority = place.find('/').unwrap_or(place.len());
        // A password may hold any letter, so that the last `@` counts; one that holds a `/` ends up in the path.
        let user = place[..authority].rfind('@').or_else(|| {
            let colon = place.find(':')?;
            let sign = place.rfind('@')?;
            (colon < authority && sign > authority).then_some(sign)
        });
        let place = user.map_or(place, |at| &place[at + 1..]);
        out.push_str(place.split(['?', '#']).next().unwrap_or_default());
        rest = behind;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_and_signatures_are_not_shown() {
        let text = cleaned("error at postgres://me:s3cr@t@db:5432/x, then https://h/a?sig=KEY&x=1 (s3://b/k)");
        assert_eq!(text, "error at postgres://db:5432/x, then https://h/a (s3://b/k)");
        assert!(!cleaned("mysql://me:pa/ss@db/x").contains("pa/ss"));
        assert_eq!(cleaned("nothing at all"), "nothing at all");
    }
}
