//! Formats of dates, times and timestamps in files (strftime).

use gml_diagnostics::{Diagnostic, Span};
use gml_ir::Type;

use crate::message::contracts as message;

/// What a format tells of a moment.
#[derive(Default)]
struct Parts {
    year: bool,
    month: bool,
    day: bool,
    hour: bool,
    minute: bool,
}

/// Refuses a format that cannot be read, or that lacks a part which the type needs.
pub(crate) fn check(format: &str, span: Span, ty: &Type) -> Result<(), Diagnostic> {
    let parts = read(format).map_err(|specifier| match written_out(&specifier) {
        Some(instead) => message::unread_specifier(&specifier, instead, span),
        None => message::unknown_specifier(&specifier, span),
    })?;
    let ty = ty.non_null();
    let needs_date = matches!(ty, Type::Date | Type::Timestamp);
    let needs_time = matches!(ty, Type::Time | Type::Timestamp);
    let missing = [
        (needs_date && !parts.year, "year", "%Y"),
        (needs_date && !parts.month, "month", "%m"),
        (needs_date && !parts.day, "day", "%d"),
        (needs_time && !parts.hour, "hour", "%H"),
        (needs_time && !parts.minute, "minute", "%M"),
    ];
    match missing.into_iter().find(|(is_missing, ..)| *is_missing) {
        Some((_, part, specifier)) => Err(message::format_lacks(ty, part, specifier, span)),
        None => Ok(()),
    }
}

/// The parts that a format tells; as an error a specifier that means nothing.
fn read(format: &str) -> Result<Parts, String> {
    let mut parts = Parts::default();
    let (mut half_day, mut is_afternoon) = (false, false);
    let mut rest = format.chars();
    while let Some(sign) = rest.next() {
        if sign != '%' {
            continue;
        }
        let mut specifier = String::from("%");
        let mut letter = rest.next();
        // `%-d` without padding, `%.3f` and `%3f` fractions of a second, `%:z` zones with a colon.
        while let Some(flag @ ('-' | '_' | '0' | '.' | ':' | '3' | '6' | '9')) = letter {
            specifier.push(flag);
            letter = rest.next();
        }
        specifier.extend(letter);
        let is_fraction = specifier.contains(['.', '3', '6', '9']);
        match letter {
            Some('f') => {}
            _ if is_fraction => return Err(specifier),
            Some('Y' | 'y' | 'G' | 'C') => parts.year = true,
            Some('m' | 'b' | 'B' | 'h') => parts.month = true,
            Some('d' | 'e') => parts.day = true,
            Some('j') => (parts.month, parts.day) = (true, true),
            Some('F' | 'D') => (parts.year, parts.month, parts.day) = (true, true, true),
            Some('H' | 'k') => parts.hour = true,
            Some('I' | 'l') => half_day = true,
            Some('p' | 'P') => is_afternoon = true,
            Some('M') => parts.minute = true,
            Some('T' | 'R') => (parts.hour, parts.minute) = (true, true),
            Some('s') => {
                parts = Parts { year: true, month: true, day: true, hour: true, minute: true };
            }
            Some('S' | 'z' | 'a' | 'A' | 'u' | 'w' | 'U' | 'W' | 'V' | 'n' | 't' | '%') => {}
            _ => return Err(specifier),
        }
    }
    parts.hour |= half_day && is_afternoon;
    Ok(parts)
}

/// Specifiers with which moments are only written, since their form depends on the language or says too little: what is read
/// instead.
fn written_out(specifier: &str) -> Option<&'static str> {
    Some(match specifier {
        "%c" => "%a %b %e %H:%M:%S %Y",
        "%x" => "%m/%d/%y",
        "%v" => "%e-%b-%Y",
        "%X" => "%H:%M:%S",
        "%r" => "%I:%M:%S %p",
        "%+" => "%Y-%m-%dT%H:%M:%S%.f%:z",
        "%Z" => "%z",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use gml_diagnostics::FileId;

    use super::*;

    fn refusal(format: &str, ty: Type) -> Option<String> {
        check(format, Span::new(FileId(0), 0, 0), &ty).err().map(|diagnostic| diagnostic.message)
    }

    #[test]
    fn takes_what_makes_a_moment() {
        for (format, ty) in [
            ("%Y%m%d", Type::Date),
            ("%-d.%-m.%y", Type::Date),
            ("%Y-%j", Type::Date),
            ("%FT%T%.3f%:z", Type::Timestamp),
            ("%m/%d/%Y %I:%M %p", Type::Timestamp),
            ("%s", Type::Timestamp),
            ("%H:%M", Type::Time),
            ("100%% %F", Type::Date),
        ] {
            assert_eq!(refusal(format, ty), None, "{format}");
        }
    }

    #[test]
    fn names_what_is_wrong() {
        insta::assert_snapshot!(refusal("%Y-%d", Type::Date).unwrap(), @"the format has no month, so it does not make a `date`");
        insta::assert_snapshot!(refusal("%F", Type::Timestamp).unwrap(), @"the format has no hour, so it does not make a `timestamp`");
        insta::assert_snapshot!(refusal("%m/%d/%Y %I:%M", Type::Timestamp).unwrap(), @"the format has no hour, so it does not make a `timestamp`");
        insta::assert_snapshot!(refusal("%Y-%Q", Type::Date).unwrap(), @"`%Q` means nothing in a date format");
        insta::assert_snapshot!(refusal("%F %T %Z", Type::Timestamp).unwrap(), @"`%Z` is a form in which moments are written, not read");
        insta::assert_snapshot!(refusal("%c", Type::Timestamp).unwrap(), @"`%c` is a form in which moments are written, not read");
        insta::assert_snapshot!(refusal("%Y-%", Type::Date).unwrap(), @"`%` means nothing in a date format");
    }
}
