"""Makes int8 .tflite models with TensorFlow's own converter: small ones of the kinds that people deploy, with random weights.

usage: keras_zoo.py DIR [NAME...]
Each model is a function below; its name and, after a dot, how it was converted make the file's name. Random weights say as
much as trained ones about bytes being equal: calibration sees random samples, normalization has random statistics.
"""
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
# Keras 2 takes TensorFlow's own functions between its layers.
os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers as L

MODELS = {}


def model(*shape, batch=1, ways=("int8",)):
    """Registers a function from an input tensor to the output tensor, or to a list of them."""

    def register(function):
        MODELS[function.__name__] = (function, shape, batch, ways)
        return function

    return register


def norm_relu(x, activation="relu"):
    x = L.BatchNormalization()(x)
    return x * tf.nn.relu6(x + 3.0) / 6.0 if activation == "hard_swish" else L.Activation(activation)(x)


def separable(x, filters, stride=1, activation="relu6"):
    x = norm_relu(L.DepthwiseConv2D(3, stride, "same", use_bias=False)(x), activation)
    return norm_relu(L.Conv2D(filters, 1, use_bias=False)(x), activation)


def inverted(x, filters, stride, expansion, activation="relu6", squeeze=False):
    channels = x.shape[-1]
    y = norm_relu(L.Conv2D(channels * expansion, 1, use_bias=False)(x), activation)
    if stride == 2:
        y = L.ZeroPadding2D(((0, 1), (0, 1)))(y)
    y = L.DepthwiseConv2D(3, stride, "valid" if stride == 2 else "same", use_bias=False)(y)
    y = norm_relu(y, activation)
    if squeeze:
        s = L.GlobalAveragePooling2D(keepdims=True)(y)
        s = L.Conv2D(max(1, channels), 1, activation="relu")(s)
        s = L.Conv2D(channels * expansion, 1, activation="hard_sigmoid")(s)
        y = L.Multiply()([y, s])
    y = L.BatchNormalization()(L.Conv2D(filters, 1, use_bias=False)(y))
    return L.Add()([x, y]) if stride == 1 and filters == channels else y


@model(64, 64, 3, ways=("int8", "uint8", "float", "tensor", "old"))
def mobilenet_v1(x):
    x = norm_relu(L.Conv2D(8, 3, 2, "same", use_bias=False)(x), "relu6")
    for filters, stride in ((16, 1), (32, 2), (32, 1), (64, 2), (64, 1)):
        x = separable(x, filters, stride)
    x = L.GlobalAveragePooling2D()(x)
    return L.Softmax()(L.Dense(10)(L.Dropout(0.1)(x)))


@model(48, 48, 3, batch=None, ways=("int8", "uint8"))
def mobilenet_v2_open_batch(x):
    x = norm_relu(L.Conv2D(8, 3, 2, "same", use_bias=False)(x), "relu6")
    for filters, stride in ((8, 1), (16, 2), (16, 1), (24, 2), (24, 1)):
        x = inverted(x, filters, stride, 4)
    return L.Dense(5, activation="softmax")(L.GlobalAveragePooling2D()(x))


@model(48, 48, 1, ways=("int8", "float"))
def mobilenet_v3(x):
    x = norm_relu(L.Conv2D(8, 3, 2, "same", use_bias=False)(x), "hard_swish")
    for filters, stride in ((8, 1), (16, 2), (16, 1)):
        x = inverted(x, filters, stride, 3, "hard_swish", squeeze=True)
    x = L.GlobalAveragePooling2D(keepdims=True)(x)
    x = norm_relu(L.Conv2D(32, 1)(x), "hard_swish")
    return L.Softmax()(L.Flatten()(L.Conv2D(7, 1)(x)))


@model(96, 96, 3)
def keras_mobilenet(x):
    return keras.applications.MobileNet(input_tensor=x, alpha=0.25, weights=None, classes=4).output


@model(96, 96, 3)
def keras_mobilenet_v2(x):
    return keras.applications.MobileNetV2(input_tensor=x, alpha=0.35, weights=None, classes=4).output


@model(96, 96, 3)
def keras_mobilenet_v3_small(x):
    return keras.applications.MobileNetV3Small(input_tensor=x, alpha=0.35, weights=None, classes=4, minimalistic=False, input_shape=(96, 96, 3)).output


@model(96, 96, 3)
def keras_mobilenet_v3_minimalistic(x):
    return keras.applications.MobileNetV3Small(input_tensor=x, alpha=0.35, weights=None, classes=4, minimalistic=True, input_shape=(96, 96, 3)).output


@model(48, 48, 3)
def efficientnet_like(x):
    x = norm_relu(L.Conv2D(8, 3, 2, "same", use_bias=False)(x), "swish")
    for filters, stride in ((8, 1), (16, 2), (16, 1)):
        x = inverted(x, filters, stride, 3, "swish", squeeze=True)
    return L.Dense(6)(L.GlobalAveragePooling2D()(x))


@model(32, 32, 3, batch=None)
def resnet(x):
    x = norm_relu(L.Conv2D(16, 3, 1, "same")(x))
    for filters, stride in ((16, 1), (32, 2), (64, 2)):
        y = norm_relu(L.Conv2D(filters, 3, stride, "same")(x))
        y = L.BatchNormalization()(L.Conv2D(filters, 3, 1, "same")(y))
        if stride != 1:
            x = L.Conv2D(filters, 1, stride, "same")(x)
        x = L.Activation("relu")(L.Add()([x, y]))
    x = L.AveragePooling2D(8)(x)
    return L.Dense(10, activation="softmax")(L.Flatten()(x))


@model(32, 32, 3)
def resnet_v2_preactivation(x):
    x = L.Conv2D(8, 3, 1, "same")(x)
    for filters in (8, 16):
        y = norm_relu(x)
        shortcut = L.Conv2D(filters, 1, 2)(y)
        y = norm_relu(L.Conv2D(filters, 3, 2, "same")(y))
        y = L.Conv2D(filters, 3, 1, "same")(y)
        x = L.Add()([shortcut, y])
    return L.Dense(10)(L.GlobalMaxPooling2D()(norm_relu(x)))


@model(49, 10, 1, batch=None, ways=("int8", "float"))
def ds_cnn(x):
    x = norm_relu(L.Conv2D(64, (10, 4), (2, 2), "same")(x))
    for _ in range(2):
        x = separable(x, 64, activation="relu")
    x = L.AveragePooling2D((25, 5))(x)
    return L.Dense(12, activation="softmax")(L.Flatten()(x))


@model(128, batch=None, ways=("int8", "uint8", "float", "tensor"))
def autoencoder(x):
    y = x
    for width in (64, 64, 8, 64, 64):
        y = norm_relu(L.Dense(width)(y))
    return L.Dense(128)(y)


@model(64, 3, batch=None, ways=("int8", "float"))
def conv1d_activity(x):
    x = L.Conv1D(16, 5, activation="relu", padding="same")(x)
    x = L.MaxPooling1D(2)(x)
    x = L.Conv1D(32, 3, strides=2, activation="relu")(x)
    x = L.Conv1D(32, 3, dilation_rate=2, padding="same", activation="relu")(x)
    x = L.AveragePooling1D(2)(x)
    return L.Dense(6, activation="softmax")(L.Flatten()(x))


@model(128, 9)
def conv1d_global(x):
    x = norm_relu(L.Conv1D(16, 7, 2, "causal")(x))
    x = norm_relu(L.SeparableConv1D(24, 3, padding="same")(x))
    return L.Dense(6, activation="softmax")(L.GlobalAveragePooling1D()(x))


@model(100, 4)
def tcn(x):
    for rate in (1, 2, 4, 8):
        y = L.Conv1D(12, 3, padding="causal", dilation_rate=rate, activation="relu")(x)
        y = L.Conv1D(12, 3, padding="causal", dilation_rate=rate, activation="relu")(y)
        x = L.Activation("relu")(L.Add()([y, x if x.shape[-1] == 12 else L.Conv1D(12, 1)(x)]))
    return L.Dense(3)(x[:, -1, :])


@model(32, 32, 1)
def autoencoder_convolutional(x):
    y = L.Conv2D(8, 3, 2, "same", activation="relu")(x)
    y = L.Conv2D(16, 3, 2, "same", activation="relu")(y)
    y = L.Conv2DTranspose(8, 3, 2, "same", activation="relu")(y)
    return L.Conv2DTranspose(1, 3, 2, "same", activation="sigmoid")(y)


@model(9, 11, 3)
def transposed_kinds(x):
    y = L.Conv2DTranspose(5, 4, 2, "valid")(x)
    y = L.Conv2DTranspose(4, (2, 3), (2, 1), "same", use_bias=False)(y)
    return L.Conv2DTranspose(3, 1, 1, "same", activation="relu6")(y)


@model(32, 32, 3)
def unet(x):
    a = L.Conv2D(8, 3, padding="same", activation="relu")(x)
    b = L.Conv2D(16, 3, padding="same", activation="relu")(L.MaxPooling2D()(a))
    c = L.Conv2D(16, 3, padding="same", activation="relu")(L.MaxPooling2D()(b))
    y = L.Concatenate()([L.UpSampling2D()(c), b])
    y = L.Conv2D(8, 3, padding="same", activation="relu")(y)
    y = L.Concatenate()([L.UpSampling2D()(y), a])
    return L.Conv2D(2, 1)(y)


@model(24, 24, 4)
def unet_bilinear(x):
    y = L.Conv2D(8, 3, 2, "same", activation="relu")(x)
    y = L.UpSampling2D(2, interpolation="bilinear")(y)
    return L.Conv2D(2, 1, activation="sigmoid")(L.Concatenate()([x, y]))


@model(7, 9, 3)
def resize_kinds(x):
    y = tf.image.resize(x, (13, 20), method="nearest")
    z = tf.image.resize(x, (13, 20), method="bilinear")
    w = tf.compat.v1.image.resize_bilinear(x, (13, 20), align_corners=True)
    v = tf.compat.v1.image.resize_nearest_neighbor(x, (13, 20), align_corners=True)
    u = tf.compat.v1.image.resize_bilinear(x, (13, 20))
    return L.Concatenate()([y, z, w, v, u])


@model(32, 32, 3)
def yolo_heads(x):
    x = L.Conv2D(16, 3, 2, "same")(x)
    x = L.LeakyReLU(0.1)(L.BatchNormalization()(x))
    small = L.Conv2D(16, 3, 2, "same", activation=tf.nn.leaky_relu)(x)
    return [L.Conv2D(18, 1)(small), L.Conv2D(18, 1)(L.Concatenate()([x, L.UpSampling2D(2)(small)]))]


@model(32, 32, 3)
def ssd_heads(x):
    x = separable(L.Conv2D(8, 3, 2, "same")(x), 16, 2)
    y = separable(x, 32, 2)
    boxes = L.Concatenate(axis=1)([L.Reshape((-1, 4))(L.Conv2D(12, 3, padding="same")(f)) for f in (x, y)])
    classes = L.Concatenate(axis=1)([L.Reshape((-1, 2))(L.Conv2D(6, 3, padding="same")(f)) for f in (x, y)])
    return [boxes, L.Activation("sigmoid")(classes)]


@model(28, 28, 1, batch=None, ways=("int8", "uint8", "float", "old", "tensor"))
def lenet(x):
    x = L.Conv2D(6, 5, activation="tanh", padding="same")(x)
    x = L.AveragePooling2D()(x)
    x = L.Conv2D(16, 5, activation="tanh")(x)
    x = L.AveragePooling2D()(x)
    x = L.Dense(84, activation="tanh")(L.Dense(120, activation="tanh")(L.Flatten()(x)))
    return L.Dense(10, activation="softmax")(x)


@model(28, 28, batch=None)
def rows_of_an_image(x):
    x = L.Dense(16, activation="relu")(x)
    return L.Dense(10)(L.Flatten()(L.Permute((2, 1))(x)))


@model(28, 28, batch=None)
def mnist_reshape(x):
    x = L.Reshape((28, 28, 1))(x)
    x = L.MaxPooling2D()(L.Conv2D(12, 3, activation="relu")(x))
    return L.Dense(10)(L.Flatten()(x))


@model(1, batch=None, ways=("int8", "float", "uint8"))
def sine(x):
    return L.Dense(1)(L.Dense(16, activation="relu")(L.Dense(16, activation="relu")(x)))


@model(20, batch=None)
def activations_dense(x):
    kinds = ("elu", "selu", "softplus", "softsign", "tanh", "sigmoid", "hard_sigmoid", "relu6", "swish", "exponential")
    return [L.Concatenate()([L.Dense(4, activation=kind)(x) for kind in kinds])]


@model(20)
def gelu_dense(x):
    return L.Concatenate()([L.Dense(4, activation="gelu")(x), tf.nn.gelu(L.Dense(4)(x), approximate=True), tf.nn.softmax(L.Dense(4)(x))])


@model(12, 12, 6)
def leaky_prelu(x):
    y = L.LeakyReLU(0.3)(L.Conv2D(8, 3)(x))
    return L.Dense(3)(L.Flatten()(L.PReLU(shared_axes=[1, 2])(L.Conv2D(4, 3)(y))))


@model(16, 16, 8)
def grouped(x):
    x = L.Conv2D(16, 3, padding="same", groups=4, activation="relu")(x)
    return L.Conv2D(8, 1, groups=2)(x)


@model(16, 16, 6)
def shuffle(x):
    a, b = tf.split(x, 2, axis=-1)
    b = separable(b, 3)
    x = L.Concatenate()([a, b])
    x = L.Reshape((16, 16, 2, 3))(x)
    x = L.Permute((1, 2, 4, 3))(x)
    x = L.Reshape((16, 16, 6))(x)
    return L.Dense(4)(L.GlobalAveragePooling2D()(x))


@model(12, 10, 6)
def means(x):
    flat = lambda y: tf.reshape(y, (1, -1))
    y = tf.concat(
        [
            flat(tf.reduce_mean(x, axis=axes, keepdims=keep))
            for axes, keep in (([3], False), ([1], False), ([2], True), ([1, 2, 3], False), ([2, 3], True), ([1, 3], False))
        ],
        axis=1,
    )
    return L.Dense(5)(y)


@model(12, 10, 6)
def sums_and_extremes(x):
    flat = lambda y: tf.reshape(y, (1, -1))
    y = [tf.reduce_sum(x, axis=[1, 2]), tf.reduce_sum(x, axis=3), tf.reduce_max(x, axis=3), tf.reduce_max(x, axis=1)]
    y += [tf.reduce_min(x, axis=[1, 2]), tf.reduce_min(x, axis=3), tf.reduce_max(x, axis=2)]
    return [flat(each) for each in y]


@model(12, 10, 6)
def paddings(x):
    y = tf.pad(x, [[0, 0], [1, 2], [0, 3], [0, 0]])
    z = tf.pad(x, [[0, 0], [2, 1], [3, 0], [0, 0]], constant_values=0.5)
    w = tf.pad(x, [[0, 0], [1, 2], [2, 1], [0, 0]], mode="REFLECT")
    v = tf.pad(x, [[0, 0], [1, 2], [2, 1], [0, 0]], mode="SYMMETRIC")
    return L.Concatenate()([y, z, w, v])


@model(12, 10, 6)
def arithmetic(x):
    a, b = L.Conv2D(6, 1)(x), L.Conv2D(6, 3, padding="same")(x)
    y = [a + b, a - b, a * b, tf.maximum(a, b), tf.minimum(a, b), a * 0.5 + 1.0, 1.0 - a, tf.abs(a), tf.square(b), -a]
    return L.Concatenate()(y)


@model(12, 10, 6)
def arithmetic_rare(x):
    a = L.Conv2D(6, 1, activation="relu")(x) + 1.0
    b = L.Conv2D(6, 1)(x)
    y = [tf.sqrt(a), tf.math.rsqrt(a), tf.exp(b), tf.math.log(a), tf.math.squared_difference(a, b), b / a, tf.math.tanh(b)]
    return L.Concatenate()(y)


@model(12, 10, 6)
def layer_norm(x):
    return L.LayerNormalization()(L.Conv2D(8, 3)(x))


@model(6, 12, 4)
def slices(x):
    y = [x[:, ::2, 1:7:2, :], x[:, 1::2, 5:11:2, :], x[:, :3, 3:6, ::-1]]
    return L.Dense(4)(L.Flatten()(L.Concatenate()(y)))


@model(6, 12, 4)
def stacks(x):
    y = tf.stack([x[:, 0], x[:, 1], x[:, 2]], axis=1)
    z = tf.unstack(x, axis=2)
    return [y, tf.stack([z[3], z[7]], axis=-1), tf.gather(x, [2, 0, 1], axis=1), tf.tile(x, [1, 1, 2, 1])]


@model(8, 8, 8)
def space_and_depth(x):
    return tf.nn.space_to_depth(tf.nn.depth_to_space(L.Conv2D(8, 1)(x), 2), 4)


@model(12, 12, 4)
def dilated(x):
    x = L.Conv2D(6, 3, dilation_rate=2, padding="same", activation="relu")(x)
    x = L.DepthwiseConv2D(3, dilation_rate=3, padding="same", depth_multiplier=2)(x)
    return L.Conv2D(4, 3, dilation_rate=(1, 2))(x)


@model(12, 12, 4, batch=None)
def dilated_open_batch(x):
    return L.Conv2D(6, 3, dilation_rate=2, padding="same", activation="relu")(x)


@model(10, 8)
def attention(x):
    return L.Dense(3)(L.Flatten()(L.MultiHeadAttention(2, 4)(x, x)))


@model(10, 8)
def lstm(x):
    return L.Dense(3)(L.LSTM(6)(x))


@model(10, 8)
def gru_unrolled(x):
    return L.Dense(3)(L.GRU(6, unroll=True)(x))


@model(10, 8)
def simple_rnn_unrolled(x):
    return L.Dense(3)(L.SimpleRNN(6, unroll=True)(x))


@model(16, 16, 3)
def preprocessing(x):
    x = L.Rescaling(1.0 / 127.5, offset=-1)(x)
    x = L.Normalization(mean=[0.1, 0.2, 0.3], variance=[1.0, 2.0, 0.5])(x)
    return L.Dense(3, activation="sigmoid")(L.Flatten()(L.Conv2D(4, 3, 2)(x)))


@model(16, 16, 3, batch=None)
def global_pools_open_batch(x):
    x = L.Conv2D(8, 3)(x)
    return L.Dense(3)(L.Concatenate()([L.GlobalAveragePooling2D()(x), L.GlobalMaxPooling2D()(x)]))


@model(16, 16, 3)
def argmax_head(x):
    return tf.argmax(L.Dense(5)(L.Flatten()(x)), axis=-1)


@model(16, 16, 3)
def l2_embedding(x):
    return tf.nn.l2_normalize(L.Dense(8)(L.Flatten()(x)), axis=-1)


@model(16, 4)
def conv1d_transposed(x):
    return L.Conv1DTranspose(4, 4, 2, "same")(x)


@model(5, 8, 8, 3)
def frames_time_distributed(x):
    return L.Dense(2)(L.Flatten()(L.TimeDistributed(L.Conv2D(4, 3, activation="relu"))(x)))


@model(6, 8, 8, 2)
def conv3d(x):
    return L.Dense(2)(L.Flatten()(L.Conv3D(4, 3, activation="relu")(x)))


@model(16, 16, 3)
def pools(x):
    y = [L.MaxPooling2D(3, 2, "same")(x), L.AveragePooling2D(3, 2, "same")(x), L.MaxPooling2D((2, 1), 2)(x)]
    return L.Concatenate()([L.Conv2D(4, 1)(each) for each in y])


@model(32, 16)
def transformer_encoder(x):
    for _ in range(2):
        x = L.LayerNormalization()(L.Add()([x, L.MultiHeadAttention(2, 8)(x, x)]))
        y = L.Dense(16)(L.Dense(32, activation="relu")(x))
        x = L.LayerNormalization()(L.Add()([x, y]))
    return L.Dense(5, activation="softmax")(L.GlobalAveragePooling1D()(x))


@model(32, 32, 3)
def vision_transformer(x):
    x = L.Conv2D(24, 8, 8)(x)
    x = L.Reshape((16, 24))(x)
    y = L.LayerNormalization()(x)
    x = L.Add()([x, L.MultiHeadAttention(3, 8)(y, y)])
    y = L.Dense(24)(L.Dense(48, activation="relu6")(L.LayerNormalization()(x)))
    return L.Dense(4)(L.GlobalAveragePooling1D()(L.Add()([x, y])))


@model(32, 40, 1)
def crnn(x):
    x = L.MaxPooling2D((2, 2))(norm_relu(L.Conv2D(8, 3, padding="same")(x)))
    x = L.MaxPooling2D((2, 1))(norm_relu(L.Conv2D(16, 3, padding="same")(x)))
    x = L.Reshape((20, 128))(L.Permute((2, 1, 3))(x))
    x = L.Bidirectional(L.LSTM(12, return_sequences=True))(x)
    return L.Dense(11, activation="softmax")(x)


@model(48, 13)
def lstm_keywords(x):
    x = L.LSTM(24, return_sequences=True)(L.Conv1D(16, 3, 2, activation="relu")(x))
    return L.Dense(6, activation="softmax")(L.LSTM(16)(x))


@model(32, 32, 1)
def denoiser(x):
    y = L.Conv2D(8, 3, 2, "same", activation="relu")(x)
    y = L.Conv2D(12, 3, 2, "same", activation="relu")(y)
    y = L.Conv2D(8, 3, padding="same", activation="relu")(L.UpSampling2D(2, interpolation="bilinear")(y))
    y = L.Conv2D(1, 3, padding="same")(L.UpSampling2D(2, interpolation="bilinear")(y))
    return L.Subtract()([x, y])


@model(48, 48, 3)
def squeezenet(x):
    x = L.MaxPooling2D(3, 2)(L.Conv2D(16, 3, 2, activation="relu")(x))
    for squeeze, expand in ((4, 12), (6, 16)):
        s = L.Conv2D(squeeze, 1, activation="relu")(x)
        x = L.Concatenate()([L.Conv2D(expand, k, padding="same", activation="relu")(s) for k in (1, 3)])
    return L.Softmax()(L.GlobalAveragePooling2D()(L.Conv2D(6, 1, activation="relu")(x)))


@model(32, 32, 3)
def densenet(x):
    x = L.Conv2D(8, 3, padding="same", use_bias=False)(x)
    for _ in range(2):
        for _ in range(3):
            y = L.Conv2D(6, 3, padding="same", use_bias=False)(norm_relu(x))
            x = L.Concatenate()([x, y])
        x = L.AveragePooling2D()(L.Conv2D(12, 1, use_bias=False)(norm_relu(x)))
    return L.Dense(10, activation="softmax")(L.GlobalAveragePooling2D()(norm_relu(x)))


@model(48, 48, 3)
def efficientnet_lite(x):
    x = norm_relu(L.Conv2D(8, 3, 2, "same", use_bias=False)(x), "relu6")
    for filters, stride in ((8, 1), (16, 2), (16, 1), (24, 2)):
        x = inverted(x, filters, stride, 4)
    x = norm_relu(L.Conv2D(32, 1, use_bias=False)(x), "relu6")
    return L.Dense(7, activation="softmax")(L.Dropout(0.2)(L.GlobalAveragePooling2D()(x)))


@model(16, 16, 3)
def mlp_mixer(x):
    x = L.Reshape((16, 20))(L.Conv2D(20, 4, 4)(x))
    y = L.Permute((2, 1))(L.LayerNormalization()(x))
    y = L.Permute((2, 1))(L.Dense(16)(L.Dense(24, activation="relu")(y)))
    x = L.Add()([x, y])
    x = L.Add()([x, L.Dense(20)(L.Dense(32, activation="relu")(L.LayerNormalization()(x)))])
    return L.Dense(3)(L.GlobalAveragePooling1D()(x))


@model(64, 64, 3)
def embedding_triplet(x):
    for filters in (8, 16, 24):
        x = norm_relu(L.SeparableConv2D(filters, 3, 2, "same")(x))
    return tf.math.l2_normalize(L.Dense(32)(L.GlobalAveragePooling2D()(x)), axis=-1)


def two_inputs():
    a, b = keras.Input((8, 8, 3), batch_size=1), keras.Input((4,), batch_size=1)
    x = L.Flatten()(L.Conv2D(4, 3, activation="relu")(a))
    return keras.Model([a, b], L.Dense(3)(L.Concatenate()([x, L.Dense(4)(b)])))


def same_input_twice():
    a, b = keras.Input((8, 8, 3), batch_size=1), keras.Input((8, 8, 3), batch_size=1)
    shared = L.Conv2D(4, 3, activation="relu")
    return keras.Model([a, b], [L.Add()([shared(a), shared(b)]), L.Dense(2)(L.Flatten()(shared(b)))])


WHOLE = {"two_inputs": two_inputs, "same_input_twice": same_input_twice}


def settle(net, rng):
    """Weights, biases and statistics as training could leave them."""
    for weight in net.weights:
        shape = tuple(weight.shape)
        name = weight.name.split("/")[-1].split(":")[0]
        if name == "moving_variance" or name == "gamma":
            weight.assign(rng.uniform(0.3, 2.0, shape))
        elif name in ("bias", "beta", "moving_mean"):
            weight.assign(rng.normal(0, 0.2, shape))


def convert(net, way, rng):
    converter = tf.lite.TFLiteConverter.from_keras_model(net)
    shapes = [tuple(1 if d is None else d for d in each.shape) for each in net.inputs]

    def samples():
        for _ in range(16):
            yield [rng.normal(0, 1, shape).astype(np.float32) for shape in shapes]

    if way == "float32":
        return converter.convert()
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = samples
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    kind = {"uint8": tf.uint8, "float": tf.float32}.get(way, tf.int8)
    converter.inference_input_type = kind
    converter.inference_output_type = kind
    if way == "tensor":
        converter._experimental_disable_per_channel = True
    if way == "old":
        converter.experimental_new_quantizer = False
    return converter.convert()


def main(out, names):
    os.makedirs(out, exist_ok=True)
    for name in names or [*MODELS, *WHOLE]:
        ways = ("int8",) if name in WHOLE else MODELS[name][3]
        for way in (*ways, "float32"):
            rng = np.random.default_rng(1)
            tf.keras.utils.set_random_seed(1)
            try:
                if name in WHOLE:
                    net = WHOLE[name]()
                else:
                    function, shape, batch, _ = MODELS[name]
                    x = keras.Input(shape, batch_size=batch)
                    net = keras.Model(x, function(x))
                settle(net, rng)
                content = convert(net, way, rng)
                with open(os.path.join(out, f"{name}.{way}.tflite"), "wb") as file:
                    file.write(content)
            except Exception as error:  # what the converter refuses is no model to test
                print(f"{name}.{way}: {type(error).__name__}: {str(error)[:300]}", flush=True)


main(sys.argv[1], sys.argv[2:])
