/** A made-up run for timelines: two hosts, a handshake, data, a lost segment, then many short calls. */
import type { Bookmark, Moment } from '../../../debug-adapter/protocol.ts';
import type { Happening } from '../../../debug-adapter/sequence/happening.ts';

const SERVER = { host: 'server', pid: 100 };
const CLIENT = { host: 'client', pid: 101 };

/** @param exchanges how often the client sends afterwards, 1 ms apart */
export function timelineStory(exchanges = 200): {
  happenings: Happening[];
  bookmarks: Bookmark[];
  stops: Moment[];
  stop: Moment;
} {
  const happenings: Happening[] = [];
  let event = 0;
  let timeNs = 0;
  const moment = (): Moment => ({ event: ++event, timeNs });
  const enter = (who: typeof SERVER, call: string, args = '3'): void => {
    const process = { process: who.host, processId: who.pid, socket: null };
    happenings.push({ ...moment(), ...who, kind: 'enter', call, ...process, arguments: args });
  };
  const exit = (who: typeof SERVER, call: string, result = 0): void =>
    void happenings.push({ ...moment(), ...who, kind: 'exit', call, result, socket: null });
  const sleep = (who: typeof SERVER): void => void happenings.push({ ...moment(), ...who, kind: 'sleep' });
  const wake = (who: typeof SERVER): void => void happenings.push({ ...moment(), ...who, kind: 'wake' });
  let frame = 0;
  const send = (from: typeof SERVER, flags: string[], payload = 0, isLost = false): void => {
    const number = ++frame;
    const isClient = from === CLIENT;
    const to = isClient ? SERVER : CLIENT;
    const [own, other] = isClient ? [0x0a000002, 0x0a000001] : [0x0a000001, 0x0a000002];
    happenings.push({
      ...moment(),
      ...from,
      kind: 'sent',
      frame: number,
      interface: 'eth0',
      isOutside: false,
      length: 66 + payload,
      facts: {
        protocol: 'TCP',
        source: own,
        destination: other,
        sourcePort: isClient ? 40312 : 8080,
        destinationPort: isClient ? 8080 : 40312,
        payload,
        tcp: { flags, seq: number, ack: 0, window: 65535 },
      },
    });
    timeNs += 100_000;
    const base = { host: to.host, pid: 0, frame: number };
    if (isLost) {
      happenings.push({ ...moment(), ...base, kind: 'lost', reason: 'loss' });
      return;
    }
    happenings.push({ ...moment(), ...base, kind: 'arrived', interface: 'eth0', isOutside: false });
    happenings.push({ ...moment(), ...base, kind: 'taken' });
  };
  enter(SERVER, 'listen', '3, 2');
  exit(SERVER, 'listen');
  const output = (who: typeof SERVER, stream: 'stdout' | 'stderr', text: string): void =>
    void happenings.push({ event, timeNs, ...who, kind: 'output', process: who.host, stream, text });
  output(SERVER, 'stdout', 'listens');
  enter(SERVER, 'accept4');
  sleep(SERVER);
  timeNs += 200_000;
  enter(CLIENT, 'connect', '3, 10.0.0.1:8080');
  send(CLIENT, ['SYN']);
  sleep(CLIENT);
  send(SERVER, ['SYN', 'ACK']);
  wake(CLIENT);
  exit(CLIENT, 'connect');
  output(CLIENT, 'stderr', 'is connected');
  const stop = { event, timeNs };
  send(CLIENT, ['ACK']);
  wake(SERVER);
  exit(SERVER, 'accept4', 4);
  const data = { event, timeNs };
  enter(SERVER, 'recvfrom', '4');
  sleep(SERVER);
  enter(CLIENT, 'sendto', '3');
  send(CLIENT, ['PSH', 'ACK'], 512, true);
  exit(CLIENT, 'sendto', 512);
  timeNs += 200_000_000;
  send(CLIENT, ['PSH', 'ACK'], 512);
  wake(SERVER);
  exit(SERVER, 'recvfrom', 512);
  for (let i = 0; i < exchanges; i++) {
    timeNs += 1_000_000;
    enter(CLIENT, 'sendto', '3');
    send(CLIENT, ['PSH', 'ACK'], 10);
    exit(CLIENT, 'sendto', 10);
  }
  enter(CLIENT, 'close', '3');
  send(CLIENT, ['FIN', 'ACK']);
  exit(CLIENT, 'close');
  return { happenings, bookmarks: [{ name: 'before the data', ...data }], stops: [stop], stop };
}
