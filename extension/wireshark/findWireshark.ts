// Where Wireshark's program is: in PATH, or where its installers put it.
import path from 'node:path';

/** What is asked of the computer. */
export interface Computer {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether there is a file that can be run. */
  isProgram(file: string): boolean;
}

/** The program's path. */
export function findWireshark(computer: Computer): string | undefined {
  return candidates(computer).find((file) => computer.isProgram(file));
}

function candidates({ platform, env }: Computer): string[] {
  const { join, delimiter, isAbsolute } = platform === 'win32' ? path.win32 : path.posix;
  // A folder that is relative would be one of the opened workspace: its programs are not the user's.
  const folders = (env['PATH'] ?? env['Path'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  const within = (name: string, ...more: readonly (string | undefined)[]): string[] =>
    [...folders, ...more].filter((folder) => folder !== undefined).map((folder) => join(folder, name));
  switch (platform) {
    case 'win32': {
      const installed = [env['ProgramFiles'], env['ProgramW6432'], env['ProgramFiles(x86)']];
      return within('Wireshark.exe', ...installed.map((folder) => folder && join(folder, 'Wireshark')));
    }
    case 'darwin': {
      const app = 'Applications/Wireshark.app/Contents/MacOS';
      const home = env['HOME'];
      return [
        ...within('wireshark', '/opt/homebrew/bin', '/usr/local/bin', '/opt/local/bin'),
        join('/', app, 'Wireshark'),
        ...(home ? [join(home, app, 'Wireshark')] : []),
      ];
    }
    default:
      return within('wireshark', '/usr/bin', '/usr/local/bin', '/snap/bin');
  }
}
