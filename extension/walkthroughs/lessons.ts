// The walkthroughs, in the order of learning. Texts of the steps stand in package.nls.json; those here are
// translated when they are shown.
import { message } from '../../language/message.ts';
import type { Lesson } from './lesson.ts';

const HANDSHAKE: Lesson = {
  id: 'handshake',
  title: message('The first handshake'),
  sample: 'first-handshake.ts',
  steps: [
    { id: 'open', done: { opened: true } },
    { id: 'start', to: { entry: true }, show: 'sockets', done: { stop: { reason: 'entry' } } },
    {
      id: 'syn',
      to: { breakOn: { transition: 'CLOSE -> SYN_SENT' } },
      show: 'sequence',
      done: { stop: { label: 'CLOSE → SYN_SENT' } },
    },
    {
      id: 'synAck',
      to: { breakOn: { transition: 'SYN_SENT -> ESTABLISHED' } },
      show: 'sequence',
      done: { stop: { label: 'SYN_SENT → ESTABLISHED' } },
    },
    {
      id: 'ack',
      to: { breakOn: { transition: 'SYN_RECV -> ESTABLISHED' } },
      show: 'sequence',
      done: { stop: { label: 'SYN_RECV → ESTABLISHED' } },
    },
    { id: 'end', to: { end: true }, show: 'sequence', done: { ended: true } },
  ],
  question: {
    ask: message(
      'Which line of server() takes the connection out of the accept queue? Click beside its line number to set a breakpoint there, and press F5.',
    ),
    answers: [
      {
        stop: { line: 'await accept(' },
        right: true,
        say: message(
          'Yes: accept() takes the connection out of the queue. The handshake was over long before: the kernel did it without the server.',
        ),
      },
      {
        stop: { in: ['inet_csk_accept', '__sys_accept4', 'inet_accept', 'take_from_accept_queue'] },
        right: true,
        say: message(
          "Yes: that is where the kernel does it. The server's line that leads here is await accept(…).",
        ),
      },
      {
        stop: { line: 'await listen(' },
        right: false,
        say: message(
          'Not yet: at this line both queues are only about to be made. Look for a line that comes after the handshake.',
        ),
      },
      {
        stop: { line: 'await connect(' },
        right: false,
        say: message(
          "This is the client's side: connect() begins the handshake, and fills the queue. Look in server().",
        ),
      },
    ],
    otherwise: message(
      'Not here. Step over this line (F10) and look at the Sockets view: the accept queue stays as it is. Look for the line of server() after which it is empty.',
    ),
  },
};

const QUEUES: Lesson = {
  id: 'queues',
  title: message('Two queues'),
  sample: 'accept-queue-overflow.ts',
  steps: [
    { id: 'open', done: { opened: true } },
    { id: 'start', to: { entry: true }, show: 'queues', done: { stop: { reason: 'entry' } } },
    {
      id: 'synQueue',
      to: { breakOn: { transition: 'SYN_SENT -> ESTABLISHED' } },
      show: 'queues',
      done: { stop: { label: 'SYN_SENT → ESTABLISHED' } },
    },
    {
      id: 'acceptQueue',
      to: { breakOn: { transition: 'SYN_RECV -> ESTABLISHED' } },
      show: 'queues',
      done: { stop: { label: 'SYN_RECV → ESTABLISHED' } },
    },
    {
      id: 'ackDropped',
      to: { breakOn: { queueOverflow: '' } },
      show: 'queues',
      done: { stop: { reason: 'queueOverflow', under: ['tcp_v4_syn_recv_sock'] } },
    },
    {
      id: 'synDropped',
      to: { breakOn: { queueOverflow: '' } },
      show: 'queues',
      done: { stop: { reason: 'queueOverflow', under: ['tcp_conn_request'] } },
    },
    { id: 'end', to: { end: true }, show: 'sequence', done: { ended: true } },
  ],
  question: {
    ask: message(
      "Where does the second client's connection leave the SYN queue? Add a function breakpoint (+ in the Breakpoints view), or a breakpoint in a file of the stack, and press F5 until it stops for the second client. The function's name has reqsk_queue_drop in it.",
    ),
    answers: [
      {
        stop: {
          in: ['inet_csk_reqsk_queue_drop', '__inet_csk_reqsk_queue_drop', 'inet_csk_complete_hashdance'],
          acceptQueue: 1,
        },
        right: true,
        say: message(
          "Yes: the second client's request leaves the SYN queue here. The first client waits in the accept queue, and the second joins it next.",
        ),
      },
      {
        stop: {
          in: ['inet_csk_reqsk_queue_drop', '__inet_csk_reqsk_queue_drop', 'inet_csk_complete_hashdance'],
          acceptQueue: 0,
        },
        right: false,
        say: message(
          'The right place, for the first client: the accept queue is still empty. Press F5 for the second one.',
        ),
      },
      {
        stop: { in: ['inet_csk_reqsk_queue_add'] },
        right: false,
        say: message(
          'Almost: here a connection enters the accept queue. It has left the SYN queue a few lines before, in the function that calls this one.',
        ),
      },
      {
        stop: { in: ['inet_csk_reqsk_queue_hash_add', 'tcp_conn_request'] },
        right: false,
        say: message('This is the other end of the queue: a request enters it here, with the SYN.'),
      },
      {
        stop: { line: 'await accept(' },
        right: false,
        say: message(
          'accept() takes a connection out of the accept queue. It has left the SYN queue long before, with the ACK of its client.',
        ),
      },
    ],
    otherwise: message(
      'Not here. Look at the picture of the two queues: the request leaves the SYN queue when the ACK of its client arrives.',
    ),
  },
};

const RETRANSMISSION: Lesson = {
  id: 'retransmission',
  title: message('What a retransmission looks like'),
  sample: 'lost-syn.ts',
  steps: [
    { id: 'open', done: { opened: true } },
    { id: 'start', to: { entry: true }, done: { stop: { reason: 'entry' } } },
    {
      id: 'lost',
      to: { breakOn: { packetSent: 'syn' } },
      show: 'packets',
      done: { stop: { reason: 'packetSent', under: ['tcp_connect'] } },
    },
    {
      id: 'again',
      to: { breakOn: { retransmission: '' } },
      show: 'sequence',
      done: { stop: { reason: 'retransmission', under: ['tcp_retransmit_timer'] } },
    },
    {
      id: 'answered',
      to: { breakOn: { transition: 'SYN_SENT -> ESTABLISHED' } },
      show: 'sequence',
      done: { stop: { label: 'SYN_SENT → ESTABLISHED' } },
    },
    { id: 'end', to: { end: true }, show: 'sequence', done: { ended: true } },
  ],
  question: {
    ask: message(
      'Which function runs when the wait is over, and has the SYN sent again? Add a function breakpoint (+ in the Breakpoints view) and press F5. Its name begins with tcp_ and ends with timer.',
    ),
    answers: [
      {
        stop: { in: ['tcp_retransmit_timer', 'tcp_write_timer_handler', 'tcp_write_timer'] },
        right: true,
        say: message(
          'Yes: the timer that was set when the SYN was sent has run out. Nobody has acknowledged the SYN, so it is sent again, and the next wait will be twice as long.',
        ),
      },
      {
        stop: { in: ['tcp_retransmit_skb', '__tcp_retransmit_skb'] },
        right: false,
        say: message('Almost: this sends it again. Look in the call stack for who decided that.'),
      },
      {
        stop: { in: ['tcp_connect', 'tcp_v4_connect', '__tcp_transmit_skb', 'tcp_transmit_skb'] },
        right: false,
        say: message(
          'This stop shows the first SYN: connect() sends it, and no time has passed. Look for what runs a second later.',
        ),
      },
    ],
    otherwise: message(
      'Not here. It is a timer, so the call stack at the right stop has no process in it, only the softirq.',
    ),
  },
};

const TIME_WAIT: Lesson = {
  id: 'timeWait',
  title: message('TIME_WAIT and why it is there'),
  sample: 'time-wait.ts',
  steps: [
    { id: 'open', done: { opened: true } },
    { id: 'start', to: { entry: true }, done: { stop: { reason: 'entry' } } },
    {
      id: 'closes',
      to: { breakOn: { transition: 'ESTABLISHED -> FIN_WAIT1' } },
      show: 'states',
      done: { stop: { label: 'ESTABLISHED → FIN_WAIT1' } },
    },
    {
      id: 'waits',
      to: { function: 'tcp_time_wait' },
      show: 'states',
      done: { stop: { in: ['tcp_time_wait'] } },
    },
    {
      id: 'refused',
      to: { breakOn: { syscallExit: 'name == bind && failed' } },
      show: 'sockets',
      done: { stop: { reason: 'syscallExit' } },
    },
    { id: 'end', to: { end: true }, show: 'sequence', done: { ended: true } },
  ],
  question: {
    ask: message(
      'Which function ends TIME_WAIT, a minute later? Add a function breakpoint (+ in the Breakpoints view) and press F5. Its name begins with tw_.',
    ),
    answers: [
      {
        stop: { in: ['tw_timer_handler', 'inet_twsk_kill'] },
        right: true,
        say: message(
          'Yes: its timer has run out. Look at the clock in the status bar: a minute has passed, and the port is free again.',
        ),
      },
      {
        stop: {
          in: [
            'tcp_time_wait',
            'inet_twsk_alloc',
            'inet_twsk_hashdance',
            'inet_twsk_schedule',
            '__inet_twsk_schedule',
          ],
        },
        right: false,
        say: message(
          'TIME_WAIT begins here: the clock in the status bar has hardly moved. Look for the timer that ends it.',
        ),
      },
      {
        stop: { in: ['tcp_timewait_state_process'] },
        right: false,
        say: message(
          'This looks at a packet that has come for a connection in TIME_WAIT. What ends it is a timer.',
        ),
      },
    ],
    otherwise: message(
      'Not here. Look for a stop at which the clock in the status bar says that a minute has passed.',
    ),
  },
};

const NIC: Lesson = {
  id: 'nic',
  title: message("A packet's way through a NIC"),
  sample: 'echo.ts',
  steps: [
    { id: 'open', done: { opened: true } },
    { id: 'start', to: { entry: true }, done: { stop: { reason: 'entry' } } },
    {
      id: 'driver',
      to: { function: 'vnic_xmit' },
      show: 'interfaces',
      done: { stop: { in: ['vnic_xmit'] } },
    },
    {
      id: 'interrupt',
      to: { function: 'vnic_intr' },
      show: 'interfaces',
      done: { stop: { in: ['vnic_intr'] } },
    },
    {
      id: 'poll',
      to: { function: 'vnic_clean_rx_irq' },
      show: 'interfaces',
      done: { stop: { in: ['vnic_clean_rx_irq'] } },
    },
    {
      id: 'received',
      to: { function: 'tcp_v4_rcv' },
      show: 'packets',
      done: { stop: { in: ['tcp_v4_rcv'] } },
    },
    { id: 'end', to: { end: true }, show: 'packets', done: { ended: true } },
  ],
  question: {
    ask: message(
      'In which function does the driver tell the hardware that there is something to send? Add a function breakpoint (+ in the Breakpoints view) and press F5. It is in drivers/net/vnic/tx.ts, and its name begins with vnic_tx_.',
    ),
    answers: [
      {
        stop: { in: ['vnic_tx_queue'] },
        right: true,
        say: message(
          'Yes: the descriptors are written, and now the tail register is, too: the doorbell. From here on the hardware reads them by itself.',
        ),
      },
      {
        stop: { in: ['vnic_tx_map'] },
        right: false,
        say: message(
          'Almost: here descriptors are filled with addresses and lengths. The hardware does not look at them until it is told.',
        ),
      },
      {
        stop: { in: ['vnic_xmit'] },
        right: false,
        say: message(
          'Here the driver gets the packet from the kernel. It has not told the hardware yet: step over its lines.',
        ),
      },
      {
        stop: { in: ['vnic_clean_tx_irq', 'vnic_intr', 'vnic_poll'] },
        right: false,
        say: message('This comes later: the hardware has done something, and the driver hears of it.'),
      },
    ],
    otherwise: message('Not here. Follow the packet down from vnic_xmit, by F11.'),
  },
};

const FORTY_MS: Lesson = {
  id: 'fortyMs',
  title: message('Where 40 ms go'),
  sample: 'small-writes.ts',
  steps: [
    { id: 'open', done: { opened: true } },
    { id: 'start', to: { entry: true }, done: { stop: { reason: 'entry' } } },
    {
      id: 'nagle',
      to: { function: 'tcp_nagle_test' },
      show: 'sockets',
      done: { stop: { in: ['tcp_nagle_test'] } },
    },
    {
      id: 'delayedAck',
      to: { function: 'tcp_delack_timer' },
      show: 'sequence',
      done: { stop: { in: ['tcp_delack_timer'] } },
    },
    { id: 'end', to: { end: true }, show: 'sequence', done: { ended: true } },
  ],
  question: {
    ask: message(
      'Which function sends the ACK at last? Add a function breakpoint (+ in the Breakpoints view), and press F5 until the clock in the status bar says 0.041 s. Its name begins with tcp_send_.',
    ),
    answers: [
      {
        stop: { in: ['tcp_send_ack', '__tcp_send_ack'], under: ['tcp_delack_timer'] },
        right: true,
        say: message(
          'Yes: the timer of the delayed ACK has run out, and the ACK goes alone. When it arrives, Nagle’s algorithm lets the second piece go.',
        ),
      },
      {
        stop: { in: ['tcp_send_ack', '__tcp_send_ack'] },
        right: false,
        say: message(
          'The right function, too early: a new connection acknowledges at once (quick ACKs), so its first request is fast. Press F5 until the timer of the delayed ACK calls it.',
        ),
      },
      {
        stop: { in: ['tcp_delack_timer', 'tcp_delack_timer_handler'] },
        right: false,
        say: message(
          'Almost: the timer has run out here. Step on to the function that it calls to send the ACK.',
        ),
      },
    ],
    otherwise: message(
      'Not here. An ACK that goes alone is 66 bytes long in the Packets panel: look at the code that sent it.',
    ),
  },
};

/** No two have the same sample. */
export const LESSONS: readonly Lesson[] = [HANDSHAKE, QUEUES, RETRANSMISSION, TIME_WAIT, NIC, FORTY_MS];
