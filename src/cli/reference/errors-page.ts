import { ERROR_CATALOGUE } from '../../errors/catalogue.js';
import { EXIT } from '../../errors/exit-codes.js';
import { GENERATED } from './generated.js';

const MEANING: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'done',
  unexpected: 'an unexpected fault, or the disk',
  usage: 'the command line',
  config: 'the project file, the data or a descriptor',
  noDevice: 'no device, or more than one',
  permission: 'permission or driver',
  portBusy: 'the port is in use',
  protocol: 'the device does not speak as expected: protocol, firmware, model',
  toolchain: 'compiler or emulator',
  flash: 'programming failed',
  doesNotFit: 'does not fit: memory or budget',
  verifyFailed: 'device and reference differ',
  trainFailed: 'training failed',
  timeout: 'time ran out',
  interrupted: 'stopped by Ctrl-C or a signal',
};

/** docs/errors.md */
export function errorsPage(): string {
  const codes = Object.keys(ERROR_CATALOGUE).sort();
  const sections = codes.map((code) => {
    const { title, explanation, hint, exitCode } = ERROR_CATALOGUE[code];
    return `## ${code}\n\n${title}. Exit code ${exitCode}.\n\n${explanation}\n\n**What to do:** ${hint}\n`;
  });
  return `# Errors

${GENERATED}

Every failure has a permanent code. \`grapes explain CODE\` prints the same text as this page. With \`--json\` the code is
\`error.code\`; \`error.context\` carries the numbers.

## Exit codes

${exitCodeTable()}

${sections.join('\n')}`;
}

export function exitCodeTable(): string {
  const rows = (Object.keys(EXIT) as (keyof typeof EXIT)[]).map((name) => `| ${EXIT[name]} | ${MEANING[name]} |`);
  return ['| exit code | meaning |', '| --- | --- |', ...rows].join('\n');
}
