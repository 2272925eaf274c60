import type { Samples } from '../ir/dataset.js';
import type { FloatGraph, QuantizedGraph } from '../ir/graph.js';
import { evaluateFloat, evaluateInt8 } from '../ir/evaluate.js';
import type { QuantizeReport } from '../ir/report.js';
import type { PartialQuantizeReport } from './layer-report.js';

/** Adds the accuracy of both networks on `test`: what quantization cost, overall and class by class. */
export function completeQuantizeReport(
  partial: PartialQuantizeReport,
  float: FloatGraph,
  int8: QuantizedGraph,
  test: Samples,
): QuantizeReport {
  return { ...partial, float: evaluateFloat(float, test), int8: evaluateInt8(int8, test) };
}
