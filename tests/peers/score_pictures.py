"""Runs the ONNX file of an encoder of pictures with Python's onnxruntime: score_pictures.py MODEL.onnx PICTURES.json

The pictures are bytes, line by line, the colours of a pixel beside each other. Printed are, as JSON, what the file takes and
gives, and the vector of each picture.
"""

import json
import sys
from pathlib import Path

import numpy
import onnxruntime

session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
ports = [[port.name, port.type, port.shape] for port in session.get_inputs() + session.get_outputs()]
height, width = ports[0][2][2:]
pictures = numpy.array(json.loads(Path(sys.argv[2]).read_text()), dtype=numpy.float32).reshape(-1, height, width, 3)
vectors = session.run(["image_embeds"], {"pixel_values": pictures.transpose(0, 3, 1, 2) / 255})[0]
print(json.dumps({"ports": ports, "vectors": vectors.astype(float).tolist()}))
