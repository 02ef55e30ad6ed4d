/** The conversations of a capture: packets are compared in the order of theirs, however these are interleaved. */
import { ACK, SYN } from '../dissectors/tcpFlags.ts';
import { FIELDS } from '../dissectors/all.ts';
import { told, type Packet } from '../tree/packet.ts';

export interface Conversation {
  /** `tcp`, `udp`, or whatever is on top of the network layer: `icmp`, `arp`. */
  readonly protocol: string;
  /** The addresses of the end that began it, and of the other. */
  readonly client: string;
  readonly server: string;
  readonly clientPort: number | undefined;
  readonly serverPort: number | undefined;
  /** Its packets by their index in the capture. */
  readonly packets: number[];
}

/** An end as the list names it. */
interface End {
  readonly address: string;
  readonly port: number | undefined;
}

export class Conversations {
  readonly all: Conversation[] = [];
  private readonly known = new Map<string, Conversation>();

  /** Puts the next packet into its conversation. */
  add(packet: Packet, index: number): { conversation: Conversation; isFromClient: boolean } {
    const [source, destination] = endsOf(packet);
    const protocol = protocolOf(packet);
    const key = keyOf(packet, protocol, source, destination);
    let conversation = this.known.get(key);
    if (!conversation) {
      const [client, server] = isFromServer(packet, source, destination)
        ? [destination, source]
        : [source, destination];
      conversation = {
        protocol,
        client: client.address,
        server: server.address,
        clientPort: client.port,
        serverPort: server.port,
        packets: [],
      };
      this.known.set(key, conversation);
      this.all.push(conversation);
    }
    conversation.packets.push(index);
    const { client, clientPort } = conversation;
    return { conversation, isFromClient: source.address === client && source.port === clientPort };
  }
}

function keyOf({ context }: Packet, protocol: string, source: End, destination: End): string {
  // A port that is used again begins another conversation, which only the tracker knows.
  if (context.tcp) return `tcp ${context.tcp.conversation.stream}`;
  if (context.udp) return `udp ${context.udp.stream}`;
  return [protocol, ...[source.address, destination.address].sort()].join(' ');
}

/** What carries other protocols; a conversation is one of what it carries. */
const CARRIERS = /^(eth|ethertype|sll|null|vlan|raw|ip|ipv6(\..*)?|llc|data)$/;

function protocolOf({ context, protocols }: Packet): string {
  if (context.tcp) return 'tcp';
  if (context.udp) return 'udp';
  return protocols.find((name) => !CARRIERS.test(name)) ?? protocols.at(-1) ?? '';
}

function endsOf(packet: Packet): [End, End] {
  const { columns, context } = packet;
  const [sender] = packet.items(FIELDS.get('arp.src.proto_ipv4')!);
  const [target] = packet.items(FIELDS.get('arp.dst.proto_ipv4')!);
  if (sender && target) return [end(String(sender.value)), end(String(target.value))];
  const hasPorts = context.tcp !== undefined || context.udp !== undefined;
  return [parsed(told(columns.source), hasPorts), parsed(told(columns.destination), hasPorts)];
}

function parsed(name: string, hasPort: boolean): End {
  if (!hasPort) return end(name);
  const colon = name.lastIndexOf(':');
  return end(name.slice(0, colon), Number(name.slice(colon + 1)));
}

function end(address: string, port?: number): End {
  return { address, port };
}

/** A SYN-ACK comes from the end that did not begin. Where no SYN was captured the server has the lower port. */
function isFromServer(packet: Packet, source: End, destination: End): boolean {
  if (!packet.context.tcp) return false;
  const [flags] = packet.items(FIELDS.get('tcp.flags')!);
  const value = Number(flags?.value ?? 0);
  return value & SYN ? (value & ACK) !== 0 : source.port! < destination.port!;
}
