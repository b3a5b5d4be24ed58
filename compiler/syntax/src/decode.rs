//! From bytes to text.

use gml_diagnostics::{Diagnostic, FileId, Span};

use crate::codes;

/// The largest file, in bytes.
pub const MAX_BYTES: usize = 4 << 20;

/// The text of a file, or why it has none: not UTF-8, or larger than [`MAX_BYTES`].
pub fn decode(file: FileId, bytes: &[u8]) -> Result<&str, Diagnostic> {
    if bytes.len() > MAX_BYTES {
        return Err(too_large(file, bytes.len()));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let offset = u32::try_from(at).unwrap_or(u32::MAX);
        let line = 1 + bytes[..at].iter().filter(|byte| **byte == b'\n').count();
        let byte = bytes.get(at).copied().unwrap_or(0);
        let message =
            format!("the file is not UTF-8 text: byte {at} (0x{byte:02X}), on line {line}, begins no character");
        Diagnostic::new(codes::INVALID_UTF8, Span::new(file, offset, offset), message).help("save the file as UTF-8")
    })
}

/// The diagnostic of a file of so many bytes.
pub(crate) fn too_large(file: FileId, bytes: usize) -> Diagnostic {
    let message = format!("the file has {bytes} bytes; the compiler takes {MAX_BYTES} (4 MiB)");
    Diagnostic::new(codes::FILE_TOO_LARGE, Span::new(file, 0, 0), message)
        .help("split it into modules, files beside this one, and take what they declare with `use`")
}
