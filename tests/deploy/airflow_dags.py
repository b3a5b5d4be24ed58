"""Loads a file of `gmlc deploy --to airflow` as Airflow does, and prints what is in it as JSON.

    python airflow_dags.py FILE

Needs apache-airflow with apache-airflow-providers-cncf-kubernetes, which is too large to be set up for every test run.
"""

import json
import os
import sys
import tempfile

os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp()
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
# A machine that does other things beside imports the client of Kubernetes slowly.
os.environ["AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT"] = "600"

from airflow.dag_processing.dagbag import DagBag  # noqa: E402

bag = DagBag(dag_folder=sys.argv[1])
dags = {
    name: {
        "params": {param: dag.params[param] for param in dag.params},
        "schedule": str(dag.schedule) if dag.schedule is not None else None,
        "tasks": {
            task.task_id: {
                "upstream": sorted(task.upstream_task_ids),
                "arguments": task.arguments,
                "secrets": [secret.key for secret in task.secrets],
                "limits": getattr(task.container_resources, "limits", None),
            }
            for task in dag.tasks
        },
    }
    for name, dag in bag.dags.items()
}
print(json.dumps({"errors": {path: str(error) for path, error in bag.import_errors.items()}, "dags": dags}))
