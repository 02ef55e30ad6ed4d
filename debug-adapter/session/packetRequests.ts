/** The custom requests about packets. */
import type {
  CodeLocation,
  ExportPacketsArguments,
  PacketArguments,
  PacketCodeArguments,
  PacketCodeResponse,
  PacketResponse,
  PacketsArguments,
  PacketsResponse,
} from '../protocol.ts';
import type { TextFrame } from '../inspect/stackText.ts';
import { FilterError } from '../packets/filter/filterError.ts';
import { exportPackets } from './pcapFile.ts';
import type { Run } from './run.ts';

const isHardware = (url: string) => /^stack\/(?:drivers\/net\/vnic\/hw|wire)\//.test(url);

/** Where frames leave the kernel and where TCP takes them, when the exact place is not known any more. */
const USUAL_PLACES = { sent: 'vnic_xmit', received: 'ip_rcv' } as const;

export function packetRows(run: Run, { from, count, filter }: PacketsArguments): PacketsResponse {
  run.streams.drain(2000);
  try {
    return run.packets.rows(from, count, filter);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    const { start, end } = error as { start?: number; end?: number };
    const invalidFilter = {
      message: error.message,
      ...(start === undefined ? {} : { start }),
      ...(end === undefined ? {} : { end }),
    };
    return { invalidFilter, total: run.packets.total, matching: 0, rows: [] };
  }
}

export function onePacket(run: Run, { number }: PacketArguments): PacketResponse {
  return run.packets.packet(number);
}

/** The stack with which a frame was sent or received; its usual place if that was let go. */
export async function packetCode(
  run: Run,
  { number, which }: PacketCodeArguments,
): Promise<PacketCodeResponse> {
  const { fate } = run.packets.frame(number);
  const frames = await run.debuggee.ask<TextFrame[]>('packets.of', number, which);
  const { scripts } = run.debuggee;
  const location = ({ url, line, column }: TextFrame): CodeLocation | undefined => {
    const path = scripts.pathOf(url);
    return path === undefined ? undefined : { path, line, column };
  };
  if (frames.length > 0) {
    const stack = frames.map((frame) => ({ name: frame.name, location: location(frame)! }));
    // Under the driver there is the hardware: it is shown, but what one looks for is the kernel's code.
    const code = frames.find(({ url }) => !isHardware(url)) ?? frames[0]!;
    return { location: location(code)!, stack };
  }
  if (which === 'received' && fate !== 'delivered') return {};
  const [place] = await run.functions.find(USUAL_PLACES[which]);
  if (place === undefined) return {};
  const usual: TextFrame = { name: place.name, url: place.url, line: place.line + 1, column: 1 };
  return { location: location(usual)! };
}

export async function writePackets(run: Run, { path }: ExportPacketsArguments): Promise<{ packets: number }> {
  if (typeof path !== 'string' || path === '')
    throw new Error('exportPackets needs the path of the file to write');
  run.streams.drain();
  return { packets: await exportPackets(path, run.packets) };
}
