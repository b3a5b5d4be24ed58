//! The read-only data of a library: one block of bytes, and where things stand in it.

/// Bytes so far.
#[derive(Default)]
pub(super) struct Tables {
    bytes: Vec<u8>,
}

/// What lines of a cache are aligned to.
pub(super) const ALIGNMENT: usize = 64;

impl Tables {
    /// Adds bytes at the next place that is a multiple of `alignment`; gives that place.
    pub(super) fn add(&mut self, bytes: &[u8], alignment: usize) -> i64 {
        self.bytes.resize(self.bytes.len().next_multiple_of(alignment), 0);
        let place = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        place as i64
    }

    /// Adds floats.
    pub(super) fn floats(&mut self, numbers: &[f64]) -> i64 {
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_ne_bytes()).collect();
        self.add(&bytes, 8)
    }

    /// Adds whole numbers of 64 bits.
    pub(super) fn wholes(&mut self, numbers: &[u64]) -> i64 {
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_ne_bytes()).collect();
        self.add(&bytes, 8)
    }

    /// Adds whole numbers of 32 bits.
    pub(super) fn words(&mut self, numbers: &[u32]) -> i64 {
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_ne_bytes()).collect();
        self.add(&bytes, 4)
    }

    /// All of them; never none, which linkers do not like.
    pub(super) fn finish(mut self) -> Vec<u8> {
        if self.bytes.is_empty() {
            self.bytes.push(0);
        }
        self.bytes
    }
}
