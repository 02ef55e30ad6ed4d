// The extension's entry point, which creates its parts.
import * as vscode from 'vscode';
import { Bookmarks } from './bookmarks.ts';
import { BreakOnChooser } from './breakOn.ts';
import { registerBreakOnStatus } from './breakOnStatus.ts';
import { registerShowInLinux } from './editor/showInLinux.ts';
import { registerInlineValues } from './editor/inlineValues.ts';
import { FailingSeed } from './explore/failingSeed.ts';
import { FirstStop } from './firstStop.ts';
import { registerFunctionGraph } from './functionGraph/functionGraph.ts';
import { registerMoment } from './moment.ts';
import { PacketsPanel } from './packets/packetsPanel.ts';
import { registerPacketWay } from './pictures/packetWay.ts';
import { PicturesView } from './pictures/picturesView.ts';
import { CaptureEditor } from './captures/captureEditor.ts';
import { TemporaryCaptures } from './captures/temporaryCaptures.ts';
import { registerCompareCommands } from './compare/compareCommands.ts';
import { CompareEditors } from './compare/compareEditor.ts';
import { configurationFor, registerConfigurations } from './scenario/configuration.ts';
import { LastProgram } from './scenario/lastProgram.ts';
import { registerNodeProgramEditor } from './scenario/nodeProgramEditor.ts';
import { registerNewScenario } from './scenario/newScenario.ts';
import { registerOpenSample } from './scenario/openSample.ts';
import { registerScenarioEditor } from './scenario/scenarioEditor.ts';
import { registerInjectFrame } from './frames/frameChanges.ts';
import { registerGoToEvent } from './goToEvent.ts';
import { registerRecordings } from './recordings.ts';
import { registerRunTo } from './runTo.ts';
import { Sessions } from './session.ts';
import { StackSources } from './stackSources.ts';
import { TimelineView } from './timeline/timelineView.ts';
import { Guide } from './walkthroughs/guide.ts';
import { registerWatchedFields } from './watchedFields.ts';
import { registerWhatIf } from './whatIf/whatIf.ts';
import { Wireshark } from './wireshark/wireshark.ts';
import { DebugTree } from './trees/debugTree.ts';
import { registerTreeCommands } from './trees/treeCommands.ts';
import { registerVariableMemory } from './trees/memory.ts';
import { registerWhy } from './why.ts';

/** Called by VS Code when a part of the extension is first needed. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Sockscope', { log: true });
  const sources = new StackSources(context.extensionUri);
  const sessions = new Sessions();
  const sockets = new DebugTree('sockets', sessions, log);
  const trees = [sockets, new DebugTree('interfaces', sessions, log), new DebugTree('kernel', sessions, log)];
  const breakOn = new BreakOnChooser(context.workspaceState, sessions);
  const temporary = new TemporaryCaptures();
  const wireshark = new Wireshark(temporary);
  const bookmarks = new Bookmarks(sessions);
  const packets = new PacketsPanel(context.extensionUri, sessions, sources, log, context.workspaceState, {
    breakOn,
    bookmarks,
    sockets,
    wireshark,
  });
  const surroundings = { sessions, sockets, packets, breakOn, sources };
  const captures = new CaptureEditor(context, log, { focus: packets.focus, wireshark });
  const editors = new CompareEditors(context.extensionUri, log);
  const pictures = new PicturesView(context.extensionUri, surroundings, log);
  const timeline = new TimelineView(context.extensionUri, { sessions, bookmarks, packets }, log);
  const lastProgram = new LastProgram(context.workspaceState, sources, configurationFor);
  context.subscriptions.push(
    log,
    sessions,
    ...trees,
    packets,
    pictures,
    wireshark,
    registerTreeCommands(trees, { packets, pictures }),
    registerVariableMemory(sessions),
    registerPacketWay(pictures),
    registerFunctionGraph(sessions),
    registerShowInLinux(sources),
    registerScenarioEditor(),
    registerNodeProgramEditor(sources),
    lastProgram,
    breakOn,
    registerConfigurations({ last: lastProgram, sources, breakOn }),
    registerNewScenario(context.extensionUri),
    registerOpenSample(context.extensionUri),
    registerMoment(sessions),
    registerBreakOnStatus(sessions, breakOn),
    registerWatchedFields(sessions),
    registerRunTo(sessions),
    registerGoToEvent(sessions),
    registerWhy(sessions, packets),
    registerInjectFrame(sessions),
    bookmarks,
    timeline,
    registerRecordings(sessions),
    registerWhatIf(sessions),
    new FailingSeed(context.extensionUri, lastProgram),
    new FirstStop(sessions, packets, trees, context.globalState),
    registerInlineValues(sessions, sources),
    temporary,
    captures,
    editors,
    registerCompareCommands({ sessions, panel: packets, captures, editors, temporary }),
    new Guide(context, sessions, { packets, pictures }, log),
  );
}
