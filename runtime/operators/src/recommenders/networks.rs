//! Networks that learn what comes next: they are trained by `gml-neural` and run by ONNX Runtime.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use gml_connect::Fault;
use gml_inference::{Device, Options, Session, Tensor};
use gml_neural::{
    Architecture, Data as Lessons, Dgsr, Epoch, Error, Gru4Rec, Judged, Progress, SasRec, Schedule, SrGnn,
};
use ndarray::Array2;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::epochs::Epochs;
use super::{Known, Means, Scorer, Scores, SequenceEstimator};
use crate::course::{Course, Curve};
use crate::data::{Call, Context, Data, Implementation};
use crate::learn::artifact::{parsed, part, read_bytes, write_bytes, write_file};
use crate::learn::bounds::{AMOUNT, Bounds, COUNT, POSITIVE, SHARE_FROM_ZERO, float, seed, whole};
use crate::learn::recall::Recall;
use crate::learned::Watch;
use crate::native::onnxruntime::{self, fault as of_inference};
use crate::observer::{Judgement, Training, Unit};
use crate::onnx;
use crate::sequences::{Sequence, Sequences};
use crate::table::CallExt;

/// The files of the network.
const FILE: &str = onnx::FILE;

/// Sequences that the network is asked about in one call.
const TOGETHER: usize = 64;

/// How many numbers stand for an item: the weights of a network have the square of that, and more of them fit no memory.
const NUMBERS: Bounds = Bounds { least: 1.0, most: 4096.0, words: "in 1..4096" };

/// How often something is done one behind the other: nobody has learned anything with more.
const DEPTH: Bounds = Bounds { least: 1.0, most: 64.0, words: "in 1..64" };

/// How many places there are numbers for.
const LENGTH: Bounds = Bounds { least: 1.0, most: 65_536.0, words: "in 1..65536" };

/// `sr_gnn(..)`
pub(super) fn sr_gnn(call: Call<'_>) -> Result<Data, Fault> {
    let size = SrGnn { dimension: whole(&call, "dimension", &NUMBERS)?, steps: whole(&call, "steps", &DEPTH)? };
    estimator(&call, Architecture::SrGnn(size), sr_gnn)
}

/// `gru4rec(..)`
pub(super) fn gru4rec(call: Call<'_>) -> Result<Data, Fault> {
    let size = Gru4Rec {
        dimension: whole(&call, "dimension", &NUMBERS)?,
        layers: whole(&call, "layers", &DEPTH)?,
        dropout: float(&call, "dropout", &SHARE_FROM_ZERO)?,
    };
    estimator(&call, Architecture::Gru4Rec(size), gru4rec)
}

/// `sasrec(..)`
pub(super) fn sasrec(call: Call<'_>) -> Result<Data, Fault> {
    let size = SasRec {
        dimension: whole(&call, "dimension", &NUMBERS)?,
        heads: whole(&call, "heads", &NUMBERS)?,
        layers: whole(&call, "layers", &DEPTH)?,
        length: whole(&call, "length", &LENGTH)?,
        dropout: float(&call, "dropout", &SHARE_FROM_ZERO)?,
    };
    let size = size.checked().map_err(|error| {
        Fault::new("GML0229", format!("`heads` of sasrec does not fit: {error}"))
            .help("give a `dimension` that is a multiple of `heads`")
    })?;
    estimator(&call, Architecture::SasRec(size), sasrec)
}

/// `dgsr(..)`
pub(super) fn dgsr(call: Call<'_>) -> Result<Data, Fault> {
    let size = Dgsr {
        dimension: whole(&call, "dimension", &NUMBERS)?,
        hops: whole(&call, "hops", &DEPTH)?,
        neighbours: whole(&call, "neighbours", &COUNT)?,
    };
    estimator(&call, Architecture::Dgsr(size), dgsr)
}

fn estimator(call: &Call<'_>, architecture: Architecture, implementation: Implementation) -> Result<Data, Fault> {
    let device = device(call)?;
    let stop_after = match call.value("stop_after") {
        None => None,
        Some(_) => Some(whole(call, "stop_after", &COUNT)?),
    };
    let schedule = Schedule {
        epochs: whole(call, "epochs", &COUNT)?,
        batch: whole(call, "batch", &COUNT)?,
        learning_rate: float(call, "learning_rate", &POSITIVE)?,
        l2: float(call, "l2", &AMOUNT)?,
        stop_after,
        seed: seed(call)?,
        device,
    };
    let recall = Recall::of(call, implementation);
    Ok(Data::SequenceEstimator(Arc::new(Network { architecture, schedule, recall })))
}

/// Where a network is to be trained.
///
/// # Errors
/// GML0925 where `device` is cuda, and this gmlc cannot train on a GPU.
pub(crate) fn device(call: &Call<'_>) -> Result<gml_neural::Device, Fault> {
    let device = match call.text("device") {
        None => gml_neural::Device::Auto,
        Some(name) => name.parse().map_err(fault)?,
    };
    if device == gml_neural::Device::Cuda && !gml_neural::Device::HAS_CUDA {
        let text = format!("this gmlc trains {} on the processor only, and `device` is cuda", call.operator);
        return Err(Fault::new("GML0925", text).help(BUILD_WITH_CUDA));
    }
    Ok(device)
}

/// What to do where a GPU is asked for, and this gmlc cannot train on one.
const BUILD_WITH_CUDA: &str = "give `device: auto` or `cpu` (what is trained can be used on a GPU all the same, since it is an ONNX \
    file), or build gmlc where the CUDA toolkit is: `cargo build --release -p gmlc --features cuda`";

/// A network that has not learned yet.
struct Network {
    architecture: Architecture,
    schedule: Schedule,
    recall: Recall,
}

/// Sequences one after the other.
struct Flat {
    items: Vec<u32>,
    times: Vec<i64>,
    offsets: Vec<usize>,
}

impl Flat {
    fn of(sequences: &Sequences) -> Self {
        let mut flat = Self { items: Vec::new(), times: Vec::new(), offsets: vec![0] };
        for sequence in sequences.iter() {
            flat.items.extend_from_slice(sequence.items);
            flat.times.extend_from_slice(sequence.times);
            flat.offsets.push(flat.items.len());
        }
        flat
    }

    /// Whether an item of any sequence has one before it.
    fn says_what_comes_next(&self) -> bool {
        self.offsets.windows(2).any(|ends| ends[1] - ends[0] >= 2)
    }

    fn sequences(&self, items: usize) -> Result<gml_neural::Sequences<'_>, Fault> {
        gml_neural::Sequences::new(&self.items, &self.offsets, items).map_err(fault)
    }
}

impl SequenceEstimator for Network {
    fn fit(&self, train: &Sequences, valid: Option<&Sequences>, context: &Context) -> Result<Arc<dyn Scorer>, Fault> {
        let deaf = Watch { metric: None, told: &mut |_| ControlFlow::Continue(()) };
        let trained = self.fit_watched(train, valid, deaf, context)?;
        trained.ok_or_else(|| Fault::new("GML0999", "a fit that nobody ended gave no network"))
    }

    fn fit_watched(
        &self,
        train: &Sequences,
        valid: Option<&Sequences>,
        watch: Watch<'_>,
        context: &Context,
    ) -> Result<Option<Arc<dyn Scorer>>, Fault> {
        if self.schedule.stop_after.is_some() && valid.is_none() {
            return Err(Fault::new("GML0716", "`stop_after` needs sequences to stop by, and `fit` was given none")
                .help("give `valid:`, or leave `stop_after` out"));
        }
        let items = train.items().len();
        let (train, valid) = (Flat::of(train), valid.map(Flat::of));
        if self.schedule.stop_after.is_some() && valid.as_ref().is_some_and(|valid| !valid.says_what_comes_next()) {
            return Err(Fault::new("GML0922", "`stop_after` needs sequences to stop by, and no sequence of `valid` has two items")
                .help("see which filter, which `min_length` or which part of the split leaves none, or leave `stop_after` out"));
        }
        let lessons = Lessons {
            items,
            train: train.sequences(items)?,
            times: Some(&train.times),
            valid: valid.as_ref().map(|valid| valid.sequences(items)).transpose()?,
        };
        let kept = context.unfinished.as_ref().map(|folder| folder.join("training"));
        let name = name(&self.architecture);
        let (under_way, mut telling) = (context.observer.begins(), context.observer.telling());
        let mut epochs = Epochs::new(watch);
        let mut at_step = |progress: &Progress<'_>| -> ControlFlow<()> {
            let judged =
                |epoch: &Epoch| epoch.valid.map(|valid| Judgement { metric: "mrr(20)".into(), value: valid.mrr });
            telling.tell(progress.share(), || so_far(name, progress, judged));
            epochs.tell(progress.history)?;
            if context.observer.is_stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let trained = gml_neural::train(&self.architecture, &self.schedule, &lessons, kept.as_deref(), &mut at_step);
        let Some(model) = trained.map_err(fault)? else {
            if epochs.is_ended() {
                return Ok(None);
            }
            // Nobody hears of it: whoever stopped the run ends the process.
            under_way.is_kept();
            return Err(Fault::new("GML0999", "the training was stopped"));
        };
        drop(under_way);
        // One that was stopped behind its last epoch goes on with no step.
        if epochs.tell(&model.history).is_break() {
            return Ok(None);
        }
        let told = Told { history: model.history.clone(), best: model.best };
        let file = model.onnx(&format!("What comes next in a sequence of items, as {name} of GML learned it"));
        let architecture = self.architecture.clone();
        Ok(Some(Arc::new(Trained { architecture, file, told, session: Mutex::new(None) })))
    }

    fn recall(&self) -> &Recall {
        &self.recall
    }
}

/// How far a training is. `valid` says how well an epoch did on what it is judged by.
pub(crate) fn so_far<E>(
    learner: &str,
    progress: &Progress<'_, E>,
    valid: impl FnOnce(&E) -> Option<Judgement>,
) -> Training {
    Training {
        learner: learner.to_owned(),
        unit: Unit::Epoch,
        turn: progress.epoch,
        turns: progress.epochs,
        is_complete: progress.is_complete,
        batch: Some([progress.step, progress.steps]),
        loss: Some(progress.loss),
        valid: progress.history.last().and_then(valid),
        seconds_left: None,
    }
}

/// The name of the operator.
fn name(architecture: &Architecture) -> &'static str {
    match architecture {
        Architecture::SrGnn(_) => "sr_gnn",
        Architecture::Gru4Rec(_) => "gru4rec",
        Architecture::SasRec(_) => "sasrec",
        Architecture::Dgsr(_) => "dgsr",
    }
}

/// Whether a recommender is one of these.
pub(super) fn is_network(kind: &str) -> bool {
    ["sr_gnn", "gru4rec", "sasrec", "dgsr"].contains(&kind)
}

/// What went wrong with a training, in the form of all faults.
pub(crate) fn fault(error: Error) -> Fault {
    match error {
        Error::NoPictures => Fault::new("GML0922", error.to_string())
            .help("see which filter or which part of a split leaves none"),
        Error::NothingToLearn => Fault::new("GML0922", error.to_string()).help(
            "see which filter, which `min_length` or `min_support`, or which part of the split leaves none with two items",
        ),
        Error::Diverged { .. } => Fault::new("GML0926", error.to_string()).help("give a smaller `learning_rate`"),
        Error::Checkpoint { .. } => Fault::new("GML0910", error.to_string())
            .help("see that the folder is there, that it is yours, and that the disk is not full"),
        Error::NoCuda => Fault::new("GML0925", error.to_string()).help(BUILD_WITH_CUDA),
        Error::NoGpu(_) => Fault::new("GML0941", error.to_string())
            .help("see that there is an NVIDIA GPU with its driver and CUDA, or give `device: auto` or `cpu`"),
        Error::Device(_) => Fault::new("GML0941", error.to_string())
            .help("see that the memory of the GPU is not full, or give `device: cpu`; the training goes on where it was kept"),
        Error::Data(_) => Fault::new("GML0999", error.to_string()),
    }
}

/// What was seen of the training.
struct Told {
    history: Vec<Epoch>,
    best: usize,
}

/// A network that has learned.
struct Trained {
    architecture: Architecture,
    file: Vec<u8>,
    told: Told,
    /// The session that is open, and where it runs.
    session: Mutex<Option<(Device, Session)>>,
}

impl Scorer for Trained {
    fn kind(&self) -> &'static str {
        name(&self.architecture)
    }

    fn serves_cuda(&self) -> bool {
        true
    }

    fn scores(&self, given: &[Sequence<'_>], known: &Known, means: Means<'_>) -> Result<Vec<Scores>, Fault> {
        let Means { context, device } = means;
        let mut kept = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let open = match kept.take().filter(|(of, _)| *of == device) {
            Some(open) => open,
            None => {
                let runtime = onnxruntime::open(&context.libraries)?;
                let options = Options { threads: context.threads, device };
                (device, Session::from_bytes(&runtime, &self.file, FILE, options).map_err(of_inference)?)
            }
        };
        let (_, session) = kept.insert(open);
        // Those of one length are asked together, so that nothing has to be filled up.
        let clicks = self.architecture.clicks();
        let last = |sequence: &Sequence<'_>| sequence.items[sequence.len().saturating_sub(clicks)..].to_vec();
        let asked: Vec<Vec<u32>> = given.iter().map(last).collect();
        let mut order: Vec<usize> = (0..asked.len()).collect();
        order.sort_by_key(|place| asked[*place].len());
        let mut scores: Vec<Option<Scores>> = given.iter().map(|_| None).collect();
        for places in order.chunk_by(|left, right| asked[*left].len() == asked[*right].len()) {
            for places in places.chunks(TOGETHER) {
                let length = asked[places[0]].len();
                let codes = places.iter().flat_map(|place| asked[*place].iter().map(|item| i64::from(*item))).collect();
                let codes = Array2::from_shape_vec((places.len(), length), codes);
                let codes = codes.map_err(|error| Fault::new("GML0999", error.to_string()))?;
                let inputs = [(gml_neural::ITEMS, &Tensor::from(codes))];
                let given = session.run(&inputs, &[gml_neural::SCORES]).map_err(of_inference)?;
                let of_places = given.into_iter().next().and_then(Tensor::into_float32);
                let of_places = of_places.map(|scores| scores.into_raw_vec_and_offset().0).unwrap_or_default();
                if of_places.len() != places.len() * known.len() {
                    return Err(Fault::new(
                        "GML0918",
                        "a saved model cannot be used: it knows another number of items",
                    )
                    .help("restore the folder as it was saved, or run the pipeline that saves the model again"));
                }
                for (place, of_place) in places.iter().zip(of_places.chunks_exact(known.len())) {
                    scores[*place] = Some(Scores::All(of_place.iter().map(|score| f64::from(*score)).collect()));
                }
            }
        }
        scores
            .into_iter()
            .map(|scores| scores.ok_or_else(|| Fault::new("GML0999", "a sequence got no scores")))
            .collect()
    }

    fn save(&self, folder: &Path) -> Result<Vec<(&'static str, Json)>, Fault> {
        write_bytes(folder, FILE, &self.file)?;
        let tensor = |name: &str, dtype: &str| json!([{ "name": name, "type": "tensor", "tensor-spec": { "dtype": dtype, "shape": [-1, -1] } }]);
        let mlmodel = onnx::mlmodel_of(&tensor(gml_neural::ITEMS, "int64"), &tensor(gml_neural::SCORES, "float32"))?;
        write_file(folder, onnx::MLMODEL, &mlmodel)?;
        Ok(vec![
            ("network", json!({ "size": self.architecture, "epochs": self.told.history, "best": self.told.best })),
            ("onnx", json!({ "file": FILE, "sha256": gml_ir::hash_bytes(&self.file), "opset": gml_neural::OPERATORS })),
        ])
    }

    fn course(&self) -> Option<Course> {
        let of_valid = |judged: &dyn Fn(&Judged) -> f64| {
            let epochs = (1..).zip(&self.told.history);
            epochs.filter_map(|(epoch, seen)| Some((epoch, judged(&seen.valid?)))).collect::<Vec<_>>()
        };
        let loss = (1..).zip(&self.told.history).map(|(epoch, seen)| (epoch, seen.loss)).collect();
        let curves = [
            ("loss", "train", loss),
            ("hit_rate(20)", "valid", of_valid(&|valid| valid.hit_rate)),
            ("mrr(20)", "valid", of_valid(&|valid| valid.mrr)),
        ];
        let curves = curves.into_iter().filter(|(.., points)| !points.is_empty());
        let curves = curves.map(|(metric, partition, points)| Curve::new(metric, partition, points.into_iter()));
        Some(Course { step: "epoch".into(), kept: self.told.best, curves: curves.collect() })
    }

    fn facts(&self) -> Vec<(String, String)> {
        let fact = |name: &str, value: String| (name.to_owned(), value);
        let mut facts =
            vec![fact("epochs", self.told.history.len().to_string()), fact("best epoch", self.told.best.to_string())];
        if let Some(epoch) = self.told.best.checked_sub(1).and_then(|place| self.told.history.get(place)) {
            facts.push(fact("loss", format!("{:.4}", epoch.loss)));
            if let Some(valid) = epoch.valid {
                facts.push(fact("valid hit_rate(20)", format!("{:.4}", valid.hit_rate)));
                facts.push(fact("valid mrr(20)", format!("{:.4}", valid.mrr)));
            }
        }
        facts
    }
}

/// Loads what [`Scorer::save`] wrote.
pub(super) fn load(folder: &Path, signature: &Json) -> Result<Arc<dyn Scorer>, Fault> {
    #[derive(Deserialize)]
    struct Network {
        size: Architecture,
        epochs: Vec<Epoch>,
        best: usize,
    }
    let Network { size, epochs, best } = parsed(folder, signature, "network")?;
    let file = read_bytes(folder, FILE, part(folder, signature, "onnx")?)?;
    let told = Told { history: epochs, best };
    Ok(Arc::new(Trained { architecture: size, file, told, session: Mutex::new(None) }))
}
