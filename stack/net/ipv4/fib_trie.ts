/**
 * Routing tables: finding the longest matching prefix. Inserting and deleting routes is in fib_table.ts.
 *
 * Linux keeps a level-compressed trie (hence the file's name); here each prefix length in use has a hash, and a lookup
 * asks them from the longest on.
 *
 * @linux net/ipv4/fib_trie.c
 */
import {
  fib_info_nhc,
  fib_info_num_path,
  fib_prefixes,
  fib_props,
  fib_table,
  FIB_LOOKUP_NOREF,
  type fib_alias,
  type fib_nh,
  type fib_result,
} from '../../include/net/ip_fib.ts';
import type { flowi4 } from '../../include/net/dst.ts';
import type { net } from '../../include/net/net_namespace.ts';
import { inet_make_mask } from '../../include/linux/inetdevice.ts';
import type { be32 } from '../../include/linux/types.ts';
import { EAGAIN, ENETUNREACH, type Errno } from '../../include/uapi/asm-generic/errno.ts';
import { RT_TABLE_LOCAL, RTNH_F_DEAD } from '../../include/uapi/linux/rtnetlink.ts';
import { trace } from '../../trace/events.ts';

/** A new, empty table. @linux net/ipv4/fib_trie.c */
export function fib_trie_table(id: number): fib_table {
  return new fib_table(id);
}

/** The table of that number: local (255), or main for every other. @linux net/ipv4/fib_frontend.c */
export function fib_get_table(net: net, id: number): fib_table {
  return id === RT_TABLE_LOCAL ? net.ipv4.fib_local : net.ipv4.fib_main;
}

/**
 * Where to with a packet? Asks the local table, then main.
 *
 * @returns 0 with `res` filled in, -ENETUNREACH, or what the matching route answers with (-EHOSTUNREACH, -EACCES, -EINVAL)
 * @linux include/net/ip_fib.h
 */
export function fib_lookup(net: net, flp: flowi4, res: fib_result, flags: number): Errno {
  let err = fib_table_lookup(net, net.ipv4.fib_local, flp, res, flags | FIB_LOOKUP_NOREF);
  if (err === -EAGAIN) err = fib_table_lookup(net, net.ipv4.fib_main, flp, res, flags | FIB_LOOKUP_NOREF);
  return err === -EAGAIN ? -ENETUNREACH : err;
}

/**
 * The route with the longest prefix that holds the destination, and that fits TOS, scope and output interface.
 *
 * @returns 0 with `res` filled in, -EAGAIN when the table has none, or the error that the route stands for
 * @linux net/ipv4/fib_trie.c
 */
export function fib_table_lookup(
  net: net,
  tb: fib_table,
  flp: flowi4,
  res: fib_result,
  fib_flags: number,
): Errno {
  const lengths = tb.tb_data;
  for (let i = 0; i < lengths.length; i++) {
    const prefixes = lengths[i]!;
    const leaf = prefixes.leaves.get(flp.daddr & prefixes.mask);
    if (leaf === undefined) continue;
    const err = check_leaf(tb, prefixes, leaf, flp, res, fib_flags);
    if (err !== -EAGAIN || res.fi !== null) {
      trace.fib_table_lookup(net, tb.tb_id, flp, err);
      return err;
    }
  }
  trace.fib_table_lookup(net, tb.tb_id, flp, -EAGAIN);
  return -EAGAIN;
}

/** Take the first route of a prefix that fits. @returns 0, its error, or -EAGAIN (with res.fi null) when none fits */
function check_leaf(
  tb: fib_table,
  prefixes: fib_prefixes,
  leaf: fib_alias[],
  flp: flowi4,
  res: fib_result,
  fib_flags: number,
): Errno {
  res.fi = null;
  for (let i = 0; i < leaf.length; i++) {
    const fa = leaf[i]!;
    const fi = fa.fa_info;
    if (fa.fa_dscp !== 0 && fa.fa_dscp !== flp.flowi4_tos) continue;
    if (fi.fib_dead) continue;
    if (fi.fib_scope < flp.flowi4_scope) continue;
    fa.fa_accessed = true;
    const err = fib_props[fa.fa_type]!.error;
    if (err < 0) {
      // A throw route ends this table's search: fib_table_lookup() sees it by res.fi.
      res.fi = fi;
      return err;
    }
    if ((fi.fib_flags & RTNH_F_DEAD) !== 0) continue;
    for (let nhsel = 0; nhsel < fib_info_num_path(fi); nhsel++) {
      const nhc = fib_info_nhc(fi, nhsel);
      if (!fib_lookup_good_nhc(nhc, fib_flags, flp)) continue;
      res.prefix = flp.daddr & prefixes.mask;
      res.prefixlen = prefixes.length;
      res.nh_sel = nhsel;
      res.nhc = nhc;
      res.type = fa.fa_type;
      res.scope = fi.fib_scope;
      res.dscp = fa.fa_dscp;
      res.fi = fi;
      res.table = tb;
      res.fa_head = leaf;
      return 0;
    }
  }
  return -EAGAIN;
}

/** Is this next hop alive, and does it lead through the interface asked for? @linux net/ipv4/fib_trie.c */
export function fib_lookup_good_nhc(nhc: fib_nh, _fib_flags: number, flp: flowi4): boolean {
  if ((nhc.nhc_flags & RTNH_F_DEAD) !== 0) return false;
  return flp.flowi4_oif === 0 || flp.flowi4_oif === nhc.nhc_oif;
}

/** The routes of a prefix, or undefined. @linux net/ipv4/fib_trie.c */
export function fib_find_node(tb: fib_table, key: be32, plen: number): fib_alias[] | undefined {
  return tb.tb_data.find((prefixes) => prefixes.length === plen)?.leaves.get(key);
}

/** Put a route among those of its prefix, in front of `before` or at the end. @linux net/ipv4/fib_trie.c */
export function fib_insert_alias(
  tb: fib_table,
  key: be32,
  plen: number,
  new_fa: fib_alias,
  before: fib_alias | null,
): void {
  let prefixes = tb.tb_data.find((candidate) => candidate.length === plen);
  if (prefixes === undefined) {
    prefixes = new fib_prefixes(plen, inet_make_mask(plen));
    tb.tb_data.push(prefixes);
    tb.tb_data.sort((a, b) => b.length - a.length);
  }
  const leaf = prefixes.leaves.get(key);
  if (leaf === undefined) prefixes.leaves.set(key, [new_fa]);
  else leaf.splice(before === null ? leaf.length : leaf.indexOf(before), 0, new_fa);
}

/** Take a route out; an empty prefix and an unused prefix length go with it. @linux net/ipv4/fib_trie.c */
export function fib_remove_alias(tb: fib_table, key: be32, plen: number, old: fib_alias): void {
  const prefixes = tb.tb_data.find((candidate) => candidate.length === plen)!;
  const leaf = prefixes.leaves.get(key)!;
  leaf.splice(leaf.indexOf(old), 1);
  if (leaf.length > 0) return;
  prefixes.leaves.delete(key);
  if (prefixes.leaves.size === 0) tb.tb_data.splice(tb.tb_data.indexOf(prefixes), 1);
}
