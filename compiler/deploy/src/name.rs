//! Names that platforms take.

use std::collections::BTreeSet;
use std::fmt;

/// How long a name may be: that of a CronJob, to which Kubernetes adds 11 characters for each run, so that 63 are not passed
/// (<https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/>).
const LONGEST: usize = 52;

/// How long the name of an object may be: a subdomain of DNS.
const LONGEST_OBJECT: usize = 253;

/// A name for workflows, tasks and containers: lower-case letters, digits and hyphens between them, as labels of DNS are written
/// (RFC 1123), which all targets take.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

impl Name {
    /// The name nearest to a text: `Build features` is `build-features`. Nothing where the text has no letter and no digit.
    pub fn near(text: &str) -> Option<Self> {
        let plain: String = text.chars().map(|sign| if sign.is_ascii_alphanumeric() { sign } else { '-' }).collect();
        let parts: Vec<&str> = plain.split('-').filter(|part| !part.is_empty()).collect();
        let joined = parts.join("-").to_ascii_lowercase();
        let cut = joined.get(..LONGEST).unwrap_or(&joined).trim_end_matches('-');
        (!cut.is_empty()).then(|| Self(cut.to_owned()))
    }

    /// A name as somebody wrote it.
    ///
    /// # Errors
    /// What is wrong with it, where it is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let is_name = Self::near(text).is_some_and(|near| near.0 == text);
        match is_name {
            true => Ok(Self(text.to_owned())),
            false => Err(format!(
                "write lower-case letters, digits and hyphens between them, at most {LONGEST} of all{}",
                Self::near(text).map(|near| format!("; `{near}` is one")).unwrap_or_default()
            )),
        }
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of a secret, a claim or a service account that is in the cluster already: labels with points between them.
///
/// # Errors
/// What is wrong with it, where it is none.
pub fn object_name(text: &str) -> Result<String, String> {
    let is_label = |label: &str| {
        let signs = label.bytes().all(|sign| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == b'-');
        signs && !label.is_empty() && !label.starts_with('-') && !label.ends_with('-')
    };
    let fits = text.len() <= LONGEST_OBJECT && text.split('.').all(is_label);
    fits.then(|| text.to_owned())
        .ok_or_else(|| "names in a cluster are lower-case letters and digits, with `-` and `.` between them".to_owned())
}

/// Gives names, each once.
#[derive(Debug, Default)]
pub struct Names(BTreeSet<Name>);

impl Names {
    /// The name nearest to a text that was not given yet; where it was, with a number behind it.
    pub fn give(&mut self, text: &str) -> Name {
        let near = Name::near(text).unwrap_or_else(|| Name("task".to_owned()));
        let mut name = near.clone();
        let mut number = 2;
        while !self.0.insert(name.clone()) {
            let behind = format!("-{number}");
            let room = near.0.len().min(LONGEST - behind.len());
            name = Name(format!("{}{behind}", near.0[..room].trim_end_matches('-')));
            number += 1;
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_labels() {
        let near = |text: &str| Name::near(text).map(|name| name.to_string()).unwrap_or_default();
        assert_eq!(near("build_features"), "build-features");
        assert_eq!(near("_Shop (2)_"), "shop-2");
        assert_eq!(near("__"), "");
        assert_eq!(near(&"ab_".repeat(30)).len(), 52);
        assert_eq!(near(&format!("{}_b", "a".repeat(51))), "a".repeat(51));
        assert!(Name::parse("shop-2").is_ok());
        assert_eq!(Name::parse("Shop_2").unwrap_err().rsplit_once("; ").unwrap().1, "`shop-2` is one");
        assert!(Name::parse(&"a".repeat(53)).is_err());
        assert!(object_name("shop.secrets-1").is_ok());
        for wrong in ["", "Shop", "a..b", "-a", "a_b"] {
            assert!(object_name(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn each_name_is_given_once() {
        let mut names = Names::default();
        let given: Vec<String> = ["a_b", "a__b", "A_b", "_"].iter().map(|text| names.give(text).to_string()).collect();
        assert_eq!(given, ["a-b", "a-b-2", "a-b-3", "task"]);
        let long = "x".repeat(60);
        assert_eq!(names.give(&long).as_str().len(), 52);
        assert!(names.give(&long).as_str().ends_with("xx-2"));
    }
}
