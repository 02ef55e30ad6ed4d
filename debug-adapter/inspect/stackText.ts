/** Parses the text of an Error's stack, from which a sleeping task's frames are derived. */

export interface TextFrame {
  name: string;
  /** As V8 names the script. */
  url: string;
  /** From 1. */
  line: number;
  column: number;
}

const FRAME = /^\s*at (?:async |new )*(?:(.*?) \()?(.*?):(\d+):(\d+)\)?$/;

/** Frames that have a place in a file, innermost first. */
export function parseStack(stack: string): TextFrame[] {
  const frames: TextFrame[] = [];
  for (const line of stack.split('\n')) {
    const match = FRAME.exec(line);
    if (match === null || match[2]!.startsWith('<')) continue;
    // V8 prefixes the object on which a function is called; a kernel function in a struct is known by its own
    // name.
    const name = (match[1] ?? '(anonymous)')
      .replace(/^(?:Object|Generator|Module)\./, '')
      .replace(/ \[as .*\]$/, '')
      .replace(/^[a-z_]\w*\./, '');
    frames.push({ name, url: match[2]!, line: Number(match[3]), column: Number(match[4]) });
  }
  return frames;
}
