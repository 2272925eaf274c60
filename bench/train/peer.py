"""PyTorch as the peer of the training benchmark: a child process that speaks JSON lines, one answer a request.

    {"op": "hello"}                                        -> {"version", "threads", "blas"}
    {"op": "define", "work", "layers", "inputShape", "hidden"}  -> {}
        layers as in src/ir/model-spec.ts, each with `reads` (indices, -1 is the input); hidden as [layer, anchor] pairs
    {"op": "rate", "work", "batch", "grapes", "seconds", settings}  -> {"samplesPerSecond"}
    {"op": "check", "work", "parameters", "input", "labels", "steps", "learningRate"} -> {"losses", "parameters"}

Arrays are base64 of little-endian float32 in the layouts of src/ir/ops. Settings: threads, channelsLast, fused.
The step is what a user of eager PyTorch writes: forward, cross-entropy, backward, torch.optim.SGD; GRAPES is an
autograd.Function that multiplies the gradient at a hidden layer's output by its factors.
"""
import base64
import json
import sys
import time

import torch
from torch.nn import functional as F

BATCHES = 16
LEARNING_RATE = 0.001
WARM_UP_STEPS = 5


class Modulate(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, factor):
        ctx.save_for_backward(factor)
        return x

    @staticmethod
    def backward(ctx, gradient):
        (factor,) = ctx.saved_tensors
        return gradient * factor, None


def factors(weight, is_image):
    """clip(2 r / max r, 1, 2) of the sums of absolute incoming weights, one a node or output channel."""
    w = weight.detach().abs()
    r = w.sum(1) if w.dim() == 2 else w.sum((1, 2, 3))
    m = torch.clamp(2 * r / r.max(), 1, 2)
    return m.view(1, -1, 1, 1) if is_image else m


def same_padding(size, kernel, stride):
    """TensorFlow's: what is odd goes below and to the right."""
    total = max(0, (-(-size // stride) - 1) * stride + kernel - size)
    return total // 2, total - total // 2


class Sliding(torch.nn.Module):
    """A convolution with TensorFlow's padding: F.pad only where PyTorch's symmetric padding cannot say it."""

    def __init__(self, spec, shape, depthwise):
        super().__init__()
        (kh, kw), (sh, sw) = spec['kernel'], spec['strides']
        top, bottom = same_padding(shape[1], kh, sh)
        left, right = same_padding(shape[2], kw, sw)
        symmetric = top == bottom and left == right
        self.pad = None if symmetric else (left, right, top, bottom)
        out = shape[0] if depthwise else spec['filters']
        self.conv = torch.nn.Conv2d(
            shape[0], out, (kh, kw), (sh, sw), padding=(top, left) if symmetric else 0,
            groups=shape[0] if depthwise else 1, bias=spec['bias'],
        )
        self.shape = (out, -(-shape[1] // sh), -(-shape[2] // sw))

    def forward(self, x):
        return self.conv(x if self.pad is None else F.pad(x, self.pad))


class Network(torch.nn.Module):
    def __init__(self, layers, input_shape, hidden):
        super().__init__()
        self.input_shape = input_shape
        image = list(input_shape) if len(input_shape) == 3 else [*input_shape, 1]
        shapes = [(image[2], image[0], image[1]) if len(input_shape) > 1 else tuple(input_shape)]
        self.blocks = torch.nn.ModuleList()
        self.steps = []
        self.anchors = {anchor: layer for layer, anchor in hidden}
        for index, spec in enumerate(layers):
            block, shape = self.block(spec, shapes[spec['reads'][0] + 1])
            self.blocks.append(block)
            shapes.append(shape)
            relu = spec.get('activation') == 'relu'
            self.steps.append((index, spec['type'], spec['reads'], relu, self.anchors.get(index)))
        self.shapes = shapes

    @staticmethod
    def block(spec, shape):
        kind = spec['type']
        if kind == 'dense':
            return torch.nn.Linear(shape[0], spec['units'], bias=spec['bias']), (spec['units'],)
        if kind in ('conv_2d', 'depthwise_conv_2d'):
            block = Sliding(spec, shape, kind == 'depthwise_conv_2d')
            return block, block.shape
        if kind == 'batch_norm':
            return torch.nn.BatchNorm2d(shape[0], eps=spec['epsilon'], momentum=1 - spec['momentum']), shape
        if kind == 'global_average_pool_2d':
            return torch.nn.Identity(), (shape[0],)
        return torch.nn.Identity(), shape

    def weight(self, layer):
        block = self.blocks[layer]
        return block.conv.weight if isinstance(block, Sliding) else block.weight

    def forward(self, x, grapes):
        outputs = []
        for index, kind, reads, relu, modulated in self.steps:
            y = x if reads[0] < 0 else outputs[reads[0]]
            if kind == 'add':
                y = y + outputs[reads[1]]
            elif kind == 'global_average_pool_2d':
                y = y.mean((2, 3))
            else:
                y = self.blocks[index](y)
            if relu:
                y = torch.relu(y)
            if grapes and modulated is not None:
                y = Modulate.apply(y, factors(self.weight(modulated), y.dim() == 4))
            outputs.append(y)
        return outputs[-1]

    def tensors(self):
        """Learned tensors in the order of our plan, each with its layout there as (tensor, to ours, from ours)."""
        for block in self.blocks:
            if isinstance(block, Sliding):
                w = block.conv.weight
                if block.conv.groups > 1:
                    yield w, lambda t: t[:, 0].permute(1, 2, 0), lambda t: t.permute(2, 0, 1).unsqueeze(1)
                else:
                    yield w, lambda t: t.permute(0, 2, 3, 1), lambda t: t.permute(0, 3, 1, 2)
                bias = block.conv.bias
            else:
                if getattr(block, 'weight', None) is None:
                    continue
                yield block.weight, lambda t: t, lambda t: t
                bias = block.bias
            if bias is not None:
                yield bias, lambda t: t, lambda t: t

    def arrange(self, samples, channels_last):
        """[N][inputSize] as the network reads it."""
        if len(self.input_shape) == 1:
            return samples.reshape(len(samples), -1)
        c, h, w = self.shapes[0]
        images = samples.reshape(-1, h, w, c).permute(0, 3, 1, 2)
        return images.contiguous(memory_format=torch.channels_last if channels_last else torch.contiguous_format)


class Work:
    """A network that is being trained, on random samples, at one choice of settings."""

    def __init__(self, definition, batch, settings):
        torch.manual_seed(1)
        self.network = Network(definition['layers'], definition['inputShape'], definition['hidden'])
        if settings['channelsLast']:
            self.network = self.network.to(memory_format=torch.channels_last)
        self.optimizer = torch.optim.SGD(self.network.parameters(), lr=LEARNING_RATE, fused=settings['fused'] or None)
        size = 1
        for n in definition['inputShape']:
            size *= n
        self.inputs = [self.network.arrange(torch.rand(batch, size), settings['channelsLast']) for _ in range(BATCHES)]
        self.labels = [torch.randint(0, definition['classes'], (batch,)) for _ in range(BATCHES)]
        self.batch = batch
        self.at = 0
        for _ in range(WARM_UP_STEPS):
            self.step(True)

    def step(self, grapes):
        x, labels = self.inputs[self.at], self.labels[self.at]
        self.at = (self.at + 1) % BATCHES
        train(self.network, self.optimizer, x, labels, grapes)


def train(network, optimizer, x, labels, grapes):
    loss = F.cross_entropy(network(x, grapes), labels)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    return loss


def decode(text):
    return torch.frombuffer(bytearray(base64.b64decode(text)), dtype=torch.float32)


def encode(tensor):
    return base64.b64encode(tensor.detach().contiguous().numpy().astype('<f4').tobytes()).decode()


class Peer:
    def __init__(self):
        self.definitions = {}
        self.works = {}

    def hello(self, _request):
        import platform

        blas = 'MKL' if torch.backends.mkl.is_available() else 'OpenBLAS or other'
        return {
            'version': torch.__version__,
            'threads': torch.get_num_threads(),
            'blas': blas,
            'python': platform.python_version(),
        }

    def define(self, request):
        self.definitions[request['work']] = request
        return {}

    def rate(self, request):
        settings = {name: request[name] for name in ('threads', 'channelsLast', 'fused')}
        torch.set_num_threads(settings['threads'])
        key = (request['work'], request['batch'], *settings.values())
        if key not in self.works:
            self.works[key] = Work(self.definitions[request['work']], request['batch'], settings)
        work = self.works[key]
        steps = 0
        begin = time.perf_counter()
        end = begin + request['seconds']
        while time.perf_counter() < end:
            work.step(request['grapes'])
            steps += 1
        return {'samplesPerSecond': steps * work.batch / (time.perf_counter() - begin)}

    def check(self, request):
        definition = self.definitions[request['work']]
        torch.set_num_threads(1)
        network = Network(definition['layers'], definition['inputShape'], definition['hidden'])
        with torch.no_grad():
            for (tensor, to_ours, from_ours), values in zip(network.tensors(), request['parameters'], strict=True):
                tensor.copy_(from_ours(decode(values).reshape(to_ours(tensor).shape)))
        labels = torch.tensor(request['labels'])
        x = network.arrange(decode(request['input']).reshape(len(labels), -1), False)
        optimizer = torch.optim.SGD(network.parameters(), lr=request['learningRate'])
        losses = [train(network, optimizer, x, labels, True).item() for _ in range(request['steps'])]
        return {'losses': losses, 'parameters': [encode(to_ours(tensor)) for tensor, to_ours, _ in network.tensors()]}


def main():
    peer = Peer()
    operations = {'hello': peer.hello, 'define': peer.define, 'rate': peer.rate, 'check': peer.check}
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(operations[request['op']](request)), flush=True)


main()
