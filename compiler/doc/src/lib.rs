//! The reference of the standard library and of a project, as one static site that needs no network and no framework.
//!
//! What lives here: pages as text, made of the checked program. What does not: writing files. The same program gives the
//! same bytes. Pages are HTML that is well-formed XML too, so that tests can take them apart.

mod highlight;
mod html;
mod links;
mod markdown;
mod page;
mod reads;
mod search;
mod standard;

use std::collections::BTreeMap;

use gml_analysis::Analysis;
use gml_analysis::typed::PipelineId;
use gml_graph::{Depth, Graph};

use links::Links;
use reads::Reads;
use standard::Standard;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'a> {
    /// What the site is called: the name of the project.
    pub title: &'a str,
}

/// What every page is made of.
pub(crate) struct Site<'a> {
    pub title: &'a str,
    pub analysis: &'a Analysis,
    pub standard: Vec<Standard>,
    pub links: Links,
    /// The graph of each pipeline, in order.
    pub graphs: Vec<Graph>,
    pub reads: Reads,
}

/// The files of the site by their paths, `index.html` among them.
pub fn site(analysis: &Analysis, settings: Settings<'_>) -> BTreeMap<String, String> {
    let graphs: Vec<Graph> = (0..analysis.program.pipelines.len())
        .filter_map(|place| {
            let id = PipelineId(u32::try_from(place).ok()?);
            gml_graph::of_pipeline(&analysis.package, &analysis.program, id, Depth::Calls)
        })
        .collect();
    let reads = Reads::of(&graphs, &analysis.package);
    let standard = Standard::all();
    let links = Links::of(&analysis.package, &standard);
    let site = Site { title: settings.title, analysis, standard, links, graphs, reads };
    let mut files = page::pages(&site);
    files.insert("style.css".to_owned(), include_str!("../assets/style.css").to_owned());
    files.insert("search.js".to_owned(), search::script(&site));
    files
}
