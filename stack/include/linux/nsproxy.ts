/** The namespaces of a process. @linux include/linux/nsproxy.h */
import type { net } from '../net/net_namespace.ts';

/** A process sees the world through these; threads and children share it. */
export class nsproxy {
  /** Its network: devices, routes, ports, settings. */
  net_ns: net;

  constructor(net_ns: net) {
    this.net_ns = net_ns;
  }
}
