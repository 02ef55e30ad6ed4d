/**
 * Routing tables: finding the longest matching prefix, adding and deleting routes.
 *
 * Linux uses a level-compressed trie (hence the file's name). Here each prefix length in use has a hash, and
 * a lookup searches them from the longest to the shortest.
 *
 * @linux net/ipv4/fib_trie.c
 */
import { inet_make_mask } from '../../include/linux/inetdevice.ts';
import type { be32 } from '../../include/linux/types.ts';
import type { flowi4 } from '../../include/net/flow.ts';
import {
  fib_alias,
  type fib_config,
  fib_info_nhc,
  fib_info_num_path,
  FIB_LOOKUP_NOREF,
  type fib_nh,
  fib_prefixes,
  fib_props,
  type fib_result,
  fib_table,
  NLM_F_APPEND,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
} from '../../include/net/ip_fib.ts';
import type { net } from '../../include/net/net_namespace.ts';
import { rt_genid_bump_ipv4 } from '../../include/net/route.ts';
import {
  EAGAIN,
  EEXIST,
  EINVAL,
  ENETUNREACH,
  ENOENT,
  type Errno,
  ESRCH,
  IS_ERR,
} from '../../include/uapi/asm-generic/errno.ts';
import { RT_SCOPE_NOWHERE, RTNH_F_DEAD } from '../../include/uapi/linux/rtnetlink.ts';
import { trace } from '../../trace/events.ts';
import { fib_create_info, fib_info_equal, fib_nh_match, fib_release_info } from './fib_semantics.ts';

/** A new, empty table. @linux net/ipv4/fib_trie.c */
export function fib_trie_table(id: number): fib_table {
  return new fib_table(id);
}

/**
 * Look up the route for a packet: first in the local table, then in main.
 *
 * @returns 0 with `res` filled in, -ENETUNREACH, or the error of the matching route (-EHOSTUNREACH, -EACCES,
 *   -EINVAL)
 * @linux include/net/ip_fib.h
 */
export function fib_lookup(net: net, flp: flowi4, res: fib_result, flags: number): Errno {
  let err = fib_table_lookup(net, net.ipv4.fib_local, flp, res, flags | FIB_LOOKUP_NOREF);
  if (err === -EAGAIN) err = fib_table_lookup(net, net.ipv4.fib_main, flp, res, flags | FIB_LOOKUP_NOREF);
  return err === -EAGAIN ? -ENETUNREACH : err;
}

/**
 * Find the route with the longest prefix that contains the destination and matches TOS, scope and output
 * interface.
 *
 * @returns 0 with `res` filled in, -EAGAIN when the table has no such route, or the route's error
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

/**
 * Find the first matching route of a prefix.
 *
 * @returns 0, its error, or -EAGAIN (with res.fi null) when none matches
 */
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
      // A throw route ends the search of this table: fib_table_lookup() recognizes it by res.fi.
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

/** Whether the next hop is alive and uses the requested interface. @linux net/ipv4/fib_trie.c */
export function fib_lookup_good_nhc(nhc: fib_nh, _fib_flags: number, flp: flowi4): boolean {
  if ((nhc.nhc_flags & RTNH_F_DEAD) !== 0) return false;
  return flp.flowi4_oif === 0 || flp.flowi4_oif === nhc.nhc_oif;
}

/** The routes of a prefix, or undefined. @linux net/ipv4/fib_trie.c */
function fib_find_node(tb: fib_table, key: be32, plen: number): fib_alias[] | undefined {
  return tb.tb_data.find((prefixes) => prefixes.length === plen)?.leaves.get(key);
}

/** Insert a route among those of its prefix, before `before` or at the end. @linux net/ipv4/fib_trie.c */
function fib_insert_alias(
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

/** Remove a route, and then a prefix or prefix length that has become empty. @linux net/ipv4/fib_trie.c */
function fib_remove_alias(tb: fib_table, key: be32, plen: number, old: fib_alias): void {
  const prefixes = tb.tb_data.find((candidate) => candidate.length === plen)!;
  const leaf = prefixes.leaves.get(key)!;
  leaf.splice(leaf.indexOf(old), 1);
  if (leaf.length > 0) return;
  prefixes.leaves.delete(key);
  if (prefixes.leaves.size === 0) tb.tb_data.splice(tb.tb_data.indexOf(prefixes), 1);
}

/**
 * The first route with this TOS whose priority is not less than `prio`: an equal one, or the one to insert
 * before.
 *
 * @linux net/ipv4/fib_trie.c
 */
function fib_find_alias(leaf: fib_alias[] | undefined, dscp: number, prio: number): fib_alias | null {
  if (leaf === undefined) return null;
  for (const fa of leaf) {
    if (fa.fa_dscp > dscp) continue;
    if (fa.fa_info.fib_priority >= prio || fa.fa_dscp < dscp) return fa;
  }
  return null;
}

/**
 * Add a route.
 *
 * @returns 0, -EEXIST, -ENOENT (replace without create, but no such route), or the error of fib_create_info()
 * @linux net/ipv4/fib_trie.c
 */
export function fib_table_insert(net: net, tb: fib_table, cfg: fib_config): Errno {
  const plen = cfg.fc_dst_len;
  const key = cfg.fc_dst;
  if (plen > 32 || (key & ~inet_make_mask(plen)) !== 0) return -EINVAL;
  const fi = fib_create_info(net, cfg);
  if (IS_ERR(fi)) return fi;

  const leaf = fib_find_node(tb, key, plen);
  let fa = fib_find_alias(leaf, cfg.fc_dscp, fi.fib_priority);
  const new_fa = new fib_alias(fi, cfg.fc_dscp, cfg.fc_type, 32 - plen, tb.tb_id);

  if (fa !== null && fa.fa_dscp === cfg.fc_dscp && fa.fa_info.fib_priority === fi.fib_priority) {
    if ((cfg.fc_nlflags & NLM_F_EXCL) !== 0) return -EEXIST;
    // Routes with the same TOS and priority are adjacent: check whether an identical route is among them.
    const same_key = leaf!.filter(
      (other) => other.fa_dscp === cfg.fc_dscp && other.fa_info.fib_priority === fi.fib_priority,
    );
    const match = same_key.find(
      (other) => other.fa_type === cfg.fc_type && fib_info_equal(other.fa_info, fi),
    );

    if ((cfg.fc_nlflags & NLM_F_REPLACE) !== 0) {
      if (match !== undefined) return match === fa ? 0 : -EEXIST;
      leaf![leaf!.indexOf(fa)] = new_fa;
      fi.fib_treeref++;
      fib_release_info(fa.fa_info);
      rt_genid_bump_ipv4(net);
      return 0;
    }
    if (match !== undefined) return -EEXIST;
    if ((cfg.fc_nlflags & NLM_F_APPEND) !== 0) {
      const last = leaf!.indexOf(same_key[same_key.length - 1]!);
      fa = leaf![last + 1] ?? null;
    }
  }
  if ((cfg.fc_nlflags & NLM_F_CREATE) === 0) return -ENOENT;

  fib_insert_alias(tb, key, plen, new_fa, fa);
  fi.fib_treeref++;
  if (plen === 0) tb.tb_num_default++;
  rt_genid_bump_ipv4(net);
  return 0;
}

/** Delete the first route that matches the configuration. 0, or -ESRCH. @linux net/ipv4/fib_trie.c */
export function fib_table_delete(net: net, tb: fib_table, cfg: fib_config): Errno {
  const plen = cfg.fc_dst_len;
  const key = cfg.fc_dst;
  if (plen > 32 || (key & ~inet_make_mask(plen)) !== 0) return -EINVAL;
  const leaf = fib_find_node(tb, key, plen);
  if (leaf === undefined) return -ESRCH;

  const doomed = leaf.find((fa) => {
    const fi = fa.fa_info;
    return (
      fa.fa_dscp === cfg.fc_dscp &&
      (cfg.fc_type === 0 || fa.fa_type === cfg.fc_type) &&
      (cfg.fc_scope === RT_SCOPE_NOWHERE || fi.fib_scope === cfg.fc_scope) &&
      (cfg.fc_prefsrc === 0 || fi.fib_prefsrc === cfg.fc_prefsrc) &&
      (cfg.fc_protocol === 0 || fi.fib_protocol === cfg.fc_protocol) &&
      fib_nh_match(cfg, fi)
    );
  });
  if (doomed === undefined) return -ESRCH;

  if (plen === 0) tb.tb_num_default--;
  fib_remove_alias(tb, key, plen, doomed);
  if (doomed.fa_accessed) rt_genid_bump_ipv4(net);
  fib_release_info(doomed.fa_info);
  return 0;
}

/** Delete all routes marked dead. @returns how many. @linux net/ipv4/fib_trie.c */
export function fib_table_flush(tb: fib_table): number {
  let found = 0;
  for (const prefixes of [...tb.tb_data]) {
    for (const [key, leaf] of [...prefixes.leaves]) {
      for (const fa of [...leaf]) {
        if ((fa.fa_info.fib_flags & RTNH_F_DEAD) === 0) continue;
        fib_remove_alias(tb, key, prefixes.length, fa);
        if (prefixes.length === 0) tb.tb_num_default--;
        fib_release_info(fa.fa_info);
        found++;
      }
    }
  }
  return found;
}
