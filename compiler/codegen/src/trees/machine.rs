//! What the processor can do.

/// What the processor can do; found when it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Machine {
    /// Nothing beyond what Rust compiles for anyway.
    Portable,
    /// AVX2.
    Avx2,
    /// AVX-512 with F, BW, DQ and VL.
    Avx512,
    /// The same with VBMI: bytes are permuted across a whole vector.
    Avx512Vbmi,
}

impl Machine {
    /// This one.
    #[must_use]
    pub fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            let avx512 = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl");
            if avx512 && is_x86_feature_detected!("avx512vbmi") {
                return Self::Avx512Vbmi;
            }
            if avx512 {
                return Self::Avx512;
            }
            if is_x86_feature_detected!("avx2") {
                return Self::Avx2;
            }
        }
        Self::Portable
    }
}
