/**
 * File open flags and fcntl() commands.
 *
 * @linux include/uapi/asm-generic/fcntl.h, include/uapi/linux/fcntl.h
 */

export const O_RDONLY = 0;
export const O_WRONLY = 1;
export const O_RDWR = 2;
/** Mask of the three access modes above. */
export const O_ACCMODE = 3;

export const F_DUPFD = 0;
export const F_GETFD = 1;
export const F_SETFD = 2;
export const F_GETFL = 3;
export const F_SETFL = 4;
export const F_DUPFD_CLOEXEC = 1030;
/** exec() closes the descriptor. */
export const FD_CLOEXEC = 1;
