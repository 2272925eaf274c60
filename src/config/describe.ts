import type { AnySchemaObject } from 'ajv';

const TYPE_WORDS: Readonly<Record<string, string>> = {
  integer: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  object: 'a section with keys',
  array: 'a list',
  null: 'null',
};

/** What a JSON Schema asks for, in words: `a whole number of at least 1 or "all"`. */
export function describeSchema(schema: AnySchemaObject): string {
  const any = schema['anyOf'] as AnySchemaObject[] | undefined;
  if (any !== undefined) return any.map(describeSchema).join(' or ');
  if (schema['const'] !== undefined) return JSON.stringify(schema['const']);
  const values = schema['enum'] as unknown[] | undefined;
  if (values !== undefined) {
    return (values.length > 1 ? 'one of ' : '') + values.map((v) => JSON.stringify(v)).join(', ');
  }
  const types = [schema['type'] as string | string[]].flat();
  return types.map((type) => TYPE_WORDS[type] ?? type).join(' or ') + describeRange(schema);
}

function describeRange(schema: AnySchemaObject): string {
  const parts: string[] = [];
  if (schema['minimum'] !== undefined) parts.push(`of at least ${schema['minimum'] as number}`);
  if (schema['exclusiveMinimum'] !== undefined) parts.push(`above ${schema['exclusiveMinimum'] as number}`);
  if (schema['maximum'] !== undefined) parts.push(`up to ${schema['maximum'] as number}`);
  if (schema['exclusiveMaximum'] !== undefined) parts.push(`below ${schema['exclusiveMaximum'] as number}`);
  return parts.length === 0 ? '' : ` ${parts.join(' and ')}`;
}

/** A value as the message shows it: short, and with its kind where that is the point. */
export function describeValue(value: unknown): string {
  if (value === null) return 'null (empty)';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a section with keys';
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  return String(value);
}
