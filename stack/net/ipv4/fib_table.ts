/**
 * Adding routes to a table, and taking them out: the half of fib_trie.c that needs fib_semantics.ts.
 *
 * @linux net/ipv4/fib_trie.c
 */
import { rt_genid_bump_ipv4 } from '../../include/net/dst.ts';
import {
  fib_alias,
  NLM_F_APPEND,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  type fib_config,
  type fib_table,
} from '../../include/net/ip_fib.ts';
import type { net } from '../../include/net/net_namespace.ts';
import { inet_make_mask } from '../../include/linux/inetdevice.ts';
import { EEXIST, EINVAL, ENOENT, ESRCH, IS_ERR, type Errno } from '../../include/uapi/asm-generic/errno.ts';
import { RT_SCOPE_NOWHERE, RTNH_F_DEAD } from '../../include/uapi/linux/rtnetlink.ts';
import { fib_create_info, fib_info_equal, fib_nh_match, fib_release_info } from './fib_semantics.ts';
import { fib_find_node, fib_insert_alias, fib_remove_alias } from './fib_trie.ts';

/** The first route with this TOS whose priority is not before `prio`: the equal one, or the one to insert before. */
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
 * @returns 0, -EEXIST, -ENOENT (to be replaced, but not there and not to be created), or what fib_create_info() says
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
    // Those with the same TOS and priority stand together: is the very same route among them?
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

/** Delete the first route that fits what is said. 0, or -ESRCH. @linux net/ipv4/fib_trie.c */
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

/** Take out all routes marked dead. @returns how many. @linux net/ipv4/fib_trie.c */
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
