//! Hashes of what files and folders hold.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use gml_ir::hex;
use sha2::{Digest, Sha256};

/// Bytes read at a time.
const CHUNK: usize = 1 << 20;

/// SHA-256 of the bytes of a file, and how many there are.
pub(crate) fn of_file(path: &Path) -> io::Result<(String, u64)> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let mut buffer = vec![0; CHUNK.min(usize::try_from(size).unwrap_or(CHUNK).max(1))];
    let mut hash = Sha256::new();
    let mut bytes = 0;
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok((hex(&hash.finalize()), bytes)),
            Ok(read) => {
                hash.update(&buffer[..read]);
                bytes += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The files of a folder and of those in it, in the order of their paths.
pub(crate) fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in folder.read_dir()? {
        let path = entry?.path();
        if path.is_dir() { found.extend(files(&path)?) } else { found.push(path) }
    }
    found.sort();
    Ok(found)
}

/// The hash of a file, or that of a folder: of the names and the hashes of its files. `of` gives the hash of a file.
pub(crate) fn of_path(
    path: &Path,
    mut of: impl FnMut(&Path) -> io::Result<(String, u64)>,
) -> io::Result<(String, u64)> {
    if !path.is_dir() {
        return of(path);
    }
    let (mut hash, mut bytes) = (Sha256::new(), 0);
    for file in files(path)? {
        let (content, size) = of(&file)?;
        let name = file.strip_prefix(path).unwrap_or(&file).to_string_lossy().into_owned();
        hash.update(format!("{}\0{name}\0{content}\n", name.len()));
        bytes += size;
    }
    Ok((hex(&hash.finalize()), bytes))
}

/// The bytes that hexadecimal digits stand for.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|digit| digit.to_digit(16).map(|digit| digit as u8)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_digits_go_both_ways() {
        assert_eq!(hex(&[0, 10, 255]), "000aff");
        assert_eq!(unhex("000aff"), Some(vec![0, 10, 255]));
        assert_eq!((unhex("0"), unhex("0g")), (None, None));
    }

    #[test]
    fn a_folder_is_its_names_and_contents() {
        let folder = tempfile::tempdir().unwrap();
        let hash = || of_path(folder.path(), of_file).unwrap();
        std::fs::write(folder.path().join("a"), "1").unwrap();
        let one = hash();
        std::fs::create_dir(folder.path().join("b")).unwrap();
        std::fs::write(folder.path().join("b/c"), "23").unwrap();
        let two = hash();
        assert_eq!((one.1, two.1), (1, 3));
        std::fs::rename(folder.path().join("b/c"), folder.path().join("b/d")).unwrap();
        assert!(one.0 != two.0 && two.0 != hash().0);
        std::fs::rename(folder.path().join("b/d"), folder.path().join("b/c")).unwrap();
        assert_eq!(two, hash());
    }
}
