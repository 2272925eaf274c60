"""Writes net5-3-2-3_b2.json: GRAPES by loops over the definition, float64, standard library only.

Independent of the TypeScript and WebAssembly code on purpose. Run: python3 make_vectors.py
Format: as tests/train/golden-run.ts says. No biases; relu'(0) = 0; m = clip(2 r / max r, 1, 2), also with FA and DFA.
NAG: the network, its factors and the final outputs use u = w - 0.9 v; `weights` are w.
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


def draw(rows, columns):
    return [[round(rnd.uniform(-1, 1) * 64) / 64 for _ in range(columns)] for _ in range(rows)]


FEEDBACK_FA = [draw(i, o) for i, o in zip(LAYERS[1:], LAYERS[2:])]  # of layer 2 and up: [in][out]
FEEDBACK_DFA = [draw(n, LAYERS[-1]) for n in LAYERS[1:-1]]  # of each hidden layer: [nodes][outputs]


def forward(w, x, f):
    xs, activations = [x], []
    for l, layer in enumerate(w):
        a = [sum(wi * xi for wi, xi in zip(row, xs[-1])) for row in layer]
        activations.append(a)
        xs.append(a if l == len(w) - 1 else [f(v) for v in a])
    top = max(xs[-1])
    e = [math.exp(v - top) for v in xs[-1]]
    return xs, activations, [v / sum(e) for v in e]


def look_ahead(w, v, update):
    if update != "NAG":
        return w
    return [[[wi - 0.9 * vi for wi, vi in zip(*rows)] for rows in zip(*layers)] for layers in zip(w, v)]


def down(learn, w, l, i, delta, error):
    """What brings the error to node i below layer l: pairs of an array's element and an error."""
    if learn.startswith("DFA"):
        return list(zip(FEEDBACK_DFA[l - 1][i], error))
    if learn.startswith("FA"):
        return list(zip(FEEDBACK_FA[l - 1][i], delta))
    return [(w[l][j][i], d) for j, d in enumerate(delta)]


def run(learn, update, activation, eta):
    relu = activation == "relu"
    f = (lambda a: max(a, 0.0)) if relu else math.tanh
    df = (lambda a: 1.0 if a > 0 else 0.0) if relu else (lambda a: 1 - math.tanh(a) ** 2)
    w = json.loads(json.dumps(W0))
    v = [[[0.0] * len(r) for r in layer] for layer in w]
    case = {"learn": learn, "update": update, "activation": activation, "eta": eta, "dropout_keep": 1,
            "train_outputs": [], "weights": []}
    plain = w
    for b in range(BATCHES):
        w = look_ahead(plain, v, update)
        factors = []
        for layer in w[:-1]:
            r = [sum(abs(x) for x in row) for row in layer]
            factors.append([min(max(2 * s / max(r), 1), 2) for s in r] if "grapes" in learn else [1.0] * len(r))
        if "grapes" in learn and b in (0, 1, BATCHES - 1):
            case[{0: "factors_batch1", 1: "factors_batch2", BATCHES - 1: "factors_last"}[b]] = factors
        g = [[[0.0] * len(r) for r in layer] for layer in w]
        for n in range(b * ROWS, (b + 1) * ROWS):
            xs, acts, y = forward(w, X[n], f)
            case["train_outputs"].append(y)
            error = delta = [p - (k == T[n]) for k, p in enumerate(y)]
            for l in range(len(w) - 1, -1, -1):
                local = factors[l] if learn.endswith("-local") and l < len(w) - 1 else [1.0] * len(delta)
                for j, d in enumerate(delta):
                    for i, x in enumerate(xs[l]):
                        g[l][j][i] += local[j] * d * x / ROWS
                if l > 0:
                    back = [sum(b * d for b, d in down(learn, w, l, i, delta, error)) for i in range(LAYERS[l])]
                    m = factors[l - 1] if learn.endswith("grapes") else [1.0] * len(back)
                    delta = [mi * s * df(a) for mi, s, a in zip(m, back, acts[l - 1])]
        for l, layer in enumerate(plain):
            for j, row in enumerate(layer):
                for i in range(len(row)):
                    v[l][j][i] = (0 if update == "SGD" else 0.9 * v[l][j][i]) + eta * g[l][j][i]
                    row[i] -= v[l][j][i]
        case["weights"].append(json.loads(json.dumps(plain)))
    w = look_ahead(plain, v, update)
    case["final_outputs"] = [forward(w, x, f)[2] for x in X[:8]]
    return case


CASES = [("BP", "SGD", "relu", 0.5), ("BPgrapes", "SGD", "relu", 0.5), ("BPgrapes", "mom", "tanh", 0.25),
         ("BPgrapes-local", "SGD", "tanh", 0.5), ("BPgrapes-local", "mom", "relu", 0.25),
         ("BPgrapes-local", "NAG", "tanh", 0.25), ("BPgrapes", "NAG", "relu", 0.25),
         ("FA", "SGD", "tanh", 0.5), ("FAgrapes", "SGD", "tanh", 0.5), ("FAgrapes", "NAG", "tanh", 0.25),
         ("FAgrapes-local", "mom", "relu", 0.25), ("DFA", "SGD", "tanh", 0.5), ("DFAgrapes", "SGD", "tanh", 0.5),
         ("DFAgrapes", "NAG", "relu", 0.25), ("DFAgrapes-local", "mom", "tanh", 0.25)]
with open("net5-3-2-3_b2.json", "w") as out:
    json.dump({"computed_by": "make_vectors.py", "layers": LAYERS, "batch_size": ROWS, "batches": BATCHES, "w0": W0,
               "inputs": X, "labels": T, "feedback_FA": FEEDBACK_FA,
               "feedback_DFA": FEEDBACK_DFA, "cases": [run(*c) for c in CASES]}, out)
    out.write("\n")
