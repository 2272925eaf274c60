#!/usr/bin/env python3
"""Makes tests/vectors/spectrum-features/*.json: log-mel and MFCC features in float64 by scipy and librosa.

Run by hand: python3 scripts/oracles/spectrum_features.py
It makes a virtual environment of its own in a temporary folder (packages numpy, scipy, librosa). The integer features of
src/ir/features are held against these numbers: docs/numerics.md says how far apart they may be.
"""
import json
import os
import subprocess
import sys
import tempfile
import venv

PACKAGES = ['numpy', 'scipy', 'librosa']
HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, '..', '..', 'tests', 'vectors', 'spectrum-features')


def inside_own_environment():
    folder = os.path.join(tempfile.gettempdir(), 'grapes-oracle-log-mel')
    python = os.path.join(folder, 'bin', 'python')
    if not os.path.exists(python):
        venv.create(folder, with_pip=True)
        subprocess.check_call([python, '-m', 'pip', 'install', '-q', *PACKAGES])
    os.execv(python, [python, os.path.abspath(__file__), '--inside'])


if '--inside' not in sys.argv:
    inside_own_environment()

from importlib.metadata import version  # noqa: E402

import librosa  # noqa: E402
import numpy as np  # noqa: E402
import scipy.fft  # noqa: E402
import scipy.signal  # noqa: E402

RNG = np.random.default_rng(1)


def speech_like(rate, seconds):
    """Gliding harmonics, noise bursts and a quiet end, as int16."""
    t = np.arange(int(rate * seconds)) / rate
    x = sum(np.sin(2 * np.pi * (120 * h * t + 40 * h * t * t)) / h for h in range(1, 12))
    x = x * np.interp(t, [0, 0.3 * seconds, 0.6 * seconds, seconds], [0.02, 1, 0.3, 0.001]) / np.abs(x).max()
    x = x + RNG.normal(0, 1, len(t)) * np.interp(t, [0, 0.5 * seconds, seconds], [1e-3, 0.05, 2e-4])
    return np.clip(np.round(x * 26000), -32768, 32767).astype(int)


def loud(rate, seconds):
    """Full scale: a square wave, clipped noise, and steps from end to end."""
    n = int(rate * seconds)
    square = np.where(np.arange(n) // 37 % 2 == 0, 32767, -32768)
    noise = np.clip(np.round(RNG.normal(0, 30000, n)), -32768, 32767).astype(int)
    return np.where(np.arange(n) < n // 2, square, noise)


def features(x, options, rate):
    frame = round(options['frameMs'] * rate / 1000)
    stride = round(options['strideMs'] * rate / 1000)
    size = 1 << max(5, (frame - 1).bit_length())
    window = scipy.signal.get_window('hann', frame)
    frames = np.stack([x[i:i + frame] * window for i in range(0, len(x) - frame + 1, stride)])
    power = np.abs(scipy.fft.rfft(frames, size)) ** 2
    mel = librosa.filters.mel(sr=rate, n_fft=size, n_mels=options['bands'], fmin=options['lowHz'],
                              fmax=options['highHz'], htk=True, norm=None, dtype=np.float64)
    logs = np.log2(np.maximum(power @ mel.T, 1))
    if options['kind'] == 'log-mel':
        return logs
    return scipy.fft.dct(logs, norm='ortho')[:, :options['coefficients']] / np.sqrt(options['bands'])


def write(name, samples, rate, options):
    made = {'by': f'scipy {version("scipy")}, librosa {version("librosa")}', 'sampleRateHz': rate, 'options': options,
            'samples': samples.tolist(), 'expected': np.round(features(samples, options, rate), 4).tolist()}
    with open(os.path.join(OUT, name + '.json'), 'w') as file:
        json.dump(made, file, separators=(',', ':'))
        file.write('\n')


os.makedirs(OUT, exist_ok=True)
KEYWORDS = {'kind': 'log-mel', 'frameMs': 30, 'strideMs': 20, 'bands': 32, 'coefficients': 10, 'lowHz': 20, 'highHz': 8000}
write('speech-log-mel', speech_like(16000, 0.15), 16000, KEYWORDS)
write('speech-mfcc', speech_like(16000, 0.15), 16000, {**KEYWORDS, 'kind': 'mfcc', 'bands': 40, 'frameMs': 32})
write('loud-log-mel', loud(8000, 0.3), 8000, {**KEYWORDS, 'bands': 20, 'frameMs': 64, 'strideMs': 50, 'highHz': 4000})
