//! Where a network is trained.

use std::str::FromStr;

use crate::Error;

/// Where a network is trained.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Device {
    /// An NVIDIA GPU, where this build can train on one and there is one, and the processor otherwise.
    #[default]
    Auto,
    /// The processor, by the tape of this crate.
    Cpu,
    /// An NVIDIA GPU, by burn's CUDA backend.
    Cuda,
    /// The processor, by burn's backend `flex`: many times slower than `Cpu`. It is there to hold the one against the other.
    #[cfg(feature = "burn")]
    Flex,
}

impl FromStr for Device {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        match name {
            "auto" => Ok(Self::Auto),
            "cpu" => Ok(Self::Cpu),
            "cuda" => Ok(Self::Cuda),
            #[cfg(feature = "burn")]
            "flex" => Ok(Self::Flex),
            _ => Err(Error::Data(format!("`{name}` is no device to train on: there are auto, cpu and cuda"))),
        }
    }
}

/// What is found of a device.
pub(crate) enum Found {
    /// The processor.
    Processor,
    /// The processor, by burn.
    #[cfg(feature = "burn")]
    Flex,
    /// A GPU, by burn.
    #[cfg(feature = "cuda")]
    Gpu(Gpu),
}

/// How burn names a GPU.
#[cfg(feature = "cuda")]
pub(crate) type Gpu = burn_backend::tensor::Device<burn_cuda::Cuda>;

impl Device {
    /// Whether this build can train on a GPU (the feature `cuda`).
    pub const HAS_CUDA: bool = cfg!(feature = "cuda");

    /// Looks for it.
    ///
    /// # Errors
    /// Where a GPU is asked for, and this build cannot train on one or there is none.
    pub(crate) fn find(self) -> Result<Found, Error> {
        match self {
            Self::Auto => Ok(gpu().unwrap_or(Found::Processor)),
            Self::Cpu => Ok(Found::Processor),
            Self::Cuda => gpu(),
            #[cfg(feature = "burn")]
            Self::Flex => Ok(Found::Flex),
        }
    }
}

#[cfg(feature = "cuda")]
fn gpu() -> Result<Found, Error> {
    Gpu::cuda(0).map(Found::Gpu).map_err(|why| Error::NoGpu(why.to_string()))
}

#[cfg(not(feature = "cuda"))]
fn gpu() -> Result<Found, Error> {
    Err(Error::NoCuda)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gpu_is_found_or_said_to_be_missing() {
        assert!(matches!(Device::Cpu.find(), Ok(Found::Processor)));
        let (auto, cuda) = (Device::Auto.find(), Device::Cuda.find());
        match cuda {
            Ok(found) => {
                assert!(Device::HAS_CUDA && !matches!(found, Found::Processor));
                assert!(!matches!(auto, Ok(Found::Processor)), "`auto` is the GPU where there is one");
            }
            Err(error) => {
                let is_told =
                    if Device::HAS_CUDA { matches!(error, Error::NoGpu(_)) } else { matches!(error, Error::NoCuda) };
                assert!(is_told, "{error}");
                assert!(matches!(auto, Ok(Found::Processor)));
            }
        }
    }
}
