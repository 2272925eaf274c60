import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A project that trains in a moment: 7 × 7 digits, one small hidden layer, learning on. */
export const TINY = `schemaVersion: 1
name: tiny
data: { source: synthetic-digits, size: 7, trainSamples: 400, testSamples: 120 }
model:
  layers:
    - { units: 12, activation: relu }
    - { units: 10 }
train: { epochs: 4, batchSize: 8, optimizer: { type: sgd, learningRate: 0.1 } }
quantize: { calibration: { samples: 50 } }
learn: { run: { steps: 60, holdOut: 40, drift: { kind: rotate, degrees: 30 }, compareEverySteps: 25 } }
verify: { samples: 100 }
`;

export function writeProject(dir: string, text = TINY): string {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'grapes.yaml'), text);
  return dir;
}

/** Every file below `dir`, by its relative path, as hex; without what holds rates of the link. */
export function filesBelow(dir: string): Record<string, string> {
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(
    paths
      .filter((path) => !/measured\.json$|report\.html$|summary\.txt$/.test(path))
      .map((path) => [path.slice(dir.length + 1), readFileSync(path, 'hex')]),
  );
}

/** What a command must not leave behind: locks and temporary folders. */
export function leftovers(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /(^|\/)\.[^/]*(lock|tmp|old)$|\.tmp$/.test(path),
  );
}
