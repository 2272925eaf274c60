#!/usr/bin/env python3
"""Makes tests/vectors/fully-connected/*.json with TensorFlow Lite for Microcontrollers as the oracle.

Run by hand: python3 scripts/oracles/fully_connected_tflm.py
It makes a virtual environment of its own in a temporary folder (packages tflite-micro, numpy, flatbuffers), builds a
one-op int8 model per vector and writes down what TFLM's FULLY_CONNECTED kernel computes. Desktop TFLite is no oracle
here: since 2.20 its kernel requantizes in float. TFLM's uses multiplier and shift with double rounding.
"""
import json
import os
import subprocess
import sys
import tempfile
import venv

PACKAGES = ['tflite-micro', 'numpy', 'flatbuffers']
HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, '..', '..', 'tests', 'vectors', 'fully-connected')


def inside_own_environment():
    folder = os.path.join(tempfile.gettempdir(), 'grapes-oracle-tflm')
    python = os.path.join(folder, 'bin', 'python')
    if not os.path.exists(python):
        venv.create(folder, with_pip=True)
        subprocess.check_call([python, '-m', 'pip', 'install', '-q', *PACKAGES])
    os.execv(python, [python, os.path.abspath(__file__), '--inside'])


if '--inside' not in sys.argv:
    inside_own_environment()

import flatbuffers  # noqa: E402
import numpy as np  # noqa: E402
from importlib.metadata import version  # noqa: E402
from tflite_micro.python.tflite_micro import runtime  # noqa: E402

s = runtime.schema_fb
F32 = np.float32


def model(v):
    """A .tflite with one FULLY_CONNECTED op."""
    buffers, tensors = [s.BufferT()], []

    def tensor(name, shape, kind, scale, zero, data=None, axis=0):
        t, q = s.TensorT(), s.QuantizationParametersT()
        t.name, t.shape, t.type = name.encode(), list(shape), kind
        q.scale, q.zeroPoint, q.quantizedDimension = [float(x) for x in scale], list(zero), axis
        t.quantization, t.buffer = q, 0
        if data is not None:
            b = s.BufferT()
            b.data = list(np.frombuffer(data.tobytes(), np.uint8))
            buffers.append(b)
            t.buffer = len(buffers) - 1
        tensors.append(t)
        return len(tensors) - 1

    n_out, n_in = v['weights'].shape
    zeros = [0] * len(v['weightScale'])
    x = tensor('x', [1, n_in], s.TensorType.INT8, [v['inputScale']], [v['inputZeroPoint']])
    w = tensor('w', [n_out, n_in], s.TensorType.INT8, v['weightScale'], zeros, v['weights'])
    ins = [x, w]
    if v['bias'] is None:
        ins.append(-1)
    else:
        scale = [F32(v['inputScale']) * F32(k) for k in v['weightScale']]
        ins.append(tensor('b', [n_out], s.TensorType.INT32, scale, zeros, v['bias']))
    y = tensor('y', [1, n_out], s.TensorType.INT8, [v['outputScale']], [v['outputZeroPoint']])
    op, opts = s.OperatorT(), s.FullyConnectedOptionsT()
    opts.fusedActivationFunction = 1 if v['activation'] == 'relu' else 0
    op.opcodeIndex, op.inputs, op.outputs = 0, ins, [y]
    op.builtinOptionsType, op.builtinOptions = s.BuiltinOptions.FullyConnectedOptions, opts
    code = s.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = s.BuiltinOperator.FULLY_CONNECTED
    code.version = 4
    g, m = s.SubGraphT(), s.ModelT()
    g.tensors, g.inputs, g.outputs, g.operators, g.name = tensors, [x], [y], [op], b'main'
    m.version, m.operatorCodes, m.subgraphs, m.buffers, m.description = 3, [code], [g], buffers, b'oracle'
    builder = flatbuffers.Builder(1024)
    builder.Finish(m.Pack(builder), b'TFL3')
    return bytes(builder.Output())


def near_zero(row, v, limit):
    """Inputs within `limit` steps of the zero point, where sums are to stay small."""
    return row if limit == 127 else np.clip(v['inputZeroPoint'] + row % (limit + 1) - limit // 2, -128, 127)


def vector(name, seed, n_in, n_out, *, per_channel=True, bias=True, activation='none', factor=1.0, inputs=6, extreme=False, limit=127, scales=None):
    r = np.random.default_rng(seed)
    weights = r.integers(-127, 128, (n_out, n_in)).astype(np.int8)
    weights = np.fmod(weights, limit + 1).astype(np.int8) if limit < 127 else weights
    drawn = (r.uniform(0.002, 0.02, n_out if per_channel else 1)).astype(F32)
    in_scale = F32(r.uniform(0.005, 0.05))
    # An output range that uses int8 well, times `factor`: small saturates, large leaves few steps.
    if scales is not None:
        in_scale, drawn = F32(scales[0]), np.full_like(drawn, scales[1])
    spread = 74 * 74 * np.sqrt(n_in) * float(in_scale) * float(drawn.mean())
    v = {
        'inputScale': in_scale, 'inputZeroPoint': int(r.integers(-128, 128)),
        'weightScale': drawn, 'weights': weights,
        'bias': r.integers(-limit * 157, limit * 157 + 1, n_out).astype(np.int32) if bias else None,
        'outputScale': F32(spread / 50 * factor if scales is None else scales[2]), 'outputZeroPoint': int(r.integers(-100, 101)),
        'activation': activation,
    }
    rows = [near_zero(r.integers(-128, 128, n_in), v, limit).astype(np.int8) for _ in range(inputs)]
    if extreme:
        rows += [np.full(n_in, -128, np.int8), np.full(n_in, 127, np.int8), np.full(n_in, v['inputZeroPoint'], np.int8)]
    interpreter = runtime.Interpreter.from_bytes(model(v))
    cases = []
    for x in rows:
        interpreter.set_input(x.reshape(1, -1), 0)
        interpreter.invoke()
        cases.append({'input': x.tolist(), 'output': interpreter.get_output(0).reshape(-1).tolist()})
    used = sorted({q for c in cases for q in c['output']})
    print(f'{name}: {len(cases)} cases, {len(used)} different outputs in [{used[0]}, {used[-1]}]')
    out = {
        'op': 'fully_connected',
        'computedBy': f"TensorFlow Lite for Microcontrollers, PyPI tflite-micro {version('tflite-micro')}",
        'madeBy': 'scripts/oracles/fully_connected_tflm.py',
        'inputs': n_in, 'outputs': n_out, 'activation': activation,
        'inputScale': float(in_scale), 'inputZeroPoint': v['inputZeroPoint'],
        'weightScale': [float(x) for x in drawn], 'weights': weights.reshape(-1).tolist(),
        'bias': None if v['bias'] is None else v['bias'].tolist(),
        'outputScale': float(v['outputScale']), 'outputZeroPoint': v['outputZeroPoint'],
        'cases': cases,
    }
    with open(os.path.join(OUT, f'{name}.json'), 'w') as f:
        json.dump(out, f, separators=(',', ':'))
        f.write('\n')


os.makedirs(OUT, exist_ok=True)
vector('per-channel-16x8', 1, 16, 8, extreme=True)
vector('per-tensor-16x8', 2, 16, 8, per_channel=False)
vector('relu-20x10', 3, 20, 10, activation='relu', extreme=True)
vector('no-bias-7x3', 4, 7, 3, bias=False)
vector('saturating-33x5', 5, 33, 5, factor=0.2, extreme=True)
vector('small-multipliers-40x6', 6, 40, 6, factor=40)
vector('left-shift-5x4', 7, 5, 4, limit=1, scales=(0.5, 0.25, 0.04), bias=False, inputs=24)
vector('ties-6x8', 10, 6, 8, limit=15, scales=(0.5, 0.25, 1.0), bias=False, inputs=24)
vector('ties-two-shifts-6x8', 11, 6, 8, limit=15, scales=(0.5, 0.125, 2.0), bias=False, inputs=24)
vector('one-to-one', 8, 1, 1, inputs=20)
vector('wide-257x10', 9, 257, 10, inputs=3)
