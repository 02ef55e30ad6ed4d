/** Loadable modules, to which sockets hold references. @linux include/linux/module.h */
export const MODULE_STATE_LIVE = 0;
export const MODULE_STATE_COMING = 1;
export const MODULE_STATE_GOING = 2;

export class module {
  name: string;
  state = MODULE_STATE_LIVE;
  /** The number of users: the module cannot be unloaded while it is not 0. */
  refcnt = 0;
  constructor(name: string) {
    this.name = name;
  }
}
