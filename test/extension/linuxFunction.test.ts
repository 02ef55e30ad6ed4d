// From a line of the stack to the C function that it mirrors.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { definitionLine, linuxFunctionAt } from '../../extension/editor/linuxFunction.ts';
import { root } from './support/scripts.ts';

const C = `static int tcp_ack(struct sock *sk, const struct sk_buff *skb, int flag);

/* tcp_ack() is mentioned here. */
#define before(seq1, seq2) ((__s32)((seq1)-(seq2)) < 0)
static void tcp_data_queue(struct sock *sk)
{
	tcp_ack(sk, skb, 0);
}

static int
tcp_ack(struct sock *sk, const struct sk_buff *skb,
	int flag)
{
}
SYSCALL_DEFINE2(listen, int, fd, int, backlog)
{
}
`;

describe('Show in Linux', () => {
  it('finds the definition of a function, a macro, a system call, and no declaration, call or comment', () => {
    const line = (name: string) => {
      const at = definitionLine(C, name);
      return at === undefined ? undefined : C.split('\n')[at];
    };
    assert.equal(line('tcp_ack'), 'tcp_ack(struct sock *sk, const struct sk_buff *skb,');
    assert.equal(line('before'), '#define before(seq1, seq2) ((__s32)((seq1)-(seq2)) < 0)');
    assert.equal(line('tcp_data_queue'), 'static void tcp_data_queue(struct sock *sk)');
    assert.equal(line('__sys_listen'), 'SYSCALL_DEFINE2(listen, int, fd, int, backlog)');
    assert.equal(line('tcp_v4_rcv'), undefined);
  });

  it('knows the file of a function from its documentation, and a helper by the file that it is in', async () => {
    const file = path.join(root, 'stack/net/ipv4/tcp_ipv4/rcv.ts');
    const lines = (await readFile(file, 'utf8')).split('\n');
    const at = (text: string) => linuxFunctionAt(lines, lines.findIndex((line) => line.includes(text)) + 1);
    const tcp = 'net/ipv4/tcp_ipv4.c';
    assert.deepEqual(at('export function tcp_v4_rcv('), { name: 'tcp_v4_rcv', file: tcp, isOwn: true });
    assert.deepEqual(at('function discard('), { name: 'discard', file: tcp, isOwn: false });
    assert.deepEqual(linuxFunctionAt(['/** Nothing of Linux. */', 'function x() {'], 1), undefined);
  });
});
