import { startInboxChild, type InboxProcess } from '../inbox-process.ts';

/** A process of its own on the inbox in a folder. */
export function startInboxProcess(folder: string): Promise<InboxProcess> {
  return startInboxChild(new URL('inbox-child.ts', import.meta.url), folder);
}
