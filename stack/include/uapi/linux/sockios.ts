/** ioctl commands of sockets. @linux include/uapi/linux/sockios.h, include/uapi/asm-generic/ioctls.h */

export const FIONBIO = 0x5421;

/** The number of readable bytes (FIONREAD). */
export const SIOCINQ = 0x541b;
/** Bytes unsent or unacknowledged (TIOCOUTQ). */
export const SIOCOUTQ = 0x5411;
/** Whether the next byte is the urgent byte. */
export const SIOCATMARK = 0x8905;
/** Bytes never sent. */
export const SIOCOUTQNSD = 0x894b;
