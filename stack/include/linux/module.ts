/** Loadable modules, as far as sockets hold on to them. @linux include/linux/module.h */
export const MODULE_STATE_LIVE = 0;
export const MODULE_STATE_COMING = 1;
export const MODULE_STATE_GOING = 2;

export class module {
  name: string;
  state = MODULE_STATE_LIVE;
  /** How many users it has: it can't be unloaded while this is not 0. */
  refcnt = 0;
  constructor(name: string) {
    this.name = name;
  }
}
