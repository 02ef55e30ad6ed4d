/** The adapter's capabilities: the response to the initialize request. */
import { say, type Translate } from '../../language/message.ts';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { FILTERS, UNCAUGHT_FILTER } from '../filters/all.ts';

export const capabilities = (t: Translate): DebugProtocol.Capabilities => ({
  supportsConfigurationDoneRequest: true,
  supportsConditionalBreakpoints: true,
  supportsHitConditionalBreakpoints: true,
  supportsLogPoints: true,
  supportsFunctionBreakpoints: true,
  supportsDataBreakpoints: true,
  supportsExceptionFilterOptions: true,
  supportsExceptionInfoRequest: true,
  supportsSetVariable: true,
  supportsSetExpression: true,
  supportsCancelRequest: true,
  supportsReadMemoryRequest: true,
  supportsWriteMemoryRequest: true,
  supportsEvaluateForHovers: true,
  supportsCompletionsRequest: true,
  completionTriggerCharacters: ['.', '['],
  supportsStepInTargetsRequest: true,
  supportsStepBack: true,
  supportsRestartFrame: true,
  supportsRestartRequest: true,
  supportsTerminateRequest: true,
  supportsLoadedSourcesRequest: true,
  supportsBreakpointLocationsRequest: true,
  supportsDelayedStackTraceLoading: true,
  supportsClipboardContext: true,
  supportTerminateDebuggee: true,
  exceptionBreakpointFilters: [
    // The most common filters. The others are chosen with `sockscope/breakOn`, or set by clients that know
    // their ids.
    ...FILTERS.filter(({ isListed }) => isListed).map(({ id, label, description, placeholder }) => ({
      filter: id,
      label: say(t, label),
      description: say(t, description),
      default: false,
      supportsCondition: true,
      conditionDescription: say(t, placeholder),
    })),
    {
      filter: UNCAUGHT_FILTER,
      label: t('Uncaught errors'),
      description: t('Stop when a process throws an error that it does not catch.'),
      default: true,
    },
  ],
});
