// protocol/messages.json → firmware/protocol/messages.h, src/device/protocol/messages.ts and the tables in
// docs/protocol.md. `--check` writes nothing and fails when one of them is stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as prettier from 'prettier';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const SIZES = { u8: 1, i8: 1, u16: 2, u32: 4, f32: 4 };
const NOTE = 'Generated from protocol/messages.json by scripts/generate-protocol.mjs; edit that and run it again.';

/** The three outputs by path; pure but for the docs page, whose prose is kept. */
export async function generate(spec, docsPage) {
  const ts = await prettier.format(typescript(spec), { parser: 'typescript', ...(await options('messages.ts')) });
  const md = await prettier.format(documentation(spec, docsPage), { parser: 'markdown', ...(await options('a.md')) });
  return {
    'firmware/protocol/messages.h': header(spec),
    'src/device/protocol/messages.ts': ts,
    'docs/protocol.md': md,
  };
}

async function options(file) {
  return (await prettier.resolveConfig(join(root, file))) ?? {};
}

const camel = (name) => name.toLowerCase().replace(/_(.)/g, (_, c) => c.toUpperCase());
const pascal = (name) => camel(`_${name}`);
const snake = (name) => name.replace(/[A-Z]/g, (c) => `_${c}`).toUpperCase();
const hex = (value) => `0x${Number(value).toString(16).padStart(2, '0')}`;

/** Bytes before each field; `bytes`, `records` and `text` end the part with known places. */
function layout(spec, message) {
  const fields = [];
  let offset = 0;
  for (const field of message.fields) {
    const size = SIZES[field.type] ?? field.length ?? null;
    fields.push({ ...field, offset, size });
    offset = offset === null || size === null ? null : offset + size;
  }
  const open = fields.find((f) => f.size === null);
  return { fields, fixedBytes: open === undefined ? (offset ?? 0) : open.offset };
}

function header(spec) {
  const out = [`/* ${NOTE} */`, '#ifndef GRAPES_MESSAGES_H', '#define GRAPES_MESSAGES_H', ''];
  const define = (name, value, doc) => out.push(`#define ${name} ${value}${doc ? ` /* ${doc} */` : ''}`);
  define('GRAPES_PROTOCOL_VERSION', `${spec.protocolVersion}u`);
  out.push('', '/* Message types. The top bit is always set, so that no frame begins like ASCII text. */');
  for (const m of spec.messages) define(`GRAPES_MSG_${m.name}`, `${hex(m.id)}u`, m.kind);
  const repeated = spec.messages.filter((m) => m.again === 'repeated').map((m) => `(type) == GRAPES_MSG_${m.name}`);
  out.push('', '/* Requests that only read: a copy is carried out again instead of answered from the cache. */');
  define('GRAPES_IS_REPEATED(type)', `(${repeated.join(' || ')})`);
  out.push('', '/* Flags of the frame header. */');
  for (const f of spec.flags) define(`GRAPES_FLAG_${f.name}`, `${hex(f.value)}u`);
  out.push('', '/* What SAMPLE does with the input. */');
  for (const o of spec.ops) define(`GRAPES_OP_${o.name}`, `${o.value}u`);
  out.push('', '/* Codes of ERROR. */');
  for (const e of spec.errors) define(`GRAPES_REFUSED_${e.name}`, `${e.value}u`);
  for (const r of spec.records) {
    out.push('', `/* Record ${r.name}: places of the fields, and its size. */`);
    const { fields, fixedBytes } = layout(spec, r);
    for (const f of fields) define(`GRAPES_${snake(r.name)}_${snake(f.name)}`, `${f.offset}u`, f.type);
    define(`GRAPES_${snake(r.name)}_BYTES`, `${fixedBytes}u`);
  }
  for (const m of spec.messages) {
    const { fields, fixedBytes } = layout(spec, m);
    if (fields.length === 0) continue;
    out.push(
      '',
      `/* ${m.name}: places of the fields in the payload, and the bytes before the first open-ended one. */`,
    );
    for (const f of fields) {
      if (f.offset !== null) define(`GRAPES_${m.name}_${snake(f.name)}`, `${f.offset}u`, f.type);
    }
    define(`GRAPES_${m.name}_FIXED_BYTES`, `${fixedBytes}u`);
  }
  out.push('', '#endif', '');
  return out.join('\n');
}

const TS_TYPES = { u8: 'number', i8: 'number', u16: 'number', u32: 'number', f32: 'number', text: 'string' };
const SETTERS = { u8: 'setUint8', i8: 'setInt8', u16: 'setUint16', u32: 'setUint32', f32: 'setFloat32' };
const PARSERS = { u8: 'uint8', i8: 'int8', u16: 'uint16le', u32: 'uint32le', f32: 'floatle' };

const tsType = (field) =>
  field.type === 'bytes'
    ? 'Uint8Array'
    : field.type === 'records'
      ? `readonly ${pascal(field.record)}[]`
      : TS_TYPES[field.type];

function typescript(spec) {
  const out = [`// ${NOTE}`, "import { Parser } from 'binary-parser';", ''];
  out.push(`export const PROTOCOL_VERSION = ${spec.protocolVersion};`, '');
  const table = (name, doc, rows, value) => {
    out.push(`/** ${doc} */`, `export const ${name} = {`);
    for (const row of rows) out.push(`/** ${row.doc} */`, `${camel(row.name)}: ${value(row)},`);
    out.push('} as const;', '');
  };
  table('MESSAGE', 'Message types: the first byte of a frame.', spec.messages, (m) => hex(m.id));
  table('FLAG', 'Flags: the second byte of a frame.', spec.flags, (f) => hex(f.value));
  table('SAMPLE_OP', 'What SAMPLE does with the input.', spec.ops, (o) => o.value);
  table('REFUSED', 'Codes of ERROR.', spec.errors, (e) => e.value);
  for (const r of spec.records) typescriptInterface(out, pascal(r.name), r);
  for (const m of spec.messages) {
    if (m.fields.length === 0) continue;
    typescriptInterface(out, pascal(m.name), m);
    out.push(`/** Payload bytes of ${m.name} before the first part of open length. */`);
    out.push(`export const ${m.name}_FIXED_BYTES = ${layout(spec, m).fixedBytes};`, '');
    if (m.kind === 'request') typescriptWriter(out, spec, m);
    else typescriptParser(out, m);
  }
  out.push('function records(name: string): Parser {', '  switch (name) {');
  for (const r of spec.records) {
    out.push(`case '${r.name}': return new Parser()`);
    for (const f of r.fields) out.push(`.${PARSERS[f.type]}('${f.name}')`);
    out.push(';');
  }
  out.push("  default: throw new Error('no such record: ' + name);", '  }', '}', '');
  out.push(
    '/** Runs a parser; null when the payload is too short for it. */',
    'function parse<T>(parser: Parser, payload: Uint8Array): T | null {',
    '  try { return parser.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)) as T; }',
    '  catch { return null; }',
    '}',
    '',
  );
  return out.join('\n');
}

function typescriptInterface(out, name, thing) {
  out.push(`/** ${thing.doc} */`, `export interface ${name} {`);
  for (const f of thing.fields) {
    const unit = f.unit === undefined ? '' : ` In ${f.unit}.`;
    out.push(`/** ${f.doc}${unit} */`, `readonly ${f.name}: ${tsType(f)};`);
  }
  out.push('}', '');
}

function typescriptWriter(out, spec, m) {
  const { fields, fixedBytes } = layout(spec, m);
  const open = fields.find((f) => f.size === null);
  const size = open === undefined ? `${fixedBytes}` : `${fixedBytes} + message.${open.name}.length`;
  out.push(
    `/** Payload of ${m.name}. */`,
    `export function write${pascal(m.name)}(message: ${pascal(m.name)}): Uint8Array {`,
  );
  out.push(`const payload = new Uint8Array(${size});`);
  if (fields.some((f) => f.size !== null)) out.push('const view = new DataView(payload.buffer);');
  for (const f of fields) {
    if (f.size === null) out.push(`payload.set(message.${f.name}, ${f.offset});`);
    else out.push(`view.${SETTERS[f.type]}(${f.offset}, message.${f.name}${f.size > 1 ? ', true' : ''});`);
  }
  out.push('return payload;', '}', '');
}

function typescriptParser(out, m) {
  const name = `${camel(m.name)}Parser`;
  out.push(`const ${name} = new Parser()`);
  for (const f of m.fields) {
    if (f.type === 'text') out.push(`.uint8('${f.name}Length').string('${f.name}', { length: '${f.name}Length' })`);
    else if (f.type === 'records') out.push(`.array('${f.name}', { type: records('${f.record}'), readUntil: 'eof' })`);
    else if (f.type === 'bytes') {
      out.push(`.buffer('${f.name}', ${f.length === undefined ? "{ readUntil: 'eof' }" : `{ length: ${f.length} }`})`);
    } else out.push(`.${PARSERS[f.type]}('${f.name}')`);
  }
  out.push(';', `/** Reads the payload of ${m.name}; null when it is too short. */`);
  out.push(`export function parse${pascal(m.name)}(payload: Uint8Array): ${pascal(m.name)} | null {`);
  out.push(`return parse<${pascal(m.name)}>(${name}, payload);`, '}', '');
}

function documentation(spec, page) {
  const out = [];
  const table = (head, rows) => {
    out.push(`| ${head.join(' | ')} |`, `| ${head.map(() => '---').join(' | ')} |`);
    for (const row of rows) out.push(`| ${row.join(' | ')} |`);
    out.push('');
  };
  const section = (title, rows) => {
    out.push(`### ${title}`, '');
    table(
      ['value', 'name', 'meaning'],
      rows.map((r) => [hex(r.value), r.name, r.doc]),
    );
  };
  section('Flags', spec.flags);
  section('Ops of SAMPLE', spec.ops);
  section('Codes of ERROR', spec.errors);
  for (const m of spec.messages) {
    const again = m.again === undefined ? '' : `; a copy is ${AGAIN[m.again]}`;
    out.push(
      `### ${hex(m.id)} ${m.name} (${m.kind}${again})`,
      '',
      m.doc + (m.answer ? ` Answer: ${m.answer}.` : ''),
      '',
    );
    const rows = layout(spec, m).fields.map((f) => [
      f.offset ?? 'after that',
      f.name,
      shape(spec, f),
      f.unit ?? '',
      f.doc,
    ]);
    if (rows.length > 0) table(['at', 'field', 'type', 'unit', 'meaning'], rows);
  }
  const [before, rest] = page.split(/(?<=<!-- generated: messages -->)/);
  const after = rest?.split(/(?=<!-- end of generated -->)/)[1];
  if (after === undefined) throw new Error('docs/protocol.md has lost its markers');
  return `${before}\n\n${out.join('\n')}\n${after}`;
}

const AGAIN = {
  session: 'recognised by its nonce',
  cached: 'answered from the cache',
  repeated: 'carried out again (it only reads)',
};

function shape(spec, field) {
  if (field.type === 'text') return 'u8 length, then ASCII';
  if (field.type === 'bytes') return field.length === undefined ? 'bytes to the end' : `${field.length} bytes`;
  if (field.type !== 'records') return field.type;
  const parts = spec.records.find((r) => r.name === field.record).fields.map((f) => `${f.type} ${f.name}`);
  return `records to the end: ${parts.join(', ')}`;
}

async function main() {
  const spec = JSON.parse(readFileSync(join(root, 'protocol/messages.json'), 'utf8'));
  const files = await generate(spec, readFileSync(join(root, 'docs/protocol.md'), 'utf8'));
  const read = (path) => {
    try {
      return readFileSync(join(root, path), 'utf8');
    } catch {
      return '';
    }
  };
  const stale = Object.keys(files).filter((path) => read(path) !== files[path]);
  if (!process.argv.includes('--check')) for (const path of stale) writeFileSync(join(root, path), files[path]);
  for (const path of stale) console.error(process.argv.includes('--check') ? `stale: ${path}` : `wrote ${path}`);
  process.exitCode = process.argv.includes('--check') && stale.length > 0 ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
