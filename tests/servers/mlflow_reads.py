"""Reads with MLflow's own client what a server was told, and scores with the models that it has.

mlflow_reads.py EXPERIMENT -> the runs of an experiment, as JSON
mlflow_reads.py score MODEL ROWS.parquet -> what the registered model says of the rows, as JSON
mlflow_reads.py invoke URL ROWS.parquet -> what a served model says of the rows, as JSON
"""

import json
import sys

import mlflow
import pandas as pd
from mlflow import MlflowClient


def runs(experiment):
    client = MlflowClient()
    found = client.get_experiment_by_name(experiment)
    told = []
    for run in client.search_runs([found.experiment_id], order_by=["attributes.start_time ASC"]) if found else []:
        names, folders = [], [""]
        while folders:
            for item in client.list_artifacts(run.info.run_id, folders.pop() or None):
                (folders if item.is_dir else names).append(item.path)
        history = {
            key: [[point.step, point.value] for point in client.get_metric_history(run.info.run_id, key)]
            for key in run.data.metrics
        }
        told.append(
            {
                "name": run.info.run_name,
                "status": run.info.status,
                "seconds": (run.info.end_time - run.info.start_time) / 1000,
                "params": run.data.params,
                "tags": dict(run.data.tags),
                "metrics": history,
                "artifacts": sorted(names),
                "record": json.loads(mlflow.artifacts.load_text(f"{run.info.artifact_uri}/run.json"))["id"],
            }
        )
    versions = [
        {
            "name": version.name,
            "version": int(version.version),
            "run": client.get_run(version.run_id).info.run_name,
            "inputs": mlflow.models.get_model_info(f"models:/{version.name}/{version.version}").signature.inputs.input_names(),
        }
        for version in client.search_model_versions()
    ]
    return {"runs": told, "versions": sorted(versions, key=lambda version: (version["name"], version["version"]))}


def score(model, rows):
    scored = mlflow.pyfunc.load_model(model).predict(pd.read_parquet(rows))
    return {name: values.tolist() if hasattr(values, "tolist") else list(values) for name, values in dict(scored).items()}


def invoke(url, rows):
    import urllib.request

    frame = pd.read_parquet(rows)
    body = json.dumps({"dataframe_split": json.loads(frame.to_json(orient="split", index=False, double_precision=15))})
    request = urllib.request.Request(f"{url}/invocations", body.encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())["predictions"]


def main():
    match sys.argv[1:]:
        case ["score", model, rows]:
            print(json.dumps(score(model, rows)))
        case ["invoke", url, rows]:
            print(json.dumps(invoke(url, rows)))
        case [experiment]:
            print(json.dumps(runs(experiment)))


main()
