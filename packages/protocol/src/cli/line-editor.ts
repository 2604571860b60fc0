// A line that is typed key by key, in the terminal or in the window.

/** A line may have so many characters: what a text may carry at four bytes each. */
const maxCharacters = 1_000;

/** A line as it is typed. Its end is where it is edited. */
export class LineEditor {
  #characters: string[] = [];

  /** What was typed so far. */
  get text(): string {
    return this.#characters.join("");
  }

  /** Takes a key: a character, "Space", "Backspace", "DeleteWord", "DeleteLine". Others do nothing. */
  press(key: string): void {
    if (key === "Backspace") this.#characters.pop();
    else if (key === "DeleteLine") this.#characters = [];
    else if (key === "DeleteWord") this.#characters = [...this.text.replace(/\S+\s*$/u, "")];
    else if (key === "Space") this.#add(" ");
    else if ([...key].length === 1 && !/\p{Cc}/u.test(key)) this.#add(key);
  }

  #add(character: string): void {
    if (this.#characters.length < maxCharacters) this.#characters.push(character);
  }
}
