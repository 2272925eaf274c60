import { isToolError, ToolError } from '../errors/tool-error.js';
import { withDefaults, type ReadModel } from './defaults.js';
import { configError, pathText, type ConfigPath } from './problem.js';
import type { ProjectConfig } from './project-config.js';
import type { RawProject } from './raw-project.js';
import { schemaProblems } from './schema-check.js';
import { semanticProblems } from './semantic-checks.js';
import { ConfigSource } from './source.js';

/** A project file that was accepted: what it says, and where it says it. */
export class ProjectFile {
  private constructor(
    /** What messages call it. */
    readonly name: string,
    readonly config: ProjectConfig,
    private readonly source: ConfigSource,
  ) {}

  /** Throws one CONFIG_* ToolError that lists everything wrong, by line and column; and what `readModel` throws. */
  static parse(text: string, name: string, seed: number | null, readModel: ReadModel): ProjectFile {
    const { source, value, problems } = ConfigSource.parse(text);
    if (problems.length > 0) throw configError(name, problems);
    const wrong = schemaProblems(value, source);
    if (wrong.length > 0) throw configError(name, wrong);
    const read: ReadModel = (path) => {
      try {
        return readModel(path);
      } catch (error) {
        throw isToolError(error) ? located(error, name, source, ['model', 'from']) : error;
      }
    };
    const config = withDefaults(value as RawProject, seed, read);
    const odd = semanticProblems(config, source);
    if (odd.length > 0) throw configError(name, odd);
    return new ProjectFile(name, config, source);
  }

  /** The same error as one about the value at `path`: with file, line and column in its message and context. */
  locate(error: ToolError, path: ConfigPath): ToolError {
    return located(error, this.name, this.source, path);
  }
}

function located(error: ToolError, file: string, source: ConfigSource, path: ConfigPath): ToolError {
  const { line, column } = source.positionOf(path);
  return new ToolError(error.code, `${file}:${line}:${column}: ${error.message}`, {
    ...(error.hint === null ? {} : { hint: error.hint }),
    context: { ...error.context, file, line, column, path: pathText(path) },
    cause: error,
  });
}
