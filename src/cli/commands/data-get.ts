import { downloadDataset } from '../../dataset/download.js';
import { PINNED_DATASETS, type PinnedName } from '../../dataset/pinned.js';
import { ToolError } from '../../errors/tool-error.js';
import { didYouMean } from '../../util/did-you-mean.js';
import type { CommandHandler } from '../command.js';
import { cacheDir } from '../project-session.js';

/** `grapes data get NAME [--from DIR]` */
export const run: CommandHandler = async (context, [name], options) => {
  const known = Object.keys(PINNED_DATASETS);
  if (!isPinned(name)) {
    const near = didYouMean(name, known);
    const message = `There is no data set "${name}"${near === null ? '' : ` (did you mean "${near}"?)`}. Known: ${known.join(', ')}.`;
    throw new ToolError('USAGE', message, { context: { dataset: name, known } });
  }
  const from = options['from'] === undefined ? null : context.resolve(String(options['from']));
  const { folder, fetched } = await downloadDataset(name, cacheDir(context.io.env), {
    progress: context.progress,
    signal: context.signal,
    ...(from === null ? {} : { from }),
  });
  const { title, licence, files } = PINNED_DATASETS[name];
  const result = { dataset: name, title, licence, dir: folder, files: files.map((file) => file.name), fetched };
  const there = from === null ? 'was there already' : `was there already, the same bytes as in ${from}`;
  const news = fetched.length === 0 ? there : `${fetched.length} of ${files.length} files are new`;
  return { fields: { result }, text: `${title}\n${licence}\nin ${folder} (${news}; every SHA-256 checked)` };
};

function isPinned(name: string): name is PinnedName {
  return Object.hasOwn(PINNED_DATASETS, name);
}
