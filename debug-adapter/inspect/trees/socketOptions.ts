/** A socket's options and limits, by the names that programs set them with. */
import { message } from '../../../language/message.ts';
import { tcp_sock } from '../../../stack/include/linux/tcp.ts';
import { inet_connection_sock } from '../../../stack/include/net/inet_connection_sock.ts';
import type { sock } from '../../../stack/include/net/sock.ts';
import type { Describer } from '../describe.ts';
import type { Item } from '../item.ts';
import { limited, type TreeNode } from './node.ts';

/** What sets it, and the field that has it. */
type Option = readonly [option: string, field: string];

const OF_LISTENERS: readonly Option[] = [['listen(backlog)', 'sk_max_ack_backlog']];
const OF_SOCKETS: readonly Option[] = [
  ['SO_RCVBUF', 'sk_rcvbuf'],
  ['SO_SNDBUF', 'sk_sndbuf'],
  ['SO_RCVLOWAT', 'sk_rcvlowat'],
  ['SO_RCVTIMEO', 'sk_rcvtimeo'],
  ['SO_SNDTIMEO', 'sk_sndtimeo'],
  ['SO_LINGER', 'sk_lingertime'],
  ['SO_REUSEADDR', 'skc_reuse'],
  ['SO_REUSEPORT', 'skc_reuseport'],
  ['SO_PRIORITY', 'sk_priority'],
  ['SO_MARK', 'sk_mark'],
  ['IP_TTL', 'uc_ttl'],
  ['IP_TOS', 'tos'],
];
const OF_TCP: readonly Option[] = [
  ['TCP_NODELAY, TCP_CORK', 'nonagle'],
  ['TCP_KEEPIDLE', 'keepalive_time'],
  ['TCP_KEEPINTVL', 'keepalive_intvl'],
  ['TCP_KEEPCNT', 'keepalive_probes'],
  ['TCP_SYNCNT', 'icsk_syn_retries'],
  ['TCP_USER_TIMEOUT', 'icsk_user_timeout'],
  ['TCP_LINGER2', 'linger2'],
  ['TCP_WINDOW_CLAMP', 'window_clamp'],
  ['TCP_NOTSENT_LOWAT', 'notsent_lowat'],
];

/** All of a socket's, under one row. */
export function optionsNode(sk: sock, describer: Describer): TreeNode {
  const options = [
    ...(sk instanceof inet_connection_sock ? OF_LISTENERS : []),
    ...OF_SOCKETS,
    ...(sk instanceof tcp_sock ? OF_TCP : []),
  ];
  return {
    key: 'options',
    label: 'options',
    tooltip: message(
      'What setsockopt() and listen() set. A change here changes the field and nothing else: what the call would do besides is not done.',
    ),
    icon: 'settings',
    children: () =>
      limited(
        options
          .filter(([, field]) => field in sk)
          .map(([option, field]) => optionNode(option, field, describer.field(sk, field))),
      ),
  };
}

function optionNode(option: string, field: string, { text, doc, raw, set }: Item): TreeNode {
  return {
    key: option,
    label: option,
    name: field,
    description: text,
    tooltip: [`${field} = ${text}`, doc].filter((line) => line !== undefined).join('\n\n'),
    context: set === undefined ? ['copyable'] : ['copyable', 'settable'],
    value: raw ?? text,
    set,
  };
}
