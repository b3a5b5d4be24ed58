//! What secrets are worth to keys: a step that was given another value is another step. Only a digest goes into a key, with a salt
//! of the project's own, so that it is not the same anywhere else and cannot be looked up.

use std::fs::{self, File};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, Write};
use std::path::Path;

use gml_connect::secrets;
use gml_ir::{hash_bytes, hash_text};

/// The salt of a project's store.
#[derive(Clone, Debug, Default)]
pub(super) struct Salt(Option<Vec<u8>>);

/// The file that holds it, in the folder of the store.
const NAME: &str = "salt";
/// Bytes of a salt.
const LENGTH: usize = 32;

impl Salt {
    /// That of a store, where it has one.
    pub(super) fn read(root: &Path) -> Self {
        Self(fs::read(root.join(NAME)).ok().filter(|bytes| bytes.len() == LENGTH))
    }

    /// That of a store, which gets one where it has none.
    pub(super) fn of(root: &Path) -> Self {
        match Self::read(root) {
            Self(None) => {
                // Where it cannot be written, nothing is kept, and no key is looked for again.
                let _ = make(root);
                Self::read(root)
            }
            known => known,
        }
    }

    /// What a secret is in a key; nothing where there is no salt, or no such secret, of which the run tells.
    pub(super) fn digest(&self, name: &str, project: &Path) -> Option<String> {
        let value = secrets::find(name, project).ok()?;
        let mut text = self.0.clone()?;
        text.extend(name.as_bytes());
        text.push(0);
        text.extend(value.expose().as_bytes());
        Some(hash_bytes(&text))
    }
}

/// Makes a salt. Of two processes that make one at once, the one that is first has made it.
fn make(root: &Path) -> io::Result<()> {
    let beside = root.join(format!("{NAME}.{}", std::process::id()));
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&beside).and_then(|mut file| {
        file.write_all(&random())?;
        file.sync_all()
    });
    let linked = written.and_then(|()| fs::hard_link(&beside, root.join(NAME)));
    let _ = fs::remove_file(&beside);
    linked
}

/// Bytes that nobody can foresee: the keys of the standard library's hashers come from the system's source of chance.
fn random() -> [u8; LENGTH] {
    let drawn = std::thread::spawn(|| {
        let numbers = std::array::from_fn::<u64, 4, _>(|place| {
            let mut hasher = RandomState::new().build_hasher();
            hasher.write_usize(place);
            hasher.finish()
        });
        format!("{numbers:?}")
    });
    let text = drawn.join().unwrap_or_default();
    let mut bytes = [0; LENGTH];
    let digits = hash_text(&format!("{text} {:?} {}", std::time::SystemTime::now(), std::process::id()));
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[2 * place..2 * place + 2], 16).unwrap_or(0);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_salt_stays_and_is_another_one_elsewhere() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        assert!(Salt::read(one.path()).0.is_none());
        let salt = Salt::of(one.path());
        assert_eq!(salt.0, Salt::of(one.path()).0);
        assert!(salt.0.is_some() && salt.0 != Salt::of(other.path()).0);
        assert_eq!(one.path().read_dir().unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(one.path().join(NAME).metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert!(salt.digest("GML_TEST_NO_SUCH_SECRET", one.path()).is_none());
    }
}
