/** What is said of a capture file: how far it is read, and where it breaks. Without a machine its controls are hidden. */
import { el, setText } from '../dom.ts';
import { t } from '../language.ts';
import type { CaptureFileState } from '../messages.ts';

/** Class of the page while its packets are those of a file. */
const OF_FILE = 'of-file';

export class FileState {
  /** Where the file breaks. */
  readonly element = el('p', { class: 'file-problem', role: 'alert' });
  /** For the status: `34 % read`. */
  text = '';
  isFile = false;

  constructor() {
    this.element.hidden = true;
  }

  show(file: CaptureFileState | undefined, isReading: boolean): void {
    this.isFile = file !== undefined;
    document.body.classList.toggle(OF_FILE, this.isFile);
    this.text = file && isReading ? t('{0} % read', Math.floor(file.read * 100)) : '';
    const problem = file?.problem ?? '';
    this.element.hidden = problem === '';
    setText(this.element, problem);
  }
}
