import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { ToolError } from '../errors/tool-error.js';
import { didYouMean } from '../util/did-you-mean.js';
import { packageRoot } from '../util/package-root.js';

export type DescriptorKind = 'board' | 'chip';

const validators = new Map<DescriptorKind, ValidateFunction>();

function validatorOf(kind: DescriptorKind): ValidateFunction {
  let validate = validators.get(kind);
  if (validate === undefined) {
    const path = join(packageRoot(), 'boards', 'schema', `${kind}.schema.json`);
    const schema = JSON.parse(readFileSync(path, 'utf8')) as object;
    validate = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true, verbose: true }).compile(schema);
    validators.set(kind, validate);
  }
  return validate;
}

/** Reads a descriptor and holds it against its schema. Unknown keys are errors. */
export function readDescriptor(path: string, kind: DescriptorKind): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new ToolError('BOARD_INVALID', `${path} is not valid JSON: ${(cause as Error).message}.`, {
      context: { file: path },
      cause,
    });
  }
  const validate = validatorOf(kind);
  if (!validate(value)) {
    const problems = describe(validate.errors ?? []);
    throw new ToolError('BOARD_INVALID', `${path} breaks the ${kind} schema: ${problems.join('; ')}.`, {
      context: { file: path, problems },
    });
  }
  return value as Record<string, unknown>;
}

/** One sentence a problem. `oneOf` itself says nothing that its branches do not say better. */
function describe(errors: readonly ErrorObject[]): string[] {
  const sentences = errors
    .filter((error) => error.keyword !== 'oneOf' && !(error.keyword === 'type' && error.params['type'] === 'null'))
    .map(describeOne);
  return [...new Set(sentences)];
}

function describeOne(error: ErrorObject): string {
  const at = error.instancePath === '' ? 'the file' : error.instancePath.slice(1).replaceAll('/', '.');
  if (error.keyword === 'additionalProperties') {
    const key = String(error.params['additionalProperty']);
    const known = Object.keys((error.parentSchema?.['properties'] ?? {}) as object);
    const near = didYouMean(key, known);
    return `${at} has the unknown key "${key}"${near === null ? '' : ` (did you mean "${near}"?)`}`;
  }
  if (error.keyword === 'required') return `${at} lacks "${String(error.params['missingProperty'])}"`;
  if (error.keyword === 'enum') {
    return `${at} is ${JSON.stringify(error.data)}, not one of ${(error.params['allowedValues'] as unknown[]).map((v) => JSON.stringify(v)).join(', ')}`;
  }
  return `${at} ${error.message ?? 'is wrong'} (it is ${JSON.stringify(error.data)})`;
}
