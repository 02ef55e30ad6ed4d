/** How each segment came to be marked lost, held against the code that marked it and the socket's state then. */
import assert from 'node:assert/strict';
import { LOSS_SIGNS, type LossSign } from '../../../stack/capture/send_reason.ts';
import { tcp_sk } from '../../../stack/include/linux/tcp.ts';
import { TCP_CA_Recovery } from '../../../stack/include/uapi/linux/tcp.ts';
import { parseStack } from '../../../debug-adapter/inspect/stackText.ts';
import { stackNow } from '../support/stack.ts';
import { Observed, type Sent } from '../support/observed.ts';
import { reads, sends, type Setup, story } from '../../stack/support/story.ts';

/** The function that marks, and what holds of the connection then. */
const MARKED: Readonly<Record<LossSign, { by: string; when: (state: number, enough: boolean) => boolean }>> =
  {
    rack: { by: 'tcp_rack_detect_loss', when: () => true },
    timeout: { by: 'tcp_timeout_mark_lost', when: () => true },
    duplicate_acks: {
      by: 'tcp_newreno_mark_lost',
      when: (state, enough) => state < TCP_CA_Recovery && enough,
    },
    partial_ack: { by: 'tcp_newreno_mark_lost', when: (state) => state === TCP_CA_Recovery },
    sacks: { by: 'tcp_mark_head_lost', when: () => true },
    mtu: { by: 'tcp_simple_retransmit', when: () => true },
  };
const WORDS: Readonly<Record<'duplicate_acks' | 'partial_ack' | 'sacks', RegExp>> = {
  duplicate_acks: /^Retransmission: enough duplicate ACKs have come, the last in packet \d+\.$/,
  partial_ack:
    /^Retransmission: packet \d+ acknowledges only a part of what was sent before the recovery \(NewReno\): what follows is lost, too\.$/,
  sacks: /^Retransmission: enough was SACKed behind it, the last in packet \d+\.$/,
};

/** Transfers with losses; each mark is held against its code. */
async function marked(sysctl: NonNullable<Setup['sysctl']>): Promise<{ signs: LossSign[]; sent: Sent[] }> {
  const signs: LossSign[] = [];
  const sent: Sent[] = [];
  for (let seed = 1; seed <= 6; seed++) {
    const nic = { latency: '5ms', mtu: 1500, loss: 0.12 };
    const told = story({ seed, nic, sysctl, aftermath: 600 })
      .process('server', reads)
      .process('client', sends(60, 3000));
    const { world } = told.machine;
    const observed = new Observed(world);
    world.tracer.on('sockscope:mark_lost', (sk, _skb, sign) => {
      const stack = stackNow();
      const { icsk_ca_state: state, sacked_out, reordering } = tcp_sk(sk);
      const names = parseStack(stack).map(({ name }) => name);
      assert.ok(names.includes(MARKED[sign].by), `${sign}\n${stack}`);
      assert.ok(MARKED[sign].when(state, sacked_out >= reordering), `${sign} in state ${state}\n${stack}`);
      signs.push(sign);
    });
    await told.run();
    sent.push(...observed.sent());
  }
  return { signs, sent };
}

const SETTINGS: Readonly<Record<Exclude<LossSign, 'mtu'>, NonNullable<Setup['sysctl']>>> = {
  rack: {},
  timeout: {},
  duplicate_acks: { 'net.ipv4.tcp_sack': 0 },
  partial_ack: { 'net.ipv4.tcp_sack': 0 },
  sacks: { 'net.ipv4.tcp_recovery': 0 },
};

describe('The sign by which a segment is marked lost', () => {
  for (const sign of LOSS_SIGNS) {
    // What a router says is in rareValues.test.ts.
    if (sign === 'mtu') continue;
    it(`is ${sign} where the code that ran says so`, async () => {
      const { signs, sent } = await marked(SETTINGS[sign]);
      assert.ok(signs.includes(sign), `not told: ${sign}, only ${[...new Set(signs)].join(', ')}`);
      const lost = sent.filter(({ cause }) => cause.why === 'lost' && cause.sign === sign);
      assert.ok(lost.length > 0, `no packet is sent for ${sign}`);
      if (sign in WORDS)
        for (const { sentence } of lost) assert.match(sentence, WORDS[sign as keyof typeof WORDS]);
    });
  }
});
