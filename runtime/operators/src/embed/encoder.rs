//! Encoders as something learned.

use std::any::Any;
use std::path::Path;
use std::sync::Arc;

use gml_connect::Fault;
use gml_inference::{ImageEncoder, TextEncoder, Vectors};
use gml_ir::{Learned, Type};
use polars::prelude::{Column, DataType};

use crate::course::Course;
use crate::data::{Context, Table};
use crate::frame::fault;
use crate::learned::Fitted;
use crate::native::onnxruntime;

use super::looks::Looks;
use super::pretrained::{Copied, Projected};
use super::vectors;
use super::words::Lsa;

/// Something that gives texts or pictures vectors.
pub(crate) struct Encoder {
    pub(super) of: Of,
    pub(super) ty: Learned,
}

/// What does it.
pub(super) enum Of {
    /// A sentence transformer.
    Text(Box<TextEncoder>),
    /// A model of pictures.
    Image(Box<ImageEncoder>),
    /// What the words of texts say.
    Words(Box<Lsa>),
    /// An autoencoder of pictures.
    Looks(Box<Looks>),
    /// A model of pictures that was saved with what was learned with it.
    Copied(Box<Copied>),
    /// A model of pictures whose vectors are brought to fewer numbers.
    Projected(Box<Projected>),
}

impl Encoder {
    /// How many numbers its vectors have.
    pub(crate) fn dimension(&self) -> usize {
        match &self.of {
            Of::Text(encoder) => encoder.dimension(),
            Of::Image(encoder) => encoder.dimension(),
            Of::Words(lsa) => lsa.dimension,
            Of::Looks(looks) => looks.dimension(),
            Of::Copied(copied) => copied.dimension(),
            Of::Projected(projected) => projected.dimension(),
        }
    }

    /// Whether it makes vectors of pictures.
    pub(super) fn reads_pictures(&self) -> bool {
        matches!(&self.ty, Learned::Encoder(Type::Image, _))
    }

    /// The encoder that something learned is.
    pub(crate) fn of(fitted: &dyn Fitted) -> Result<&Self, Fault> {
        let found = fitted.as_any().downcast_ref();
        found.ok_or_else(|| Fault::new("GML0999", "`embed` is given something learned that is no encoder"))
    }

    /// The vectors of a column; null where it is.
    ///
    /// # Errors
    /// Where a picture cannot be read, with its row, or the model fails.
    pub(crate) fn column(&self, of: &Column, context: &Context) -> Result<Column, Fault> {
        self.column_of(of, context, |wrong, row| wrong.detail(format!("it is the picture of row {}", row + 1)))
    }

    /// As [`Encoder::column`]; `told` says of which row a picture is that cannot be read.
    ///
    /// # Errors
    /// Those of [`Encoder::column`].
    pub(super) fn column_of(
        &self,
        of: &Column,
        context: &Context,
        told: impl Fn(Fault, usize) -> Fault,
    ) -> Result<Column, Fault> {
        let name = of.name().clone();
        let (valid, found) = match &self.of {
            Of::Words(lsa) => {
                let texts = of.cast(&DataType::String).map_err(fault)?;
                let valid = texts.is_not_null().iter().map(|there| there == Some(true)).collect();
                return vectors::column(&name, lsa.dimension, lsa.vectors(&texts)?, valid);
            }
            Of::Text(encoder) => {
                let texts = of.cast(&DataType::String).map_err(fault)?;
                let texts: Vec<Option<&str>> = texts.str().map_err(fault)?.iter().collect();
                let given: Vec<&str> = texts.iter().flatten().copied().collect();
                let found = encoder.encode(&given, context.threads).map_err(onnxruntime::fault)?;
                (texts.iter().map(Option::is_some).collect::<Vec<_>>(), found)
            }
            Of::Image(encoder) => of_pictures(encoder, of, context, told)?,
            Of::Looks(looks) => of_pictures(&*looks.encoder(context)?, of, context, told)?,
            Of::Copied(copied) => of_pictures(&*copied.encoder(context)?, of, context, told)?,
            Of::Projected(projected) => return projected.column(of, context, &told),
        };
        let spread = spread(&found, &valid);
        vectors::column(&name, self.dimension(), spread, valid)
    }
}

/// Which rows have a picture, and their vectors.
fn of_pictures(
    encoder: &ImageEncoder,
    of: &Column,
    context: &Context,
    told: impl Fn(Fault, usize) -> Fault,
) -> Result<(Vec<bool>, Vectors), Fault> {
    let of = of.cast(&DataType::Binary).map_err(fault)?;
    let pictures: Vec<Option<&[u8]>> = of.binary().map_err(fault)?.iter().collect();
    let rows: Vec<usize> = (0..pictures.len()).filter(|row| pictures[*row].is_some()).collect();
    let given: Vec<&[u8]> = pictures.iter().flatten().copied().collect();
    let found = encoder.encode(&given, context.threads).map_err(|(place, wrong)| {
        let wrong = onnxruntime::fault(wrong);
        match place.and_then(|place| rows.get(place)) {
            Some(row) => told(wrong, *row),
            None => wrong,
        }
    })?;
    Ok((pictures.iter().map(Option::is_some).collect(), found))
}

/// The numbers of all rows; zeros where there is no vector.
fn spread(found: &Vectors, valid: &[bool]) -> Vec<f32> {
    let width = found.dimension();
    let mut numbers = Vec::with_capacity(valid.len() * width);
    let mut rows = found.rows();
    for valid in valid {
        match if *valid { rows.next() } else { None } {
            Some(row) => numbers.extend_from_slice(row),
            None => numbers.resize(numbers.len() + width, 0.0),
        }
    }
    numbers
}

impl Fitted for Encoder {
    fn apply(&self, _table: &Table, _context: &Context) -> Result<Table, Fault> {
        Err(Fault::new("GML0720", "an encoder is no transform of tables")
            .help("make a column of vectors: `derive { vector = embed(encoder, .text) }`"))
    }

    fn ty(&self) -> Learned {
        self.ty.clone()
    }

    fn facts(&self) -> Vec<(String, String)> {
        let by = match &self.of {
            Of::Words(_) => "latent semantic analysis",
            Of::Text(_) | Of::Image(_) | Of::Copied(_) => "others: a model in ONNX form",
            Of::Looks(looks) => return looks.facts(),
            Of::Projected(projected) => return projected.facts(),
        };
        vec![("learned by".to_owned(), by.to_owned())]
    }

    fn course(&self) -> Option<Course> {
        match &self.of {
            Of::Looks(looks) => Some(looks.course()),
            _ => None,
        }
    }

    fn save(&self, folder: &Path) -> Result<(), Fault> {
        match &self.of {
            Of::Words(lsa) => return lsa.save(self, folder),
            Of::Looks(looks) => return looks.save(self, folder),
            Of::Projected(projected) => return projected.save(self, folder),
            Of::Text(_) | Of::Image(_) | Of::Copied(_) => {}
        }
        Err(Fault::new("GML0910", "an encoder that `onnx(..)` reads is not saved again: its folder is the model")
            .at(folder.display())
            .help("copy that folder, or name it in the catalog where it is needed"))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The type of an encoder with vectors of that many numbers.
pub(super) fn learned(input: Type, dimension: usize) -> Learned {
    Learned::Encoder(input, Type::Vector(u32::try_from(dimension).unwrap_or(u32::MAX)))
}

/// The encoder as something learned.
pub(super) fn fitted(of: Of, input: Type) -> Arc<dyn Fitted> {
    let mut encoder = Encoder { of, ty: Learned::Encoder(input.clone(), Type::Unknown) };
    encoder.ty = learned(input, encoder.dimension());
    Arc::new(encoder)
}
