import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { packageRoot } from '../../src/util/package-root.js';

const dir = join(packageRoot(), 'schema', 'output');
const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, strictTypes: false });
for (const file of readdirSync(dir)) ajv.addSchema(JSON.parse(readFileSync(join(dir, file), 'utf8')) as object);

/** What the published schema of its command has against an output; empty when it conforms. */
export function schemaErrors(output: unknown): string[] {
  const { command, ok } = output as { command: string | null; ok: boolean };
  const name = command === null ? 'envelope' : command.replace(' ', '-');
  const errors: string[] = [];
  if (ajv.validate(`${name}.schema.json`, output) !== true) {
    errors.push(...(ajv.errors ?? []).map((e) => `${e.instancePath} ${e.message ?? ''} ${JSON.stringify(e.params)}`));
  }
  if (ok && command !== null && (output as { result: unknown }).result === null) errors.push('ok without a result');
  return errors;
}
