//! What the reader of Delta logs needs of a machine: its files.

use std::fs::{self, File};
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use bytes::Bytes;
use delta_kernel::arrow::array::{Array, ArrayRef, RecordBatch, StringArray, new_null_array};
use delta_kernel::arrow::datatypes::{Field, Schema};
use delta_kernel::arrow::json::ReaderBuilder;
use delta_kernel::engine::arrow_conversion::{TryFromArrow, TryIntoArrow};
use delta_kernel::engine::arrow_data::ArrowEngineData;
use delta_kernel::engine::arrow_expression::ArrowEvaluationHandler;
use delta_kernel::parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use delta_kernel::schema::{MetadataColumnSpec, SchemaRef, StructType};
use delta_kernel::{
    Engine, EngineData, EvaluationHandler, FileDataReadResultIterator, FileMeta, FileSize, FileSlice,
    FilteredEngineData, JsonHandler, KernelError, KernelResult, KernelResultIterator, KernelResultIteratorStatic,
    ParquetFooter, ParquetHandler, PredicateRef, StorageHandler,
};
use url::Url;

use super::arrays::brought_to;

/// Files of this machine. They are read and never written.
pub(super) struct Files {
    evaluation: Arc<ArrowEvaluationHandler>,
    handlers: Arc<Handlers>,
}

impl Default for Files {
    fn default() -> Self {
        Self { evaluation: Arc::new(ArrowEvaluationHandler {}), handlers: Arc::default() }
    }
}

#[derive(Default)]
struct Handlers;

impl Engine for Files {
    fn evaluation_handler(&self) -> Arc<dyn EvaluationHandler> {
        Arc::<ArrowEvaluationHandler>::clone(&self.evaluation)
    }

    fn storage_handler(&self) -> Arc<dyn StorageHandler> {
        Arc::<Handlers>::clone(&self.handlers)
    }

    fn json_handler(&self) -> Arc<dyn JsonHandler> {
        Arc::<Handlers>::clone(&self.handlers)
    }

    fn parquet_handler(&self) -> Arc<dyn ParquetHandler> {
        Arc::<Handlers>::clone(&self.handlers)
    }
}

fn only_read<T>() -> KernelResult<T> {
    Err(KernelError::generic("tables are read, not written"))
}

fn path_of(url: &Url) -> KernelResult<PathBuf> {
    url.to_file_path().map_err(|()| KernelError::generic(format!("{} is not on this machine", url.scheme())))
}

fn wrong(path: &Path, error: &std::io::Error) -> KernelError {
    match error.kind() {
        std::io::ErrorKind::NotFound => KernelError::file_not_found(path.display()),
        _ => KernelError::generic(format!("{}: {error}", path.display())),
    }
}

fn meta(path: &Path) -> KernelResult<FileMeta> {
    let about = path.metadata().map_err(|error| wrong(path, &error))?;
    let location = Url::from_file_path(path).map_err(|()| KernelError::generic("the path is no address"))?;
    let changed = about.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    let last_modified = i64::try_from(changed.as_millis()).unwrap_or(i64::MAX);
    Ok(FileMeta { location, last_modified, size: about.len() })
}

impl StorageHandler for Handlers {
    fn list_from(&self, from: &Url) -> KernelResult<KernelResultIteratorStatic<FileMeta>> {
        let path = path_of(from)?;
        let folder = if from.path().ends_with('/') { path } else { path.parent().unwrap_or(&path).to_path_buf() };
        let files = crate::table::files_in(&folder).map_err(|fault| match folder.exists() {
            true => KernelError::generic(fault.message),
            false => KernelError::file_not_found(folder.display()),
        })?;
        let mut found = files.iter().map(|file| meta(file)).collect::<KernelResult<Vec<_>>>()?;
        found.retain(|file| file.location.path() > from.path());
        found.sort_by(|one, other| one.location.path().cmp(other.location.path()));
        Ok(Box::new(found.into_iter().map(Ok)))
    }

    fn read_files(&self, files: Vec<FileSlice>) -> KernelResult<KernelResultIteratorStatic<Bytes>> {
        Ok(Box::new(files.into_iter().map(|(url, range)| {
            let path = path_of(&url)?;
            let read = || -> std::io::Result<Vec<u8>> {
                let Some(range) = &range else { return fs::read(&path) };
                let mut file = File::open(&path)?;
                file.seek(SeekFrom::Start(range.start))?;
                let mut bytes = Vec::new();
                file.take(range.end.saturating_sub(range.start)).read_to_end(&mut bytes)?;
                Ok(bytes)
            };
            read().map(Bytes::from).map_err(|error| wrong(&path, &error))
        })))
    }

    fn copy_atomic(&self, _: &Url, _: &Url) -> KernelResult<()> {
        only_read()
    }

    fn put(&self, _: &Url, _: Bytes, _: bool) -> KernelResult<()> {
        only_read()
    }

    fn head(&self, url: &Url) -> KernelResult<FileMeta> {
        meta(&path_of(url)?)
    }

    fn delete(&self, _: &Url) -> KernelResult<()> {
        only_read()
    }
}

/// The schema of the columns that stand in files, and where the others belong.
fn real(schema: &StructType) -> KernelResult<Schema> {
    let fields = schema.fields().filter(|field| field.get_metadata_column_spec().is_none());
    let fields = fields.map(|field| Ok(field.try_into_arrow()?)).collect::<KernelResult<Vec<Field>>>()?;
    Ok(Schema::new(fields))
}

/// The rows with the columns that the reader of the log wants to have beside those of the file.
fn with_others(batch: &RecordBatch, schema: &StructType, location: &Url) -> KernelResult<Box<dyn EngineData>> {
    let mut own = batch.columns().iter();
    let (mut fields, mut columns): (Vec<Field>, Vec<ArrayRef>) = (Vec::new(), Vec::new());
    for field in schema.fields() {
        let arrow: Field = field.try_into_arrow()?;
        let column = match field.get_metadata_column_spec() {
            None => own.next().cloned().ok_or_else(|| KernelError::generic("a column is missing"))?,
            Some(MetadataColumnSpec::FilePath) => {
                Arc::new(StringArray::from(vec![location.as_str(); batch.num_rows()])) as ArrayRef
            }
            Some(_) => new_null_array(arrow.data_type(), batch.num_rows()),
        };
        fields.push(arrow);
        columns.push(column);
    }
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?;
    Ok(Box::new(ArrowEngineData::new(batch)))
}

impl JsonHandler for Handlers {
    fn parse_json(&self, texts: Box<dyn EngineData>, schema: SchemaRef) -> KernelResult<Box<dyn EngineData>> {
        let batch: RecordBatch = (*ArrowEngineData::try_from_engine_data(texts)?).into();
        let texts =
            delta_kernel::arrow::compute::cast(batch.column(0), &delta_kernel::arrow::datatypes::DataType::Utf8)?;
        let texts = texts.as_any().downcast_ref::<StringArray>().ok_or_else(|| KernelError::generic("no texts"))?;
        let arrow = Arc::new(real(&schema)?);
        let mut decoder = ReaderBuilder::new(Arc::clone(&arrow))
            .with_batch_size(texts.len().max(1))
            .with_coerce_primitive(true)
            .build_decoder()?;
        for text in texts {
            decoder.decode(text.unwrap_or("{}").as_bytes())?;
            decoder.decode(b"\n")?;
        }
        let batch = decoder.flush()?.unwrap_or_else(|| RecordBatch::new_empty(arrow));
        Ok(Box::new(ArrowEngineData::new(batch)))
    }

    fn read_json_files(
        &self,
        files: &[FileMeta],
        schema: SchemaRef,
        _: Option<PredicateRef>,
    ) -> KernelResult<FileDataReadResultIterator> {
        let mut all: Vec<KernelResult<Box<dyn EngineData>>> = Vec::new();
        for file in files {
            let path = path_of(&file.location)?;
            let reader = BufReader::new(File::open(&path).map_err(|error| wrong(&path, &error))?);
            let batches = ReaderBuilder::new(Arc::new(real(&schema)?)).with_coerce_primitive(true).build(reader)?;
            for batch in batches {
                all.push(with_others(&batch?, &schema, &file.location));
            }
        }
        Ok(Box::new(all.into_iter()))
    }

    fn write_json_file(
        &self,
        _: &Url,
        _: KernelResultIterator<'_, FilteredEngineData>,
        _: bool,
    ) -> KernelResult<FileSize> {
        only_read()
    }
}

/// Reads without the schema that Arrow may have left in the file: the table's own decides.
fn options() -> ArrowReaderOptions {
    ArrowReaderOptions::new().with_skip_arrow_metadata(true)
}

impl ParquetHandler for Handlers {
    fn read_parquet_files(
        &self,
        files: &[FileMeta],
        schema: SchemaRef,
        _: Option<PredicateRef>,
    ) -> KernelResult<FileDataReadResultIterator> {
        let files = files.to_vec();
        let rows = files.into_iter().flat_map(move |file| {
            let schema = Arc::clone(&schema);
            let open = || {
                let path = path_of(&file.location)?;
                let opened = File::open(&path).map_err(|error| wrong(&path, &error))?;
                Ok::<_, KernelError>(ParquetRecordBatchReaderBuilder::try_new_with_options(opened, options())?.build()?)
            };
            let rows: Box<dyn Iterator<Item = KernelResult<Box<dyn EngineData>>> + Send> = match open() {
                Ok(batches) => Box::new(batches.map(move |batch| {
                    let batch = brought_to(&batch?, &real(&schema)?)?;
                    with_others(&batch, &schema, &file.location)
                })),
                Err(error) => Box::new(std::iter::once(Err(error))),
            };
            rows
        });
        Ok(Box::new(rows))
    }

    fn write_parquet_file(&self, _: Url, _: KernelResultIteratorStatic<Box<dyn EngineData>>) -> KernelResult<FileSize> {
        only_read()
    }

    fn read_parquet_footer(&self, file: &FileMeta) -> KernelResult<ParquetFooter> {
        let path = path_of(&file.location)?;
        let opened = File::open(&path).map_err(|error| wrong(&path, &error))?;
        let metadata = ArrowReaderMetadata::load(&opened, options())?;
        Ok(ParquetFooter { schema: Arc::new(StructType::try_from_arrow(metadata.schema().as_ref())?) })
    }
}
