// "Sockscope: Open Sample…": copies a lesson to a folder of the user's choice. No code of it runs here, so it
// works in an untrusted workspace.
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { sampleTitle, withTypes, type SampleTitle } from './sampleText.ts';
import { installTypes, prepareProject, TYPES_FILE } from './scenarioFolder.ts';

interface Sample extends SampleTitle {
  file: string;
  text: string;
}

/** Registers the command. */
export function registerOpenSample(extensionUri: vscode.Uri): vscode.Disposable {
  return vscode.commands.registerCommand('sockscope.openSample', async () => {
    try {
      await openSample(extensionUri);
    } catch (error) {
      void vscode.window.showErrorMessage(`The sample could not be opened: ${(error as Error).message}`);
    }
  });
}

async function openSample(extensionUri: vscode.Uri): Promise<void> {
  const sample = await chooseSample(extensionUri);
  if (!sample) return;
  const folder = await askFolder(sample);
  if (!folder) return;
  const target = vscode.Uri.joinPath(folder, sample.file);
  const text = withTypes(sample.text, TYPES_FILE);
  if (!(await mayWrite(target, text))) return;
  await installTypes(extensionUri, folder);
  await prepareProject(folder);
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
  await show(target);
}

async function chooseSample(extensionUri: vscode.Uri): Promise<Sample | undefined> {
  const items = (await readSamples(extensionUri)).map((sample) => ({
    label: `${sample.number}. ${sample.title}`,
    description: sample.file,
    detail: sample.summary,
    sample,
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: 'Open Sample',
    placeHolder: 'In the order of learning: take the first one first',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return chosen?.sample;
}

/** The samples included in the extension, in learning order. */
async function readSamples(extensionUri: vscode.Uri): Promise<Sample[]> {
  const folder = vscode.Uri.joinPath(extensionUri, 'samples');
  const files = (await vscode.workspace.fs.readDirectory(folder))
    .map(([file]) => file)
    .filter((file) => file.endsWith('.ts'));
  const samples = await Promise.all(
    files.map(async (file): Promise<Sample[]> => {
      const text = new TextDecoder().decode(
        await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder, file)),
      );
      const title = sampleTitle(text);
      return title === undefined ? [] : [{ ...title, file, text }];
    }),
  );
  return samples.flat().sort((one, other) => one.number - other.number);
}

async function askFolder({ file }: Sample): Promise<vscode.Uri | undefined> {
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri;
  const asked = await vscode.window.showOpenDialog({
    canSelectFolders: true,
    canSelectFiles: false,
    defaultUri: workspace ?? vscode.Uri.file(homedir()),
    title: `Where shall ${file} go?`,
    openLabel: 'Copy Here',
  });
  return asked?.[0];
}

/** A file with that name may be the user's work: show it unless the user wants it replaced. */
async function mayWrite(target: vscode.Uri, text: string): Promise<boolean> {
  const there = await Promise.resolve(vscode.workspace.fs.readFile(target)).then(
    (bytes) => new TextDecoder().decode(bytes),
    () => undefined,
  );
  if (there === undefined || there === text) return true;
  const name = vscode.workspace.asRelativePath(target);
  const answer = await vscode.window.showWarningMessage(
    `${name} is there already, and differs from the sample.`,
    { modal: true },
    'Open It',
    'Replace It',
  );
  if (answer === 'Open It') await show(target);
  return answer === 'Replace It';
}

const show = (file: vscode.Uri) => vscode.window.showTextDocument(file, { preview: false });
