//! The C functions of `lib_lightgbm`, each behind a safe function that checks lengths and turns the status into a
//! `Result` with the library's own error text.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::path::Path;
use std::ptr;
use std::sync::Arc;

/// Element types of the C interface.
const FLOAT32: c_int = 0;
const FLOAT64: c_int = 1;
const INT32: c_int = 2;
/// Matrices to predict are handed over column by column, those to learn from row by row.
const COLUMN_MAJOR: c_int = 0;
const ROW_MAJOR: c_int = 1;
/// A prediction with the objective's transform: probabilities, not margins.
const PREDICT_NORMAL: c_int = 0;
/// Importance written into the model text: number of splits, the library's own default.
const IMPORTANCE_SPLIT: c_int = 0;

type Handle = *mut c_void;
type LogCallback = extern "C" fn(*const c_char);

/// Declares the functions used, with the signatures of LightGBM 4.7.0's `c_api.h`, and how each is looked up.
macro_rules! functions {
    ($($field:ident = $symbol:literal: fn($($arg:ty),*) -> $result:ty;)*) => {
        /// An opened library with the functions used.
        pub(super) struct Api {
            $($field: unsafe extern "C" fn($($arg),*) -> $result,)*
            /// Keeps the code of the function pointers mapped.
            _library: libloading::Library,
        }

        impl Api {
            fn lookup(library: libloading::Library) -> Result<Self, String> {
                $(
                    // SAFETY: the type is the one that LightGBM 4.7.0 declares for this symbol, and the pointer is
                    // kept beside the library that it points into.
                    let $field = unsafe {
                        *library.get::<unsafe extern "C" fn($($arg),*) -> $result>($symbol)
                            .map_err(|error| error.to_string())?
                    };
                )*
                Ok(Self { $($field,)* _library: library })
            }
        }
    };
}

functions! {
    last_error = c"LGBM_GetLastError": fn() -> *const c_char;
    register_log = c"LGBM_RegisterLogCallback": fn(LogCallback) -> c_int;
    dataset_from_matrix = c"LGBM_DatasetCreateFromMat":
        fn(*const c_void, c_int, i32, i32, c_int, *const c_char, Handle, *mut Handle) -> c_int;
    dataset_set_names = c"LGBM_DatasetSetFeatureNames": fn(Handle, *const *const c_char, c_int) -> c_int;
    dataset_set_field = c"LGBM_DatasetSetField": fn(Handle, *const c_char, *const c_void, c_int, c_int) -> c_int;
    dataset_free = c"LGBM_DatasetFree": fn(Handle) -> c_int;
    booster_create = c"LGBM_BoosterCreate": fn(Handle, *const c_char, *mut Handle) -> c_int;
    booster_load = c"LGBM_BoosterLoadModelFromString": fn(*const c_char, *mut c_int, *mut Handle) -> c_int;
    booster_add_valid = c"LGBM_BoosterAddValidData": fn(Handle, Handle) -> c_int;
    booster_update = c"LGBM_BoosterUpdateOneIter": fn(Handle, *mut c_int) -> c_int;
    booster_eval_counts = c"LGBM_BoosterGetEvalCounts": fn(Handle, *mut c_int) -> c_int;
    booster_eval = c"LGBM_BoosterGetEval": fn(Handle, c_int, *mut c_int, *mut f64) -> c_int;
    booster_iterations = c"LGBM_BoosterGetCurrentIteration": fn(Handle, *mut c_int) -> c_int;
    booster_features = c"LGBM_BoosterGetNumFeature": fn(Handle, *mut c_int) -> c_int;
    booster_classes = c"LGBM_BoosterGetNumClasses": fn(Handle, *mut c_int) -> c_int;
    booster_save = c"LGBM_BoosterSaveModelToString":
        fn(Handle, c_int, c_int, c_int, i64, *mut i64, *mut c_char) -> c_int;
    booster_predict = c"LGBM_BoosterPredictForMat":
        fn(Handle, *const c_void, c_int, i32, i32, c_int, c_int, c_int, c_int, *const c_char, *mut i64, *mut f64)
            -> c_int;
    booster_free = c"LGBM_BoosterFree": fn(Handle) -> c_int;
    row_create = c"LGBM_BoosterPredictForMatSingleRowFastInit":
        fn(Handle, c_int, c_int, c_int, c_int, i32, *const c_char, *mut Handle) -> c_int;
    row_predict = c"LGBM_BoosterPredictForMatSingleRowFast": fn(Handle, *const c_void, *mut i64, *mut f64) -> c_int;
    row_free = c"LGBM_FastConfigFree": fn(Handle) -> c_int;
}

/// What the library would print is dropped: its errors come back as text, and the rest is chatter.
extern "C" fn silence(_: *const c_char) {}

impl Api {
    /// Opens the library, without its printing.
    pub(super) fn open(path: &Path) -> Result<Arc<Self>, String> {
        // SAFETY: loading runs the library's initialisers, which register its own statics and start no thread; the
        // caller chose the file as LightGBM's.
        let library = unsafe { libloading::Library::new(path) }.map_err(|error| error.to_string())?;
        let api = Self::lookup(library)?;
        // SAFETY: `silence` has static lifetime and the signature that the library calls.
        let status = unsafe { (api.register_log)(silence) };
        api.check(status)?;
        Ok(Arc::new(api))
    }

    /// The library's own words for a status other than 0.
    fn check(&self, status: c_int) -> Result<(), String> {
        if status == 0 {
            return Ok(());
        }
        // SAFETY: the library returns a pointer into a buffer of this thread, ended by NUL, valid until the thread's
        // next failing call; it is copied here.
        let text = unsafe {
            let pointer = (self.last_error)();
            if pointer.is_null() { None } else { Some(CStr::from_ptr(pointer).to_string_lossy().into_owned()) }
        };
        Err(text.filter(|text| !text.is_empty()).unwrap_or_else(|| format!("LightGBM failed with status {status}")))
    }
}

fn c_text(text: &str) -> Result<CString, String> {
    CString::new(text).map_err(|_| "a text for LightGBM contains a NUL character".into())
}

fn c_length(length: usize, what: &str) -> Result<c_int, String> {
    c_int::try_from(length).map_err(|_| format!("LightGBM takes at most {} {what}, and here are {length}", c_int::MAX))
}

/// Rows with their bins.
pub(super) struct DatasetHandle {
    api: Arc<Api>,
    handle: Handle,
    rows: usize,
    columns: usize,
}

// SAFETY: the library keeps no state of a dataset in the thread that made it.
unsafe impl Send for DatasetHandle {}
// SAFETY: shared references only read (as a reference for another dataset, or as a booster's rows).
unsafe impl Sync for DatasetHandle {}

impl DatasetHandle {
    /// Bins a row-major matrix of `rows` times `columns`; a reference lends its bins.
    pub(super) fn from_rows(
        api: &Arc<Api>,
        values: &[f64],
        (rows, columns): (usize, usize),
        parameters: &str,
        reference: Option<&Self>,
    ) -> Result<Self, String> {
        if rows.checked_mul(columns) != Some(values.len()) {
            return Err(format!("a matrix of {rows} rows and {columns} columns has {} values", values.len()));
        }
        if reference.is_some_and(|reference| reference.columns != columns) {
            return Err(format!("the rows to validate on have {columns} features, and those to learn from do not"));
        }
        let (n_rows, n_columns) = (c_length(rows, "rows")?, c_length(columns, "features")?);
        let parameters = c_text(parameters)?;
        let mut handle = ptr::null_mut();
        // SAFETY: `values` holds rows * columns doubles, checked above, and is only read during the call; the reference
        // is a live dataset or null.
        let status = unsafe {
            (api.dataset_from_matrix)(
                values.as_ptr().cast(),
                FLOAT64,
                n_rows,
                n_columns,
                ROW_MAJOR,
                parameters.as_ptr(),
                reference.map_or(ptr::null_mut(), |reference| reference.handle),
                &mut handle,
            )
        };
        api.check(status)?;
        Ok(Self { api: Arc::clone(api), handle, rows, columns })
    }

    /// Names the features, one for each column.
    pub(super) fn set_names(&mut self, names: &[String]) -> Result<(), String> {
        if names.len() != self.columns {
            return Err(format!("{} names for {} features", names.len(), self.columns));
        }
        let names = names.iter().map(|name| c_text(name)).collect::<Result<Vec<_>, _>>()?;
        let pointers: Vec<_> = names.iter().map(|name| name.as_ptr()).collect();
        let count = c_length(pointers.len(), "features")?;
        // SAFETY: `pointers` holds `count` NUL-ended texts that live until the end of this function; they are copied.
        self.api.check(unsafe { (self.api.dataset_set_names)(self.handle, pointers.as_ptr(), count) })
    }

    /// Sets `label` or `weight`, one value a row.
    pub(super) fn set_floats(&mut self, field: &str, values: &[f32]) -> Result<(), String> {
        if values.len() != self.rows {
            return Err(format!("{} values of {field} for {} rows", values.len(), self.rows));
        }
        self.set_field(field, values.as_ptr().cast(), values.len(), FLOAT32)
    }

    /// Sets the number of rows of each query; together they are all rows.
    pub(super) fn set_groups(&mut self, sizes: &[i32]) -> Result<(), String> {
        let total: i64 = sizes.iter().map(|size| i64::from(*size)).sum();
        if usize::try_from(total) != Ok(self.rows) {
            return Err(format!("queries of {total} rows together for {} rows", self.rows));
        }
        self.set_field("group", sizes.as_ptr().cast(), sizes.len(), INT32)
    }

    fn set_field(&mut self, field: &str, data: *const c_void, length: usize, kind: c_int) -> Result<(), String> {
        let name = c_text(field)?;
        let length = c_length(length, "values")?;
        // SAFETY: both callers pass a slice's pointer with its length and element type; the values are copied.
        self.api.check(unsafe { (self.api.dataset_set_field)(self.handle, name.as_ptr(), data, length, kind) })
    }
}

impl Drop for DatasetHandle {
    fn drop(&mut self) {
        // SAFETY: the handle came from the library and is freed once. A failure to free cannot be acted upon.
        let _ = unsafe { (self.api.dataset_free)(self.handle) };
    }
}

/// Trees, and the rows that they are learned from while they are.
pub(super) struct BoosterHandle {
    api: Arc<Api>,
    handle: Handle,
    /// The library keeps pointers to the datasets of a booster in training.
    datasets: Vec<Arc<DatasetHandle>>,
}

// SAFETY: a booster is not bound to the thread that made it.
unsafe impl Send for BoosterHandle {}
// SAFETY: what takes `&self` only reads, and the library guards it by a shared lock of the booster.
unsafe impl Sync for BoosterHandle {}

impl BoosterHandle {
    pub(super) fn create(api: &Arc<Api>, train: &Arc<DatasetHandle>, parameters: &str) -> Result<Self, String> {
        let parameters = c_text(parameters)?;
        let mut handle = ptr::null_mut();
        // SAFETY: `train` is a live dataset and is kept alive beside the booster.
        api.check(unsafe { (api.booster_create)(train.handle, parameters.as_ptr(), &mut handle) })?;
        Ok(Self { api: Arc::clone(api), handle, datasets: vec![Arc::clone(train)] })
    }

    /// From the text that [`Self::save`] gave.
    pub(super) fn load(api: &Arc<Api>, text: &str) -> Result<Self, String> {
        let text = c_text(text)?;
        let (mut iterations, mut handle) = (0, ptr::null_mut());
        // SAFETY: the text ends in NUL and is only read during the call.
        api.check(unsafe { (api.booster_load)(text.as_ptr(), &mut iterations, &mut handle) })?;
        Ok(Self { api: Arc::clone(api), handle, datasets: Vec::new() })
    }

    pub(super) fn add_valid(&mut self, valid: &Arc<DatasetHandle>) -> Result<(), String> {
        // SAFETY: `valid` is a live dataset and is kept alive beside the booster.
        self.api.check(unsafe { (self.api.booster_add_valid)(self.handle, valid.handle) })?;
        self.datasets.push(Arc::clone(valid));
        Ok(())
    }

    /// One more round; true where no tree could be grown.
    pub(super) fn update(&mut self) -> Result<bool, String> {
        if self.datasets.is_empty() {
            return Err("a model that was loaded cannot be trained on".into());
        }
        let mut finished = 0;
        // SAFETY: the booster and its datasets are alive.
        self.api.check(unsafe { (self.api.booster_update)(self.handle, &mut finished) })?;
        Ok(finished == 1)
    }

    /// The metrics of the parameters on the `index`th dataset, that to learn from being the first.
    pub(super) fn eval(&self, index: usize) -> Result<Vec<f64>, String> {
        if index >= self.datasets.len() {
            return Err(format!("no rows number {index} to judge on"));
        }
        let count = self.integer(self.api.booster_eval_counts)?;
        let mut values = vec![0.0; usize::try_from(count).unwrap_or(0)];
        let (index, mut length) = (c_length(index, "datasets")?, 0);
        // SAFETY: `values` has room for as many numbers as the library says that there are metrics.
        self.api.check(unsafe { (self.api.booster_eval)(self.handle, index, &mut length, values.as_mut_ptr()) })?;
        values.truncate(usize::try_from(length).unwrap_or(0));
        Ok(values)
    }

    pub(super) fn iterations(&self) -> Result<usize, String> {
        self.count(self.api.booster_iterations)
    }

    pub(super) fn features(&self) -> Result<usize, String> {
        self.count(self.api.booster_features)
    }

    /// Numbers that a prediction has a row.
    pub(super) fn classes(&self) -> Result<usize, String> {
        self.count(self.api.booster_classes)
    }

    fn count(&self, function: unsafe extern "C" fn(Handle, *mut c_int) -> c_int) -> Result<usize, String> {
        usize::try_from(self.integer(function)?).map_err(|_| "LightGBM gave a negative count".into())
    }

    fn integer(&self, function: unsafe extern "C" fn(Handle, *mut c_int) -> c_int) -> Result<c_int, String> {
        let mut value = 0;
        // SAFETY: all functions passed here take a booster and write one int.
        self.api.check(unsafe { function(self.handle, &mut value) })?;
        Ok(value)
    }

    /// The model's text with the first `iterations` rounds, all of them where that is 0.
    pub(super) fn save(&self, iterations: usize) -> Result<String, String> {
        let iterations = c_length(iterations, "rounds")?;
        let mut buffer: Vec<u8> = Vec::new();
        loop {
            let room = i64::try_from(buffer.len()).map_err(|_| "the text of the model is too long")?;
            let mut needed = 0;
            // SAFETY: the library writes at most `room` bytes, and only if the whole text with its NUL fits.
            let status = unsafe {
                let text = if buffer.is_empty() { ptr::null_mut() } else { buffer.as_mut_ptr().cast() };
                (self.api.booster_save)(self.handle, 0, iterations, IMPORTANCE_SPLIT, room, &mut needed, text)
            };
            self.api.check(status)?;
            if needed <= room {
                break;
            }
            buffer = vec![0; usize::try_from(needed).map_err(|_| "the text of the model is too long")?];
        }
        let end = buffer.iter().position(|byte| *byte == 0).unwrap_or(buffer.len());
        buffer.truncate(end);
        String::from_utf8(buffer).map_err(|_| "the text of the model is not UTF-8".into())
    }

    /// `classes` numbers a row, row after row, of a column-major matrix.
    pub(super) fn predict(
        &self,
        values: &[f64],
        (rows, columns): (usize, usize),
        parameters: &str,
    ) -> Result<Vec<f64>, String> {
        if rows.checked_mul(columns) != Some(values.len()) || columns != self.features()? {
            return Err(format!("a matrix of {} values for {rows} rows of {columns} features", values.len()));
        }
        if rows == 0 {
            return Ok(Vec::new());
        }
        let (n_rows, n_columns) = (c_length(rows, "rows")?, c_length(columns, "features")?);
        let parameters = c_text(parameters)?;
        let mut predictions = vec![0.0; rows * self.classes()?];
        let mut length = 0;
        // SAFETY: `values` holds rows * columns doubles, checked above, and `predictions` has room for as many numbers
        // a row as the booster says that it gives.
        let status = unsafe {
            (self.api.booster_predict)(
                self.handle,
                values.as_ptr().cast(),
                FLOAT64,
                n_rows,
                n_columns,
                COLUMN_MAJOR,
                PREDICT_NORMAL,
                0,
                -1,
                parameters.as_ptr(),
                &mut length,
                predictions.as_mut_ptr(),
            )
        };
        self.api.check(status)?;
        if usize::try_from(length) != Ok(predictions.len()) {
            return Err(format!("{length} predictions for {rows} rows"));
        }
        Ok(predictions)
    }
}

impl BoosterHandle {
    /// What predicts single rows. It must not live longer than the booster.
    pub(super) fn row_predictor(&self, parameters: &str) -> Result<RowHandle, String> {
        let (features, outputs) = (self.features()?, self.classes()?);
        let parameters = c_text(parameters)?;
        let (n_features, mut handle) = (c_length(features, "features")?, ptr::null_mut());
        // SAFETY: the booster is alive, and the text ends in NUL and is only read during the call.
        self.api.check(unsafe {
            (self.api.row_create)(
                self.handle,
                PREDICT_NORMAL,
                0,
                -1,
                FLOAT64,
                n_features,
                parameters.as_ptr(),
                &mut handle,
            )
        })?;
        Ok(RowHandle { api: Arc::clone(&self.api), handle, features, outputs })
    }
}

/// What predicts single rows of a booster.
pub(super) struct RowHandle {
    api: Arc<Api>,
    handle: Handle,
    features: usize,
    outputs: usize,
}

// SAFETY: it is not bound to the thread that made it, and `predict` takes it for itself.
unsafe impl Send for RowHandle {}

impl RowHandle {
    /// Adds the numbers of a row.
    pub(super) fn predict(&mut self, row: &[f64], into: &mut Vec<f64>) -> Result<(), String> {
        if row.len() != self.features {
            return Err(format!("a row of {} values for {} features", row.len(), self.features));
        }
        let start = into.len();
        into.resize(start + self.outputs, 0.0);
        let mut length = 0;
        // SAFETY: `row` holds as many doubles as the handle was made for, and there is room for as many numbers as the booster
        // says that it gives a row.
        let status = unsafe {
            (self.api.row_predict)(self.handle, row.as_ptr().cast(), &mut length, into[start..].as_mut_ptr())
        };
        self.api.check(status)?;
        if usize::try_from(length) == Ok(self.outputs) {
            Ok(())
        } else {
            Err(format!("{length} predictions for a row"))
        }
    }
}

impl Drop for RowHandle {
    fn drop(&mut self) {
        // SAFETY: the handle came from the library and is freed once, before its booster.
        let _ = unsafe { (self.api.row_free)(self.handle) };
    }
}

impl Drop for BoosterHandle {
    fn drop(&mut self) {
        // SAFETY: the handle came from the library and is freed once, before its datasets.
        let _ = unsafe { (self.api.booster_free)(self.handle) };
    }
}
