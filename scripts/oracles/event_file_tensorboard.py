"""Expected bytes of event files, by TensorBoard's own record writer and protobuf messages.

    python3 -m venv VENV && VENV/bin/pip install tensorboard
    VENV/bin/python scripts/oracles/event_file_tensorboard.py > tests/vectors/event-file/tensorboard.json
"""

import io
import json

import tensorboard.version
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary
from tensorboard.summary.writer.record_writer import RecordWriter


class Kept(io.BytesIO):
    def close(self):
        pass


def scalar(tag, value):
    return Summary.Value(tag=tag, simple_value=value)


def quartiles(tag, d):
    limits, buckets = [], []
    for limit in (d["q1"], d["median"], d["q3"], d["max"]):
        if limits and limits[-1] == limit:
            buckets[-1] += d["count"] / 4
        else:
            limits.append(limit)
            buckets.append(d["count"] / 4)
    histogram = HistogramProto(
        min=d["min"], max=d["max"], num=d["count"], sum=d["mean"] * d["count"], bucket_limit=limits, bucket=buckets
    )
    return Summary.Value(tag=tag, histo=histogram)


STEPS = [
    {
        "step": 1,
        "scalars": [["loss", 2.302585], ["accuracy", 0.125], ["learning_rate", 0.05]],
        "histograms": [
            ["factors/hidden", dict(min=1.05, q1=1.2, median=1.45, q3=1.75, max=2.0, mean=1.5, count=32)],
            ["factors/größer", dict(min=1.0, q1=1.0, median=1.0, q3=1.5, max=1.5, mean=1.25, count=6)],
        ],
    },
    {"step": 300, "scalars": [["loss", 1.5e-9]], "histograms": []},
]

out = Kept()
writer = RecordWriter(out)
writer.write(Event(wall_time=0.0, file_version="brain.Event:2").SerializeToString())
for step in STEPS:
    values = [scalar(*s) for s in step["scalars"]] + [quartiles(*h) for h in step["histograms"]]
    event = Event(wall_time=float(step["step"]), step=step["step"], summary=Summary(value=values))
    writer.write(event.SerializeToString())
print(
    json.dumps(
        {
            "computedBy": f"scripts/oracles/event_file_tensorboard.py, tensorboard {tensorboard.version.VERSION}",
            "steps": STEPS,
            "expectedHex": out.getvalue().hex(),
        },
        indent=2,
        ensure_ascii=False,
    )
)
