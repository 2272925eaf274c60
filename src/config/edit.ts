import { parseDocument } from 'yaml';

/** A project file's text with one top-level section replaced; comments elsewhere stay as they are. */
export function replaceSection(text: string, section: string, value: unknown): string {
  const document = parseDocument(text);
  document.set(section, document.createNode(value));
  return document.toString({ lineWidth: 120 });
}
