import { ToolError } from '../../errors/tool-error.js';

const BLOCK = 512;
const MAX_ENTRIES = 1_000_000;

/** Offsets of a USTAR header (POSIX.1-1988). */
const AT = { name: 0, size: 124, checksum: 148, type: 156, magic: 257, prefix: 345, end: 500 } as const;

/**
 * The files of an unpacked tar archive, as views of its bytes: USTAR, with the long names of PAX and GNU. Nothing is
 * written to disk; a name that climbs out of the archive, a link or a device is refused all the same, because no
 * archive of data needs one. `file` is only what messages call it.
 */
export function parseTar(bytes: Uint8Array, file: string): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  let longName: string | null = null;
  let entries = 0;
  for (let at = 0; at + BLOCK <= bytes.length;) {
    const header = bytes.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) break;
    checkHeader(header, file, at);
    const size = octal(header, AT.size, 12);
    const start = at + BLOCK;
    if (size === null || start + size > bytes.length) {
      const promised = size === null ? 'an unreadable size' : `${String(size)} bytes`;
      throw damaged(file, at, `an entry promises ${promised}, of which ${String(bytes.length - start)} are there`);
    }
    if (++entries > MAX_ENTRIES) throw refused(file, at, `it holds more than ${String(MAX_ENTRIES)} entries`);
    const content = bytes.subarray(start, start + size);
    const type = String.fromCharCode(header[AT.type]);
    if (type === 'L') longName = text(content, 0, size);
    else if (type === 'x') longName = paxPath(text(content, 0, size)) ?? longName;
    else if (type !== 'g') {
      const name = safeName(longName ?? headerName(header), file, at);
      longName = null;
      if (type === '0' || type === '\0' || type === '7') files.set(name, content);
      else if (type !== '5') throw refused(file, at, `'${name}' is a link or a device (type '${type}')`);
    }
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

function checkHeader(header: Uint8Array, file: string, at: number): void {
  const wanted = octal(header, AT.checksum, 8);
  // The checksum is the sum of the header's bytes with spaces in its own place.
  let sum = 8 * 0x20;
  for (let i = 0; i < BLOCK; i++) if (i < AT.checksum || i >= AT.checksum + 8) sum += header[i];
  if (sum !== wanted) {
    throw damaged(
      file,
      at,
      at === 0 ? 'this is no tar archive' : 'the checksum of the header that begins here is wrong',
    );
  }
}

function headerName(header: Uint8Array): string {
  const name = text(header, AT.name, 100);
  const prefix = text(header, AT.magic, 5) === 'ustar' ? text(header, AT.prefix, AT.end - AT.prefix) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

function safeName(raw: string, file: string, at: number): string {
  const parts = raw.split('/').filter((part) => part !== '.' && part !== '');
  if (raw.startsWith('/') || /\\|^[a-z]:/i.test(raw) || parts.includes('..')) {
    throw refused(file, at, `the name '${raw}' leads out of the archive`);
  }
  return parts.join('/');
}

/** Bytes up to the first NUL. */
function text(bytes: Uint8Array, from: number, length: number): string {
  const field = bytes.subarray(from, from + length);
  const end = field.indexOf(0);
  return Buffer.from(end < 0 ? field : field.subarray(0, end)).toString('utf8');
}

/** Null where there is no octal number: GNU's binary form stands for files of more than 8 GB. */
function octal(header: Uint8Array, from: number, length: number): number | null {
  const digits = text(header, from, length).trim();
  return /^[0-7]+$/.test(digits) ? parseInt(digits, 8) : null;
}

/** PAX records are `LENGTH KEY=VALUE\n`. */
function paxPath(records: string): string | null {
  return /^\d+ path=(.*)$/m.exec(records)?.[1] ?? null;
}

function damaged(file: string, offset: number, what: string): ToolError {
  return new ToolError('DATASET_ARCHIVE_DAMAGED', `${file}, offset ${String(offset)}: ${what}.`, {
    context: { file, offset },
  });
}

function refused(file: string, offset: number, what: string): ToolError {
  return new ToolError('DATASET_ARCHIVE_REFUSED', `${file}, offset ${String(offset)}: ${what}.`, {
    context: { file, offset },
  });
}
