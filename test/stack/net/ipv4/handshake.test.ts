import assert from 'node:assert/strict';
import { connected, listener, receive, story, textOf } from '../../support/story.ts';

describe('TCP: a handshake', () => {
  it('goes through the states of both sides, carries a line, and ends in TIME_WAIT', () =>
    story()
      .process('server', async (s) => {
        const fd = await listener(s);
        const connection = await s.accept(fd);
        assert.equal(textOf(await receive(s, connection)), 'hello');
        await s.close(connection);
        await s.close(fd);
      })
      .process('client', async (s) => {
        const fd = await connected(s);
        await s.send(fd, 'hello');
        await s.close(fd);
      })
      .expectPackets(
        `
        0.000000  C > S  [S] seq 0 win 65495 mss 65495 sackOK wscale 7
        0.000010  S > C  [S.] seq 0 ack 1 win 65483 mss 65495 sackOK wscale 7
        0.000020  C > S  [.] seq 1 ack 1 win 512
        0.000020  C > S  [P.] seq 1:6 ack 1 win 512
        0.000020  C > S  [F.] seq 6 ack 1
        0.000030  S > C  [.] ack 6
        0.000030  S > C  [F.] seq 1 ack 7
        0.000040  C > S  [.] seq 7 ack 2`,
      )
      .expectStates(
        `
        S CLOSE -> LISTEN
        C CLOSE -> SYN_SENT
        C SYN_SENT -> ESTABLISHED
        C ESTABLISHED -> FIN_WAIT1
        S LISTEN -> SYN_RECV
        S SYN_RECV -> ESTABLISHED
        S ESTABLISHED -> CLOSE_WAIT
        S CLOSE_WAIT -> LAST_ACK
        S LISTEN -> CLOSE
        C FIN_WAIT1 -> FIN_WAIT2
        C FIN_WAIT2 -> CLOSE
        S LAST_ACK -> CLOSE`,
      )
      .run());
});
