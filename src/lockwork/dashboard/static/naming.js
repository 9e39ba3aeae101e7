// A secret's name, looked at as it is typed: whether it is one, whether it is taken, what it would hide.
import { wayIn } from "./send.js";
import { whileTyping } from "./typing.js";

const checks = new WeakMap();

class Naming {
  constructor(field) {
    this.field = field;
    this.form = field.closest("form");
    this.input = field.querySelector("input");
    this.says = field.querySelector(".says");
    this.look = whileTyping(this.input, () => this.ask(), (told) => this.show(told));
    for (const scope of this.scopes()) scope.addEventListener("change", this.look);
    if (this.input.value && !field.dataset.of) this.look(); // a secret's present name says nothing new
  }

  scopes() {
    return [...this.form.querySelectorAll("input[name=scope]")];
  }

  // What the server says of the name, which decides in the end: what cannot be asked is no obstacle.
  async ask() {
    const name = this.input.value.trim();
    if (!name) return {};
    const scope = this.field.dataset.scope || this.scopes().find((one) => one.checked)?.value || "workspace";
    const query = new URLSearchParams({ name, scope, of: this.field.dataset.of });
    try {
      // A name that cannot be is no failure of the request, so it is answered as a success.
      return await (await fetch(`${this.field.dataset.nameCheck}?${query}`, { headers: { accept: "application/json" } })).json();
    } catch {
      return null;
    }
  }

  show(told) {
    if (told.problem) this.tell("bad", [told.problem, !told.has_ended && told.hint].filter(Boolean).join(": "));
    else this.tell(told.note ? "warn" : "good", told.note || told.free || "");
    if (told.has_ended) this.says.append(" ", wayIn());
  }

  tell(kind, text) {
    this.says.className = `says ${kind}`;
    this.says.textContent = text;
    if (kind === "bad") this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
    return kind !== "bad";
  }
}

for (const field of document.querySelectorAll("[data-name-check]")) checks.set(field.closest("form"), new Naming(field));

// Whether the name of a form is one that can be given.
export async function nameFits(form) {
  const naming = checks.get(form);
  if (!naming.input.value.trim()) return naming.tell("bad", "A secret needs a name");
  return !(await naming.look())?.problem;
}

export const unsay = (form) => checks.get(form).tell("", "");
