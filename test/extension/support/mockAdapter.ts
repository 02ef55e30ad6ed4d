// A debug adapter that answers with made-up trees and packets: it stands in the real one's place where a test looks at the
// extension alone. It has no machine; each step counts, and moves one value.
import type { PacketRow, TreeItem } from '../../../debug-adapter/protocol.ts';

interface Request {
  seq: number;
  command: string;
  arguments: Record<string, unknown>;
}

const PACKETS = 500;
let stops = 0;
let rtt = 40;
let watched = false;

function tree(view: string, parent: string | undefined): TreeItem[] {
  if (view !== 'sockets') return [];
  if (parent === undefined)
    return [
      {
        id: 'task:100',
        label: 'server',
        description: '[pid 100]',
        icon: 'server-process',
        collapsible: 'expanded',
        context: [],
      },
    ];
  if (parent === 'task:100')
    return [
      {
        id: 'sock:1',
        label: 'fd 3  TCP  127.0.0.1:8080',
        description: 'LISTEN · accept queue 1 of 2',
        icon: 'plug',
        collapsible: 'collapsed',
        context: ['socket', 'packet', 'copyable', ...(watched ? (['watched'] as const) : [])],
        packetFilter: 'tcp.port == 8080',
        value: '127.0.0.1:8080',
      },
    ];
  return [
    {
      id: `${parent}/rtt`,
      label: 'srtt_us',
      description: `${rtt} µs`,
      tooltip: 'Smoothed round trip time.',
      collapsible: 'none',
      changed: stops > 1,
      context: ['settable', 'copyable'],
      value: String(rtt),
    },
    {
      id: `${parent}/state`,
      label: 'skc_state',
      description: 'TCP_LISTEN (10)',
      collapsible: 'none',
      context: ['copyable'],
      value: '10',
    },
  ];
}

function packets(from: number, count: number): PacketRow[] {
  const rows: PacketRow[] = [];
  for (let number = from + 1; number <= Math.min(PACKETS, from + count); number++)
    rows.push({
      number,
      time: (number / 1e5).toFixed(9),
      direction: 'out',
      source: '127.0.0.1:40312',
      destination: '127.0.0.1:8080',
      protocol: 'TCP',
      length: 66,
      info: `40312 → 8080 [ACK] Seq=1 Ack=${number} Win=65536 Len=0`,
      fate: 'delivered',
    });
  return rows;
}

function answer({ command, arguments: args }: Request, program: string): object | undefined {
  switch (command) {
    case 'initialize':
      return {
        supportsConfigurationDoneRequest: true,
        supportsExceptionFilterOptions: true,
        exceptionBreakpointFilters: [
          { filter: 'transition', label: 'TCP state transition', supportsCondition: true },
          { filter: 'drop', label: 'Packet dropped', supportsCondition: true },
        ],
      };
    case 'setBreakpoints':
      return { breakpoints: (args['breakpoints'] as unknown[]).map(() => ({ verified: true })) };
    case 'threads':
      return {
        threads: [
          { id: 1, name: 'client [pid 101]' },
          { id: 2, name: 'softirq (cpu0)' },
        ],
      };
    case 'stackTrace':
      return {
        stackFrames: [{ id: 1, name: 'client', line: 4 + stops, column: 1, source: { path: program } }],
        totalFrames: 1,
      };
    case 'scopes':
      return {
        scopes: [{ name: 'Locals', presentationHint: 'locals', variablesReference: 7, expensive: false }],
      };
    case 'variables':
      return { variables: [{ name: 'AF_INET', value: '2', variablesReference: 0 }] };
    case 'evaluate':
      if (args['expression'] !== 'address.port') throw new Error('nothing of that name');
      return { result: '8080', variablesReference: 0 };
    case 'sockscope/tree':
      return { items: tree(args['view'] as string, args['parent'] as string | undefined) };
    case 'sockscope/setTreeValue':
      if (!/^\d+$/.test(args['value'] as string))
        throw new Error(
          `srtt_us must be a whole number of microseconds, got ${JSON.stringify(args['value'])}`,
        );
      rtt = Number(args['value']);
      return {};
    case 'sockscope/breakOnSocket':
      watched = args['enabled'] as boolean;
      return { enabled: watched };
    case 'sockscope/packets':
      return {
        total: PACKETS,
        matching: PACKETS,
        rows: packets(args['from'] as number, args['count'] as number),
        current: 3,
      };
    case 'sockscope/packet':
      return {
        number: args['number'],
        sources: [{ name: 'Frame', base64: Buffer.alloc(66, 7).toString('base64') }],
        layers: [
          {
            text: 'made up',
            title: 'Ethernet II',
            offset: 0,
            length: 14,
            children: [{ text: 'Type: IPv4 (0x0800)', title: 'Type', offset: 12, length: 2 }],
          },
        ],
      };
    case 'sockscope/causeChain':
      return { chain: [{ number: args['number'], info: 'made up', sentence: 'made up' }] };
    case 'sockscope/packetCode':
      return { location: { path: program, line: 4, column: 1 } };
    default:
      return {};
  }
}

let seq = 0;
function send(message: object): void {
  const text = JSON.stringify({ seq: ++seq, ...message });
  process.stdout.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
}
function stop(reason: string): void {
  stops++;
  send({ type: 'event', event: 'stopped', body: { reason, threadId: 1, allThreadsStopped: true } });
  send({
    type: 'event',
    event: 'sockscope/changed',
    body: { packets: PACKETS, time: '0.000050000', current: 3 },
  });
}

let program = '';
function handle(request: Request): void {
  if (request.command === 'launch') program = request.arguments['program'] as string;
  const response = { type: 'response', request_seq: request.seq, command: request.command };
  try {
    send({ ...response, success: true, body: answer(request, program) });
  } catch (error) {
    send({ ...response, success: false, message: (error as Error).message });
  }
  if (request.command === 'launch') send({ type: 'event', event: 'initialized' });
  if (request.command === 'configurationDone') stop('entry');
  if (['next', 'stepIn', 'stepOut'].includes(request.command)) stop('step');
  if (request.command === 'disconnect') process.exit(0);
}

let buffered = Buffer.alloc(0);
process.stdin.on('data', (data: Buffer) => {
  buffered = Buffer.concat([buffered, data]);
  for (;;) {
    const head = /^Content-Length: (\d+)\r\n\r\n/.exec(buffered.toString('latin1', 0, 100));
    const end = head ? head[0].length + Number(head[1]) : Infinity;
    if (!head || buffered.length < end) return;
    const message = buffered.toString('utf8', head[0].length, end);
    buffered = buffered.subarray(end);
    handle(JSON.parse(message) as Request);
  }
});
