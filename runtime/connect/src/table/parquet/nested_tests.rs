//! Nested columns read as polars reads them, whatever the pages.

use std::fs::File;

use polars::prelude::*;
use polars_arrow::array::Array;
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field};
use polars_arrow::record_batch::RecordBatchT;
use polars_parquet::read::{BasicDecompressor, PageReader, column_iter_to_arrays, read_metadata};
use polars_parquet::write::{
    CompressionOptions, FileWriter, RowGroupIterator, StatisticsOptions, Version, WriteOptions, get_dtype_encoding,
};
use proptest::prelude::*;

use super::nested;

/// Parameters of an event and what it happened on: a list of structs in structs, structs in structs, a list in a struct.
fn types() -> Vec<DataType> {
    let field = |name: &str, dtype| polars::prelude::Field::new(name.into(), dtype);
    let value =
        vec![field("text", DataType::String), field("number", DataType::Int64), field("odd", DataType::Boolean)];
    let item = vec![field("key", DataType::String), field("value", DataType::Struct(value))];
    let web = vec![field("browser", DataType::String), field("sizes", DataType::List(Box::new(DataType::Float64)))];
    let device = vec![field("category", DataType::String), field("web", DataType::Struct(web))];
    vec![
        DataType::List(Box::new(DataType::Struct(item))),
        DataType::Struct(device),
        DataType::List(Box::new(DataType::Int32)),
    ]
}

/// Numbers that look random, of a seed.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

fn value(dtype: &DataType, nulls: bool, random: &mut Random) -> AnyValue<'static> {
    if nulls && random.below(4) == 0 {
        return AnyValue::Null;
    }
    match dtype {
        DataType::Boolean => AnyValue::Boolean(random.below(2) == 1),
        DataType::Int32 => AnyValue::Int32(random.below(1_000) as i32 - 500),
        DataType::Int64 => AnyValue::Int64(random.below(1 << 31) as i64),
        DataType::Float64 => AnyValue::Float64(random.below(1_000) as f64 / 7.0),
        DataType::List(item) => {
            let items: Vec<AnyValue> = (0..random.below(5)).map(|_| value(item, nulls, random)).collect();
            AnyValue::List(Series::from_any_values_and_dtype(PlSmallStr::EMPTY, &items, item, true).unwrap())
        }
        DataType::Struct(fields) => {
            let values = fields.iter().map(|field| value(&field.dtype, nulls, random)).collect();
            AnyValue::StructOwned(Box::new((values, fields.clone())))
        }
        _ => {
            AnyValue::StringOwned(["", "page", "a longer text than twelve bytes", "é"][random.below(4) as usize].into())
        }
    }
}

fn required(field: &Field) -> Field {
    let dtype = match field.dtype() {
        ArrowDataType::LargeList(item) => ArrowDataType::LargeList(Box::new(required(item))),
        ArrowDataType::Struct(fields) => ArrowDataType::Struct(fields.iter().map(required).collect()),
        other => other.clone(),
    };
    Field { is_nullable: false, ..field.with_dtype(dtype) }
}

#[derive(Clone, Copy, Debug)]
struct Form {
    seed: u64,
    rows: usize,
    nulls: bool,
    version: Version,
    compression: CompressionOptions,
    page: usize,
}

fn form() -> impl Strategy<Value = Form> {
    let compression = prop_oneof![
        Just(CompressionOptions::Uncompressed),
        Just(CompressionOptions::Snappy),
        Just(CompressionOptions::Zstd(None)),
    ];
    let version = prop_oneof![Just(Version::V1), Just(Version::V2)];
    let rest = (any::<u64>(), 0..300_usize, any::<bool>(), version, compression, 1..4_096_usize);
    rest.prop_map(|(seed, rows, nulls, version, compression, page)| Form {
        seed,
        rows,
        nulls,
        version,
        compression,
        page,
    })
}

/// A column as a file of one group.
fn written(array: Box<dyn Array>, field: &Field, form: Form) -> File {
    let schema = ArrowSchema::from_iter([(field.name.clone(), field.clone())]);
    let options = WriteOptions {
        statistics: StatisticsOptions::empty(),
        version: form.version,
        compression: form.compression,
        data_page_size: Some(form.page),
    };
    let mut file = tempfile::tempfile().unwrap();
    let mut writer = FileWriter::try_new(&mut file, schema.clone(), options).unwrap();
    let batch = RecordBatchT::new(array.len(), schema.clone().into(), vec![array]);
    let encodings = vec![get_dtype_encoding(field.dtype())];
    for group in RowGroupIterator::try_new([Ok(batch)].into_iter(), &schema, options, encodings.into()).unwrap() {
        writer.write(form.rows as u64, group.unwrap()).unwrap();
    }
    writer.end(None).unwrap();
    drop(writer);
    file
}

fn check(dtype: &DataType, form: Form) {
    let mut random = Random(form.seed);
    let cells: Vec<AnyValue> = (0..form.rows).map(|_| value(dtype, form.nulls, &mut random)).collect();
    let series = Series::from_any_values_and_dtype("column".into(), &cells, dtype, true).unwrap();
    let optional = dtype.to_arrow_field("column".into(), CompatLevel::newest());
    let field = if form.nulls { optional } else { required(&optional) };
    let array = series.rechunk().to_arrow(0, CompatLevel::newest());
    let mut file = written(array, &field, form);
    let metadata = read_metadata(&mut file).unwrap();
    let Some(group) = metadata.row_groups.first() else { return };
    let bytes = |chunk: &polars_parquet::read::ColumnChunkMetadata| {
        use std::io::{Read, Seek, SeekFrom};
        let range = chunk.byte_range();
        let mut bytes = vec![0; (range.end - range.start) as usize];
        let mut file = &file;
        file.seek(SeekFrom::Start(range.start)).unwrap();
        file.read_exact(&mut bytes).unwrap();
        bytes
    };
    let chunks: Vec<_> = group.columns_under_root_iter("column").unwrap().collect();
    let leaves = chunks.iter().map(|chunk| (bytes(chunk), *chunk)).collect();
    let paths = nested::paths(&field, &chunks).expect("the levels are those of the field");
    let ours = nested::array(&field, form.rows, paths, leaves).unwrap();
    let pages = chunks.iter().map(|chunk| {
        let reader = PageReader::new(std::io::Cursor::new(bytes(chunk).into()), chunk, Vec::new(), usize::MAX);
        BasicDecompressor::new(reader, Vec::new())
    });
    let kinds = chunks.iter().map(|chunk| &chunk.descriptor().descriptor.primitive_type).collect();
    let (theirs, _) = column_iter_to_arrays(pages.collect(), kinds, field.clone(), None).unwrap();
    let ours = Series::try_from((&field, vec![ours])).unwrap();
    let theirs = Series::try_from((&field, theirs)).unwrap();
    assert!(ours.equals_missing(&theirs), "{ours:?}\n{theirs:?}");
    assert!(ours.equals_missing(&series), "{ours:?}\n{series:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn nested_columns_read_as_polars_reads_them(form in form(), which in 0..3_usize) {
        check(&types()[which], form);
    }
}

#[test]
fn pages_that_do_not_fit_are_refused() {
    let field = types()[2].to_arrow_field("column".into(), CompatLevel::newest());
    let mut random = Random(1);
    let cells: Vec<AnyValue> = (0..50).map(|_| value(&types()[2], true, &mut random)).collect();
    let series = Series::from_any_values_and_dtype("column".into(), &cells, &types()[2], true).unwrap();
    let form = Form {
        seed: 0,
        rows: 50,
        nulls: true,
        version: Version::V1,
        compression: CompressionOptions::Uncompressed,
        page: 1 << 20,
    };
    let mut file = written(series.to_arrow(0, CompatLevel::newest()), &field, form);
    let metadata = read_metadata(&mut file).unwrap();
    let chunk = metadata.row_groups[0].columns_under_root_iter("column").unwrap().next().unwrap();
    let mut bytes = vec![0; (chunk.byte_range().end - chunk.byte_range().start) as usize];
    {
        use std::io::{Read, Seek, SeekFrom};
        file.seek(SeekFrom::Start(chunk.byte_range().start)).unwrap();
        file.read_exact(&mut bytes).unwrap();
    }
    let paths = || nested::paths(&field, &[chunk]).expect("the levels are those of the field");
    let error = |rows, bytes| nested::array(&field, rows, paths(), vec![(bytes, chunk)]).unwrap_err().to_string();
    assert!(error(49, bytes.clone()).contains("a group has 49 rows"));
    for end in 0..bytes.len() {
        // A page that is cut is an error or a panic of the decoder, which the caller makes a fault; never another table.
        let cut = bytes[..end].to_vec();
        let read = std::panic::catch_unwind(|| nested::array(&field, 50, paths(), vec![(cut, chunk)]));
        assert!(!matches!(read, Ok(Ok(_))), "the first {end} bytes");
    }
}
