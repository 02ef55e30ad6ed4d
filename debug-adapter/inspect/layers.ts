/** The structs that a socket consists of, each with its own fields: sock_common → sock → inet_sock → …. */
import { tcp_request_sock, tcp_sock, tcp_timewait_sock } from '../../stack/include/linux/tcp.ts';
import { inet_connection_sock } from '../../stack/include/net/inet_connection_sock.ts';
import { inet_request_sock, inet_sock } from '../../stack/include/net/inet_sock.ts';
import { inet_timewait_sock } from '../../stack/include/net/inet_timewait_sock.ts';
import { request_sock } from '../../stack/include/net/request_sock.ts';
import { sock, sock_common } from '../../stack/include/net/sock.ts';

type Layer = new (net: never, prot: never) => sock_common;
export interface LayerFields {
  name: string;
  fields: string[];
}

const ALL: readonly Layer[] = [
  sock_common,
  sock,
  inet_sock,
  inet_connection_sock,
  tcp_sock,
  request_sock,
  inet_request_sock,
  tcp_request_sock,
  inet_timewait_sock,
  tcp_timewait_sock,
];
/** A class's own fields, without those of its base class. */
const OWN = new Map<Layer, string[]>();

function ownFields(layer: Layer): string[] {
  let fields = OWN.get(layer);
  if (fields === undefined) {
    const base = Object.getPrototypeOf(layer) as Layer;
    const inherited = new Set(
      layer === sock_common ? [] : Object.keys(new base(null as never, null as never)),
    );
    fields = Object.keys(new layer(null as never, null as never)).filter((name) => !inherited.has(name));
    OWN.set(layer, fields);
  }
  return fields;
}

/**
 * The layers of a socket, outermost base first. Fields that belong to no known struct are listed under the
 * object's class name.
 */
export function layersOf(sk: sock_common): LayerFields[] {
  const layers = ALL.filter((layer) => sk instanceof layer).map((layer) => ({
    name: layer.name,
    fields: ownFields(layer),
  }));
  const known = new Set(layers.flatMap(({ fields }) => fields));
  const rest = Object.keys(sk).filter((name) => !known.has(name));
  if (rest.length > 0) layers.push({ name: sk.constructor.name, fields: rest });
  return layers;
}
