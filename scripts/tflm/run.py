"""Runs .tflite models in TFLite Micro's interpreter on seeded inputs and prints what came out, as JSON.

usage: run.py [--edges JSON] [--inputs FILE] SAMPLES MODEL...
Models of float32 get the same bytes divided by 64, and their outputs are printed as they are. With --edges (a
list of [scale, zero point] for the int8 inputs, then one for the outputs) the bytes stand for numbers: an input of another
type gets these numbers, and an output of another type is turned back into int8. Several inputs share one byte string, several outputs make one.
With --inputs the bytes come from FILE, one input after the other; else
input 0 is all -128, input 1 all 127, the others come from a 32-bit xorshift (13, 17, 5) seeded with 0x9E3779B9 for each
model: byte = bits 16 to 23, minus 128. Inputs of int16: all -32768, all 32767, then bits 8 to 23, minus 32768.
"""
import argparse
import hashlib
import json
import os

import numpy as np
from tflite_micro.python.tflite_micro import runtime

ARENA_BYTES = 64_000_000


def inputs(count, size, dtype=np.int8):
    if arguments.inputs is not None:
        yield from np.fromfile(arguments.inputs, dtype).reshape(count, size)
        return
    state = 0x9E3779B9
    for k in range(count):
        if k < 2:
            limits = np.iinfo(dtype)
            yield np.full(size, limits.min if k == 0 else limits.max, dtype)
            continue
        values = np.empty(size, dtype)
        for i in range(size):
            state ^= (state << 13) & 0xFFFFFFFF
            state ^= state >> 17
            state ^= (state << 5) & 0xFFFFFFFF
            values[i] = ((state >> 8) & 65535) - 32768 if dtype == np.int16 else ((state >> 16) & 255) - 128
        yield values


def details_of(get):
    found = []
    while True:
        try:
            found.append(get(len(found)))
        except (ValueError, IndexError):
            return found


def run(path, count, edges):
    with open(path, "rb") as file:
        model = file.read()
    interpreter = runtime.Interpreter.from_bytes(model, arena_size=ARENA_BYTES)
    ins = details_of(interpreter.get_input_details)
    outs = details_of(interpreter.get_output_details)
    kinds = {details["dtype"] for details in ins + outs}
    if edges is None and kinds == {np.float32}:
        return run_float(interpreter, path, model, count, ins[0]["shape"])
    if edges is None and not kinds <= {np.int8, np.int16, np.int32}:
        raise ValueError("its inputs and outputs are neither integers of 8 or 16 bits nor float32")
    outputs = hashlib.sha256()
    first = None
    sizes = [int(np.prod(details["shape"])) for details in ins]
    dtype = np.int16 if ins[0]["dtype"] == np.int16 else np.int8
    for values in inputs(count, sum(sizes), dtype):
        # Recurrent layers start from zero.
        interpreter.reset()
        at = 0
        for k, details in enumerate(ins):
            part = values[at : at + sizes[k]].reshape(details["shape"])
            at += sizes[k]
            interpreter.set_input(to_edge(part, details["dtype"], edges and edges[0][k]), k)
        interpreter.invoke()
        output = np.concatenate([from_edge(interpreter.get_output(k), edges and edges[1][k]).flatten() for k in range(len(outs))])
        outputs.update(output.tobytes())
        first = output[:16].tolist() if first is None else first
    return {
        "model": os.path.basename(path),
        "modelSha256": hashlib.sha256(model).hexdigest(),
        "samples": count,
        "firstOutput": first,
        "outputsSha256": outputs.hexdigest(),
    }


def to_edge(values, dtype, edge):
    if dtype in (np.int8, np.int16):
        return values
    if dtype == np.uint8:
        return (values.astype(np.int16) + 128).astype(np.uint8)
    if dtype == np.float32:
        return (np.float32(edge[0]) * (values.astype(np.float32) - edge[1])).astype(np.float32)
    raise ValueError(f"its input is {dtype}")


def from_edge(values, edge):
    if values.dtype in (np.int8, np.int16):
        return values
    if values.dtype == np.uint8:
        return (values.astype(np.int16) - 128).astype(np.int8)
    if values.dtype in (np.int32, np.int64):
        return (values - 128).astype(np.int8)
    if values.dtype == np.float32:
        return (np.round(values / np.float32(edge[0])) + edge[1]).astype(np.int8)
    raise ValueError(f"its output is {values.dtype}")


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


def attempt(path, count, edges):
    try:
        return run(path, count, edges)
    except Exception as error:  # the interpreter refuses what it does not know in several ways
        return {"model": os.path.basename(path), "error": str(error)[:200]}


parser = argparse.ArgumentParser()
parser.add_argument("--edges", type=json.loads)
parser.add_argument("--inputs")
parser.add_argument("samples", type=int)
parser.add_argument("models", nargs="+")
arguments = parser.parse_args()
print(json.dumps([attempt(path, arguments.samples, arguments.edges) for path in arguments.models], indent=2))
