"""Reads YAML files and prints a JSON array of their documents, a line each file, as YAML 1.1 (PyYAML) understands them.

    python yaml_values.py FILE..
"""

import json
import sys
from pathlib import Path

import yaml

for path in sys.argv[1:]:
    print(json.dumps(list(yaml.safe_load_all(Path(path).read_text(encoding="utf-8")))))
