//! Programs with a marked cursor.

use gml_analysis::{Analysis, MemoryWorld, check};
use gml_diagnostics::{FileId, Span};
use gml_ide::{Completion, Edit, Source};

/// A checked program and the place that `<|>` marked in it.
pub struct Asked {
    pub world: MemoryWorld,
    pub main: String,
    pub analysis: Analysis,
    pub file: FileId,
    pub offset: u32,
}

/// Checks files, the first of which is the main one; one of them has the mark.
pub fn ask(files: &[(&str, &str)]) -> Asked {
    let (path, at) =
        files.iter().find_map(|(path, text)| Some((*path, text.find("<|>")?))).expect("one file has the mark");
    let world = MemoryWorld::new(files.iter().map(|(path, text)| (*path, text.replace("<|>", ""))));
    let main = files[0].0.to_owned();
    let analysis = check(&world, &main);
    let file = analysis.package.sources.find(path).expect("the file is part of the program");
    Asked { world, main, analysis, file, offset: u32::try_from(at).unwrap() }
}

/// The same for a program of one file.
pub fn ask_one(text: &str) -> Asked {
    ask(&[("main.gml", text)])
}

impl Asked {
    pub fn hover(&self) -> String {
        gml_ide::hover(&self.analysis.package, self.file, self.offset).map_or("nothing".to_owned(), |it| it.text)
    }

    pub fn source(&self) -> Source<'_> {
        Source { world: &self.world, main: &self.main, package: &self.analysis.package }
    }

    pub fn complete(&self) -> Vec<Completion> {
        gml_ide::complete(self.source(), self.file, self.offset)
    }

    /// Labels of the proposals of the best rank, with their details.
    pub fn best(&self) -> String {
        let found = self.complete();
        let best = found.first().map_or(0, |first| first.rank);
        let lines = found.iter().filter(|it| it.rank == best).map(|it| match &it.detail {
            Some(detail) => format!("{} | {detail}", it.label),
            None => it.label.clone(),
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The labels of all proposals.
    pub fn labels(&self) -> Vec<String> {
        self.complete().into_iter().map(|it| it.label).collect()
    }

    /// The targets of what stands at the mark: `path:line:column text`.
    pub fn definition(&self) -> String {
        let found = gml_ide::definition(&self.analysis.package, self.file, self.offset);
        let places = found.map(|(_, targets)| targets.iter().map(|it| self.place(it.name)).collect::<Vec<_>>());
        places.map_or("nothing".to_owned(), |places| places.join("\n"))
    }

    pub fn references(&self) -> String {
        let found = gml_ide::references(&self.analysis.package, self.file, self.offset);
        let lines = found.iter().map(|it| {
            let star = if it.is_declaration { " *" } else { "" };
            format!("{}{star}", self.place(it.span))
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The files after a rename, or why there is none.
    pub fn renamed(&self, name: &str) -> String {
        match gml_ide::rename(&self.analysis.package, self.file, self.offset, name) {
            Ok(edits) => self.changed(&edits),
            Err(reason) => format!("refused: {reason}"),
        }
    }

    /// The files that edits change, after them.
    pub fn changed(&self, edits: &[Edit]) -> String {
        let sources = &self.analysis.package.sources;
        let mut files: Vec<FileId> = edits.iter().map(|edit| edit.span.file).collect();
        files.sort();
        files.dedup();
        let texts = files.into_iter().map(|file| {
            let own: Vec<Edit> = edits.iter().filter(|edit| edit.span.file == file).cloned().collect();
            format!("-- {}\n{}", sources.path(file), gml_ide::apply(sources.text(file), &own))
        });
        texts.collect::<Vec<_>>().join("\n")
    }

    fn place(&self, span: Span) -> String {
        let sources = &self.analysis.package.sources;
        let (line, column) = sources.line_column(span.file, span.start);
        let text = &sources.text(span.file)[span.start as usize..span.end as usize];
        format!("{}:{line}:{column} {text}", sources.path(span.file))
    }
}

/// A shop, for the tests to work on; `body` comes behind it.
pub fn shop(body: &str) -> String {
    format!("{SHOP}\n{body}\n")
}

pub const SHOP: &str = r#"
schema Order {
    id     order: int,
    ## Who bought.
    id     buyer: str,
    time   at: timestamp,
           channel: enum["web", "store"],
           price: float? > 0,
           lines: list[struct { sku: str, count: int }],
           address: struct { city: str?, zip: str }?,
    target returned: bool,
}

schema Buyer {
    id buyer: str,
       age: int,
}

catalog {
    ## All orders.
    orders: table[Order] = parquet("orders.parquet"),
    buyers: table[Buyer] = csv("buyers.csv"),
}

## How many days count.
param days: int = 7
"#;
