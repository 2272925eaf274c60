/** `text` in `width` characters at most, its end replaced by … where it is longer. */
export function fit(text: string, width: number): string {
  const characters = Array.from(text);
  if (characters.length <= width) return text;
  return width <= 0 ? '' : `${characters.slice(0, width - 1).join('')}…`;
}

/** Without characters that could steer a terminal: what comes from outside may hold anything. */
export function printable(text: string): string {
  return Array.from(text, (c) => (/\p{Cc}/u.test(c) ? '·' : c)).join('');
}

const ESCAPE = String.fromCharCode(27);
const COLOUR = new RegExp(`${ESCAPE}\\[[0-9;]*m`, 'g');

/** Characters that are seen: colours take no room. */
export function visibleLength(text: string): number {
  return Array.from(text.replace(COLOUR, '')).length;
}
