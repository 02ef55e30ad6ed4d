/** Settings of a configuration, put into a machine. */
import { ConfigError } from './config.ts';
import { ENOENT } from './include/uapi/asm-generic/errno.ts';
import { sysctl_set, sysctl_takes } from './kernel/sysctl.ts';
import { nearest } from './lib/nearest.ts';
import { one_of, told } from './lib/told.ts';
import type { Machine } from './machine.ts';
import { sysctl_left_out } from './net/sysctl_left_out.ts';

/** @throws ConfigError for a setting that the machine does not have, or a value that it does not take */
export function configure_sysctl({ init_net }: Machine, name: string, text: string): void {
  const err = sysctl_set(init_net, name, text);
  if (err === 0) return;
  const path = ['sysctl', name];
  const left_out = sysctl_left_out(name);
  if (left_out !== null) throw new ConfigError(path, told('is not there: {0}', left_out));
  const { sysctls } = init_net;
  if (err === -ENOENT && !sysctls.has(name.replaceAll('/', '.'))) {
    const similar = nearest(name, [...sysctls.keys()]);
    throw new ConfigError(
      path,
      similar.length > 0 ? told('is not known: did you mean {0}?', one_of(similar)) : told('is not known'),
    );
  }
  throw new ConfigError(path, told('does not take "{0}": {1}', text, sysctl_takes(init_net, name)));
}
