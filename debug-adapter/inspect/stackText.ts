/** Parses the text of an Error's stack, from which a sleeping task's frames are derived. */

export interface TextFrame {
  name: string;
  /** As V8 names the script. */
  url: string;
  /** From 1. */
  line: number;
  column: number;
  /** It awaits the frame above it: it was not on V8's stack. */
  isAwaiting?: true;
}

const FRAME = /^\s*at (async |new )*(?:(.*?) \()?(.*?):(\d+):(\d+)\)?$/;

/** Frames that have a place in a file, innermost first. */
export function parseStack(stack: string): TextFrame[] {
  const frames: TextFrame[] = [];
  for (const text of stack.split('\n')) {
    const [, kind, called, url, line, column] = FRAME.exec(text) ?? [];
    if (url === undefined || url.startsWith('<')) continue;
    // V8 prefixes the object on which a function is called; a kernel function in a struct is known by its own
    // name.
    const name = (called ?? '(anonymous)')
      .replace(/^(?:Object|Generator|Module)\./, '')
      .replace(/ \[as .*\]$/, '')
      .replace(/^[a-z_]\w*\./, '');
    const frame = { name, url, line: Number(line), column: Number(column) };
    frames.push(kind === 'async ' ? { ...frame, isAwaiting: true } : frame);
  }
  return frames;
}
