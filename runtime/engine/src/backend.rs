//! What steps are done with.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gml_connect::{Fault, Reading, Size, Tolerated, append};
use gml_foreign::{Foreseen, MadeOf, Node, Say};
use gml_ir::{Dataset, Expr, Step, StepKind, TableType, Type, Value};
use gml_operators::{
    Context, Data, Expressions, Implementation, ImplementationInParts, ImplementationOfParts, Sink, Table, Told,
};
use polars::prelude::{DataFrame, IntoLazy, LazyFrame};

use crate::codes;
use crate::spill::Buckets;

/// The implementations of operators, and the stores of datasets. [`crate::Embedded`] is the one that is used; tests bring
/// others.
pub trait Backend: Sync {
    /// The implementation of an operator of the standard library.
    fn operator(&self, module: &str, name: &str) -> Option<Implementation>;

    /// The implementation of an operator that makes its table in parts, where it has such a one: the rows are the same.
    fn operator_in_parts(&self, _module: &str, _name: &str) -> Option<ImplementationInParts> {
        None
    }

    /// The implementation of an operator that takes its table in parts, where it has such a one: the result is the same.
    fn reducer(&self, _module: &str, _name: &str) -> Option<ImplementationOfParts> {
        None
    }

    /// The version of an operator: another one where it gives other results than before. Results that were kept under
    /// another version are not used.
    fn version(&self, _module: &str, _name: &str) -> String {
        "1".into()
    }

    /// The files that hold what is needed of a dataset, in the order in which they are read; nothing where its content cannot be
    /// known before it is read, so that whatever reads it runs each time.
    fn files(&self, _dataset: &Dataset, _project: &Path, _reading: &Reading) -> Option<Result<Vec<PathBuf>, Fault>> {
        None
    }

    /// What was asked of others to get the files of a dataset, a line each.
    fn asked(&self, _dataset: &Dataset, _reading: &Reading) -> Vec<String> {
        Vec::new()
    }

    /// The folder of the newest version of a dataset that keeps versions; nothing for others.
    fn newest(&self, _dataset: &Dataset, _project: &Path) -> Option<PathBuf> {
        None
    }

    /// How much memory what is read of a table dataset takes; nothing where that cannot be told before.
    fn size(&self, _dataset: &Dataset, _project: &Path, _reading: &Reading) -> Option<Size> {
        None
    }

    /// What of a step is declared and cannot be run yet, by its name in the program.
    fn pending(&self, _step: &Step) -> Option<String> {
        None
    }

    /// What of a dataset's place is declared and cannot be used yet.
    fn pending_store(&self, _dataset: &Dataset) -> Option<String> {
        None
    }

    /// What can be known, before any step runs, to go wrong with saving a dataset.
    ///
    /// # Errors
    /// What will go wrong.
    fn can_save(&self, _dataset: &Dataset) -> Result<(), Fault> {
        Ok(())
    }

    /// What can be known, before any step runs, to go wrong with a node in another language.
    ///
    /// # Errors
    /// What will go wrong.
    fn foresee(&self, node: &Node<'_>, _args: &[(Arc<str>, Foreseen<'_>)]) -> Result<(), Fault> {
        Err(foreign_not_implemented(node.language))
    }

    /// What a node in another language depends on beside its arguments.
    ///
    /// # Errors
    /// Why that cannot be known: then it runs each time.
    fn made_of(&self, _node: &Node<'_>) -> Result<MadeOf, String> {
        Err("what a node in another language does cannot be known".into())
    }

    /// Runs a node in another language; `say` hears what it prints.
    ///
    /// # Errors
    /// Where it fails, or gives something other than it declares.
    fn foreign(&self, node: &Node<'_>, _args: Vec<(Arc<str>, Data)>, _say: &Say<'_>) -> Result<Table, Fault> {
        Err(foreign_not_implemented(node.language))
    }

    /// Whether a step can be done on a graphics processor.
    fn uses_gpu(&self, _step: &StepKind) -> bool {
        false
    }

    /// What computes the row expressions of a step, and why; nothing where it has none.
    fn rows(&self, _step: &StepKind, _expressions: &Expressions) -> Option<Told> {
        None
    }

    /// What the bits of a step's results depend on beside the program and the data: functions of row expressions whose last
    /// bits are others where something else computes them. Nothing where there are none.
    fn computed_by(&self, _step: &StepKind, _expressions: &Expressions) -> Option<String> {
        None
    }

    /// A table of values written in the program.
    ///
    /// # Errors
    /// Where a value does not fit its column.
    fn literal(&self, cells: &[Vec<Value>], ty: &TableType) -> Result<Table, Fault>;

    /// The value of an expression over single values.
    ///
    /// # Errors
    /// Where an integer result does not fit its type.
    fn compute(&self, expr: &Expr, inputs: &[Value]) -> Result<Value, Fault>;

    /// Runs a query.
    ///
    /// # Errors
    /// Whatever goes wrong in it: reading files, checking contracts, computing.
    fn collect(&self, query: LazyFrame) -> Result<DataFrame, Fault>;

    /// Reads a dataset.
    ///
    /// # Errors
    /// Where it is not there or does not have its declared type.
    fn load(&self, dataset: &Dataset, project: &Path, context: &Context) -> Result<Loaded, Fault>;

    /// Reads a table dataset, and lets its rows go through steps that look at each row by itself: all of them at once, or
    /// part by part, and then one behind the other. `reading` says what those steps and later ones need. `merge` makes one of what
    /// several parts gave: it may be done at any time and any number of times.
    ///
    /// # Errors
    /// As [`Self::load`] where it cannot be read, and what the steps say.
    fn scan(
        &self,
        dataset: &Dataset,
        project: &Path,
        _reading: &Reading,
        through: &Through<'_>,
        _merge: Option<&Through<'_>>,
        context: &Context,
    ) -> Result<Loaded, Stopped> {
        let loaded = self.load(dataset, project, context).map_err(Stopped::Reading)?;
        let data = match loaded.data {
            Data::Table(table) => Data::Table(through(table).map_err(Stopped::Computing)?),
            other => other,
        };
        Ok(Loaded { data, ..loaded })
    }

    /// Reads a table dataset, lets its rows go through steps that look at each row by itself, and writes them as another
    /// dataset: all of them at once, or part by part.
    ///
    /// # Errors
    /// As [`Self::scan`] and [`Self::save`].
    fn stream(
        &self,
        dataset: &Dataset,
        project: &Path,
        reading: &Reading,
        through: &Through<'_>,
        to: &Dataset,
        context: &Context,
    ) -> Result<Streamed, Stopped> {
        let Loaded { data, rows, tolerated, .. } = self.scan(dataset, project, reading, through, None, context)?;
        let saved = self.save(to, &data, project).map_err(Stopped::Writing)?;
        Ok(Streamed { rows, tolerated, saved })
    }

    /// Reads a table dataset, and lets its rows go through steps that end in one which groups those of a part; `merge` makes one of
    /// what several parts gave. Where more comes of them than there is room for, it is put on disk.
    ///
    /// # Errors
    /// As [`Self::scan`].
    fn gather(
        &self,
        dataset: &Dataset,
        project: &Path,
        reading: &Reading,
        (through, merge): (&Through<'_>, &Through<'_>),
        _room: &Room<'_>,
        context: &Context,
    ) -> Result<Gathered, Stopped> {
        self.scan(dataset, project, reading, through, Some(merge), context)
            .map(|loaded| Gathered::Table(Box::new(loaded)))
    }

    /// Writes a dataset from rows that come some at a time.
    ///
    /// # Errors
    /// As [`Self::save`].
    fn save_parts(&self, dataset: &Dataset, parts: &Parts<'_>, project: &Path) -> Result<Saved, Fault> {
        let Type::Table(ty) = &dataset.ty else {
            return Err(Fault::new(codes::INTERNAL_ERROR, format!("`{}` is no table", dataset.name)));
        };
        let table = Table { frame: together(parts)?.lazy(), ty: ty.clone() };
        self.save(dataset, &Data::Table(table), project)
    }

    /// Writes a dataset: all of it appears at once, or nothing.
    ///
    /// # Errors
    /// Where rows break the contracts, or the place cannot be written.
    fn save(&self, dataset: &Dataset, value: &Data, project: &Path) -> Result<Saved, Fault>;
}

fn foreign_not_implemented(language: &str) -> Fault {
    Fault::new(codes::NOT_IMPLEMENTED, format!("nodes in {language} are declared but not implemented yet"))
        .help("this version of gmlc checks them and cannot run them; write the node in GML")
}

/// Steps that rows go through.
pub type Through<'a> = dyn Fn(Table) -> Result<Table, Fault> + Sync + 'a;

/// What gives rows away, some at a time.
pub type Parts<'a> = dyn Fn(&mut Sink<'_>) -> Result<(), Fault> + 'a;

/// All rows that are given away.
pub(crate) fn together(parts: &Parts<'_>) -> Result<DataFrame, Fault> {
    let mut all = None;
    parts(&mut |rows| append(&mut all, rows))?;
    Ok(all.unwrap_or_default())
}

/// How much of what parts give may wait in memory, and where it goes if it is more.
pub struct Room<'a> {
    /// The columns by which it is put into buckets.
    pub keys: &'a [Arc<str>],
    /// The column that says where a row stands among all of them, which it gets.
    pub place: &'a str,
    /// Bytes.
    pub bytes: u64,
    /// The folder of the buckets.
    pub folder: &'a Path,
}

/// What reading and grouping gave.
pub enum Gathered {
    /// Everything, in memory.
    Table(Box<Loaded>),
    /// Everything, on disk.
    Buckets {
        /// The rows.
        buckets: Buckets,
        /// Rows that were read, where they are counted.
        rows: Option<u64>,
        /// Rows of what was read that break contracts, where the catalog entry tolerates that.
        tolerated: Vec<Tolerated>,
    },
}

/// Why reading stopped.
#[derive(Clone, Debug)]
pub enum Stopped {
    /// The dataset could not be read.
    Reading(Fault),
    /// A step that its rows go through failed.
    Computing(Fault),
    /// What came out could not be written.
    Writing(Fault),
}

/// A dataset read.
pub struct Loaded {
    /// Its value.
    pub data: Data,
    /// Rows of a table, where they are counted already.
    pub rows: Option<u64>,
    /// Rows that break contracts, where the catalog entry tolerates that.
    pub tolerated: Vec<Tolerated>,
    /// What people should know of it.
    pub notes: Vec<String>,
}

/// A dataset read and written as another one.
pub struct Streamed {
    /// Rows that were read, where they are counted.
    pub rows: Option<u64>,
    /// Rows of what was read that break contracts, where the catalog entry tolerates that.
    pub tolerated: Vec<Tolerated>,
    /// What was written.
    pub saved: Saved,
}

/// A dataset written.
#[derive(Clone, Debug, PartialEq)]
pub struct Saved {
    /// The file or folder.
    pub path: PathBuf,
    /// Rows, of a table.
    pub rows: Option<u64>,
    /// Size of all files.
    pub bytes: Option<u64>,
    /// Rows that break contracts, where the catalog entry tolerates that.
    pub tolerated: Vec<Tolerated>,
    /// What people should know of it.
    pub notes: Vec<String>,
    /// Whether anything was written: not where the newest version held the same already.
    pub is_new: bool,
}
