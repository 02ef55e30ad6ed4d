/** All presenters: the first one that matches is used. */
import { presentDevice, presentNeighbour, presentSockaddr, presentTimer } from './device.ts';
import {
  presentEpitem,
  presentEpollEvent,
  presentEventfd,
  presentEventpoll,
  presentList,
  presentWaitEntry,
  presentWaitQueue,
} from './events.ts';
import { presentMachine, presentNet } from './machine.ts';
import type { Presenter } from './presenter.ts';
import { presentSkb, presentSkbQueue } from './skb.ts';
import { presentSock } from './sock.ts';
import { presentFile, presentLoop, presentSocket, presentTask, presentTimeout } from './task.ts';

const PRESENTERS = [
  presentSock,
  presentSkb,
  presentSkbQueue,
  presentSocket,
  presentTask,
  presentLoop,
  presentTimeout,
  presentFile,
  presentDevice,
  presentNeighbour,
  presentTimer,
  presentWaitQueue,
  presentWaitEntry,
  presentEventpoll,
  presentEpitem,
  presentEpollEvent,
  presentEventfd,
  presentList,
  presentMachine,
  presentNet,
  presentSockaddr,
] as unknown as readonly Presenter<object>[];

export function presenterOf(value: object): Presenter<object> | undefined {
  return PRESENTERS.find((presenter) => presenter.matches(value));
}
