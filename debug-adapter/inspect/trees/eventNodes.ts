/** epoll and eventfd descriptors as nodes: what is watched, what is ready, and which tasks wait. */
import { message } from '../../../language/message.ts';
import { type epitem, eventpoll } from '../../../stack/include/linux/eventpoll.ts';
import { eventfd_ctx } from '../../../stack/include/linux/eventfd.ts';
import type { file } from '../../../stack/include/linux/fs.ts';
import type { Describer } from '../describe.ts';
import {
  epollText,
  eventfdText,
  eventsText,
  isReady,
  itemsOf,
  waitersText,
  watchedText,
} from '../presenters/events.ts';
import { itemNode, limited, type ObjectIds, type TreeNode } from './node.ts';

/** The file of an epoll descriptor or an eventfd. */
type EventFile = file & { private_data: eventpoll | eventfd_ctx };

export function isEventFile(opened: file): opened is EventFile {
  return opened.private_data instanceof eventpoll || opened.private_data instanceof eventfd_ctx;
}

export class EventNodes {
  readonly #describer: Describer;
  readonly #ids: ObjectIds;

  constructor(describer: Describer, ids: ObjectIds) {
    this.#describer = describer;
    this.#ids = ids;
  }

  node({ private_data: kind }: EventFile, fd: number): TreeNode {
    return kind instanceof eventpoll ? this.#epoll(kind, fd) : this.#eventfd(kind, fd);
  }

  #epoll(ep: eventpoll, fd: number): TreeNode {
    return {
      key: `epoll:${this.#ids.of(ep)}`,
      label: `fd ${fd} epoll`,
      description: epollText(ep),
      tooltip: [epollText(ep), `epoll_wait(): ${waitersText(ep.wq)}`],
      icon: 'eye',
      context: ['copyable'],
      value: epollText(ep),
      children: () => [
        {
          key: 'epoll_wait',
          label: 'epoll_wait()',
          description: waitersText(ep.wq),
          tooltip: message('wq: tasks that sleep until one of the descriptors is ready.'),
          icon: 'watch',
        },
        ...limited(itemsOf(ep).map((epi) => this.#item(epi))),
        this.#struct('eventpoll', ep),
      ],
    };
  }
  #item(epi: epitem): TreeNode {
    const { ffd, event } = epi;
    const ready = isReady(epi) ? ' · ready' : '';
    return {
      key: `item:${this.#ids.of(epi)}`,
      label: `fd ${ffd.fd} ${watchedText(ffd.file)}`,
      description: `${eventsText(event.events)}${ready}`,
      tooltip: [
        message('watched for {0}; EPOLLERR and EPOLLHUP are always reported', eventsText(event.events)),
        `data ${this.#describer.text(event.data)}`,
        ready === ''
          ? message('not on the ready list (rdllist)')
          : message('on the ready list (rdllist): epoll_wait() asks the file for its events'),
      ],
      icon: ready === '' ? 'bell' : 'bell-dot',
      children: () => this.#describer.node(epi)!.items(0, 100).map(itemNode),
    };
  }
  #eventfd(ctx: eventfd_ctx, fd: number): TreeNode {
    return {
      key: `eventfd:${this.#ids.of(ctx)}`,
      label: `fd ${fd} eventfd`,
      description: eventfdText(ctx),
      tooltip: [eventfdText(ctx), `wqh: ${waitersText(ctx.wqh)}`],
      icon: 'symbol-event',
      context: ['copyable'],
      value: String(ctx.count),
      children: () => this.#describer.node(ctx)!.items(0, 100).map(itemNode),
    };
  }
  #struct(name: string, value: object): TreeNode {
    return {
      key: 'struct',
      label: `struct ${name}`,
      tooltip: message('Every field of it'),
      icon: 'symbol-structure',
      children: () => this.#describer.ownFields(value).map(itemNode),
    };
  }
}
