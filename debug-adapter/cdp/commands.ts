/** Types for the part of the Chrome DevTools Protocol that this adapter uses. */
import type { Debugger, Profiler, Runtime } from 'node:inspector';

interface Command<Params, Result> {
  params: Params;
  result: Result;
}
type Nothing = Record<string, never>;

/** `node:inspector` types only the stable protocol; V8 accepts more. */
interface EvaluateParameters extends Runtime.EvaluateParameterType {
  throwOnSideEffect?: boolean;
  disableBreaks?: boolean;
}

/** Every command with its parameters and its result. */
export interface CdpCommands {
  'Runtime.enable': Command<Nothing, Nothing>;
  'Runtime.runIfWaitingForDebugger': Command<Nothing, Nothing>;
  'Runtime.evaluate': Command<EvaluateParameters, Runtime.EvaluateReturnType>;
  'Runtime.callFunctionOn': Command<Runtime.CallFunctionOnParameterType, Runtime.CallFunctionOnReturnType>;
  'Runtime.getProperties': Command<Runtime.GetPropertiesParameterType, Runtime.GetPropertiesReturnType>;
  'Runtime.getHeapUsage': Command<Nothing, { usedSize: number }>;
  'Runtime.releaseObjectGroup': Command<Runtime.ReleaseObjectGroupParameterType, Nothing>;
  'Debugger.enable': Command<Nothing, Debugger.EnableReturnType>;
  'Debugger.disable': Command<Nothing, Nothing>;
  'Debugger.pause': Command<Nothing, Nothing>;
  'Debugger.resume': Command<Nothing, Nothing>;
  'Debugger.stepOver': Command<Nothing, Nothing>;
  'Debugger.stepInto': Command<Nothing, Nothing>;
  'Debugger.stepOut': Command<Nothing, Nothing>;
  'Debugger.setBlackboxPatterns': Command<Debugger.SetBlackboxPatternsParameterType, Nothing>;
  'Debugger.setPauseOnExceptions': Command<Debugger.SetPauseOnExceptionsParameterType, Nothing>;
  'Debugger.setSkipAllPauses': Command<Debugger.SetSkipAllPausesParameterType, Nothing>;
  'Debugger.setBreakpointsActive': Command<Debugger.SetBreakpointsActiveParameterType, Nothing>;
  'Debugger.setBreakpointByUrl': Command<
    Debugger.SetBreakpointByUrlParameterType,
    Debugger.SetBreakpointByUrlReturnType
  >;
  'Debugger.setBreakpoint': Command<Debugger.SetBreakpointParameterType, Debugger.SetBreakpointReturnType>;
  'Debugger.removeBreakpoint': Command<Debugger.RemoveBreakpointParameterType, Nothing>;
  'Debugger.getPossibleBreakpoints': Command<
    Debugger.GetPossibleBreakpointsParameterType,
    Debugger.GetPossibleBreakpointsReturnType
  >;
  'Debugger.getScriptSource': Command<
    Debugger.GetScriptSourceParameterType,
    Debugger.GetScriptSourceReturnType
  >;
  'Debugger.evaluateOnCallFrame': Command<
    Debugger.EvaluateOnCallFrameParameterType,
    Debugger.EvaluateOnCallFrameReturnType
  >;
  'Debugger.setVariableValue': Command<Debugger.SetVariableValueParameterType, Nothing>;
  'HeapProfiler.collectGarbage': Command<Nothing, Nothing>;
  'Profiler.enable': Command<Nothing, Nothing>;
  'Profiler.disable': Command<Nothing, Nothing>;
  'Profiler.startPreciseCoverage': Command<Profiler.StartPreciseCoverageParameterType, unknown>;
  'Profiler.takePreciseCoverage': Command<Nothing, Profiler.TakePreciseCoverageReturnType>;
  'Profiler.stopPreciseCoverage': Command<Nothing, Nothing>;
}
export type CdpCommand = keyof CdpCommands;

/** Every event that the adapter listens to. */
export interface CdpEvents {
  'Debugger.paused': Debugger.PausedEventDataType;
  'Debugger.resumed': Nothing;
  'Debugger.scriptParsed': Debugger.ScriptParsedEventDataType;
  'Debugger.breakpointResolved': Debugger.BreakpointResolvedEventDataType;
}
export type CdpEvent = keyof CdpEvents;
