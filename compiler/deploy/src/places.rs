//! Where datasets lie, and whether containers that share no disk find them there.

use std::sync::Arc;

use gml_ir::{Dataset, Flows, Value};

use crate::Volume;

/// What there is in the containers.
#[derive(Clone, Copy, Debug)]
pub struct Places<'a> {
    /// The folder of the project in the image.
    pub project: &'a str,
    /// The disks that they share.
    pub volumes: &'a [Volume],
}

/// A dataset that a container does not find, or that is gone when it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It is saved on the disk of a container.
    Left {
        /// Its place in [`gml_ir::Program::datasets`].
        dataset: u32,
        /// Its path, as the program has it.
        path: String,
        /// The pipelines that save it, by their places among those that are deployed.
        saved_by: Vec<usize>,
        /// Those that read what others save.
        read_by: Vec<usize>,
    },
    /// It is read from a place that no image made of the project has.
    Outside {
        /// Its place in [`gml_ir::Program::datasets`].
        dataset: u32,
        /// Its path, as the program has it.
        path: String,
        /// The pipelines that read it.
        read_by: Vec<usize>,
    },
}

/// Where a dataset lies on the disk of the machine that runs; nothing where it is in a store or a database that all reach.
#[must_use]
pub fn local_path(dataset: &Dataset) -> Option<&str> {
    let connector = &dataset.connector;
    let path = match &*connector.name {
        "query" | "sql_table" => match connector.get("database")? {
            Value::Symbol { name, args } if matches!(&**name, "sqlite" | "duckdb") => {
                args.iter().find(|(arg, _)| &**arg == "path").and_then(|(_, path)| path.as_str())
            }
            _ => None,
        },
        _ => connector.get("path").and_then(Value::as_str),
    };
    path.filter(|path| !path.contains("://"))
}

impl Places<'_> {
    /// The absolute path in a container of one that the program has.
    #[must_use]
    pub fn absolute(&self, path: &str) -> String {
        let full = if path.starts_with('/') { path.to_owned() } else { format!("{}/{path}", self.project) };
        let mut steps: Vec<&str> = Vec::new();
        for step in full.split('/') {
            match step {
                "" | "." => {}
                ".." => drop(steps.pop()),
                step => steps.push(step),
            }
        }
        format!("/{}", steps.join("/"))
    }

    /// Whether a path of the program is on a disk that all containers share.
    #[must_use]
    pub fn is_shared(&self, path: &str) -> bool {
        let path = self.absolute(path);
        self.volumes.iter().any(|volume| is_within(&path, &volume.path))
    }

    /// Whether a path of the program is below the project, so that an image made of it has what is there. What gmlc keeps for itself
    /// is left out of the image.
    #[must_use]
    pub fn is_shipped(&self, path: &str) -> bool {
        let (path, project) = (self.absolute(path), self.absolute(self.project));
        is_within(&path, &project) && !is_within(&path, &format!("{project}/.gml"))
    }

    /// What the pipelines, each with the datasets that it touches, would not find or would leave behind. `is_there` says whether a
    /// path below the project leads to something.
    pub fn problems(&self, datasets: &[Dataset], flows: &[Flows], is_there: impl Fn(&str) -> bool) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (dataset, entry) in (0_u32..).zip(datasets) {
            let Some(path) = local_path(entry).filter(|path| !self.is_shared(path)) else { continue };
            let those = |does: &dyn Fn(&Flows) -> bool| -> Vec<usize> {
                flows.iter().enumerate().filter(|(_, flow)| does(flow)).map(|(place, _)| place).collect()
            };
            let saved_by = those(&|flow| flow.saves.contains(&dataset));
            let read_by = those(&|flow| flow.from_outside().any(|read| read == dataset));
            let path = path.to_owned();
            let is_in_image = self.is_shipped(&path) && is_there(&path);
            if !saved_by.is_empty() {
                problems.push(Problem::Left { dataset, path, saved_by, read_by });
            } else if !(read_by.is_empty() || is_in_image) {
                problems.push(Problem::Outside { dataset, path, read_by });
            }
        }
        problems
    }
}

impl Problem {
    /// The dataset that it is about.
    #[must_use]
    pub fn dataset(&self) -> u32 {
        match self {
            Self::Left { dataset, .. } | Self::Outside { dataset, .. } => *dataset,
        }
    }

    /// The folder that a shared disk would have to be at, as the program writes paths.
    #[must_use]
    pub fn folder(&self) -> String {
        let (Self::Left { path, .. } | Self::Outside { path, .. }) = self;
        let before: Arc<str> = path.split('*').next().unwrap_or_default().into();
        match before.rsplit_once('/') {
            Some(("", _)) => "/".to_owned(),
            Some((folder, _)) => folder.to_owned(),
            None => ".".to_owned(),
        }
    }
}

/// Whether a path is a folder or below it; both in their normal form.
fn is_within(path: &str, folder: &str) -> bool {
    let rest = path.strip_prefix(folder.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use gml_ir::{Connector, Location, OnViolation, Type};

    use super::*;
    use crate::Name;

    fn dataset(connector: &str, path: &str) -> Dataset {
        let path = Value::Str(path.into());
        let args = match connector {
            "sqlite" => {
                let database = Value::Symbol { name: connector.into(), args: vec![("path".into(), path)] };
                vec![("database".into(), database)]
            }
            "postgres" => {
                let database = Value::Symbol { name: connector.into(), args: vec![("url".into(), path)] };
                vec![("database".into(), database)]
            }
            _ => vec![("path".into(), path)],
        };
        let name = if matches!(connector, "sqlite" | "postgres") { "sql_table" } else { connector };
        Dataset {
            name: "d".into(),
            ty: Type::Error,
            connector: Connector { name: name.into(), args },
            on_violation: OnViolation::Fail,
            location: Location::default(),
        }
    }

    fn flow(reads: &[u32], saves: &[u32]) -> Flows {
        Flows { reads: reads.to_vec(), saves: saves.to_vec() }
    }

    #[test]
    fn what_stores_and_servers_hold_is_not_local() {
        assert_eq!(local_path(&dataset("csv", "data/a.csv")), Some("data/a.csv"));
        assert_eq!(local_path(&dataset("sqlite", "data/a.db")), Some("data/a.db"));
        assert_eq!(local_path(&dataset("csv", "gs://bucket/a.csv")), None);
        assert_eq!(local_path(&dataset("postgres", "postgres://host/db")), None);
    }

    #[test]
    fn a_dataset_of_one_container_is_not_in_another() {
        let datasets =
            [dataset("csv", "raw/*.csv"), dataset("parquet", "data/a.parquet"), dataset("csv", "s3://b/x.csv")];
        let flows = [flow(&[0], &[1]), flow(&[1], &[2])];
        let places = Places { project: "/app", volumes: &[] };
        let left = Problem::Left { dataset: 1, path: "data/a.parquet".to_owned(), saved_by: vec![0], read_by: vec![1] };
        assert_eq!(places.problems(&datasets, &flows, |_| true), std::slice::from_ref(&left));
        assert_eq!(left.folder(), "data");
        let volume =
            |path: &str| [Volume { name: Name::parse("v").unwrap(), claim: "v".to_owned(), path: path.to_owned() }];
        for (path, problems) in [("/app/data", 0), ("/app", 0), ("/app/dat", 1), ("/app/data/a.parquet", 0)] {
            let volumes = volume(path);
            let places = Places { project: "/app", volumes: &volumes };
            assert_eq!(places.problems(&datasets, &flows, |_| true).len(), problems, "{path}");
        }
    }

    #[test]
    fn an_input_must_be_in_the_image() {
        let flows = [flow(&[0], &[])];
        let places = Places { project: "/app", volumes: &[] };
        for (path, there, fits) in [
            ("data/a.csv", true, true),
            ("./data/../a.csv", true, true),
            ("data/a.csv", false, false),
            ("../a.csv", true, false),
            ("/mnt/a.csv", true, false),
            ("/app/a.csv", true, true),
            ("/application/a.csv", true, false),
            (".gml/from/a.csv", true, false),
        ] {
            let problems = places.problems(&[dataset("csv", path)], &flows, |_| there);
            assert_eq!(problems.is_empty(), fits, "{path}: {problems:?}");
        }
        let outside = |path: &str| Problem::Outside { dataset: 0, path: path.to_owned(), read_by: vec![0] }.folder();
        assert_eq!([outside("a.csv"), outside("../x/a_*.csv"), outside("/a.csv")], [".", "../x", "/"]);
    }
}
