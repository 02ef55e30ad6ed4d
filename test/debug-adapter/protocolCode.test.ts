import assert from 'node:assert/strict';
import { openingFrame } from '../../debug-adapter/inspect/protocolCode.ts';

const frames = (...places: string[]) =>
  places.map((place) => {
    const [name, url] = place.split(' ') as [string, string];
    return { name, url, line: 1, column: 1 };
  });

describe("the frame of a packet's stack that is looked at first", () => {
  const sent = frames(
    'dma stack/drivers/net/vnic/hw/tx.ts',
    'vnic_xmit stack/drivers/net/vnic/tx.ts',
    '__dev_queue_xmit stack/net/core/dev.ts',
    'ip_queue_xmit stack/net/ipv4/ip_output.ts',
    '__tcp_transmit_skb stack/net/ipv4/tcp_output/transmit.ts',
    'tcp_connect stack/net/ipv4/tcp_output/connect.ts',
    'client first-handshake.ts',
  );

  it("is the innermost of the packet's own protocol", () => {
    assert.equal(sent[openingFrame(sent, ['eth', 'ip', 'tcp'])]?.name, '__tcp_transmit_skb');
    assert.equal(sent[openingFrame(sent, ['eth', 'ip', 'tcp', 'http'])]?.name, '__tcp_transmit_skb');
    const echo = frames(
      'ip_push_pending_frames stack/net/ipv4/ip_output.ts',
      'ping_v4_sendmsg stack/net/ipv4/ping.ts',
    );
    assert.equal(openingFrame(echo, ['eth', 'ip', 'icmp', 'ip', 'udp']), 1);
  });

  it('else of the network layer, else of the kernel', () => {
    assert.equal(sent[openingFrame(sent, ['eth', 'ip', 'udp'])]?.name, 'ip_queue_xmit');
    assert.equal(sent[openingFrame(sent.slice(0, 3), ['eth', 'ip', 'tcp'])]?.name, 'vnic_xmit');
    assert.equal(openingFrame([], ['tcp']), 0);
  });
});
