const BLOCKS = '▁▂▃▄▅▆▇█';

/** A row of `width` block characters at most; the newest value is at the right. Values that are not finite are gaps. */
export function sparkline(values: readonly number[], width: number, low?: number, high?: number): string {
  const columns = resample(values, width);
  const finite = columns.filter(Number.isFinite);
  if (finite.length === 0) return '';
  const from = low ?? Math.min(...finite);
  const to = high ?? Math.max(...finite);
  const top = BLOCKS.length - 1;
  return columns
    .map((v) => {
      if (!Number.isFinite(v)) return ' ';
      const part = to > from ? (v - from) / (to - from) : 0;
      return BLOCKS[Math.max(0, Math.min(top, Math.round(part * top)))];
    })
    .join('');
}

/** Means of equal runs, so that every value has its say. */
function resample(values: readonly number[], width: number): number[] {
  if (values.length <= width) return [...values];
  return Array.from({ length: width }, (_, i) => {
    const from = Math.floor((i * values.length) / width);
    const to = Math.max(from + 1, Math.floor(((i + 1) * values.length) / width));
    const run = values.slice(from, to);
    return run.reduce((a, b) => a + b, 0) / run.length;
  });
}
