import type { Command, Option } from 'commander';
import { TextBuffer } from '../io.js';
import { buildProgram } from '../program.js';
import { VERBS, type VerbSpec } from '../verbs.js';
import { exitCodeTable } from './errors-page.js';
import { GENERATED } from './generated.js';

/** docs/cli.md */
export function cliPage(): string {
  const program = buildProgram(new TextBuffer(), () => undefined);
  const list = VERBS.map((verb) => `| [\`${verb.name}\`](#${anchor(verb)}) | ${verb.summary} |`).join('\n');
  return `# The command line

${GENERATED}

From a checkout, after \`npm run setup\`: \`npm run -s grapes -- ARGS\`. Installed from the package: \`grapes ARGS\`.

| command | what it does |
| --- | --- |
${list}

Every command first brings up to date what it needs, like make: a stage runs again only if the digest of its inputs or
options changed. Virtual boards are started and ended by the command.

## Global options

They may stand before or after the command.

${optionTable(program.options)}

Paths are relative to where you stand. Without \`-C\` the project is the nearest folder, from there up, with a
\`grapes.yaml\`.

${VERBS.map((verb) => section(program, verb)).join('\n')}
## Output

Results go to standard output, progress and errors to standard error. With \`--json\`, standard output carries exactly
one JSON document, also on failure: the same envelope for every command. What does not apply is null, never absent.

${envelopeTable()}

The envelope is described by \`schema/output/envelope.schema.json\`, and each command's whole document, envelope and
\`result\`, by \`schema/output/<command>.schema.json\` (\`boards list\` → \`boards-list\`); both are part of the package.

## Exit codes

${exitCodeTable()}

## Files

A project's artefacts stand in \`runs/<name>-<8 hex digits>/\`, one folder a training: \`train/\`, \`quantize/\`, and for
each board \`plan/<board>/\`, \`export/<board>/\`, \`build/<board>/\`, \`verify/<board>/\`, \`learn/<board>/\`. \`runs/latest\` points
to the newest. Each stage folder holds a \`provenance.json\`: its key (SHA-256 of options, inputs and versions), the
digests of its inputs and of its files. The same inputs give the same bytes; only \`measured.json\` (link rates,
instruction counts, stack high-water) may differ from run to run, and it is no part of the digests. A stage folder is
written under a temporary name and renamed when it is whole. Training checkpoints stand in \`checkpoint/\` until training
is done. \`train/training.html\` shows a training in a browser; \`result.page\` of \`grapes train --json\` is its path.

Downloads and compiled objects are shared between projects in \`$XDG_CACHE_HOME/grapes-mcu\` (default
\`~/.cache/grapes-mcu\`).

## Environment

| variable | effect |
| --- | --- |
| \`NO_COLOR\`, \`FORCE_COLOR\` | colour off, on; otherwise colour on terminals |
| \`XDG_CACHE_HOME\` | where the cache stands |
| \`GRAPES_DEBUG\` | stack traces of unexpected faults |
`;
}

function anchor(verb: VerbSpec): string {
  return `grapes-${verb.name.replace(' ', '-')}`;
}

function section(program: Command, verb: VerbSpec): string {
  const words = verb.name.split(' ');
  let command = program;
  for (const word of words) command = command.commands.find((child) => child.name() === word) ?? command;
  const usage = `grapes ${verb.name} ${command.usage()}`.trim();
  const args = verb.args.map((arg) => `- \`${arg.name}\`: ${arg.description}`).join('\n');
  const parts = [`## grapes ${verb.name}`, `\`\`\`\n${usage}\n\`\`\``, command.description()];
  if (args !== '') parts.push(args);
  if (command.options.length > 0) parts.push(optionTable(command.options));
  return `${parts.join('\n\n')}\n`;
}

function optionTable(options: readonly Option[]): string {
  const rows = options.map((option) => `| \`${option.flags}\` | ${option.description} |`);
  return ['| option | meaning |', '| --- | --- |', ...rows].join('\n');
}

function envelopeTable(): string {
  const rows: [string, string][] = [
    ['`schemaVersion`', '1'],
    ['`ok`', 'true when the exit code is 0'],
    ['`command`', 'the command, for example `boards list`'],
    ['`board`, `project`', 'board id and project name'],
    ['`run`', '`{id, dir}` of the run folder'],
    ['`accuracy`', '`{float, int8, device}`, fractions of the samples'],
    ['`verify`', '`{samples, mismatches, mismatchedSamples}`; mismatches counts output bytes'],
    [
      '`learn`',
      '`{steps, weightMismatches, accuracyBefore, accuracyAfter}`; weights that differed over all compared steps, accuracy on held-out samples of the changed world',
    ],
    [
      '`memory`',
      "`{flashBytes, ramBytes, stackBytes}`: of the whole linked firmware, the model in it; static RAM; stack in the worst case. What of it is the model's: `sizes.breakdown` and `sizes.stackBounds` of `plan` and `build`",
    ],
    ['`instructions`', '`{inference, learnStep}`, means; null where the board cannot count'],
    ['`stages`', '`[{stage, action}]`: which stages ran and which were current'],
    ['`result`', "the command's own report"],
    ['`error`', '`{code, message, hint, context}`, null when ok'],
  ];
  return ['| member | meaning |', '| --- | --- |', ...rows.map(([a, b]) => `| ${a} | ${b} |`)].join('\n');
}
