#!/usr/bin/env python3
"""Makes tests/vectors/calibration/*.json: ranges of activations by numpy and scipy.

Run by hand: python3 scripts/oracles/calibration.py
It makes a virtual environment of its own in a temporary folder (packages numpy, scipy). Each file holds values and, for
them: `mse`, the smallest mean squared error of int8 over a grid of ranges, every value quantized and compared for itself;
`entropy`, the magnitude at which clipping has the smallest Kullback-Leibler divergence (scipy.stats.entropy) between the
histogram of the clipped values and its 256 levels, among the magnitudes peak * 2^(-k/16), and that divergence.
"""
import json
import os
import subprocess
import sys
import tempfile
import venv

PACKAGES = ['numpy', 'scipy']
HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, '..', '..', 'tests', 'vectors', 'calibration')


def inside_own_environment():
    folder = os.path.join(tempfile.gettempdir(), 'grapes-oracle-calibration')
    python = os.path.join(folder, 'bin', 'python')
    if not os.path.exists(python):
        venv.create(folder, with_pip=True)
        subprocess.check_call([python, '-m', 'pip', 'install', '-q', *PACKAGES])
    os.execv(python, [python, os.path.abspath(__file__), '--inside'])


if '--inside' not in sys.argv:
    inside_own_environment()

from importlib.metadata import version  # noqa: E402

import numpy as np  # noqa: E402
import scipy.stats  # noqa: E402

RNG = np.random.default_rng(1)
COUNT = 3000


def int8(low, high):
    """Scale and zero point of an asymmetric range that holds 0."""
    low, high = min(0.0, low), max(0.0, high)
    scale = float(np.float32((high - low) / 255))
    return scale, int(np.clip(np.rint(-128 - low / scale), -128, 127))


def error(x, low, high):
    scale, zero = int8(low, high)
    q = np.clip(np.rint(x / scale) + zero, -128, 127)
    return float(np.mean((x - scale * (q - zero)) ** 2))


def best_error(x):
    ends = 2.0 ** (-np.arange(0, 129) / 16)
    lows = [float(x.min()) * f for f in ends] if x.min() < 0 else [0.0]
    highs = [float(x.max()) * f for f in ends] if x.max() > 0 else [0.0]
    return min(error(x, low, high) for low in lows for high in highs)


def divergence(x, threshold, width):
    low, high = max(float(x.min()), -threshold), min(float(x.max()), threshold)
    scale, zero = int8(low, high)
    if width > scale:
        return np.inf
    half = 4096
    edges = width * np.arange(-half, half + 1)
    counts, _ = np.histogram(x[x != 0], edges)
    centres = (edges[:-1] + edges[1:]) / 2
    # Halves go up, as in floor(v + 1/2).
    level = np.floor(centres / scale + 0.5) + zero
    filled = counts > 0
    inside = filled & (centres > scale * (-128.5 - zero)) & (centres < scale * (127.5 - zero))
    first, last = np.flatnonzero(inside)[[0, -1]]
    p = np.where(inside, counts, 0).astype(float)
    p[first] += counts[:first][~inside[:first]].sum()
    p[last] += counts[last + 1:][~inside[last + 1:]].sum()
    q = np.zeros_like(p)
    for v in np.unique(level[inside]):
        bins = inside & (level == v)
        q[bins] = counts[bins].sum() / bins.sum()
    return float(scipy.stats.entropy(p[inside], q[inside]))


def best_divergence(x):
    peak = float(np.abs(x).max())
    width = 2.0 ** (np.floor(np.log2(peak)) + 1) / 4096
    thresholds = [peak * 2.0 ** (-k / 16) for k in range(129)]
    values = [divergence(x, t, width) for t in thresholds]
    k = int(np.argmin(values))
    return thresholds[k], values[k]


def write(name, values):
    x = np.array([float(f'{v:.4g}') for v in values], dtype=np.float32).astype(np.float64)
    threshold, smallest = best_divergence(x)
    made = {
        'by': f'numpy {version("numpy")}, scipy {version("scipy")}',
        'mse': best_error(x),
        'entropy': {'threshold': threshold, 'divergence': smallest},
        'values': [float(f'{v:.4g}') for v in x],
    }
    os.makedirs(OUT, exist_ok=True)
    with open(os.path.join(OUT, f'{name}.json'), 'w', encoding='utf8') as file:
        json.dump(made, file, separators=(',', ':'))
        file.write('\n')


write('relu-with-long-tail', np.maximum(0, RNG.standard_t(3, COUNT)))
write('laplace-off-centre', RNG.laplace(0.3, 1, COUNT))
write('normal-with-outlier', np.append(RNG.normal(0, 1, COUNT), 40))
write('uniform', RNG.uniform(-1, 2, COUNT))
write('negative', -np.abs(RNG.standard_t(4, COUNT)))
