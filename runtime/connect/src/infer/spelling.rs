//! How texts spell days and moments.

use std::collections::HashSet;

use super::{Found, Parsed};
use crate::text::{self, Stamp};

/// Texts with fewer different values than this, each there ten times on average, are declared as `category`.
const CATEGORIES: usize = 200;

/// A form with slashes, by what comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slashed {
    day_first: &'static str,
    month_first: &'static str,
}

/// The forms that are tried.
struct Forms {
    slashed: Slashed,
    others: &'static [&'static str],
}

const DAYS: Forms = Forms {
    slashed: Slashed { day_first: "%d/%m/%Y", month_first: "%m/%d/%Y" },
    others: &[PACKED, "%d.%m.%Y", "%Y/%m/%d"],
};

const MOMENTS: Forms = Forms {
    slashed: Slashed { day_first: "%d/%m/%Y %H:%M", month_first: "%m/%d/%Y %H:%M" },
    others: &["%Y-%m-%d %H:%M:%S"],
};

/// Days without anything between their parts.
pub(super) const PACKED: &str = "%Y%m%d";

/// The type of texts, and how they are to be read.
pub(super) fn text_type(texts: &[&str]) -> (&'static str, Option<Parsed>) {
    if texts.is_empty() {
        return ("str", None);
    }
    if let Some(parsed) = spelt(texts, &DAYS, |text, stamp| text::date(text, stamp).is_some()) {
        return ("date", parsed);
    }
    if let Some(parsed) = spelt(texts, &MOMENTS, |text, stamp| text::timestamp(text, stamp).is_some()) {
        return ("timestamp", parsed);
    }
    let different: HashSet<&&str> = texts.iter().collect();
    let few = different.len() <= CATEGORIES && different.len() * 10 <= texts.len();
    (if few { "category" } else { "str" }, None)
}

/// Whether all texts are packed days.
pub(super) fn are_packed_days(texts: &[&str]) -> bool {
    let stamp = Stamp::Format(PACKED.into());
    texts.iter().all(|text| text.len() == 8 && text::date(text, &stamp).is_some())
}

/// The form that reads all texts; the first `None` where there is none, the second where it is the plain one.
fn spelt(texts: &[&str], forms: &Forms, reads: impl Fn(&str, &Stamp) -> bool) -> Option<Option<Parsed>> {
    let all = |stamp: &Stamp| texts.iter().all(|text| reads(text, stamp));
    let fits = |form: &str| all(&Stamp::Format(form.into()));
    if all(&Stamp::Iso) {
        return Some(None);
    }
    let Slashed { day_first, month_first } = forms.slashed;
    let parsed = match (fits(day_first), fits(month_first)) {
        (true, true) => Parsed::Either(forms.slashed),
        (true, false) => Parsed::Format(day_first),
        (false, true) => Parsed::Format(month_first),
        (false, false) => Parsed::Format(forms.others.iter().copied().find(|form| fits(form))?),
    };
    Some(Some(parsed))
}

/// Decides for the whole file whether days or months come first: as in the columns that read in one way only. Where none tells, or they
/// tell different things, days come first, and that is noted.
pub(super) fn settle(columns: &mut [Found]) {
    let has = |start: &str| {
        columns.iter().any(|column| matches!(column.parsed, Some(Parsed::Format(form)) if form.starts_with(start)))
    };
    let (days, months) = (has("%d/"), has("%m/"));
    for column in columns {
        let Some(Parsed::Either(Slashed { day_first, month_first })) = column.parsed else { continue };
        column.parsed = Some(Parsed::Format(if months && !days { month_first } else { day_first }));
        if days == months {
            let note = format!("read with the day first; with the month first, {month_first:?}, it can be read too");
            column.notes.push(note);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(columns: &[&[&str]]) -> Vec<(Option<Parsed>, usize)> {
        let found = columns.iter().map(|texts| Found {
            stored: "c".into(),
            ty: Ok(text_type(texts).0.into()),
            nullable: false,
            parsed: text_type(texts).1,
            notes: Vec::new(),
        });
        let mut found: Vec<Found> = found.collect();
        settle(&mut found);
        found.into_iter().map(|column| (column.parsed, column.notes.len())).collect()
    }

    #[test]
    fn a_file_has_one_order_of_days_and_months() {
        let day = |form, notes| (Some(Parsed::Format(form)), notes);
        let open = ["01/02/2021", "03/04/2021"];
        let open_moments = ["01/02/2021 10:00", "03/04/2021 11:30"];
        assert_eq!(parsed(&[&open, &open_moments]), [day("%d/%m/%Y", 1), day("%d/%m/%Y %H:%M", 1)]);
        let months = ["12/24/2021 10:00"];
        assert_eq!(parsed(&[&open, &months]), [day("%m/%d/%Y", 0), day("%m/%d/%Y %H:%M", 0)]);
        let days = ["24/12/2021"];
        assert_eq!(parsed(&[&open_moments, &days]), [day("%d/%m/%Y %H:%M", 0), day("%d/%m/%Y", 0)]);
        // Those that tell different things are each read as they can be.
        assert_eq!(
            parsed(&[&open, &days, &months]),
            [day("%d/%m/%Y", 1), day("%d/%m/%Y", 0), day("%m/%d/%Y %H:%M", 0)]
        );
        assert_eq!(parsed(&[&["2021/12/24"], &["24.12.2021"]]), [day("%Y/%m/%d", 0), day("%d.%m.%Y", 0)]);
    }
}
