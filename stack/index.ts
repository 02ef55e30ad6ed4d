/** The stack's public interface for the debug adapter, the command line, tests and benchmarks. */
export { boot, boot_machine } from './boot.ts';
export type { CapturePort, CaptureSink } from './capture/capture.ts';
export { PcapngWriter } from './capture/pcapng.ts';
export {
  ConfigError,
  DEFAULT_NIC,
  parseConfig,
  type MachineConfig,
  type NicConfig,
  type UdpConfig,
  type WorldConfig,
} from './config.ts';
export type { Machine } from './machine.ts';
export { machine_stop, type StopReason } from './trace/stop.ts';
export { TRACEPOINT_NAMES, type TracepointArgs, type TracepointName } from './trace/table.ts';
export type { TraceHit } from './trace/tracer.ts';
export { SystemError } from './user/errors.ts';
export { installConsole } from './user/globals.ts';
export { createLibrary } from './user/library.ts';
export type { ForwardedPort } from './gateway/host_side.ts';
export { parsePorts } from './gateway/ports.ts';
export { loadPrograms } from './programs.ts';
export { runProgram, type Program, type ProgramSpec, type RunResult } from './user/program.ts';
export { ProgramError, type SourcePlace } from './user/program_error.ts';
export { spawn_process } from './user/process.ts';
export { EthernetWire } from './wire/ethernet.ts';
export { type Cable, ExternalWire } from './wire/external.ts';
export { frame_bytes, type wire_frame } from './wire/frame.ts';
export { ReplayError, type Input, type InputEntry } from './world/inputs.ts';
export { run_world } from './world/run.ts';
export { World } from './world/world.ts';
