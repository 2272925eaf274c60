#!/usr/bin/env python3
"""Makes tests/vectors/data-files/: arrays written by NumPy and pictures written by Pillow, with what they hold.

Run by hand: python3 scripts/oracles/data_files.py
It makes a virtual environment of its own in a temporary folder (packages numpy, pillow).
"""
import json
import os
import subprocess
import sys
import tempfile
import venv

PACKAGES = ['numpy', 'pillow']
HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, '..', '..', 'tests', 'vectors', 'data-files')


def inside_own_environment():
    folder = os.path.join(tempfile.gettempdir(), 'grapes-oracle-data-files')
    python = os.path.join(folder, 'bin', 'python')
    if not os.path.exists(python):
        venv.create(folder, with_pip=True)
        subprocess.check_call([python, '-m', 'pip', 'install', '-q', *PACKAGES])
    os.execv(python, [python, os.path.abspath(__file__), '--inside'])


if '--inside' not in sys.argv:
    inside_own_environment()

import numpy as np  # noqa: E402
import PIL  # noqa: E402
from PIL import Image  # noqa: E402

os.makedirs(OUT, exist_ok=True)
rng = np.random.default_rng(5)
expected = {'by': f'numpy {np.__version__}, pillow {PIL.__version__}', 'arrays': {}, 'pictures': {}}


def path(name):
    return os.path.join(OUT, name)


def array(name, values):
    np.save(path(name + '.npy'), values)
    expected['arrays'][name] = {'type': values.dtype.str[1:], 'shape': values.shape, 'values': values.ravel().tolist()}


for kind in ['u1', 'i1', '<i2', '>i2', '<i4', '<i8', '>i8', '<u4']:
    low, high = (0, 200) if 'u' in kind else (-100, 100)
    array('array-' + kind.replace('<', 'le-').replace('>', 'be-'), rng.integers(low, high, (2, 3, 2)).astype(kind))
for kind in ['<f4', '>f8']:
    array('array-' + kind.replace('<', 'le-').replace('>', 'be-'), rng.normal(0, 3, (2, 5)).astype(kind))
for version in [(2, 0), (3, 0)]:
    with open(path(f'array-version-{version[0]}.npy'), 'wb') as file:
        np.lib.format.write_array(file, np.arange(6, dtype='u1').reshape(3, 2), version)
np.save(path('fortran.npy'), np.asfortranarray(np.arange(6, dtype='f4').reshape(2, 3)))
np.save(path('objects.npy'), np.array(['a', 'b']))
np.savez_compressed(path('set.npz'), x_train=rng.integers(0, 256, (4, 2, 2)).astype('u1'), y_train=np.array([0, 1, 2, 1]),
                    x_test=np.arange(8, dtype='u1').reshape(2, 2, 2), y_test=np.array([[2], [0]], dtype='i4'))


def smooth(height, width, channels):
    y, x, c = np.mgrid[0:height, 0:width, 0:channels]
    return np.clip(40 + 9 * x + 5 * y + 30 * c + 20 * np.sin(x / 2), 0, 255).astype('u1')


def picture(name, image, **options):
    image.save(path(name), **options)
    back = Image.open(path(name))
    colour = back.convert('RGB') if back.mode != 'I;16' else None
    expected['pictures'][name] = {
        'size': [back.height, back.width],
        'grey': None if back.mode not in ('L', '1') else np.asarray(back.convert('L')).ravel().tolist(),
        'colour': None if colour is None else np.asarray(colour).ravel().tolist(),
        # Pillow's box takes whole pixels: it is the mean over areas only where the sizes divide.
        'box': np.asarray(colour.resize((4, 3), Image.BOX)).ravel().tolist() if back.size == (12, 9) else None,
    }


grey, colour = smooth(7, 10, 1)[..., 0], smooth(9, 12, 3)
picture('grey.png', Image.fromarray(grey))
picture('grey-1-bit.png', Image.fromarray(grey).convert('1'))
picture('colour.png', Image.fromarray(colour))
picture('palette.png', Image.fromarray(colour).quantize(7))
picture('grey-16-bit.png', Image.fromarray(grey.astype('u2') * 257))
picture('colour.jpg', Image.fromarray(colour), quality=95, subsampling=0)
picture('grey.jpg', Image.fromarray(grey), quality=95)
alpha = np.dstack([colour, np.full(colour.shape[:2], 128, 'u1')])
Image.fromarray(alpha, 'RGBA').save(path('alpha.png'))
with open(path('expected.json'), 'w') as file:
    json.dump(expected, file, separators=(',', ':'))
    file.write('\n')
