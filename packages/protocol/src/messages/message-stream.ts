// The parser of wire/ with the rules of the messages: what a connection and an engine pipe read their bytes with.
import { MessageParser } from "../wire/message-parser.ts";
import { headerRules, type MessageScope } from "./message.ts";

/** A parser that refuses, at its header, every message that may not be read here. */
export function createMessageParser(scope: MessageScope): MessageParser {
  return new MessageParser(headerRules(scope));
}
