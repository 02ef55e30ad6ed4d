/** A socket as a node: its state in one line, the queues of a listener, and one row for each other group. */
import { english, message, sayPart, type Part } from '../../../language/message.ts';
import { tcp_sock } from '../../../stack/include/linux/tcp.ts';
import { inet_connection_sock } from '../../../stack/include/net/inet_connection_sock.ts';
import { inet_timewait_sock } from '../../../stack/include/net/inet_timewait_sock.ts';
import { request_sock } from '../../../stack/include/net/request_sock.ts';
import { sock, type sock_common } from '../../../stack/include/net/sock.ts';
import { TCP_CLOSE, TCP_LISTEN } from '../../../stack/include/uapi/linux/tcp.ts';
import { NSEC_PER_JIFFY } from '../../../stack/kernel/time/jiffies.ts';
import type { Describer } from '../describe.ts';
import { duration, plural } from '../format.ts';
import { protocols, tcpStates } from '../names.ts';
import { timeLeft } from '../presenters/device.ts';
import { acceptQueueText, endpointsOf, incomingEndpoints, protocolOf, stateOf } from '../presenters/sock.ts';
import { itemNode, limited, type ObjectIds, type TreeNode } from './node.ts';
import { cameFrom, roughly, shortEndpoints } from '../short.ts';
import { optionsNode } from './socketOptions.ts';
import { QueueNodes } from './socketQueues.ts';
import { timersNode } from './socketTimers.ts';

export class SocketNodes {
  readonly #describer: Describer;
  readonly #ids: ObjectIds;
  readonly #queues: QueueNodes;
  /** The requests in a listener's SYN queue. */
  readonly #requests: (listener: sock) => request_sock[];

  constructor(describer: Describer, ids: ObjectIds, requests: (listener: sock) => request_sock[]) {
    this.#describer = describer;
    this.#ids = ids;
    this.#queues = new QueueNodes(describer, ids);
    this.#requests = requests;
  }
  get #now(): number {
    return this.#describer.machine.now_ns;
  }

  /** @param prefix text before it: 'fd 3' */
  node(sk: sock_common, prefix = '', expanded = false): TreeNode {
    const isListener = sk.skc_state === TCP_LISTEN;
    const protocol = protocolOf(sk);
    // Nearly all sockets are TCP sockets, so that is omitted.
    const parts = [prefix, protocol === 'TCP' ? '' : protocol, shortEndpoints(sk)];
    return {
      key: socketKey(this.#ids, sk),
      label: parts.filter((part) => part !== '').join(' '),
      description: this.#state(sk),
      compared: stateOf(sk),
      tooltip: this.#tooltip(sk),
      icon: isListener ? 'broadcast' : 'plug',
      expanded: expanded || isListener,
      context: [
        'socket',
        'copyable',
        ...(isListener ? (['listener'] as const) : []),
        ...(filterOf(sk) === undefined ? [] : (['packet'] as const)),
      ],
      packetFilter: filterOf(sk),
      value: endpointsOf(sk),
      sock: sk,
      children: () => this.#parts(sk),
    };
  }
  #state(sk: sock_common): string {
    if (!(sk instanceof inet_timewait_sock) || sk.tw_timer === null) return stateOf(sk);
    return `${tcpStates.short(sk.tw_substate)} · ends ${timeLeft(sk.tw_timer, this.#now, roughly)}`;
  }
  #tooltip(sk: sock_common): string[] {
    const lines = [`${protocolOf(sk)} ${endpointsOf(sk)}`, stateOf(sk)];
    if (sk instanceof sock && sk.skc_state === TCP_LISTEN)
      lines.push(`accept queue ${acceptQueueText(sk)}`, `SYN queue ${this.#requests(sk).length}`);
    else if (sk instanceof tcp_sock && sk.skc_state !== TCP_CLOSE) lines.push(flightText(sk));
    return lines;
  }

  #parts(sk: sock_common): TreeNode[] {
    if (sk instanceof inet_connection_sock && sk.skc_state === TCP_LISTEN)
      return [this.#acceptQueue(sk), this.#synQueue(sk), this.#struct(sk, this.#inside(sk))];
    if (!(sk instanceof sock)) return [this.#struct(sk, [])];
    const flight = sk instanceof tcp_sock && sk.skc_state !== TCP_CLOSE ? [flightNode(sk)] : [];
    return [...flight, ...this.#inside(sk), this.#struct(sk, [])];
  }
  #inside(sk: sock): TreeNode[] {
    return [this.#queues.queues(sk), timersNode(sk, this.#now)];
  }
  /** The socket's structs, under one row. */
  #struct(sk: sock_common, others: TreeNode[]): TreeNode {
    const layers = this.#describer.layers(sk);
    const name = layers.at(-1)?.name ?? sk.constructor.name;
    return {
      key: 'struct',
      label: `struct ${name}`,
      tooltip: message('Every field of it: {0}', layers.map((layer) => layer.name).join(', ')),
      icon: 'symbol-structure',
      // Each has an icon, because VS Code indents nodes without one further than their siblings.
      children: () => [
        ...others,
        ...(sk instanceof sock ? [optionsNode(sk, this.#describer)] : []),
        ...layers.map((layer) => ({ ...itemNode(layer), icon: 'symbol-structure' })),
      ],
    };
  }

  #acceptQueue(sk: inet_connection_sock): TreeNode {
    return {
      key: 'accept queue',
      label: 'accept queue',
      description: acceptQueueText(sk),
      tooltip: message(
        'icsk_accept_queue: finished connections that accept() has not taken yet. listen() was given a backlog of {0}; Linux lets one more wait.',
        sk.sk_max_ack_backlog,
      ),
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
  /** An established connection: displayed as the child socket in place of its request. */
  #waiting(req: request_sock): TreeNode {
    const sk = req.sk ?? req;
    const node = this.node(sk);
    const since = 'snt_synack' in req ? this.#now - (req.snt_synack as number) * 1000 : 0;
    return {
      ...node,
      label: cameFrom(sk),
      tooltip: [
        incomingEndpoints(sk),
        stateOf(sk),
        ...(since > 0 ? [message('its SYN-ACK was sent {0} ago', duration(since))] : []),
      ],
    };
  }
  #synQueue(sk: sock): TreeNode {
    const requests = this.#requests(sk);
    return {
      key: 'SYN queue',
      label: 'SYN queue',
      description: String(requests.length),
      tooltip: message(
        'Requests whose handshake is not finished. They stand in the hash table of connections (ehash) in the state NEW_SYN_RECV; qlen counts them.',
      ),
      icon: 'list-unordered',
      expanded: true,
      children: () => limited(this.#requests(sk).map((req) => this.#request(req))),
    };
  }
  /** A request: its SYN-ACK is retransmitted when no ACK arrives. */
  #request(req: request_sock): TreeNode {
    const left = (write: (ns: number) => string) => requestState(req, this.#now, write);
    const row = sayPart(english, left(roughly));
    const timeouts = req.num_timeout === 0 ? '' : plural(req.num_timeout, 'timeout');
    return {
      ...this.node(req),
      label: cameFrom(req),
      description: [timeouts, row].filter((part) => part !== '').join(' · '),
      compared: timeouts,
      tooltip: [...new Set([incomingEndpoints(req), stateOf(req), timeouts, left(duration)])].filter(
        (line) => line !== '',
      ),
    };
  }
}

/** `SYN-ACK again in 1 s`; empty while its timer's handler runs, as the timer is not armed then. */
export function requestState(req: request_sock, now: number, write: (ns: number) => string): Part {
  const timer = req.rsk_timer;
  if (timer === null || timer.entry < 0) return stateOf(req);
  const left = timer.expires * NSEC_PER_JIFFY - now;
  return left > 0 ? message('SYN-ACK again in {0}', write(left)) : message('SYN-ACK again due');
}

/** The key of a socket's node, wherever it stands in the tree. */
export function socketKey(ids: ObjectIds, sk: sock_common): string {
  return `sock:${ids.of(sk)}`;
}

function flightText(sk: tcp_sock): string {
  const rtt = sk.srtt_us === 0 ? '' : ` · rtt ${roughly((sk.srtt_us / 8) * 1000)}`;
  return `in flight ${sk.packets_out} of ${sk.snd_cwnd}${rtt}`;
}
function flightNode(sk: tcp_sock): TreeNode {
  return {
    key: 'flight',
    label: 'in flight',
    description: flightText(sk).slice('in flight '.length),
    tooltip: message(
      'Packets that are sent and not acknowledged (packets_out), of those that the congestion window allows (snd_cwnd); and the smoothed round-trip time (srtt_us).',
    ),
    icon: 'arrow-swap',
  };
}

/** The Packets panel's filter for a socket's packets; undefined while it has no port. */
export function filterOf(sk: sock_common): string | undefined {
  const protocol = sk instanceof sock ? protocols.short(sk.sk_protocol).toLowerCase() : 'tcp';
  if (sk.skc_num === 0 || (protocol !== 'tcp' && protocol !== 'udp')) return undefined;
  const local = `${protocol}.port == ${sk.skc_num}`;
  return sk.skc_dport === 0 ? local : `${local} && ${protocol}.port == ${sk.skc_dport}`;
}
