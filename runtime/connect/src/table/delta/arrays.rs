//! Rows of a checkpoint, brought to the columns that are asked for.

use std::sync::Arc;

use delta_kernel::arrow::array::{
    Array, ArrayRef, AsArray, ListArray, MapArray, RecordBatch, StructArray, new_null_array,
};
use delta_kernel::arrow::compute::cast;
use delta_kernel::arrow::datatypes::{DataType, Field, Fields, Schema};
use delta_kernel::arrow::error::ArrowError;
use delta_kernel::engine::arrow_data::fix_nested_null_masks;

/// The rows with just these columns; those that are not there are null.
pub(super) fn brought_to(batch: &RecordBatch, schema: &Schema) -> Result<RecordBatch, ArrowError> {
    // Where a whole is absent, files may leave anything in its parts.
    let own = fix_nested_null_masks(StructArray::from(batch.clone()));
    let columns = parts(&own, schema.fields())?;
    // Of a part that may not be null, rows in which the whole is absent are null nevertheless.
    let fields: Vec<Field> = schema.fields().iter().map(|field| Field::clone(field).with_nullable(true)).collect();
    let checked = RecordBatch::try_new(Arc::new(schema.clone()), columns.clone());
    checked.or_else(|_| RecordBatch::try_new(Arc::new(Schema::new(fields)), columns))
}

fn parts(own: &StructArray, fields: &Fields) -> Result<Vec<ArrayRef>, ArrowError> {
    fields
        .iter()
        .map(|field| match own.column_by_name(field.name()) {
            Some(array) => array_to(array, field.data_type()),
            None => Ok(new_null_array(field.data_type(), own.len())),
        })
        .collect()
}

fn array_to(array: &ArrayRef, ty: &DataType) -> Result<ArrayRef, ArrowError> {
    if array.data_type() == ty {
        return Ok(Arc::clone(array));
    }
    match (array.data_type(), ty) {
        (DataType::Struct(_), DataType::Struct(fields)) => {
            let own = array.as_struct();
            let columns = parts(own, fields)?;
            let made = StructArray::try_new(fields.clone(), columns, own.nulls().cloned())?;
            Ok(Arc::new(made))
        }
        (DataType::List(_), DataType::List(field)) => {
            let own = array.as_list::<i32>();
            let items = array_to(own.values(), field.data_type())?;
            Ok(Arc::new(ListArray::try_new(Arc::clone(field), own.offsets().clone(), items, own.nulls().cloned())?))
        }
        (DataType::Map(..), DataType::Map(field, sorted)) => {
            let own = array.as_map();
            let DataType::Struct(fields) = field.data_type() else { return cast(array, ty) };
            // What the parts of an entry are called differs from writer to writer; their places do not.
            let entries = own.entries();
            let columns = fields.iter().zip(entries.columns());
            let columns =
                columns.map(|(field, column)| array_to(column, field.data_type())).collect::<Result<Vec<_>, _>>()?;
            let entries = StructArray::try_new(fields.clone(), columns, entries.nulls().cloned())?;
            let made =
                MapArray::try_new(Arc::clone(field), own.offsets().clone(), entries, own.nulls().cloned(), *sorted)?;
            Ok(Arc::new(made))
        }
        _ => cast(array, ty),
    }
}
