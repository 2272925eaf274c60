import type { FloatOp } from '../../ir/graph.js';
import type { QuantizeContext } from '../quantizer.js';

/** The output means the same by the same byte as the input: TFLite's rule for pools and for what only moves values. */
export function keepQuantization(op: FloatOp, context: QuantizeContext): void {
  const { scale, zeroPoint } = context.quantOf(op.input);
  context.quantizeOutput(op, { scale: [scale], zeroPoint: [zeroPoint], axis: null });
}
