// A secret's name, looked at as it is typed: whether it is one, whether it is taken, what it would hide.

const checks = new WeakMap();

class Naming {
  constructor(field) {
    this.field = field;
    this.form = field.closest("form");
    this.input = field.querySelector("input");
    this.says = field.querySelector(".says");
    this.asked = 0;
    const later = () => { clearTimeout(this.waiting); this.waiting = setTimeout(() => this.look(), 150); };
    this.input.addEventListener("input", later);
    for (const scope of this.scopes()) scope.addEventListener("change", () => this.look());
    if (this.input.value && !field.dataset.of) this.look(); // a secret's present name says nothing new
  }

  scopes() {
    return [...this.form.querySelectorAll("input[name=scope]")];
  }

  // Whether it may be called so; the server decides in the end, so what cannot be asked is no obstacle.
  async look() {
    clearTimeout(this.waiting);
    const mine = ++this.asked, name = this.input.value.trim();
    if (!name) return this.tell("", "");
    const scope = this.field.dataset.scope || this.scopes().find((one) => one.checked)?.value || "workspace";
    const query = new URLSearchParams({ name, scope, of: this.field.dataset.of });
    let told;
    try {
      // A name that cannot be is no failure of the request, so it is answered as a success.
      told = await (await fetch(`${this.field.dataset.nameCheck}?${query}`, { headers: { accept: "application/json" } })).json();
    } catch {
      return true;
    }
    if (mine !== this.asked) return !told.problem;
    if (told.problem) return this.tell("bad", [told.problem, told.hint].filter(Boolean).join(": "));
    return this.tell(told.note ? "warn" : "good", told.note || told.free || "");
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
  if (!naming.input.value.trim()) return naming.tell("bad", "a secret needs a name");
  return naming.look();
}

export const unsay = (form) => checks.get(form).tell("", "");
