/** Reads JSON with the place of each value: the language's own parser does not tell places. */

interface Place {
  /** In bytes. */
  readonly at: number;
  readonly length: number;
}

export interface JsonMember extends Place {
  readonly key: string;
  readonly keyLength: number;
  readonly value: JsonValue;
}

export type JsonValue = Place &
  (
    | { readonly kind: 'object'; readonly members: readonly JsonMember[] }
    | { readonly kind: 'array'; readonly elements: readonly JsonValue[] }
    | { readonly kind: 'string' | 'number' | 'true' | 'false' | 'null'; readonly text: string }
  );

/** Values within values. */
const MAX_DEPTH = 100;
const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];

class NotJson extends Error {}

/** @returns the objects and arrays, one behind the other; null if it is nothing of the kind */
export function parseJson(bytes: Uint8Array): JsonValue[] | null {
  const reader = new Reader(bytes);
  try {
    const values: JsonValue[] = [];
    for (;;) {
      const first = reader.next();
      if (first === undefined) return values.length ? values : null;
      if (first !== OPEN_OBJECT && first !== OPEN_ARRAY) return null;
      values.push(reader.value(0));
    }
  } catch (error) {
    if (error instanceof NotJson) return null;
    throw error;
  }
}

class Reader {
  private readonly bytes: Uint8Array;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The next byte that is no space. */
  next(): number | undefined {
    for (;;) {
      const byte = this.bytes[this.at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
      this.at++;
    }
  }

  value(depth: number): JsonValue {
    if (depth > MAX_DEPTH) throw new NotJson();
    const first = this.next();
    const at = this.at;
    if (first === OPEN_OBJECT)
      return { kind: 'object', members: this.members(depth), at, length: this.at - at };
    if (first === OPEN_ARRAY)
      return { kind: 'array', elements: this.elements(depth), at, length: this.at - at };
    if (first === QUOTE) return { kind: 'string', text: this.string(), at, length: this.at - at };
    return this.word();
  }

  private members(depth: number): JsonMember[] {
    const members: JsonMember[] = [];
    this.list(CLOSE_OBJECT, () => {
      if (this.next() !== QUOTE) throw new NotJson();
      const at = this.at;
      const key = this.string();
      const keyLength = this.at - at;
      this.expect(COLON);
      const value = this.value(depth + 1);
      members.push({ key, keyLength, value, at, length: this.at - at });
    });
    return members;
  }

  private elements(depth: number): JsonValue[] {
    const elements: JsonValue[] = [];
    this.list(CLOSE_ARRAY, () => elements.push(this.value(depth + 1)));
    return elements;
  }

  /** What stands between a bracket and the one that closes it. */
  private list(close: number, element: () => void): void {
    this.at++;
    if (this.next() === close) {
      this.at++;
      return;
    }
    for (;;) {
      element();
      const byte = this.next();
      this.at++;
      if (byte === close) return;
      if (byte !== COMMA) throw new NotJson();
    }
  }

  private expect(wanted: number): void {
    if (this.next() !== wanted) throw new NotJson();
    this.at++;
  }

  private string(): string {
    const begin = this.at;
    let end = begin + 1;
    while (this.bytes[end] !== QUOTE) {
      if (end >= this.bytes.length) throw new NotJson();
      end += this.bytes[end] === BACKSLASH ? 2 : 1;
    }
    this.at = end + 1;
    return unescaped(this.text(begin + 1, end));
  }

  private word(): JsonValue {
    const at = this.at;
    let end = at;
    while (end < this.bytes.length && /[-+.\w]/.test(String.fromCharCode(this.bytes[end]!))) end++;
    const text = this.text(at, end);
    this.at = end;
    const length = end - at;
    if (text === 'true' || text === 'false' || text === 'null') return { kind: text, text, at, length };
    if (!/^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(text)) throw new NotJson();
    return { kind: 'number', text, at, length };
  }

  private text(from: number, to: number): string {
    const { bytes } = this;
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8', from, to);
  }
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_, code: string | undefined, one: string) =>
    code === undefined ? (ESCAPES[one] ?? one) : String.fromCharCode(parseInt(code, 16)),
  );
}
