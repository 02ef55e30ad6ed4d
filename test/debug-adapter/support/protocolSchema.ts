/** Are messages what the Debug Adapter Protocol's own JSON schema says? */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './paths.ts';

interface Schema {
  $ref?: string;
  allOf?: Schema[];
  oneOf?: Schema[];
  type?: string | string[];
  enum?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: boolean | Schema;
  minimum?: number;
}

export class ProtocolSchema {
  readonly #definitions: Record<string, Schema>;

  constructor() {
    const file = path.join(ROOT, 'test', 'debug-adapter', 'fixtures', 'debugAdapterProtocol.json');
    this.#definitions = (
      JSON.parse(readFileSync(file, 'utf8')) as { definitions: Record<string, Schema> }
    ).definitions;
  }

  /** What is wrong with a response or an event; a message that the protocol does not define is only a message. */
  problems(message: { type: string; command?: string; event?: string; success?: boolean }): string[] {
    const { type, command = '', event = '', success } = message;
    const name = type === 'event' ? event : command;
    const own = `${name[0]?.toUpperCase() ?? ''}${name.slice(1)}${type === 'event' ? 'Event' : 'Response'}`;
    const wanted = type === 'response' && success === false ? 'ErrorResponse' : own;
    const fallback = type === 'event' ? 'Event' : 'Response';
    return this.#check(this.#definitions[wanted] ?? this.#definitions[fallback]!, message, type);
  }

  #check(schema: Schema, value: unknown, at: string): string[] {
    if (schema.$ref !== undefined)
      return this.#check(this.#definitions[schema.$ref.split('/').at(-1)!]!, value, at);
    const problems = (schema.allOf ?? []).flatMap((part) => this.#check(part, value, at));
    if (schema.oneOf && !schema.oneOf.some((part) => this.#check(part, value, at).length === 0))
      problems.push(`${at} is none of what it may be`);
    if (schema.type !== undefined && ![schema.type].flat().includes(typeOf(value, schema.type)))
      return [...problems, `${at} is no ${[schema.type].flat().join(' or ')}: ${JSON.stringify(value)}`];
    if (schema.enum && !schema.enum.includes(value))
      problems.push(`${at} is none of ${schema.enum.join(', ')}: ${JSON.stringify(value)}`);
    if (schema.minimum !== undefined && typeof value === 'number' && value < schema.minimum)
      problems.push(`${at} is below ${schema.minimum}: ${value}`);
    if (Array.isArray(value)) {
      const { items } = schema;
      return items === undefined
        ? problems
        : [...problems, ...value.flatMap((one, index) => this.#check(items, one, `${at}[${index}]`))];
    }
    if (typeof value !== 'object' || value === null) return problems;
    return [...problems, ...this.#checkMembers(schema, value as Record<string, unknown>, at)];
  }

  #checkMembers({ required = [], properties = {} }: Schema, value: Record<string, unknown>, at: string) {
    const missing = required
      .filter((name) => value[name] === undefined)
      .map((name) => `${at}.${name} is missing`);
    const wrong = Object.entries(properties).flatMap(([name, schema]) =>
      value[name] === undefined ? [] : this.#check(schema, value[name], `${at}.${name}`),
    );
    return [...missing, ...wrong];
  }
}

function typeOf(value: unknown, wanted: string | string[]): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (Number.isInteger(value) && [wanted].flat().includes('integer')) return 'integer';
  return typeof value;
}
