/** The stack's public face: what the debug adapter, the command line, tests and benchmarks use. */
export { boot } from './boot.ts';
export type { CaptureSink } from './capture/capture.ts';
export { pcapngHeader, pcapngPacket } from './capture/pcapng.ts';
export { ConfigError, DEFAULT_NIC, parseConfig, type MachineConfig, type NicConfig } from './config.ts';
export type { Machine } from './machine.ts';
export { machine_stop, type StopReason } from './trace/stop.ts';
export { TRACEPOINT_NAMES, type TracepointArgs, type TracepointName } from './trace/table.ts';
export type { TraceHit } from './trace/tracer.ts';
export { SystemError } from './user/errors.ts';
export { installGlobals } from './user/globals.ts';
export { createLibrary } from './user/library.ts';
export { loadProgram, ProgramError, runProgram, type Program, type RunResult } from './user/program.ts';
export { spawn_process } from './user/process.ts';
export { frame_bytes, type wire_frame } from './wire/frame.ts';
