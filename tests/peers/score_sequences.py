"""Runs the ONNX file of a network of sequences with Python's onnxruntime: score_sequences.py MODEL.onnx SEQUENCES.json

The sequences are lists of codes of items. Printed are, as JSON, what the file takes and gives, and the scores of each sequence.
"""

import json
import sys
from pathlib import Path

import numpy
import onnxruntime

session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
sequences = json.loads(Path(sys.argv[2]).read_text())
items = numpy.full((len(sequences), max(map(len, sequences))), -1, dtype=numpy.int64)
for row, sequence in zip(items, sequences):
    row[: len(sequence)] = sequence
scores = session.run(["scores"], {"items": items})[0]
ports = [[port.name, port.type, port.shape] for port in session.get_inputs() + session.get_outputs()]
print(json.dumps({"ports": ports, "scores": scores.astype(float).tolist()}))
