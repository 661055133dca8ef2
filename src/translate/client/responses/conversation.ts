import type { AssistantContent, Message, ToolContent, ToolOutput } from '../fields.ts';

export type ReasoningPart = Extract<AssistantContent[number], { readonly type: 'reasoning' }>;

/** Items are smaller than messages: the items of the model's turn become one message, and so do successive results. */
export class Conversation {
  readonly messages: Message[] = [];
  /** Of the tools called so far, by the ids of the calls. */
  readonly #names = new Map<string, string>();
  /** Ids of calls that a vendor's servers answered: their outputs go with them. */
  readonly #vendorCalls = new Set<string>();
  /** Items that mean nothing to other providers, by their types. */
  readonly dropped = new Set<string>();
  /** Reasoning without text: its state belongs to the call behind it, where there is one. */
  #stateOnly: ReasoningPart | undefined;

  add(message: Message): void {
    this.#flushStateOnly();
    this.messages.push(message);
  }

  addReasoning(part: ReasoningPart): void {
    this.#flushStateOnly();
    // Only OpenAI could decrypt it.
    if (part.text === '' && part.providerOptions === undefined) return;
    if (part.text === '' && part.providerOptions?.['google'] !== undefined) this.#stateOnly = part;
    else this.addAssistantPart(part);
  }

  addAssistantPart(part: AssistantContent[number]): void {
    this.#flushStateOnly();
    const last = this.messages.at(-1);
    if (last?.role === 'assistant') last.content.push(part);
    else this.messages.push({ role: 'assistant', content: [part] });
  }

  addCall(toolCallId: string, toolName: string, input: unknown): void {
    this.#names.set(toolCallId, toolName);
    const { providerOptions } = this.#stateOnly ?? {};
    this.#stateOnly = undefined;
    this.addAssistantPart({
      type: 'tool-call',
      toolCallId,
      toolName,
      input,
      ...(providerOptions !== undefined && { providerOptions }),
    });
  }

  /** @param itemType - of the output, where it is that of a call that a vendor's servers answered */
  addResult(toolCallId: string, output: ToolOutput, itemType: string): void {
    if (this.#vendorCalls.has(toolCallId)) {
      this.drop(itemType);
      return;
    }
    this.#flushStateOnly();
    const toolName = this.#names.get(toolCallId) ?? 'unknown';
    const part: ToolContent[number] = { type: 'tool-result', toolCallId, toolName, output };
    const last = this.messages.at(-1);
    if (last?.role === 'tool') last.content.push(part);
    else this.messages.push({ role: 'tool', content: [part] });
  }

  /** Leaves out an item of what a vendor's servers did. @param callId - of a call whose output may follow */
  drop(itemType: string, callId?: string): void {
    this.dropped.add(`input.${itemType}`);
    if (callId !== undefined) this.#vendorCalls.add(callId);
  }

  #flushStateOnly(): void {
    const part = this.#stateOnly;
    this.#stateOnly = undefined;
    if (part !== undefined) this.addAssistantPart(part);
  }
}
