/** The part of binary-parser that the generated parsers use: the package's own types are not found through its `exports`. */
declare module 'binary-parser' {
  interface LengthOptions {
    readonly length?: number | string;
    readonly readUntil?: 'eof';
  }
  export class Parser {
    uint8(name: string): this;
    int8(name: string): this;
    uint16le(name: string): this;
    uint32le(name: string): this;
    floatle(name: string): this;
    string(name: string, options: LengthOptions): this;
    buffer(name: string, options: LengthOptions): this;
    array(name: string, options: LengthOptions & { readonly type: Parser }): this;
    parse(bytes: Buffer): unknown;
  }
}
