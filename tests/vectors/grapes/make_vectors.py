"""Writes net5-3-2-3_b2.json: GRAPES by loops over the definition, float64, standard library only.

Independent of the TypeScript and WebAssembly code on purpose. Run: python3 make_vectors.py
Format: as tests/train/golden-run.ts says. No biases; relu'(0) = 0; m = clip(2 r / max r, 1, 2).
"""
import json
import math
import random

LAYERS, ROWS, BATCHES = [5, 3, 2, 3], 2, 4
rnd = random.Random(6)
W0 = [[[round(rnd.uniform(-1, 1) * 64) / 64 for _ in range(i)] for _ in range(o)] for i, o in zip(LAYERS, LAYERS[1:])]
W0[0][1] = [w / 4 for w in W0[0][1]]  # so that the lower bound of the clip is met
X = [[round(rnd.random() * 64) / 64 for _ in range(LAYERS[0])] for _ in range(ROWS * BATCHES)]
T = [rnd.randrange(LAYERS[-1]) for _ in X]


def forward(w, x, f):
    xs, activations = [x], []
    for l, layer in enumerate(w):
        a = [sum(wi * xi for wi, xi in zip(row, xs[-1])) for row in layer]
        activations.append(a)
        xs.append(a if l == len(w) - 1 else [f(v) for v in a])
    top = max(xs[-1])
    e = [math.exp(v - top) for v in xs[-1]]
    return xs, activations, [v / sum(e) for v in e]


def run(learn, update, activation, eta):
    relu = activation == "relu"
    f = (lambda a: max(a, 0.0)) if relu else math.tanh
    df = (lambda a: 1.0 if a > 0 else 0.0) if relu else (lambda a: 1 - math.tanh(a) ** 2)
    w = json.loads(json.dumps(W0))
    v = [[[0.0] * len(r) for r in layer] for layer in w]
    case = {"learn": learn, "update": update, "activation": activation, "eta": eta, "dropout_keep": 1,
            "train_outputs": [], "weights": []}
    for b in range(BATCHES):
        factors = []
        for layer in w[:-1]:
            r = [sum(abs(x) for x in row) for row in layer]
            factors.append([min(max(2 * s / max(r), 1), 2) for s in r] if learn != "BP" else [1.0] * len(r))
        if learn != "BP" and b in (0, 1, BATCHES - 1):
            case[{0: "factors_batch1", 1: "factors_batch2", BATCHES - 1: "factors_last"}[b]] = factors
        g = [[[0.0] * len(r) for r in layer] for layer in w]
        for n in range(b * ROWS, (b + 1) * ROWS):
            xs, acts, y = forward(w, X[n], f)
            case["train_outputs"].append(y)
            delta = [p - (k == T[n]) for k, p in enumerate(y)]
            for l in range(len(w) - 1, -1, -1):
                local = factors[l] if learn == "BPgrapes-local" and l < len(w) - 1 else [1.0] * len(delta)
                for j, d in enumerate(delta):
                    for i, x in enumerate(xs[l]):
                        g[l][j][i] += local[j] * d * x / ROWS
                if l > 0:
                    back = [sum(w[l][j][i] * d for j, d in enumerate(delta)) for i in range(LAYERS[l])]
                    m = factors[l - 1] if learn == "BPgrapes" else [1.0] * len(back)
                    delta = [mi * s * df(a) for mi, s, a in zip(m, back, acts[l - 1])]
        for l, layer in enumerate(w):
            for j, row in enumerate(layer):
                for i in range(len(row)):
                    v[l][j][i] = (0.9 * v[l][j][i] if update == "mom" else 0) + eta * g[l][j][i]
                    row[i] -= v[l][j][i]
        case["weights"].append(json.loads(json.dumps(w)))
    case["final_outputs"] = [forward(w, x, f)[2] for x in X[:8]]
    return case


CASES = [("BP", "SGD", "relu", 0.5), ("BPgrapes", "SGD", "relu", 0.5), ("BPgrapes", "mom", "tanh", 0.25),
         ("BPgrapes-local", "SGD", "tanh", 0.5), ("BPgrapes-local", "mom", "relu", 0.25)]
with open("net5-3-2-3_b2.json", "w") as out:
    json.dump({"computed_by": "make_vectors.py", "layers": LAYERS, "batch_size": ROWS, "batches": BATCHES, "w0": W0,
               "inputs": X, "labels": T, "cases": [run(*c) for c in CASES]}, out)
    out.write("\n")
