import { ToolError } from '../../errors/tool-error.js';

/** An array of NumPy in C order. */
export interface NpyArray {
  readonly shape: readonly number[];
  /** Without byte order: u1, i8, f4 … */
  readonly type: string;
  /** Offset of the first element in the file, for messages. */
  readonly dataOffset: number;
  readonly elementBytes: number;
  readonly count: number;
  /** 64-bit integers come rounded to 53 bits. */
  at(index: number): number;
  /** The elements as they stand; for u1 these are the values. */
  readonly bytes: Uint8Array;
}

type Read = (view: DataView, at: number, little: boolean) => number;

const TYPES: Readonly<Record<string, Read>> = {
  u1: (view, at) => view.getUint8(at),
  i1: (view, at) => view.getInt8(at),
  u2: (view, at, little) => view.getUint16(at, little),
  i2: (view, at, little) => view.getInt16(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  u8: (view, at, little) => Number(view.getBigUint64(at, little)),
  i8: (view, at, little) => Number(view.getBigInt64(at, little)),
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
};

const MAGIC = '\x93NUMPY';

/**
 * Reads the .npy format, versions 1 to 3: magic, version, the header's length, a Python dictionary with type, order and
 * shape, the elements. `file` is only what messages call it.
 */
export function parseNpy(bytes: Uint8Array, file: string): NpyArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const latin = (from: number, to: number): string => Buffer.from(bytes.subarray(from, to)).toString('latin1');
  if (bytes.length < 12 || latin(0, 6) !== MAGIC) throw damaged(file, 0, 'it does not begin like a .npy file');
  const version = bytes[6];
  if (version < 1 || version > 3) throw damaged(file, 6, `version ${String(version)} of the format is not known`);
  const headerStart = version === 1 ? 10 : 12;
  const dataOffset = headerStart + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (dataOffset > bytes.length) throw damaged(file, 8, `its header ends beyond its ${String(bytes.length)} bytes`);
  const header = latin(headerStart, dataOffset);
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1];
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1];
  const shapeText = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(header)?.[1];
  if (fortran === undefined || shapeText === undefined)
    throw damaged(file, headerStart, 'its header is not understood');
  const read = TYPES[descr?.slice(1) ?? ''] as Read | undefined;
  if (descr === undefined || read === undefined || !/^[<>|=]/.test(descr)) {
    throw wrongType(file, `its elements are of type ${descr ?? 'a structure'}`, { type: descr ?? 'structure' });
  }
  if (fortran === 'True') throw wrongType(file, 'it is in Fortran order, columns first', { order: 'fortran' });
  const shape = (shapeText.match(/\d+/g) ?? []).map(Number);
  const elementBytes = Number(descr.slice(2));
  const count = shape.reduce((n, d) => n * d, 1);
  const expected = dataOffset + count * elementBytes;
  if (expected !== bytes.length) {
    const what = `its shape (${shape.join(', ')}) asks for ${String(expected)} bytes, but it has ${String(bytes.length)}`;
    throw damaged(file, dataOffset, what);
  }
  const little = !descr.startsWith('>');
  const at = (index: number): number => read(view, dataOffset + index * elementBytes, little);
  return { shape, type: descr.slice(1), dataOffset, elementBytes, count, at, bytes: bytes.subarray(dataOffset) };
}

function damaged(file: string, offset: number, what: string): ToolError {
  return new ToolError('DATASET_NPY_DAMAGED', `${file}, offset ${String(offset)}: ${what}.`, {
    context: { file, offset },
  });
}

export function wrongType(file: string, what: string, context: Record<string, string>): ToolError {
  return new ToolError('DATASET_NPY_TYPE', `${file}: ${what}.`, { context: { file, ...context } });
}
