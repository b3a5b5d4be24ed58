//! `image_encoder(architecture: autoencoder)`: vectors of pictures from the pictures themselves.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use gml_connect::Fault;
use gml_inference::{ImageEncoder, ImageOptions};
use gml_ir::{Type, Value};
use gml_neural::Schedule;
use gml_neural::pictures::{
    Autoencoder, COLOURS, Data as Lessons, Epoch, Model, PICTURES, Pictures, Progress, VECTORS, train,
};
use serde_json::{Value as Json, json};

use super::encoder::{Encoder, Of, fitted};
use super::gallery::Gallery;
use crate::course::{Course, Curve};
use crate::data::{Call, Context, Data, Table};
use crate::learn::artifact;
use crate::learn::bounds::{COUNT, POSITIVE, float, seed, whole};
use crate::learn::in_pool;
use crate::learn::recall::Recall;
use crate::learned::{Change, Estimator, Fitted};
use crate::native::onnxruntime;
use crate::observer::Judgement;
use crate::onnx;
use crate::recommenders::{of_training, so_far, training_device};
use crate::table::CallExt;

/// The kind of a saved one.
pub(crate) const KIND: &str = "autoencoder";

/// What it makes small, of the numbers of pixels from 0 to 1.
const LOSS: &str = "mean squared difference";

/// The file that says how pictures are prepared.
const CONFIG: &str = "preprocessor_config.json";

pub(super) fn autoencoder(call: Call<'_>) -> Result<Data, Fault> {
    let recall = Recall::of(&call, autoencoder);
    let device = training_device(&call)?;
    let network = Autoencoder::new(whole(&call, "size", &COUNT)?, whole(&call, "dimension", &COUNT)?);
    let network = network.checked().map_err(|error| {
        Fault::new("GML0229", format!("`size` of {} does not fit: {error}", call.operator)).help("give a larger `size`")
    })?;
    let stop_after = match call.value("stop_after") {
        None => None,
        Some(_) => Some(whole(&call, "stop_after", &COUNT)?),
    };
    let schedule = Schedule {
        epochs: whole(&call, "epochs", &COUNT)?,
        batch: whole(&call, "batch", &COUNT)?,
        learning_rate: float(&call, "learning_rate", &POSITIVE)?,
        l2: 0.0,
        stop_after,
        seed: seed(&call)?,
        device,
    };
    Ok(Data::Estimator(Arc::new(Learner { network, schedule, recall })))
}

/// An autoencoder that has not learned yet.
struct Learner {
    network: Autoencoder,
    schedule: Schedule,
    recall: Recall,
}

impl Estimator for Learner {
    fn fit(&self, rows: &Table, valid: Option<&Table>, context: &Context) -> Result<Arc<dyn Fitted>, Fault> {
        if self.schedule.stop_after.is_some() && valid.is_none() {
            return Err(Fault::new("GML0716", "`stop_after` needs rows to stop by, and `fit` was given none")
                .help("give `valid:`, or leave `stop_after` out"));
        }
        let kept = context.unfinished.as_ref().map(|folder| folder.join("training"));
        let trained = in_pool(context.threads, || {
            let learned = Gallery::of(rows, self.network.size)?;
            let valid = valid.map(|valid| Gallery::of(valid, self.network.size)).transpose()?;
            let lessons = Lessons { train: &learned, valid: valid.as_ref().map(|valid| valid as &dyn Pictures) };
            let (under_way, mut telling) = (context.observer.begins(), context.observer.telling());
            let mut watch = |progress: &Progress<'_>| {
                let judged = |epoch: &Epoch| epoch.valid.map(|value| Judgement { metric: LOSS.into(), value });
                telling.tell(progress.share(), || so_far("image_encoder", progress, judged));
                if context.observer.is_stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            let trained = train(&self.network, &self.schedule, lessons, kept.as_deref(), &mut watch);
            trained.map_err(of_training)?.ok_or_else(|| {
                // Nobody hears of it: whoever stopped the run ends the process.
                under_way.is_kept();
                Fault::new("GML0999", "the training was stopped")
            })
        });
        let model = trained?;
        Ok(fitted(Of::Looks(Box::new(Looks::of(&model)?)), Type::Image))
    }

    fn with(&self, changes: &[Change], context: &Context) -> Result<Arc<dyn Estimator>, Fault> {
        self.recall.with(changes, context)
    }

    fn argument(&self, operator: Option<&str>, name: &str) -> Option<&Value> {
        self.recall.argument(operator, name)
    }
}

/// The encoder of an autoencoder that has learned.
pub(super) struct Looks {
    network: Autoencoder,
    history: Vec<Epoch>,
    best: usize,
    /// `model.onnx`
    file: Arc<[u8]>,
    /// `preprocessor_config.json`
    config: String,
    opened: Mutex<Option<Arc<ImageEncoder>>>,
}

impl Looks {
    fn of(model: &Model) -> Result<Self, Fault> {
        let network = model.autoencoder.clone();
        let file = model.onnx("The vector of a picture, as image_encoder of GML learned it");
        let config = artifact::to_text(&json!({
            "image_processor_type": "ViTImageProcessor",
            "do_resize": true,
            "size": { "height": network.size, "width": network.size },
            "resample": 2,
            "do_rescale": true,
            "rescale_factor": 1.0 / 255.0,
            "do_normalize": false,
        }))?;
        let (history, best) = (model.history.clone(), model.best);
        Ok(Self { network, history, best, file: file.into(), config, opened: Mutex::new(None) })
    }

    pub(super) fn dimension(&self) -> usize {
        self.network.dimension
    }

    /// The model, opened when it is first used.
    ///
    /// # Errors
    /// GML0911 where the library is missing, GML0940 where the model cannot be used.
    pub(super) fn encoder(&self, context: &Context) -> Result<Arc<ImageEncoder>, Fault> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(encoder) = &*opened {
            return Ok(Arc::clone(encoder));
        }
        let runtime = onnxruntime::open(&context.libraries)?;
        let (file, config) = (Arc::clone(&self.file), self.config.clone());
        let encoder = ImageEncoder::from_bytes(&runtime, file, config, onnx::FILE, ImageOptions::default());
        let encoder = Arc::new(encoder.map_err(onnxruntime::fault)?);
        *opened = Some(Arc::clone(&encoder));
        Ok(encoder)
    }

    pub(super) fn facts(&self) -> Vec<(String, String)> {
        let fact = |name: &str, value: String| (name.to_owned(), value);
        let mut facts = vec![
            fact("learned by", "autoencoder of convolutions".to_owned()),
            fact("epochs", self.history.len().to_string()),
            fact("best epoch", self.best.to_string()),
        ];
        if let Some(epoch) = self.best.checked_sub(1).and_then(|place| self.history.get(place)) {
            facts.push(fact(LOSS, format!("{:.6}", epoch.loss)));
            facts.extend(epoch.valid.map(|valid| fact("valid mean squared difference", format!("{valid:.6}"))));
        }
        facts
    }

    /// How it learned, epoch by epoch.
    pub(super) fn course(&self) -> Course {
        let epochs = || (1..).zip(&self.history);
        let train = Curve::new(LOSS, "train", epochs().map(|(place, epoch)| (place, epoch.loss)));
        let valid = Curve::new(LOSS, "valid", epochs().filter_map(|(place, epoch)| Some((place, epoch.valid?))));
        let curves = [train, valid].into_iter().filter(|curve| !curve.points.is_empty()).collect();
        Course { step: "epoch".into(), kept: self.best, curves }
    }

    pub(super) fn save(&self, encoder: &Encoder, folder: &Path) -> Result<(), Fault> {
        let entry = |file: &str, bytes: &[u8]| json!({ "file": file, "sha256": gml_ir::hash_bytes(bytes) });
        let mut model = entry(onnx::FILE, &self.file);
        model["opset"] = gml_neural::OPERATORS.into();
        let parts = vec![
            ("network", json!({ "size": self.network, "epochs": self.history, "best": self.best })),
            ("onnx", model),
            ("preparation", entry(CONFIG, self.config.as_bytes())),
        ];
        let tensor = |name: &str, shape: &[usize]| {
            let shape: Vec<i64> =
                std::iter::once(-1).chain(shape.iter().map(|side| i64::try_from(*side).unwrap_or(i64::MAX))).collect();
            json!([{ "name": name, "type": "tensor", "tensor-spec": { "dtype": "float32", "shape": shape } }])
        };
        let (side, dimension) = (self.network.size, self.network.dimension);
        let mlmodel = onnx::mlmodel_of(&tensor(PICTURES, &[COLOURS, side, side]), &tensor(VECTORS, &[dimension]))?;
        artifact::write_signature(folder, KIND, &encoder.ty, parts)?;
        artifact::write_bytes(folder, onnx::FILE, &self.file)?;
        artifact::write_file(folder, CONFIG, &self.config)?;
        artifact::write_file(folder, onnx::MLMODEL, &mlmodel)
    }
}

/// Loads what was saved.
pub(crate) fn load(folder: &Path, signature: &Json) -> Result<Arc<dyn Fitted>, Fault> {
    #[derive(serde::Deserialize)]
    struct Network {
        size: Autoencoder,
        epochs: Vec<Epoch>,
        best: usize,
    }
    let Network { size, epochs, best } = artifact::parsed(folder, signature, "network")?;
    let file = artifact::read_bytes(folder, onnx::FILE, artifact::part(folder, signature, "onnx")?)?;
    let config = artifact::read_file(folder, CONFIG, artifact::part(folder, signature, "preparation")?)?;
    let opened = Mutex::new(None);
    let looks = Looks { network: size, history: epochs, best, file: file.into(), config, opened };
    Ok(fitted(Of::Looks(Box::new(looks)), Type::Image))
}
