import { rooms } from './scripts/lib/rooms.mjs';

/** Types may refer to each other: only what runs counts. */
const RUNS = { dependencyTypesNot: ['type-only'] };

/** The rooms and the one direction between them. @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'stack-file-in-a-room',
      comment: 'Each file of the stack is in a room of scripts/lib/rooms.mjs.',
      severity: 'error',
      from: { path: '^stack/', pathNot: rooms.map(({ path }) => path).join('|') },
      to: {},
    },
    ...rooms.slice(0, -1).map(({ name, path }, index) => ({
      name: `stack-room-${name.replace('/', '-')}`,
      comment: `${name} may use the rooms before it in scripts/lib/rooms.mjs, not those after it.`,
      severity: 'error',
      from: { path },
      to: { ...RUNS, path: rooms.slice(index + 1).map((room) => room.path) },
    })),
    {
      name: 'stack-knows-nothing',
      comment: 'The stack must not know the debugger, VS Code or the views.',
      severity: 'error',
      from: { path: '^stack/' },
      to: { path: '^(language|debug-adapter|extension|webviews|test)/' },
    },
    {
      name: 'stack-needs-no-package',
      comment:
        'Time, randomness and the network come through the machine. The stack needs file names and vm, for scenarios a console, and to know whose promise is whose (v8).',
      severity: 'error',
      from: { path: '^stack/', pathNot: '^stack/node/' },
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'core'],
        pathNot: '^(node:)?(vm|v8|console|util|path|url|fs|fs/promises|module|timers)$',
      },
    },
    {
      name: 'node-programs-need-no-package',
      comment:
        "What Node programs see of Node is adapted; for that the stack needs Node's own classes, and no package.",
      severity: 'error',
      from: { path: '^stack/node/' },
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'core'],
        pathNot: '^(node:)?(vm|v8|console|util|path|url|fs|module|timers|async_hooks|events)$',
      },
    },
    {
      name: 'adapter-knows-stack',
      comment: 'The adapter must not know VS Code or the views.',
      severity: 'error',
      from: { path: '^debug-adapter/' },
      to: { path: '^(extension|webviews|test)/|^vscode$' },
    },
    {
      name: 'packets-need-no-adapter',
      comment: 'Captured packets are read in the adapter and in the extension: they need no machine.',
      severity: 'error',
      from: { path: '^debug-adapter/packets/' },
      to: {
        path: '^(debug-adapter|stack)/',
        pathNot: '^(debug-adapter/(protocol\\.ts|packets/)|stack/(lib|capture)/)',
      },
    },
    {
      name: 'language-knows-nothing',
      comment: 'How texts are translated is the same for all rooms.',
      severity: 'error',
      from: { path: '^language/' },
      to: { path: '^(stack|debug-adapter|extension|webviews|test)/|^vscode$' },
    },
    {
      name: 'sequence-needs-no-adapter',
      comment:
        'Sequences, graphs, timelines and the ways of packets are made of what was recorded, in the adapter and in the extension: they need no machine.',
      severity: 'error',
      from: { path: '^debug-adapter/(sequence|graphs|way|timeline)/' },
      to: {
        path: '^(debug-adapter|stack)/',
        pathNot:
          '^(debug-adapter/(protocol\\.ts|pictures/data\\.ts|recording/sampleLayout\\.ts|sequence/|graphs/|way/|timeline/)|stack/(lib|include)/)',
      },
    },
    {
      name: 'extension-knows-protocol-only',
      comment:
        'The extension sees the adapter through its protocol, and of the views only the messages. It knows the kinds of stops before there is a machine, and takes captured packets apart and another run from a recorded one when it is gone.',
      severity: 'error',
      from: { path: '^extension/' },
      to: {
        path: '^(stack|debug-adapter|webviews|test)/',
        pathNot:
          '^(debug-adapter/(protocol|filters/(kinds|transitionText)|packets/.*|(sequence/(sequence|output|trace|firstDifference)|graphs/graphs|way/way|timeline/timeline|captures/messages|explore/messages|recordings/beginning))|webviews/(messages|shape|(pictures|streams|compare|timeline)/messages))\\.ts$',
      },
    },
    {
      name: 'webviews-know-nothing',
      comment: 'A view knows its messages.',
      severity: 'error',
      from: { path: '^webviews/' },
      to: { path: '^(stack|extension|test|debug-adapter)/', pathNot: '^debug-adapter/protocol\\.ts$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/|/fixtures/' },
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.mjs', '.json'] },
  },
};
