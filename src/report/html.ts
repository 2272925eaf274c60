/** Text that is markup already. Made only by `html` and `raw`, so that everything else is escaped. */
export class Markup {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

type Value = Markup | string | number | null | undefined | false | readonly Value[];

/** Markup as it is: for constants of our own, never for data. */
export function raw(text: string): Markup {
  return new Markup(text);
}

/** A template whose values are escaped unless they are markup; null and false leave nothing, lists are joined. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Markup {
  let text = strings[0];
  values.forEach((value, i) => (text += render(value) + strings[i + 1]));
  return new Markup(text);
}

function render(value: Value): string {
  if (value === null || value === undefined || value === false) return '';
  if (value instanceof Markup) return value.text;
  if (typeof value === 'string') return escape(value);
  if (typeof value === 'number') return escape(String(value));
  return value.map(render).join('');
}

/** For element content and quoted attributes. Control characters, which HTML and XML forbid, become U+FFFD. */
export function escape(text: string): string {
  const named: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  const safe = text.replace(/[&<>"']/g, (c) => named[c]);
  return Array.from(safe, (c) => (/[\p{Cc}\p{Cs}]/u.test(c) && !/[\t\n]/.test(c) ? '\ufffd' : c)).join('');
}
