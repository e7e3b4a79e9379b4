/** The messages in the inbox: the headers of a delivery that does not verify may belong to one of them. */
import { CliError } from '../../errors.ts';
import type { KnownMessage } from '../../webhooks/diagnosis/model.ts';
import { headersOf } from '../../webhooks/forward-headers.ts';
import type { Inbox } from '../../state/inbox.ts';
import { readSignatureHeaders } from '../../webhooks/signature-headers.ts';

/** The `most` latest; none where the inbox cannot be read, which others tell of. */
export async function receivedMessages(inbox: Inbox, most: number): Promise<readonly KnownMessage[]> {
  const messages: KnownMessage[] = [];
  try {
    for (const { id } of await inbox.list({ limit: most })) {
      for (const { headers, body } of await inbox.find(id)) {
        const reading = readSignatureHeaders(headersOf(headers));
        if (reading.ok) messages.push({ ...reading.headers, body, from: 'the inbox' });
      }
    }
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
  }
  return messages;
}
