"""Holds files of `gmlc deploy` against what reads them on each platform.

    python accepts.py TARGET FILE..

TARGET is kfp, argo, kubernetes or airflow. Prints a JSON object a file: whether it is taken, and why not.
"""

import ast
import json
import sys
from pathlib import Path

import yaml


def kfp(text: str) -> None:
    from google.protobuf import json_format
    from kfp import compiler, components, dsl
    from kfp.kubernetes import kubernetes_executor_config_pb2
    from kfp.pipeline_spec import pipeline_spec_pb2

    documents = list(yaml.safe_load_all(text))
    spec = documents[0]
    json_format.ParseDict(spec, pipeline_spec_pb2.PipelineSpec())
    # The specification is untyped there: only this message knows which keys an executor may have.
    json_format.ParseDict(spec["deploymentSpec"], pipeline_spec_pb2.PipelineDeploymentConfig())
    if documents[1:]:
        executors = documents[1]["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
        for added in executors.values():
            json_format.ParseDict(added, kubernetes_executor_config_pb2.KubernetesExecutorConfig())
    component = components.load_component_from_text(text)

    @dsl.pipeline(name="outer")
    def outer():
        component()

    compiler.Compiler().compile(outer, "outer.yaml")


def argo(text: str) -> None:
    from hera.workflows import models

    document = yaml.safe_load(text)
    if document["kind"] == "CronWorkflow":
        models.CronWorkflow.model_validate(document)
        # What is left out of a model is left out silently: each key must be one of it.
        models.WorkflowSpec.model_validate(document["spec"]["workflowSpec"])
    else:
        models.Workflow.model_validate(document)
    known = lambda name, model: {field.alias or key for key, field in getattr(models, name).model_fields.items()} >= set(model)
    spec = document["spec"].get("workflowSpec", document["spec"])
    assert known("WorkflowSpec", spec), spec.keys()
    if document["kind"] == "CronWorkflow":
        assert known("CronWorkflowSpec", document["spec"]), document["spec"].keys()
    for template in spec["templates"]:
        assert known("Template", template), template.keys()
        if "container" in template:
            assert known("Container", template["container"]), template["container"].keys()
        for task in template.get("dag", {}).get("tasks", []):
            assert known("DAGTask", task), task.keys()


def kubernetes(text: str) -> None:
    import kubernetes_validate

    kubernetes_validate.validate(yaml.safe_load(text), "1.30", strict=True)


def airflow(text: str) -> None:
    compile(text, "dag.py", "exec")
    ast.parse(text)


def main() -> None:
    check = {"kfp": kfp, "argo": argo, "kubernetes": kubernetes, "airflow": airflow}[sys.argv[1]]
    for path in sys.argv[2:]:
        try:
            check(Path(path).read_text(encoding="utf-8"))
            print(json.dumps({"file": path, "taken": True}))
        except Exception as error:  # whatever a platform refuses a file with
            why = f"{type(error).__name__}: {error}".split("\n")[0]
            print(json.dumps({"file": path, "taken": False, "why": why}))


if __name__ == "__main__":
    main()
