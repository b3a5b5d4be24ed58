//! `gmlc setup`

use crate::exit::Exit;
use crate::{libraries, output};

/// Fetches the native libraries.
pub fn setup() -> Exit {
    match gml_operators::native::setup::fetch_lightgbm(&libraries::folder(), &mut |text| output::error_line(text)) {
        Ok(path) => {
            output::line(format!("LightGBM: {}", path.display()));
            Exit::Done
        }
        Err(fault) => {
            output::fault(&fault);
            Exit::RunFailed
        }
    }
}
