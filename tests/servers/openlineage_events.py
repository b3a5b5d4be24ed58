"""Holds events of OpenLineage, an object a line, against the client of the project that defines them.

    python openlineage_events.py EVENTS.jsonl

Each event is made again from the client's classes, which take no field that their schema has not and check ids and times, and
must come out as it went in. Facets must name the version of the schema that the class is made of.
"""

import json
import sys
from pathlib import Path

from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.generated import (
    column_lineage_dataset,
    error_message_run,
    job_type_job,
    output_statistics_output_dataset,
    processing_engine_run,
    schema_dataset,
)
from openlineage.client.serde import Serde


def common(fields: dict) -> dict:
    """The fields of a facet without those that every facet has."""
    return {name: value for name, value in fields.items() if not name.startswith("_")}


def made(kind: type, told: dict, **parts: object) -> object:
    facet = kind(**{**common(told), **parts}, producer=told["_producer"])
    assert facet._schemaURL == told["_schemaURL"], f"{kind.__name__}: {told['_schemaURL']}"
    return facet


def schema_field(field: dict) -> schema_dataset.SchemaDatasetFacetFields:
    fields = [schema_field(inner) for inner in field.get("fields", [])]
    return schema_dataset.SchemaDatasetFacetFields(**{**field, "fields": fields or None})


def schema(fields: dict) -> object:
    return made(schema_dataset.SchemaDatasetFacet, fields, fields=[schema_field(field) for field in fields["fields"]])


def column_lineage(fields: dict) -> object:
    def input_field(field: dict) -> column_lineage_dataset.InputField:
        ways = [column_lineage_dataset.Transformation(**way) for way in field["transformations"]]
        for way in ways:
            assert way.type in ("DIRECT", "INDIRECT"), way
        return column_lineage_dataset.InputField(**{**field, "transformations": ways})

    columns = {
        name: column_lineage_dataset.Fields(inputFields=[input_field(field) for field in column["inputFields"]])
        for name, column in fields["fields"].items()
    }
    return made(column_lineage_dataset.ColumnLineageDatasetFacet, fields, fields=columns, dataset=None)


FACETS = {
    "schema": schema,
    "columnLineage": column_lineage,
    "errorMessage": lambda fields: made(error_message_run.ErrorMessageRunFacet, fields),
    "processing_engine": lambda fields: made(processing_engine_run.ProcessingEngineRunFacet, fields),
    "jobType": lambda fields: made(job_type_job.JobTypeJobFacet, fields),
    "outputStatistics": lambda fields: made(
        output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet, fields
    ),
}


def facets(of: dict) -> dict:
    return {name: FACETS[name](fields) for name, fields in of.items()}


def dataset(kind: type, of: dict) -> object:
    own = {name: facets(of[name]) for name in ("inputFacets", "outputFacets") if name in of}
    return kind(namespace=of["namespace"], name=of["name"], facets=facets(of["facets"]), **own)


def event(of: dict) -> RunEvent:
    return RunEvent(
        eventType=RunState[of["eventType"]],
        eventTime=of["eventTime"],
        run=Run(runId=of["run"]["runId"], facets=facets(of["run"]["facets"])),
        job=Job(namespace=of["job"]["namespace"], name=of["job"]["name"], facets=facets(of["job"]["facets"])),
        inputs=[dataset(InputDataset, one) for one in of["inputs"]],
        outputs=[dataset(OutputDataset, one) for one in of["outputs"]],
        producer=of["producer"],
    )


def without_empty(value: object) -> object:
    """The client writes empty objects and lists where nothing is said."""
    if isinstance(value, dict):
        kept = {name: without_empty(inner) for name, inner in value.items()}
        return {name: inner for name, inner in kept.items() if inner not in ({}, [])}
    return [without_empty(inner) for inner in value] if isinstance(value, list) else value


def main() -> None:
    lines = Path(sys.argv[1]).read_text().splitlines()
    for line in lines:
        told = json.loads(line)
        again = json.loads(Serde.to_json(event(told)))
        assert without_empty(again) == without_empty(told), f"{json.dumps(again)}\n{json.dumps(told)}"
    starts = [json.loads(line)["run"]["runId"] for line in lines if json.loads(line)["eventType"] == "START"]
    ends = [json.loads(line)["run"]["runId"] for line in lines if json.loads(line)["eventType"] != "START"]
    assert sorted(starts) == sorted(ends) and len(set(starts)) == len(starts), "each run starts once and ends once"
    print(f"{len(lines)} events")


main()
