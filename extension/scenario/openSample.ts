// "Sockscope: Open Sample…": copies a lesson to a folder of the user's choice. No code of it runs here, so it
// works in an untrusted workspace.
import { readSampleFile } from './sampleFile.ts';
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { sampleTitle, withTypes, type SampleTitle } from './sampleText.ts';
import { isScenario } from './scenarioText.ts';
import { installTypes, prepareProject, TYPES_FILE } from './scenarioFolder.ts';

interface SampleFile {
  /** Relative to the folder that the samples are copied to. */
  path: string;
  text: string;
}
/** A scenario in one file, or Node programs in a folder. */
interface Sample extends SampleTitle {
  /** The file's name, or the folder's. */
  name: string;
  /** The first one has the comment that tells what to look at. */
  files: [SampleFile, ...SampleFile[]];
}

/** Registers the command. */
export function registerOpenSample(extensionUri: vscode.Uri): vscode.Disposable {
  return vscode.commands.registerCommand('sockscope.openSample', async () => {
    try {
      await openSample(extensionUri);
    } catch (error) {
      void vscode.window.showErrorMessage(
        vscode.l10n.t('The sample could not be opened: {0}', (error as Error).message),
      );
    }
  });
}

async function openSample(extensionUri: vscode.Uri): Promise<void> {
  const sample = await chooseSample(extensionUri);
  if (!sample) return;
  const folder = await askFolder(sample);
  if (!folder) return;
  const target = vscode.Uri.joinPath(folder, sample.files[0].path);
  if (!(await mayWrite(sample, folder))) return;
  if (isScenario(sample.files[0].text)) {
    await installTypes(extensionUri, folder);
    await prepareProject(folder);
  }
  for (const { path, text } of sample.files)
    await vscode.workspace.fs.writeFile(vscode.Uri.joinPath(folder, path), new TextEncoder().encode(text));
  await show(target);
}

async function chooseSample(extensionUri: vscode.Uri): Promise<Sample | undefined> {
  const items = (await readSamples(extensionUri)).map((sample) => ({
    label: `${sample.number}. ${sample.title}`,
    description: sample.name,
    detail: sample.summary,
    sample,
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Open Sample'),
    placeHolder: vscode.l10n.t('In the order of learning: take the first one first'),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return chosen?.sample;
}

/** The samples included in the extension, in learning order. */
async function readSamples(extensionUri: vscode.Uri): Promise<Sample[]> {
  const folder = vscode.Uri.joinPath(extensionUri, 'samples');
  const entries = await vscode.workspace.fs.readDirectory(folder);
  const samples = await Promise.all(
    entries.map(async ([name]): Promise<Sample[]> => {
      const files = await readFiles(extensionUri, name);
      for (const file of files) {
        const title = sampleTitle(file.text);
        if (title === undefined) continue;
        const others = files.filter((other) => other !== file);
        return [{ ...title, name, files: [asCopied(file), ...others] }];
      }
      return [];
    }),
  );
  return samples.flat().sort((one, other) => one.number - other.number);
}

/** A file, or the files of a folder and of the folders in it. */
async function readFiles(extensionUri: vscode.Uri, path: string): Promise<SampleFile[]> {
  const uri = vscode.Uri.joinPath(extensionUri, 'samples', path);
  const { type } = await vscode.workspace.fs.stat(uri);
  if ((type & vscode.FileType.Directory) === 0)
    return [{ path, text: await readSampleFile(extensionUri, path) }];
  const entries = await vscode.workspace.fs.readDirectory(uri);
  return (await Promise.all(entries.map(([name]) => readFiles(extensionUri, `${path}/${name}`)))).flat();
}

const asCopied = ({ path, text }: SampleFile): SampleFile => ({
  path,
  text: isScenario(text) ? withTypes(text, TYPES_FILE) : text,
});

async function askFolder({ name }: Sample): Promise<vscode.Uri | undefined> {
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri;
  const asked = await vscode.window.showOpenDialog({
    canSelectFolders: true,
    canSelectFiles: false,
    defaultUri: workspace ?? vscode.Uri.file(homedir()),
    title: vscode.l10n.t('Where shall {0} go?', name),
    openLabel: vscode.l10n.t('Copy Here'),
  });
  return asked?.[0];
}

/** A file with that name may be the user's work: show it unless the user wants it replaced. */
async function mayWrite({ files }: Sample, folder: vscode.Uri): Promise<boolean> {
  const [open, replace] = [vscode.l10n.t('Open It'), vscode.l10n.t('Replace It')];
  for (const { path, text } of files) {
    const target = vscode.Uri.joinPath(folder, path);
    const there = await Promise.resolve(vscode.workspace.fs.readFile(target)).then(
      (bytes) => new TextDecoder().decode(bytes),
      () => undefined,
    );
    if (there === undefined || there === text) continue;
    const answer = await vscode.window.showWarningMessage(
      vscode.l10n.t(
        '{0} is there already, and differs from the sample.',
        vscode.workspace.asRelativePath(target),
      ),
      { modal: true },
      open,
      replace,
    );
    if (answer === open) await show(target);
    if (answer !== replace) return false;
  }
  return true;
}

const show = (file: vscode.Uri) => vscode.window.showTextDocument(file, { preview: false });
