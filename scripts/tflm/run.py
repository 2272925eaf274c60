"""Runs .tflite models in TFLite Micro's interpreter on seeded inputs and prints what came out, as JSON.

usage: run.py SAMPLES MODEL...
Models of float32 get the same bytes divided by 64, and their outputs are printed as they are.
Input 0 is all -128, input 1 all 127, the others come from a 32-bit xorshift (13, 17, 5) seeded with 0x9E3779B9 for each
model: byte = bits 16 to 23, minus 128.
"""
import hashlib
import json
import os
import sys

import numpy as np
from tflite_micro.python.tflite_micro import runtime

ARENA_BYTES = 4_000_000


def inputs(count, size):
    state = 0x9E3779B9
    for k in range(count):
        if k < 2:
            yield np.full(size, -128 if k == 0 else 127, np.int8)
            continue
        values = np.empty(size, np.int8)
        for i in range(size):
            state ^= (state << 13) & 0xFFFFFFFF
            state ^= state >> 17
            state ^= (state << 5) & 0xFFFFFFFF
            values[i] = ((state >> 16) & 255) - 128
        yield values


def run(path, count):
    with open(path, "rb") as file:
        model = file.read()
    interpreter = runtime.Interpreter.from_bytes(model, arena_size=ARENA_BYTES)
    details = interpreter.get_input_details(0)
    kinds = (details["dtype"], interpreter.get_output_details(0)["dtype"])
    if kinds not in ((np.int8, np.int8), (np.float32, np.float32)):
        raise ValueError("its input and output are neither int8 nor float32")
    shape = details["shape"]
    if kinds[0] == np.float32:
        return run_float(interpreter, path, model, count, shape)
    outputs = hashlib.sha256()
    first = None
    for values in inputs(count, int(np.prod(shape))):
        interpreter.set_input(values.reshape(shape), 0)
        interpreter.invoke()
        output = interpreter.get_output(0).astype(np.int8).flatten()
        outputs.update(output.tobytes())
        first = output[:16].tolist() if first is None else first
    return {
        "model": os.path.basename(path),
        "modelSha256": hashlib.sha256(model).hexdigest(),
        "samples": count,
        "firstOutput": first,
        "outputsSha256": outputs.hexdigest(),
    }


def run_float(interpreter, path, model, count, shape):
    outputs = []
    for values in inputs(count, int(np.prod(shape))):
        interpreter.set_input((values.astype(np.float32) / 64).reshape(shape), 0)
        interpreter.invoke()
        outputs.append([float(f"{y:.7g}") for y in interpreter.get_output(0).flatten()])
    return {
        "model": os.path.basename(path),
        "modelSha256": hashlib.sha256(model).hexdigest(),
        "samples": count,
        "outputs": outputs,
    }


def attempt(path, count):
    try:
        return run(path, count)
    except Exception as error:  # the interpreter refuses what it does not know in several ways
        return {"model": os.path.basename(path), "error": str(error)[:200]}


print(json.dumps([attempt(path, int(sys.argv[1])) for path in sys.argv[2:]], indent=2))
