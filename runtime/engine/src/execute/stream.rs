//! Reading a dataset and saving what becomes of its rows, part by part.

use gml_ir::{StepId, StepKind};
use gml_operators::{Context, Data, Input, Table};

use super::scan::Ready;
use super::stage::internal;
use super::step::{Done, Get};
use super::{Scope, Session};
use crate::backend::{Stopped, Streamed};
use crate::plan::Scan;

impl Session<'_> {
    /// Does the steps of the scan and saves their rows.
    pub(super) fn stream(
        &self,
        scope: &Scope<'_>,
        scan: &Scan,
        save: StepId,
        get: Get<'_>,
        context: &Context,
    ) -> Result<Done, Stopped> {
        let id = &scope.id(save);
        let save = scope.graph.step(save);
        let (StepKind::Load(from), StepKind::Save { dataset: to, .. }) =
            (&scope.graph.step(scan.load).kind, &save.kind)
        else {
            return Err(Stopped::Reading(internal("rows are streamed from what is no file, or to none")));
        };
        let (from, project) = self.dataset(*from).map_err(Stopped::Reading)?;
        let (to, _) = self.dataset(*to).map_err(Stopped::Writing)?;
        let mut before = scan.load;
        let mut ready = Vec::with_capacity(scan.through.len());
        for step in &scan.through {
            ready.push(self.ready(scope.graph.step(*step), None, before, get).map_err(Stopped::Computing)?);
            before = *step;
        }
        // Parts are worked on side by side, so that each has a single thread.
        let alone = Context { threads: 1, ..context.clone() };
        let streamed = match ready.iter().position(|call| !call.by_rows()) {
            None => {
                let through = |table: Table| ready.iter().try_fold(table, |table, call| call.call(table, &alone));
                self.backend.stream(from, project, &scan.reading, &through, to, context)?
            }
            // Something learned that looks at more than a row, which only shows when it is there: from it on, at once.
            Some(first) => {
                let (parts, whole) = ready.split_at(first);
                let through = |table: Table| parts.iter().try_fold(table, |table, call| call.call(table, context));
                let loaded = self.backend.scan(from, project, &scan.reading, &through, None, context)?;
                let Data::Table(table) = loaded.data else {
                    return Err(Stopped::Computing(internal("rows that were read are no table")));
                };
                let table = whole.iter().try_fold(table, |table, call| call.call(table, context));
                let table = Data::Table(table.map_err(Stopped::Computing)?);
                let saved = self.backend.save(to, &table, project).map_err(Stopped::Writing)?;
                Streamed { rows: loaded.rows, tolerated: loaded.tolerated, saved }
            }
        };
        let Streamed { rows, tolerated, saved } = streamed;
        self.journal.counted(&scope.id(scan.load), rows);
        self.tolerated(&scope.id(scan.load), &from.name, &tolerated);
        Ok(self.saved(id, to, saved, project))
    }
}

impl Ready<'_> {
    /// Whether the rows of its table may come part by part.
    fn by_rows(&self) -> bool {
        self.args.iter().all(|(_, arg)| match arg {
            Some(Input::Data(Data::Fitted(fitted))) => fitted.by_rows(),
            _ => true,
        })
    }
}
