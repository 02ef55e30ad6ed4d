/** One socket as a node: its state in one line, its queues, its structs, its timers. */
import type { sk_buff, sk_buff_head } from '../../../stack/include/linux/skbuff.ts';
import { skb_tree, tcp_sock } from '../../../stack/include/linux/tcp.ts';
import { inet_connection_sock } from '../../../stack/include/net/inet_connection_sock.ts';
import { inet_timewait_sock } from '../../../stack/include/net/inet_timewait_sock.ts';
import { request_sock } from '../../../stack/include/net/request_sock.ts';
import { sock, type sock_common } from '../../../stack/include/net/sock.ts';
import { TCP_LISTEN } from '../../../stack/include/uapi/linux/tcp.ts';
import { NSEC_PER_JIFFY } from '../../../stack/kernel/time/jiffies.ts';
import type { Describer } from '../describe.ts';
import { duration, plural } from '../format.ts';
import { icskTimes, protocols } from '../names.ts';
import { packetText } from '../packetText.ts';
import { timeLeft } from '../presenters/device.ts';
import { endpointsOf, incomingEndpoints, protocolOf, queueLengths, stateOf } from '../presenters/sock.ts';
import { packetsOf } from '../presenters/skb.ts';
import { itemNode, limited, type ObjectIds, type TreeNode } from './node.ts';

export class SocketNodes {
  readonly #describer: Describer;
  readonly #ids: ObjectIds;
  /** The requests that wait in a listener's SYN queue. */
  readonly #requests: (listener: sock) => request_sock[];

  constructor(describer: Describer, ids: ObjectIds, requests: (listener: sock) => request_sock[]) {
    this.#describer = describer;
    this.#ids = ids;
    this.#requests = requests;
  }

  /** @param prefix what stands before it: 'fd 3' */
  node(sk: sock_common, prefix = '', expanded = false): TreeNode {
    const name =
      sk instanceof request_sock || sk instanceof inet_timewait_sock
        ? incomingEndpoints(sk)
        : `${protocolOf(sk)}  ${endpointsOf(sk)}`;
    return {
      key: `sock:${this.#ids.of(sk)}`,
      label: prefix === '' ? name : `${prefix}  ${name}`,
      description: this.#state(sk),
      icon: sk.skc_state === TCP_LISTEN ? 'broadcast' : 'plug',
      expanded,
      context: ['socket', 'copyable', ...(filterOf(sk) === undefined ? [] : (['packet'] as const))],
      packetFilter: filterOf(sk),
      value: endpointsOf(sk),
      sock: sk,
      children: () => this.#parts(sk),
    };
  }

  #state(sk: sock_common): string {
    const state = stateOf(sk);
    if (sk instanceof request_sock) return this.#requestState(sk);
    if (sk instanceof inet_timewait_sock) {
      return sk.tw_timer === null ? state : `${state} · ends ${timeLeft(sk.tw_timer, this.#now)}`;
    }
    if (sk instanceof sock && sk.skc_state === TCP_LISTEN) return `${state} · ${queueLengths(sk)}`;
    if (!(sk instanceof tcp_sock) || state === 'CLOSE') return state;
    const rtt = sk.srtt_us === 0 ? '' : ` · rtt ${duration((sk.srtt_us / 8) * 1000)}`;
    return `${state}${rtt} · cwnd ${sk.snd_cwnd} · in flight ${sk.packets_out}`;
  }
  #requestState(req: request_sock): string {
    if (req.sk !== null) return stateOf(req.sk);
    const timer = req.rsk_timer === null ? '' : ` · SYN-ACK again ${timeLeft(req.rsk_timer, this.#now)}`;
    const retries = req.num_timeout === 0 ? '' : ` · ${plural(req.num_timeout, 'timeout')}`;
    return `${stateOf(req)}${retries}${timer}`;
  }
  get #now(): number {
    return this.#describer.machine.now_ns;
  }

  #parts(sk: sock_common): TreeNode[] {
    const parts: TreeNode[] = [];
    if (sk instanceof inet_connection_sock && sk.skc_state === TCP_LISTEN)
      parts.push(this.#acceptQueue(sk), this.#synQueue(sk));
    if (sk instanceof request_sock && sk.sk !== null)
      parts.push({ ...this.node(sk.sk, 'child'), expanded: true });
    // An icon for each: VS Code draws nodes without one further in than their siblings.
    const layers = this.#describer
      .layers(sk)
      .map((layer) => ({ ...itemNode(layer), icon: 'symbol-structure' }));
    parts.push(...layers);
    if (sk instanceof sock) parts.push(...this.#queues(sk), this.#timers(sk));
    return parts;
  }

  #acceptQueue(sk: inet_connection_sock): TreeNode {
    return {
      key: 'accept queue',
      label: 'accept queue (icsk_accept_queue)',
      description:
        sk.sk_ack_backlog === 0
          ? `empty, limit ${sk.sk_max_ack_backlog}`
          : `${sk.sk_ack_backlog} of max ${sk.sk_max_ack_backlog}`,
      tooltip: 'Finished connections that accept() has not taken yet. Linux takes one more than the backlog.',
      icon: 'list-ordered',
      expanded: true,
      children: () => {
        const waiting: TreeNode[] = [];
        for (let req = sk.icsk_accept_queue?.rskq_accept_head ?? null; req !== null; req = req.dl_next)
          waiting.push(this.#waiting(req));
        return limited(waiting);
      },
    };
  }
  /** A finished connection: shown as the child socket, at the place of its request. */
  #waiting(req: request_sock): TreeNode {
    if (req.sk === null) return this.node(req);
    const since = 'snt_synack' in req ? this.#now - (req.snt_synack as number) * 1000 : 0;
    const age = since > 0 ? ` · SYN-ACK sent ${duration(since)} ago` : '';
    return {
      ...this.node(req.sk),
      label: incomingEndpoints(req.sk),
      description: `${stateOf(req.sk)}${age}`,
    };
  }
  #synQueue(sk: sock): TreeNode {
    const requests = this.#requests(sk);
    return {
      key: 'SYN queue',
      label: 'SYN queue (NEW_SYN_RECV in ehash)',
      description: requests.length === 0 ? 'empty' : String(requests.length),
      tooltip:
        'Connection requests whose handshake is not finished. They stand in the hash table of connections; qlen counts them.',
      icon: 'list-unordered',
      expanded: requests.length > 0,
      children: () => limited(this.#requests(sk).map((req) => this.node(req))),
    };
  }

  #queues(sk: sock): TreeNode[] {
    const queues: [string, sk_buff_head | skb_tree][] = [
      ['sk_receive_queue', sk.sk_receive_queue],
      ['sk_write_queue', sk.sk_write_queue],
    ];
    if (sk instanceof tcp_sock)
      queues.push(['tcp_rtx_queue', sk.tcp_rtx_queue], ['out_of_order_queue', sk.out_of_order_queue]);
    queues.push(['sk_error_queue', sk.sk_error_queue]);
    return [...queues.map(([name, queue]) => this.#queue(name, queue)), this.#backlog(sk)];
  }
  #queue(name: string, queue: sk_buff_head | skb_tree): TreeNode {
    const length = queue instanceof skb_tree ? queue.length : queue.qlen;
    return {
      key: `queue ${name}`,
      label: name,
      description: length === 0 ? 'empty' : plural(length, 'packet'),
      icon: 'layers',
      children:
        length === 0
          ? undefined
          : () => limited(packetsOf(queue).map((skb, index) => this.packet(skb, index))),
    };
  }
  #backlog(sk: sock): TreeNode {
    const { len, head } = sk.sk_backlog;
    const packets: sk_buff[] = [];
    for (let skb = head; skb !== null && packets.length < 10_000; skb = skb.next) packets.push(skb);
    return {
      key: 'queue sk_backlog',
      label: 'sk_backlog',
      description:
        packets.length === 0 ? 'empty' : `${plural(packets.length, 'packet')}, ${len} bytes of truesize`,
      tooltip: 'Packets that came while a process owned the socket.',
      icon: 'layers',
      children: packets.length === 0 ? undefined : () => packets.map((skb, index) => this.packet(skb, index)),
    };
  }
  packet(skb: sk_buff, index: number): TreeNode {
    const captured = skb.frame_number > 0;
    return {
      key: `skb:${this.#ids.of(skb)}`,
      label: `[${index}]`,
      description: packetText(skb, this.#describer.sequences),
      icon: 'package',
      context: captured ? ['copyable', 'packet'] : ['copyable'],
      packetNumber: captured ? skb.frame_number : undefined,
      value: packetText(skb, this.#describer.sequences),
      children: () => this.#describer.node(skb)!.items(0, 1000).map(itemNode),
    };
  }

  #timers(sk: sock): TreeNode {
    const armed: TreeNode[] = [];
    const add = (key: string, label: string, left: string) =>
      armed.push({ key, label, description: left, icon: 'watch' });
    if (sk instanceof inet_connection_sock) {
      const { icsk_retransmit_timer: retransmit, icsk_delack_timer: delack } = sk;
      if (retransmit && retransmit.entry >= 0) {
        const what = icskTimes.short(sk.icsk_pending).toLowerCase();
        const due = sk.icsk_timeout * NSEC_PER_JIFFY - this.#now;
        add('retransmit', `icsk_retransmit_timer (${what})`, due > 0 ? `in ${duration(due)}` : 'due');
      }
      if (delack && delack.entry >= 0) add('delack', 'icsk_delack_timer', timeLeft(delack, this.#now));
    }
    if (sk.sk_timer !== null && sk.sk_timer.entry >= 0)
      add('sk_timer', 'sk_timer (keepalive)', timeLeft(sk.sk_timer, this.#now));
    if (sk instanceof tcp_sock) {
      if (sk.pacing_timer !== null && sk.pacing_timer.entry >= 0)
        add('pacing', 'pacing_timer', timeLeft(sk.pacing_timer, this.#now));
      if (sk.compressed_ack_timer !== null && sk.compressed_ack_timer.entry >= 0)
        add('compressed_ack', 'compressed_ack_timer', timeLeft(sk.compressed_ack_timer, this.#now));
    }
    return {
      key: 'timers',
      label: 'timers',
      description:
        armed.length === 0
          ? 'none'
          : armed.map(({ label, description }) => `${label} ${description}`).join(' · '),
      icon: 'watch',
      children: armed.length === 0 ? undefined : () => armed,
    };
  }
}

/** The Packets panel's filter for a socket's packets; undefined while it has no port. */
function filterOf(sk: sock_common): string | undefined {
  const protocol = sk instanceof sock ? protocols.short(sk.sk_protocol).toLowerCase() : 'tcp';
  if (sk.skc_num === 0 || (protocol !== 'tcp' && protocol !== 'udp')) return undefined;
  const local = `${protocol}.port == ${sk.skc_num}`;
  return sk.skc_dport === 0 ? local : `${local} && ${protocol}.port == ${sk.skc_dport}`;
}
