import { ToolError } from '../../../errors/tool-error.js';
import type { StridedCopyOp } from '../../../ir/integer-ops.js';
import { joinedAxes, STRIDED_COPY_AXES } from '../../../ir/ops/int8/strided-copy.js';
import { DTYPE_BYTES } from '../../../ir/tensor.js';
import { pointer, shape } from './arguments.js';
import type { LowerOp } from './lowered-op.js';

export const lowerStridedCopy: LowerOp<StridedCopyOp> = (graph, op, { symbol }) => {
  const { shape: to, dtype } = graph.tensors[op.output];
  const each = DTYPE_BYTES[dtype];
  // The bytes of an element are one more axis.
  const joined = joinedAxes([...to, each], [...op.strides.map((stride) => stride * each), 1]);
  if (joined.length > STRIDED_COPY_AXES) {
    throw new ToolError(
      'EXPORT_UNSUPPORTED_OP',
      `"${op.name}" moves bytes along ${joined.length} axes; there is a C kernel for ${STRIDED_COPY_AXES}.`,
      {
        context: { op: op.name, kind: op.kind },
      },
    );
  }
  if (joined.slice(0, -1).some(([size]) => size > 65535)) {
    throw new ToolError('EXPORT_TENSOR_TOO_LARGE', `"${op.name}" repeats along more than 65535 places.`, {
      context: { op: op.name, limit: 65535 },
    });
  }
  const axes = [...Array.from({ length: STRIDED_COPY_AXES - joined.length }, () => [1, 0] as const), ...joined];
  const title = joined.map(([size, stride]) => `${size}by${String(stride).replace('-', 'm')}`).join('_');
  return {
    symbol,
    comment: `${op.name}: bytes from other places, ${to.join('x')}`,
    kernelHeader: 'kernels/plain/strided_copy_s8.h',
    constants: [],
    scratchBytes: 0,
    macs: 0,
    // A piece that lies in the input's memory is there already.
    calls: ({ input, output, distances }) => {
      const isThere = joined.length <= 1 && (joined[0]?.[1] ?? 1) === 1 && distances?.[0] === -op.offset * each;
      return isThere
        ? []
        : [
            {
              kernel: 'grapes_strided_copy_s8_plain',
              title: `strided_copy_${title}`,
              arguments: [
                pointer('const int8_t *', 'input', op.offset === 0 ? input : `${input} + ${op.offset * each}`),
                pointer('int8_t *', 'output', output),
                ...axes.map(([size], k) => shape(k === STRIDED_COPY_AXES - 1 ? 'uint32_t' : 'uint16_t', `n${k}`, size)),
                ...axes.map(([, stride], k) => shape('int32_t', `s${k}`, stride)),
              ],
            },
          ];
    },
  };
};
