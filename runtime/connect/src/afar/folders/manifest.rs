//! The object that names a folder and its files.

use std::io::Read;
use std::path::Path;
use std::time::Duration;

use gml_ir::{hash_text, hex};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use ring::digest::{Context, SHA256};
use serde_json::{Value as Json, json};

use crate::{Fault, code, paths};

/// What the names of folders begin with.
const OWN: &str = "gml-";
/// How they tell when they were begun.
const STAMP: &str = "%Y%m%dT%H%M%SZ";

/// What was saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Manifest {
    /// The name of its folder.
    pub(super) folder: String,
    /// When it was saved.
    pub(super) at: Timestamp,
    /// The run that saved it, where that is known.
    pub(super) run: Option<String>,
    /// Its files, in the order of their names.
    pub(super) files: Vec<File>,
}

/// A file of what was saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct File {
    /// Its path within the folder, with `/` between.
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) sha256: String,
}

impl Manifest {
    /// Of an object's bytes; `place` is what messages call it.
    pub(super) fn read(bytes: &[u8], place: &str) -> Result<Self, Fault> {
        Self::of(bytes).ok_or_else(|| {
            Fault::new(code::CANNOT_READ, format!("`{place}` does not name the files of a folder"))
                .help("it was written by something else: move it away, or save to another path")
        })
    }

    fn of(bytes: &[u8]) -> Option<Self> {
        let object: Json = serde_json::from_slice(bytes).ok()?;
        let text = |of: &Json, name: &str| of[name].as_str().map(str::to_owned);
        let file = |file: &Json| {
            Some(File { name: text(file, "name")?, bytes: file["bytes"].as_u64()?, sha256: text(file, "sha256")? })
        };
        let files: Vec<File> = object["files"].as_array()?.iter().map(file).collect::<Option<_>>()?;
        let folder = text(&object, "folder")?;
        // What stands there names files of this machine soon.
        let names_are_safe = is_own(&folder) && files.iter().all(|file| is_within(&file.name));
        let at = text(&object, "at")?.parse().ok()?;
        names_are_safe.then(|| Self { folder, at, run: text(&object, "run"), files })
    }

    /// As an object.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let file = |file: &File| json!({ "name": file.name, "bytes": file.bytes, "sha256": file.sha256 });
        let files: Vec<Json> = self.files.iter().map(file).collect();
        let object = json!({ "folder": self.folder, "at": self.at.to_string(), "run": self.run, "files": files });
        format!("{object:#}\n").into_bytes()
    }
}

/// Whether a name leads to a file within its folder.
fn is_within(name: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && part != "." && part != "..";
    !name.contains(['\\', '\0', ':']) && name.split('/').all(is_part)
}

/// A name for a folder that no other save takes.
pub(super) fn new_name(now: Timestamp) -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let host = std::fs::read_to_string("/proc/sys/kernel/random/uuid").unwrap_or_default();
    let own = hash_text(&format!("{host} {} {} {number}", std::process::id(), now.as_nanosecond()));
    format!("{OWN}{}-{}", now.strftime(STAMP), &own[..16])
}

/// Whether a name is that of a folder of one save.
pub(crate) fn is_own(name: &str) -> bool {
    begun(name).is_some()
}

/// When the save of a folder was begun, by its name.
fn begun(name: &str) -> Option<Timestamp> {
    let (stamp, own) = name.strip_prefix(OWN)?.split_once('-')?;
    let is_digest = own.len() == 16 && own.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    let time = DateTime::strptime(STAMP, stamp).ok()?;
    let time = time.to_zoned(TimeZone::UTC).ok()?.timestamp();
    is_digest.then_some(time)
}

/// Whether the save of a folder was begun so long ago that nobody is at it any more.
pub(super) fn is_abandoned(name: &str, now: Timestamp, after: Duration) -> bool {
    let age = begun(name).map(|begun| now.as_second() - begun.as_second());
    age.is_some_and(|age| u64::try_from(age).is_ok_and(|age| age > after.as_secs()))
}

/// The SHA-256 of a file, in hexadecimal digits.
pub(super) fn digest(path: &Path) -> Result<String, Fault> {
    let wrong = |error: std::io::Error| paths::unreadable(path, &error);
    let mut file = std::fs::File::open(path).map_err(wrong)?;
    let (mut context, mut piece) = (Context::new(&SHA256), vec![0; 1 << 18]);
    loop {
        let read = file.read(&mut piece).map_err(wrong)?;
        if read == 0 {
            return Ok(hex(context.finish().as_ref()));
        }
        context.update(&piece[..read]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(name: &str) -> Manifest {
        let at = "2026-11-29T03:12:00Z".parse().unwrap();
        let files = vec![File { name: name.into(), bytes: 3, sha256: "ab".into() }];
        Manifest { folder: new_name(at), at, run: Some("r".into()), files }
    }

    #[test]
    fn what_was_saved_is_read_again() {
        let manifest = manifest("day=2021-01-01/part-0.parquet");
        assert_eq!(Manifest::read(&manifest.bytes(), "x").unwrap(), manifest);
        assert!(Manifest::read(b"{}", "s3://b/_current.json").is_err_and(|fault| fault.message.contains("s3://b")));
    }

    #[test]
    fn names_do_not_lead_out_of_their_folder() {
        for name in ["../x", "/x", "a//b", "a/..", "a\\b", "c:x", ""] {
            assert!(Manifest::read(&manifest(name).bytes(), "x").is_err(), "{name}");
        }
        let folder = Manifest { folder: "..".into(), ..manifest("a") };
        assert!(Manifest::read(&folder.bytes(), "x").is_err());
    }

    #[test]
    fn folders_are_known_by_their_names() {
        let at: Timestamp = "2026-11-29T03:12:00Z".parse().unwrap();
        let name = new_name(at);
        assert!(name.starts_with("gml-20261129T031200Z-") && is_own(&name), "{name}");
        assert_ne!(new_name(at), name);
        for other in ["gml-x", "gml-20261129T031200Z-", "gml-20261329T031200Z-0123456789abcdef", "year=2021"] {
            assert!(!is_own(other), "{other}");
        }
        let day = Duration::from_secs(86_400);
        assert!(!is_abandoned(&name, "2026-11-30T03:12:00Z".parse().unwrap(), day));
        assert!(is_abandoned(&name, "2026-11-30T03:12:01Z".parse().unwrap(), day));
        assert!(!is_abandoned("year=2021", at, day));
    }
}
