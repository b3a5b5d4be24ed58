//! What a run is given beside its program: envs, resources, tags, versions, and whom it tells.

mod given;
mod lineage;
mod tags;
mod told;
mod versions;
