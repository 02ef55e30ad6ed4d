/** The packet queues of a socket. */
import { message, type Message } from '../../../language/message.ts';
import type { sk_buff, sk_buff_head } from '../../../stack/include/linux/skbuff.ts';
import { skb_tree, tcp_sock } from '../../../stack/include/linux/tcp.ts';
import type { sock } from '../../../stack/include/net/sock.ts';
import type { Describer } from '../describe.ts';
import { plural } from '../format.ts';
import { packetWords, rawNumbersText, tcpHeaderOf, wordsText } from '../packetText.ts';
import { packetsOf } from '../presenters/skb.ts';
import { itemNode, limited, type ObjectIds, type TreeNode } from './node.ts';

interface PacketQueue {
  /** The field. */
  name: string;
  /** A short name, for the line of all queues. */
  short: string;
  length: number;
  packets: () => sk_buff[];
  tooltip: Message;
  /** More information while it is not empty. */
  more?: string;
}

function queuesOf(sk: sock): PacketQueue[] {
  const of = (
    name: string,
    short: string,
    queue: sk_buff_head | skb_tree | null,
    tooltip: Message,
  ): PacketQueue => ({
    name,
    short,
    length: queue === null ? 0 : queue instanceof skb_tree ? queue.length : queue.qlen,
    packets: () => (queue === null ? [] : packetsOf(queue)),
    tooltip,
  });
  const queues = [
    of(
      'sk_receive_queue',
      'receive',
      sk.sk_receive_queue,
      message('Data that has arrived and waits for recv().'),
    ),
    of(
      'sk_write_queue',
      'write',
      sk.sk_write_queue,
      message('Data that send() has left here and that is not sent yet.'),
    ),
  ];
  if (sk instanceof tcp_sock)
    queues.push(
      of(
        'tcp_rtx_queue',
        'rtx',
        sk.tcp_rtx_queue,
        message('Segments that are sent and not acknowledged yet.'),
      ),
      of(
        'out_of_order_queue',
        'out of order',
        sk.out_of_order_queue,
        message('Segments that arrived before one that is missing.'),
      ),
    );
  queues.push(
    of(
      'sk_error_queue',
      'errors',
      sk.sk_error_queue,
      message('ICMP errors and time stamps, for recvmsg(MSG_ERRQUEUE).'),
    ),
    backlogOf(sk),
  );
  return queues;
}
function backlogOf(sk: sock): PacketQueue {
  const { len, head } = sk.sk_backlog;
  const packets: sk_buff[] = [];
  // Bounded, in case a list that is being modified is temporarily circular.
  for (let skb = head; skb !== null && packets.length < 100_000; skb = skb.next) packets.push(skb);
  return {
    name: 'sk_backlog',
    short: 'backlog',
    length: packets.length,
    packets: () => packets,
    tooltip: message('Packets that came while a process owned the socket.'),
    more: `${len} bytes of truesize`,
  };
}

/** `receive 1 · rtx 2`, `empty` */
export function queuesSummary(sk: sock): string {
  const filled = queuesOf(sk).filter(({ length }) => length > 0);
  return filled.length === 0 ? 'empty' : filled.map(({ short, length }) => `${short} ${length}`).join(' · ');
}

export class QueueNodes {
  readonly #describer: Describer;
  readonly #ids: ObjectIds;

  constructor(describer: Describer, ids: ObjectIds) {
    this.#describer = describer;
    this.#ids = ids;
  }

  /** All queues under one row. */
  queues(sk: sock): TreeNode {
    return {
      key: 'queues',
      label: 'queues',
      description: queuesSummary(sk),
      tooltip: [
        message('Packets of this socket:'),
        ...queuesOf(sk).map(({ name, length }) => `${name}: ${length}`),
      ],
      icon: 'layers',
      children: () => queuesOf(sk).map((queue) => this.#queue(queue)),
    };
  }
  #queue({ name, length, packets, tooltip, more }: PacketQueue): TreeNode {
    const filled = [plural(length, 'packet'), more].filter((part) => part !== undefined).join(', ');
    return {
      key: name,
      label: name,
      description: length === 0 ? 'empty' : filled,
      tooltip,
      icon: 'layers',
      expanded: length > 0,
      children:
        length === 0 ? undefined : () => limited(packets().map((skb, index) => this.#packet(skb, index))),
    };
  }
  #packet(skb: sk_buff, index: number): TreeNode {
    const isCaptured = skb.frame_number > 0;
    const words = packetWords(skb, this.#describer.sequences);
    return {
      key: `skb:${this.#ids.of(skb)}`,
      label: `[${index}]`,
      // The socket's row already shows the endpoints.
      description: words.what,
      tooltip: [wordsText(words), rawNumbersText(tcpHeaderOf(skb))]
        .filter((line) => line !== undefined)
        .join('\n'),
      icon: 'package',
      context: isCaptured ? ['copyable', 'packet'] : ['copyable'],
      packetNumber: isCaptured ? skb.frame_number : undefined,
      value: wordsText(words),
      memory: skb,
      children: () => this.#describer.node(skb)!.items(0, 1000).map(itemNode),
    };
  }
}
