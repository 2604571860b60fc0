// The secret with which a session's own two ends find each other again after a loss.
import { type Credential, deriveCredential } from "../transport/credential.ts";
import type { SecureChannel } from "../transport/secure-channel.ts";

const resumeLabel = "EXPORTER-svc1-resume";

/** The credential to resume the session that this channel begins; the same at both ends. */
export function resumeCredential(channel: SecureChannel): Credential {
  return deriveCredential(channel.exportKey(resumeLabel));
}
