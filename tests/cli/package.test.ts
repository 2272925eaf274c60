import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Envelope } from '../../src/cli/output/envelope.js';
import { packageRoot } from '../../src/util/package-root.js';
import { skipUnless } from '../lanes.js';
import { TINY, writeProject } from './project.js';
import { schemaErrors } from './schemas.js';

const root = t.testdir();
const isBuilt = existsSync(join(packageRoot(), 'dist', 'cli', 'main.js'));
const skip = isBuilt ? false : 'dist is not built (npm run build)';
/** As a user's shell has it: none of the variables that the npm around this test sets. */
const env: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD)/i.test(name))),
  XDG_CACHE_HOME: join(root, 'cache'),
};

function run(program: string, args: string[], cwd: string): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

void t.test('from a checkout: npm run -s grapes, with paths from where the user stands', { skip }, async (t) => {
  const init = run('npm', ['run', '-s', 'grapes', '--', 'init', '-C', 'here', '--json'], root);
  t.equal(init.status, 0, init.stderr);
  t.same(schemaErrors(JSON.parse(init.stdout)), []);
  t.ok(existsSync(join(root, 'here', 'grapes.yaml')));
  const wrong = run('npm', ['run', '-s', 'grapes', '--', 'trian', '--json'], root);
  t.equal(wrong.status, 2);
  t.match(JSON.parse(wrong.stdout), { error: { code: 'USAGE' } });
});

void t.test('installed from npm pack: complete, and works on its own', { skip }, async (t) => {
  const packed = run('npm', ['pack', '--silent', '--pack-destination', root], packageRoot());
  t.equal(packed.status, 0, packed.stderr);
  const tarball = readdirSync(root).find((name) => name.endsWith('.tgz'))!;
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  const prefix = join(root, 'installed');
  const install = run('npm', ['install', '-g', '--prefix', prefix, ...flags, join(root, tarball)], root);
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT/.test(install.stderr)) {
    t.comment('skipped: the dependencies are neither in the npm cache nor reachable');
    return;
  }
  t.equal(install.status, 0, install.stderr);
  const grapes = (args: string[], cwd: string): { status: number | null; json: Envelope } => {
    const result = run(join(prefix, 'bin', 'grapes'), [...args, '--json'], cwd);
    const json = JSON.parse(result.stdout) as Envelope;
    t.same(schemaErrors(json), [], args.join(' '));
    return { status: result.status, json };
  };
  t.match(grapes(['boards', 'list'], root).json.result, { boards: [{ id: 'host' }] });
  t.equal(grapes(['explain', 'usage'], root).status, 0);
  t.equal(grapes(['init', '-C', 'project'], root).status, 0);
  t.equal(grapes(['doctor'], root).json.command, 'doctor');
  const dir = writeProject(join(root, 'tiny'), TINY);
  t.match(grapes(['plan', '--no-compile'], dir), { status: 0, json: { ok: true } }, 'schema, kernels, headers are in');
  if (skipUnless('cc') === false) {
    t.match(grapes(['deploy'], dir).json, { ok: true, verify: { samples: 100, mismatches: 0 } });
    t.match(grapes(['learn'], dir).json, { ok: true, learn: { steps: 60, weightMismatches: 0 } });
  }
  if (skipUnless('arm') === false) {
    t.match(grapes(['build', '--board', 'mps2-an386'], dir).json, { ok: true, memory: { flashBytes: Number } });
  }
});
