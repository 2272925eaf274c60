// Loads the @tensorflow/tfjs-node in the folder given, and compares gradients with sums worked out by hand.
import { strict as assert } from 'node:assert';
import { createRequire } from 'node:module';
import util from 'node:util';

// Node 23 took these away; the package still calls them.
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
util.isArray ??= Array.isArray;

const tf = createRequire(import.meta.url)(process.argv[2]);
assert.equal(tf.getBackend(), 'tensorflow');
const near = (tensor, expected) => {
  const actual = [...tensor.dataSync()];
  assert.equal(actual.length, expected.length);
  actual.forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-5, `${actual} is not ${expected}`));
};

const square = tf.tensor2d([
  [1, 2],
  [3, 4],
]);
near(tf.matMul(square, square), [7, 10, 15, 22]);
// A 2×2 filter over a 3×3 picture of ones, without padding: each weight meets 4 pixels, each pixel the filters over it.
const gradients = tf.grads((x, w) => tf.conv2d(x, w, 1, 'valid').sum());
const [dx, dw] = gradients([tf.ones([1, 3, 3, 1]), tf.tensor4d([1, 2, 3, 4], [2, 2, 1, 1])]);
near(dx, [1, 3, 2, 4, 10, 6, 3, 7, 4]);
near(dw, [4, 4, 4, 4]);
near(
  tf.grads((x, w) => tf.depthwiseConv2d(x, w, 1, 'valid').sum())([tf.ones([1, 3, 3, 1]), tf.ones([2, 2, 1, 1])])[1],
  [4, 4, 4, 4],
);
console.log(`tfjs-node ${tf.version['tfjs-node']} works, Node ${process.versions.node}`);
