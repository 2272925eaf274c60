import { html, raw, type Markup } from './html.js';
import type { ReportData } from './report-data.js';
import { accuracySection } from './sections/accuracy.js';
import { closingSections } from './sections/closing.js';
import { deployedSection } from './sections/deployed.js';
import { header } from './sections/header.js';
import { learningSection } from './sections/learning.js';
import { memorySection } from './sections/memory.js';
import { quantizationSection } from './sections/quantization.js';
import { trainingSection } from './sections/training.js';
import { verificationSection } from './sections/verification.js';
import { STYLE } from './style.js';

/**
 * The report as one HTML file: no script, no network, nothing beside it. The same data gives the same bytes; parts
 * whose stage was not run are left out.
 */
export function renderReport(data: ReportData): string {
  const body = html`${header(data)} ${accuracySection(data)} ${learningSection(data)} ${verificationSection(data)}
  ${deployedSection(data)} ${memorySection(data)} ${quantizationSection(data)} ${trainingSection(data)}
  ${closingSections(data)}`;
  return document(data.title, data.toolVersion, body);
}

/** A page of the house's looks around `body`. */
export function document(title: string, toolVersion: string, body: Markup): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="generator" content="grapes-mcu ${toolVersion}" />
        <title>${title}</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html> `;
  return page.text;
}
