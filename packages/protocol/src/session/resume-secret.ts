// The secrets that a session's own two ends keep of its first channel: one to find each other again after a loss, one for the next call.
import { type Credential, deriveCredential } from "../transport/credential.ts";
import type { SecureChannel } from "../transport/secure-channel.ts";

const resumeLabel = "EXPORTER-svc1-resume";
const contactLabel = "EXPORTER-svc1-contact";

/** The credential to resume the session that this channel begins; the same at both ends. */
export function resumeCredential(channel: SecureChannel): Credential {
  return deriveCredential(channel.exportKey(resumeLabel));
}

/** The secret that two ends who want to know each other again keep, 32 bytes; of the channel that began their session, the same at both ends. */
export function contactSecret(channel: SecureChannel): Buffer {
  return channel.exportKey(contactLabel);
}
