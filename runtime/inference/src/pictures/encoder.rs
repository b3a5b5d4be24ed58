//! Pictures to vectors by several sessions.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use ndarray::{Array4, ArrayD, Axis, Ix2, Ix3, Ix4};

use crate::error::{Fault, Kind};
use crate::folder::model_file;
use crate::library::{Device, Runtime};
use crate::pool::{Sessions, Source};
use crate::session::{Options, Port, Session};
use crate::tensor::{Element, Tensor};
use crate::text::Pooling;
use crate::vectors::{Vectors, normalize};

use super::decode::{Picture, decode};
use super::settings::{CONFIG, Preparation, parsed, text_of};

/// Pictures that go through the model at once.
const AT_ONCE: usize = 8;

/// How an encoder of pictures is opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImageOptions {
    /// How the vectors of parts become one, where the model gives one a part; their mean where nothing is said.
    pub pooling: Option<Pooling>,
    /// Whether the length of a vector becomes one.
    pub normalize: bool,
    /// Where the model runs.
    pub device: Device,
}

/// A model of pictures: gives each a vector.
#[derive(Debug)]
pub struct ImageEncoder {
    /// What `preprocessor_config.json` holds.
    config: String,
    preparation: Preparation,
    sessions: Sessions,
    input: String,
    colours_last: bool,
    /// Width and height.
    size: (u32, u32),
    output: String,
    options: ImageOptions,
    dimension: usize,
}

impl ImageEncoder {
    /// Opens the encoder in a folder: `model.onnx` and `preprocessor_config.json`.
    ///
    /// # Errors
    /// Where a file is missing or not understood, the library is missing or the device cannot be used.
    pub fn open(runtime: &Runtime, folder: &Path, options: ImageOptions) -> Result<Self, Fault> {
        if !folder.is_dir() {
            return Err(Fault::new(Kind::Missing, "there is no folder with a model").at(folder).help(
                "bring the folder of the model there, with `model.onnx` and `preprocessor_config.json`: `gmlc model add` fetches one",
            ));
        }
        let source = Source::File(model_file(folder)?);
        Self::with(runtime, source, text_of(folder)?, folder, options)
    }

    /// The encoder whose `model.onnx` and `preprocessor_config.json` have these bytes and this text; `name` stands in messages.
    ///
    /// # Errors
    /// As [`ImageEncoder::open`].
    pub fn from_bytes(
        runtime: &Runtime,
        model: Arc<[u8]>,
        config: String,
        name: &str,
        options: ImageOptions,
    ) -> Result<Self, Fault> {
        Self::with(runtime, Source::Bytes(model, name.to_owned()), config, Path::new(name), options)
    }

    /// `place` stands in messages.
    fn with(
        runtime: &Runtime,
        source: Source,
        config: String,
        place: &Path,
        options: ImageOptions,
    ) -> Result<Self, Fault> {
        let preparation = parsed(&config, place)?;
        let session_options = Options { threads: 1, device: options.device };
        let session = source.open(runtime, session_options)?;
        let (input, colours_last, fixed) = input(&session)?;
        let size = match (preparation.size(), fixed) {
            (Some(size), Some(fixed)) if size != fixed => {
                let (width, height) = size;
                let why = format!(
                    "pictures are brought to {width} x {height} pixels, and the model takes {} x {}",
                    fixed.0, fixed.1
                );
                return Err(not_understood(place, &why));
            }
            (Some(size), _) => size,
            (None, _) => return Err(not_understood(place, "pictures are not all brought to one size")),
        };
        let output = output(&session)?;
        let sessions = Sessions::new(runtime, source, session_options, session);
        let mut encoder =
            Self { config, preparation, sessions, input, colours_last, size, output, options, dimension: 0 };
        // What a folder promises is tried once, before anything is computed with it.
        encoder.dimension = encoder.encode_pictures(&[Picture::new(64, 64)], 1)?.dimension();
        Ok(encoder)
    }

    /// How it was opened.
    pub fn options(&self) -> ImageOptions {
        self.options
    }

    /// Writes it into a folder, so that [`ImageEncoder::open`] reads it there: the model, files beside it that hold its weights,
    /// and how pictures are prepared.
    ///
    /// # Errors
    /// Where a file cannot be read or written.
    pub fn copy_to(&self, folder: &Path) -> Result<(), Fault> {
        let cannot = |place: &Path| {
            let place = place.to_path_buf();
            move |error: std::io::Error| Fault::new(Kind::Missing, "a model cannot be copied").at(&place).detail(error)
        };
        match self.sessions.source() {
            Source::Bytes(bytes, _) => {
                let place = folder.join("model.onnx");
                fs::write(&place, bytes).map_err(cannot(&place))?;
            }
            Source::File(model) => {
                let beside = model.parent().unwrap_or(Path::new("."));
                // Weights that are too many for the file lie in others, whose names begin with its own.
                let name = model.file_name().unwrap_or_default().to_string_lossy().into_owned();
                for entry in fs::read_dir(beside).map_err(cannot(beside))? {
                    let path = entry.map_err(cannot(beside))?.path();
                    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                    if path.is_file() && file.starts_with(&name) {
                        fs::copy(&path, folder.join(file)).map_err(cannot(&path))?;
                    }
                }
            }
        }
        let place = folder.join(CONFIG);
        fs::write(&place, &self.config).map_err(cannot(&place))
    }

    /// How many numbers a vector has.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// The vectors of pictures, given as the bytes of their files, in their order.
    ///
    /// # Errors
    /// Where a picture cannot be read, with its place among them, or the model fails.
    pub fn encode(&self, files: &[&[u8]], threads: usize) -> Result<Vectors, (Option<usize>, Fault)> {
        self.run(threads, files.len(), |place| decode(files[place]))
    }

    /// The vectors of pictures, in their order.
    ///
    /// # Errors
    /// Where a picture has an absurd shape or the model fails.
    pub fn encode_pictures(&self, pictures: &[Picture], threads: usize) -> Result<Vectors, Fault> {
        self.run(threads, pictures.len(), |place| Ok(pictures[place].clone())).map_err(|(_, fault)| fault)
    }

    fn run(
        &self,
        threads: usize,
        count: usize,
        picture: impl Fn(usize) -> Result<Picture, Fault> + Sync,
    ) -> Result<Vectors, (Option<usize>, Fault)> {
        let starts: Vec<usize> = (0..count).step_by(AT_ONCE).collect();
        let wrong = std::sync::Mutex::new(None::<(usize, Fault)>);
        let found = self.sessions.run(threads, &starts, |session, start| {
            let places = *start..count.min(start + AT_ONCE);
            let numbers = self.size.0 as usize * self.size.1 as usize * 3;
            let mut values = vec![0.0; places.len() * numbers];
            for (place, into) in places.clone().zip(values.chunks_exact_mut(numbers)) {
                let prepared = picture(place).and_then(|picture| {
                    self.preparation.numbers(&*self.preparation.bring_to_size(&picture)?, self.colours_last, into);
                    Ok(())
                });
                if let Err(fault) = prepared {
                    let mut wrong = wrong.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    // The first one is told, whichever thread was faster.
                    if wrong.as_ref().is_none_or(|(first, _)| place < *first) {
                        *wrong = Some((place, fault.clone()));
                    }
                    return Err(fault);
                }
            }
            self.batch(session, places.len(), values)
        });
        match (found, wrong.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)) {
            (Ok(found), _) => {
                let dimension = found.first().map_or(self.dimension, Vectors::dimension);
                Ok(Vectors::joined(dimension, found))
            }
            (Err(_), Some((place, fault))) => Err((Some(place), fault)),
            (Err(fault), None) => Err((None, fault)),
        }
    }

    fn batch(&self, session: &mut Session, count: usize, values: Vec<f32>) -> Result<Vectors, Fault> {
        let (width, height) = (self.size.0 as usize, self.size.1 as usize);
        let shape = if self.colours_last { (count, height, width, 3) } else { (count, 3, height, width) };
        let pixels = Array4::from_shape_vec(shape, values).map_err(|error| other_shape(&error))?;
        let pixels = Tensor::from(pixels);
        let found = session.run(&[(&self.input, &pixels)], &[&self.output])?.pop().and_then(Tensor::into_float32);
        let found = found.ok_or_else(|| other_shape(&"the output is no tensor of float32"))?;
        let mut vectors = pooled(found, self.options.pooling.unwrap_or(Pooling::Mean))?;
        if self.options.normalize {
            vectors.rows_mut().for_each(normalize);
        }
        Ok(vectors)
    }
}

/// One vector a picture, of one a picture, one a part, or a plane a number.
fn pooled(found: ArrayD<f32>, pooling: Pooling) -> Result<Vectors, Fault> {
    let count = found.shape().first().copied().unwrap_or(0);
    match found.ndim() {
        2 => {
            let found = found.into_dimensionality::<Ix2>().map_err(|error| other_shape(&error))?;
            Ok(Vectors::new(found.ncols(), found.into_iter().collect()))
        }
        3 => {
            let found = found.into_dimensionality::<Ix3>().map_err(|error| other_shape(&error))?;
            let dimension = found.len_of(Axis(2));
            let mut values = vec![0.0; count * dimension];
            for (parts, into) in found.outer_iter().zip(values.chunks_exact_mut(dimension)) {
                pooling.pool(parts, into);
            }
            Ok(Vectors::new(dimension, values))
        }
        _ => {
            let found = found.into_dimensionality::<Ix4>().map_err(|error| other_shape(&error))?;
            let means = found
                .outer_iter()
                .flat_map(|planes| planes.outer_iter().map(|plane| plane.mean().unwrap_or(0.0)).collect::<Vec<_>>());
            Ok(Vectors::new(found.len_of(Axis(1)), means.collect()))
        }
    }
}

/// The input for pictures, whether colours come last in it, and the width and height that it fixes.
#[expect(clippy::type_complexity, reason = "three things that only the caller puts together")]
fn input(session: &Session) -> Result<(String, bool, Option<(u32, u32)>), Fault> {
    let place = Path::new(session.name());
    let [port] = session.inputs() else {
        let why = format!("the model has {} inputs, and an encoder of pictures has one", session.inputs().len());
        return Err(not_understood(place, &why));
    };
    let [_, first, middle, last] = port.shape.as_slice() else {
        return Err(not_understood(
            place,
            &format!("its input `{}` does not take pictures of three colours", port.name),
        ));
    };
    if port.element != Element::Float32 {
        return Err(not_understood(
            place,
            &format!("its input `{}` takes {} instead of float32", port.name, port.element),
        ));
    }
    let colours_last = match (first, last) {
        (Some(3) | None, _) => false,
        (_, Some(3)) => true,
        _ => {
            return Err(not_understood(
                place,
                &format!("its input `{}` does not take pictures of three colours", port.name),
            ));
        }
    };
    let (height, width) = if colours_last { (first, middle) } else { (middle, last) };
    let side = |side: &Option<usize>| side.and_then(|side| u32::try_from(side).ok());
    Ok((port.name.clone(), colours_last, side(width).zip(side(height))))
}

/// The output to take: one vector a picture where there is one, else one a part, else planes.
fn output(session: &Session) -> Result<String, Fault> {
    let of_rank = |rank: usize| {
        let fits = move |port: &&Port| port.element == Element::Float32 && port.shape.len() == rank;
        session.outputs().iter().filter(fits)
    };
    let named = |rank: usize, names: &[&str]| of_rank(rank).find(|port| names.contains(&port.name.as_str()));
    let port = named(2, &["image_embeds", "image_embeddings", "embedding", "embeddings"])
        .or_else(|| named(2, &["pooler_output"]))
        .or_else(|| named(3, &["last_hidden_state"]))
        .or_else(|| of_rank(2).next())
        .or_else(|| of_rank(3).next())
        .or_else(|| of_rank(4).next());
    port.map(|port| port.name.clone())
        .ok_or_else(|| not_understood(Path::new(session.name()), "no output of the model holds vectors of pictures"))
}

fn not_understood(place: &Path, why: &str) -> Fault {
    Fault::new(Kind::Model, format!("the encoder of pictures cannot be used: {why}")).at(place)
}

fn other_shape(error: &dyn std::fmt::Display) -> Fault {
    Fault::new(Kind::Run, "the model gave something of another shape than it said").detail(error)
}
