/** The only file that uses @vscode/webview-ui-toolkit: all other code gets its controls here. */
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeTextField,
  type Button,
  type Checkbox,
  type TextField,
} from '@vscode/webview-ui-toolkit';

/** Must run before the first control is created. */
export function registerControls(): void {
  provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeCheckbox(), vsCodeTextField());
}

export interface ButtonOptions {
  /** Displayed, or only spoken if there is an icon and `iconOnly`. */
  label: string;
  /** A codicon's name without `codicon-`. */
  icon?: string;
  iconOnly?: boolean;
  tooltip?: string;
  primary?: boolean;
  onClick: () => void;
}

export interface ButtonControl {
  element: HTMLElement;
  setEnabled(enabled: boolean): void;
  /** Not for buttons that show an icon only. */
  setLabel(label: string): void;
}

export function button({ label, icon, iconOnly, tooltip, primary, onClick }: ButtonOptions): ButtonControl {
  const element = document.createElement('vscode-button') as Button;
  element.appearance = iconOnly ? 'icon' : primary ? 'primary' : 'secondary';
  element.setAttribute('aria-label', label);
  element.title = tooltip ?? label;
  if (icon) {
    const glyph = document.createElement('span');
    glyph.className = `codicon codicon-${icon}`;
    if (!iconOnly) glyph.slot = 'start';
    element.append(glyph);
  }
  const words = document.createTextNode(label);
  if (!iconOnly) element.append(words);
  element.addEventListener('click', onClick);
  return {
    element,
    setEnabled: (enabled) => {
      element.disabled = !enabled;
    },
    setLabel: (text) => {
      words.data = text;
      element.setAttribute('aria-label', text);
    },
  };
}

export interface CheckboxControl {
  element: HTMLElement;
  readonly checked: boolean;
}

export function checkbox(
  label: string,
  tooltip: string,
  checked: boolean,
  onChange: (checked: boolean) => void,
): CheckboxControl {
  const element = document.createElement('vscode-checkbox') as Checkbox;
  element.append(label);
  element.title = tooltip;
  element.checked = checked;
  element.addEventListener('change', () => onChange(element.checked));
  return {
    element,
    get checked() {
      return element.checked;
    },
  };
}

export interface TextFieldControl {
  element: HTMLElement;
  value: string;
  /** Marks the content as invalid, visually and for screen readers. */
  setInvalid(invalid: boolean): void;
  setPlaceholder(text: string): void;
  focus(): void;
  selectAll(): void;
  /** Characters before the cursor. */
  cursor: number;
  /** The input itself, which has the role and the keyboard. */
  readonly input: HTMLInputElement | undefined;
}

export function textField(
  label: string,
  placeholder: string,
  onInput: (value: string) => void,
): TextFieldControl {
  const element = document.createElement('vscode-text-field') as TextField;
  element.placeholder = placeholder;
  // The toolkit's field overwrites its label with "Text field" when it is inserted into the page.
  new MutationObserver(() => {
    if (element.getAttribute('aria-label') !== label) element.setAttribute('aria-label', label);
  }).observe(element, { attributeFilter: ['aria-label'] });
  element.spellcheck = false;
  element.addEventListener('input', () => onInput(element.value));
  return {
    element,
    get value() {
      return element.value;
    },
    set value(text: string) {
      element.value = text;
    },
    setInvalid: (invalid) => {
      element.classList.toggle('invalid', invalid);
      element.setAttribute('aria-invalid', String(invalid));
    },
    setPlaceholder: (text) => {
      element.placeholder = text;
    },
    focus: () => element.focus(),
    selectAll: () => element.control?.select(),
    get cursor() {
      return element.control?.selectionStart ?? element.value.length;
    },
    set cursor(at: number) {
      element.control?.setSelectionRange(at, at);
    },
    get input() {
      return element.control;
    },
  };
}
