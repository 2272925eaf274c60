// What the training engine needs, as one WebAssembly module. AssemblyScript, not TypeScript: built by scripts/build.mjs.
// Every kernel takes addresses in bytes and sizes in elements, reads and writes nothing beyond them, and allocates nothing.
// Each product and each sum is rounded on its own to float32 (no fused multiply-add), so results are the same bits on
// every machine; the relaxed build of the same sources (training.fast.wasm) gives that up in the products of matrices.
export { gemm, gemmUpdate, gemmTransposed } from './parts/gemm';
export { scratchBytes, useScratch } from './parts/scratch';
export { addRow, columnSums, absRowSums, absColumnSums, scaleColumns, scaleRows } from './parts/matrix';
export { reluForward, reluBackward, tanhForward, tanhBackward } from './parts/activations';
export { fakeQuantize, fakeQuantizeBackward, fakeQuantizeWeights } from './parts/fake-quantize';
export { relu6Forward, relu6Backward, sigmoidForward, sigmoidBackward } from './parts/activations';
export { sumOfSquares, scale } from './parts/norm';
export { dropoutMask, multiply, accumulate } from './parts/dropout';
export { softmaxCrossEntropy, argmaxRows } from './parts/softmax';
export { meanSquaredError } from './parts/mean-squared-error';
export { sgdStep, sgdOuterStep, momentumStep, lookAhead, rmspropStep, adamStep } from './parts/optimizers';

export { imageToColumns, columnsToImage } from './parts/images';
export { winogradForward, winogradGradient } from './parts/winograd';
export { winogradFilters, winogradFilterGradient } from './parts/winograd-filters';
export { depthwiseForward, depthwiseBackwardInput, depthwiseBackwardWeights } from './parts/images';
export { maxPoolForward, maxPoolBackward, averagePoolForward, averagePoolBackward } from './parts/images';
export { copyBlocks, addBlocks, multiplyRows, addProducts } from './parts/joining';
export { batchStatistics, batchNormScale, batchNormForward, batchNormGradients, batchNormBackward, moveAverage } from './parts/batch-norm';
export { transpose, addScaledRows, addGateSums, rnnForward, rnnBackward } from './parts/recurrent';
export { gruGates, gruState, gruBackwardState, gruBackwardGates } from './parts/recurrent-gru';
export { snuForward, snuBackward } from './parts/recurrent-snu';
export { rateCode } from './parts/rate-code';

/** First free byte of the memory: the caller lays out its buffers from here on. */
export function heapBase(): usize {
  return __heap_base;
}
