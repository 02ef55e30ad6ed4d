/** ioctl commands of sockets. @linux include/uapi/linux/sockios.h, include/uapi/asm-generic/ioctls.h */

export const FIONBIO = 0x5421;

/** Bytes that can be read (FIONREAD). */
export const SIOCINQ = 0x541b;
/** Bytes not sent, or sent and not acknowledged (TIOCOUTQ). */
export const SIOCOUTQ = 0x5411;
/** Is the next byte the urgent one? */
export const SIOCATMARK = 0x8905;
/** Bytes not sent even once. */
export const SIOCOUTQNSD = 0x894b;
