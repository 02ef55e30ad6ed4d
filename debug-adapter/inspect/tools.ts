/** The name under which expressions reach the debugger's own helpers. */
export const TOOLS = '$sockscope';
