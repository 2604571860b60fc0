// The texts of one session, as far as both ends want them: what comes is told with its writer's name, and none is sent to an end that
// shows them to nobody.
import { chatFeature } from "../messages/features.ts";
import type { Session } from "./session.ts";
import type { TextFate } from "./text-log.ts";

/** What became of a text: `unwanted`: one of the two ends takes none. */
export type TextOutcome = TextFate | "unwanted";

/** A text that came. */
export interface ReceivedText {
  /** Its writer's. */
  readonly name: string;
  /** Clean; lines are possible. */
  readonly text: string;
}

/** The texts of a session. */
export class SessionChat {
  readonly #session: Session;
  readonly #isWanted: boolean;
  #other = { name: "", wants: true };

  /** @param isWanted whether this end wants texts; its capabilities say so with `chatFeature` */
  constructor(session: Session, isWanted: boolean, onText: (text: ReceivedText) => void) {
    this.#session = session;
    this.#isWanted = isWanted;
    session.on("live", ({ peer }) => (this.#other = { name: peer.name, wants: peer.features.includes(chatFeature) }));
    session.on("text", ({ text }) => {
      if (isWanted) onText({ name: this.#other.name, text });
    });
  }

  /** Sends a text, see {@link Session.sendText}; says what became of it. */
  send(text: string): Promise<TextOutcome> {
    return this.#isWanted && this.#other.wants ? this.#session.sendText(text) : Promise.resolve("unwanted");
  }
}
