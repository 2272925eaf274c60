import { ToolError } from '../errors/tool-error.js';
import type { BudgetOptions } from '../ir/options.js';

const KEYS = { flash: 'flashBytes', ram: 'ramBytes', stack: 'stackBytes' } as const;

/** `flash=64k,ram=16384,stack=2k` → bytes; k is 1024, M is 1024². Throws USAGE. */
export function parseBudget(text: string): Partial<BudgetOptions> {
  const limits: { -readonly [K in keyof BudgetOptions]?: number } = {};
  for (const part of text.split(',')) {
    const match = /^\s*(flash|ram|stack)\s*=\s*(\d+(?:\.\d+)?)\s*(k|m)?(?:i?b)?\s*$/i.exec(part);
    const unit = { k: 1024, m: 1024 * 1024 }[(match?.[3] ?? '').toLowerCase()] ?? 1;
    const limit = match === null ? 0 : Math.floor(Number(match[2]) * unit);
    if (match === null || limit < 1) {
      throw new ToolError('USAGE', `--budget: "${part.trim()}" is no limit.`, {
        hint: 'Write it like --budget flash=64k,ram=16k,stack=2k.',
        context: { option: '--budget', value: text },
      });
    }
    limits[KEYS[match[1].toLowerCase() as keyof typeof KEYS]] = limit;
  }
  return limits;
}
