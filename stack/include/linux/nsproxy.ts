/** The namespaces of a process. @linux include/linux/nsproxy.h */
import type { net } from '../net/net_namespace.ts';

/** The namespaces of a process; threads and children share the object. */
export class nsproxy {
  /** The network namespace: devices, routes, ports, settings. */
  net_ns: net;

  constructor(net_ns: net) {
    this.net_ns = net_ns;
  }
}
