export { ToolError, isToolError } from './errors/tool-error.js';
export { ERROR_CATALOGUE } from './errors/catalogue.js';
