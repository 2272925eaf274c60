import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type AnySchemaObject, type ErrorObject, type ValidateFunction } from 'ajv';
import { packageRoot } from '../util/package-root.js';
import { didYouMean } from '../util/did-you-mean.js';
import { describeSchema, describeValue } from './describe.js';
import { pathText, type ConfigPath, type ConfigProblem } from './problem.js';
import type { ConfigSource } from './source.js';

let validator: ValidateFunction | undefined;

function validate(): ValidateFunction {
  if (validator === undefined) {
    const schema = JSON.parse(readFileSync(join(packageRoot(), 'schema', 'grapes.schema.json'), 'utf8')) as object;
    const ajv = new Ajv({ allErrors: true, verbose: true, discriminator: true, allowUnionTypes: true });
    validator = ajv.compile(schema);
  }
  return validator;
}

/** Everything that the JSON Schema has against `value`, with positions. */
export function schemaProblems(value: unknown, source: ConfigSource): ConfigProblem[] {
  const check = validate();
  if (check(value)) return [];
  const errors = withoutEchoes(check.errors ?? []);
  return errors.map((error) => toProblem(error, source));
}

/** A failed `anyOf` also reports each branch, a failed discriminator its `oneOf`, a failed `then` its `if`: keep the summary only. */
function withoutEchoes(errors: readonly ErrorObject[]): ErrorObject[] {
  const summaries = errors.filter((e) => e.keyword === 'anyOf').map((e) => `${e.schemaPath}/`);
  return errors.filter((e) => e.keyword !== 'if' && !summaries.some((s) => e.schemaPath.startsWith(s)));
}

function pathOf(error: ErrorObject): (string | number)[] {
  return error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replace(/~1/g, '/').replace(/~0/g, '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

function toProblem(error: ErrorObject, source: ConfigSource): ConfigProblem {
  const path = pathOf(error);
  const name = path.length === 0 ? 'the file' : pathText(path);
  const here = { ...source.positionOf(path), path: pathText(path) };
  const parent = error.parentSchema as AnySchemaObject;
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(
        path,
        String(params['additionalProperty']),
        Object.keys(parent['properties'] as object),
        source,
      );
    case 'required': {
      const missing = String(params['missingProperty']);
      const where = path.length === 0 ? '' : ` in ${name}`;
      return { ...missingAt(path, source), code: 'CONFIG_MISSING_KEY', message: `"${missing}" is missing${where}` };
    }
    case 'discriminator':
      return discriminatorProblem(path, error, source);
    case 'type':
      return {
        ...here,
        code: 'CONFIG_TYPE',
        message: `${name} must be ${describeSchema(parent)}, not ${describeValue(error.data)}`,
      };
    case 'anyOf':
      return {
        ...here,
        code: 'CONFIG_VALUE',
        message: `${name} must be ${describeSchema(parent)}, not ${describeValue(error.data)}`,
      };
    case 'enum':
    case 'const': {
      const allowed = error.keyword === 'enum' ? (params['allowedValues'] as unknown[]) : [params['allowedValue']];
      return {
        ...here,
        code: 'CONFIG_VALUE',
        message: `${name} must be ${describeSchema(parent)}, not ${describeValue(error.data)}${suggest(error.data, allowed)}`,
      };
    }
    case 'not': {
      const keys = ((error.schema as AnySchemaObject)['required'] as string[]).join('" or "');
      return { ...here, code: 'CONFIG_VALUE', message: `${name} cannot have "${keys}" beside what else it has` };
    }
    case 'pattern':
      return {
        ...here,
        code: 'CONFIG_VALUE',
        message: `${name} must be lower-case letters, digits and _ (a letter first, at most 32), not ${describeValue(error.data)}`,
      };
    default:
      return {
        ...here,
        code: 'CONFIG_VALUE',
        message: `${name} ${error.message ?? 'is not allowed'}, and is ${describeValue(error.data)}`,
      };
  }
}

function missingAt(path: ConfigPath, source: ConfigSource): { line: number; column: number; path: string } {
  return { ...(path.length === 0 ? source.positionOf(path) : source.positionOfKey(path)), path: pathText(path) };
}

function unknownKey(path: ConfigPath, key: string, known: readonly string[], source: ConfigSource): ConfigProblem {
  const full = [...path, key];
  const where = path.length === 0 ? '' : ` in ${pathText(path)}`;
  const guess = didYouMean(key, known);
  const more = guess === null ? `; known here: ${known.join(', ')}` : `; did you mean "${guess}"?`;
  return {
    ...source.positionOfKey(full),
    path: pathText(full),
    code: 'CONFIG_UNKNOWN_KEY',
    message: `unknown key "${key}"${where}${more}`,
  };
}

function discriminatorProblem(path: ConfigPath, error: ErrorObject, source: ConfigSource): ConfigProblem {
  const tag = String(error.params['tag']);
  const full = [...path, tag];
  const value: unknown = error.params['tagValue'];
  const allowed = tagValues(error.parentSchema as AnySchemaObject, tag);
  const list = allowed.map((a) => `"${a}"`).join(', ');
  if (value === undefined) {
    const message = `"${tag}" is missing in ${pathText(path)}; it is one of ${list}`;
    return { ...missingAt(path, source), code: 'CONFIG_MISSING_KEY', message };
  }
  return {
    ...source.positionOf(full),
    path: pathText(full),
    code: typeof value === 'string' ? 'CONFIG_VALUE' : 'CONFIG_TYPE',
    message: `${pathText(full)} must be one of ${list}, not ${describeValue(value)}${suggest(value, allowed)}`,
  };
}

function tagValues(schema: AnySchemaObject, tag: string): string[] {
  const definitions = validate().schema as { definitions: Record<string, AnySchemaObject> };
  return (schema['oneOf'] as AnySchemaObject[]).flatMap((branch) => {
    const ref = branch['$ref'] as string | undefined;
    const target = ref === undefined ? branch : definitions.definitions[ref.replace('#/definitions/', '')];
    const property = (target['properties'] as Record<string, AnySchemaObject>)[tag];
    return (property['enum'] as string[] | undefined) ?? [property['const'] as string];
  });
}

function suggest(value: unknown, allowed: readonly unknown[]): string {
  const words = allowed.filter((a): a is string => typeof a === 'string');
  const guess = typeof value === 'string' ? didYouMean(value, words) : null;
  return guess === null ? '' : `; did you mean "${guess}"?`;
}
