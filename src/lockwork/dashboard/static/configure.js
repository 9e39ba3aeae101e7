// Forms of components and stacks: references completed as they are typed, values hidden, rows added.
// Without it the same forms are typed in by hand.

const TYPED = /\{\{[ \t]*([A-Za-z0-9_-]*(?:\.[A-Za-z0-9_.-]*)?)$/;
const OFFERED = `${location.pathname.split("/").slice(0, 3).join("/")}/references`;
let lists = 0;

class Completion {
  constructor(field) {
    this.field = field;
    this.asked = 0;
    this.list = document.createElement("ul");
    this.list.id = `references-${++lists}`;
    this.list.className = "offers";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "References");
    this.list.hidden = true;
    (field.closest("label") ?? field).after(this.list);
    const said = { role: "combobox", "aria-autocomplete": "list", "aria-haspopup": "listbox", "aria-expanded": "false", "aria-controls": this.list.id };
    for (const [name, text] of Object.entries(said)) field.setAttribute(name, text);
    field.addEventListener("input", () => this.follow());
    field.addEventListener("click", () => this.follow());
    field.addEventListener("blur", () => this.close());
    field.addEventListener("keydown", (event) => this.press(event));
    // Before the field loses the focus, so that a click chooses.
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[data-reference]");
      if (option) this.choose(option);
    });
  }

  get typed() {
    return TYPED.exec(this.field.value.slice(0, this.field.selectionStart));
  }

  get options() {
    return [...this.list.querySelectorAll("[data-reference]")];
  }

  get active() {
    return this.list.querySelector("[aria-selected=true]");
  }

  async follow() {
    const typed = this.typed, mine = ++this.asked;
    if (!typed) return this.close();
    const answer = await fetch(`${OFFERED}?${new URLSearchParams({ q: typed[1] })}`);
    const offered = answer.ok ? await answer.json() : [];
    if (mine === this.asked && answer.ok) this.show(offered); // else more was typed, or the field left, meanwhile
  }

  show(offered) {
    this.list.replaceChildren(...(offered.length ? offered.map((one, nth) => this.option(one, nth)) : [none()]));
    this.list.hidden = false;
    this.field.setAttribute("aria-expanded", "true");
    this.mark(this.options[0]);
  }

  option({ reference, scope }, nth) {
    const option = document.createElement("li");
    option.id = `${this.list.id}-${nth}`;
    option.setAttribute("role", "option");
    option.dataset.reference = reference;
    const code = document.createElement("code"), where = document.createElement("span");
    code.textContent = reference;
    where.className = "quiet small";
    where.textContent = scope === "user" ? "only me" : scope;
    option.append(code, where);
    return option;
  }

  mark(option) {
    this.active?.setAttribute("aria-selected", "false");
    if (!option) return this.field.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    this.field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  choose(option) {
    const { value, selectionStart: caret } = this.field, start = caret - this.typed[0].length;
    const rest = value.slice(caret).replace(/^[A-Za-z0-9_.-]*[ \t]*\}\}/, "");
    this.field.value = value.slice(0, start) + option.dataset.reference + rest;
    const end = start + option.dataset.reference.length;
    this.field.setSelectionRange(end, end);
    this.close();
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  press(event) {
    if (this.list.hidden) {
      if (event.key === "ArrowDown" && this.typed) { event.preventDefault(); this.follow(); }
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key], { options, active } = this;
    if (step && options.length) {
      this.mark(options[(options.indexOf(active) + step + options.length) % options.length]);
    } else if (event.key === "Enter" && active) {
      this.choose(active);
    } else if (event.key === "Escape") {
      this.close();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  close() {
    this.asked++;
    this.list.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
  }
}

function none() {
  const option = document.createElement("li");
  option.setAttribute("role", "option");
  option.setAttribute("aria-disabled", "true");
  option.className = "quiet small";
  option.textContent = "No such secret yet: it can be registered later";
  return option;
}

// What is typed is hidden, but for a reference, which is no secret.
function hide(field) {
  const follow = () => field.classList.toggle("masked", !field.value.trimStart().startsWith("{"));
  field.addEventListener("input", follow);
  follow();
}

// A field that looks like one line: Enter sends the form, and does not put a line end into a value.
function send(field) {
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.defaultPrevented || event.isComposing) return;
    event.preventDefault();
    field.form.requestSubmit();
  });
}

// What is wrong with one attribute is told at its field, and one comes to it; all else where it stood at first.
function point(problem, home) {
  const form = problem.closest("form"), told = problem.textContent;
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  if (problem.hidden) return;
  const field = [...form.querySelectorAll("[name^='a.']")].find(({ name }) => told.startsWith(`${name.slice(2)} `) || told.includes(`'${name.slice(2)}'`));
  if (!field) return home.before(problem);
  field.closest(".field").append(problem);
  field.setAttribute("aria-invalid", "true");
  field.focus();
}

function prepare(place) {
  for (const field of place.querySelectorAll("[data-references]")) new Completion(field);
  for (const field of place.querySelectorAll("[data-hidden]")) hide(field);
  for (const field of place.querySelectorAll("textarea.line")) send(field);
}

for (const group of document.querySelectorAll("[data-more-rows]")) {
  const blank = group.querySelector("[data-row]:last-of-type").cloneNode(true);
  for (const field of blank.querySelectorAll("input, textarea")) field.value = "";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button small";
  button.textContent = "Add a row";
  button.addEventListener("click", () => {
    const row = blank.cloneNode(true);
    button.before(row);
    prepare(row);
    row.querySelector("input").focus();
  });
  group.append(button);
}
for (const problem of document.querySelectorAll("[data-problem]")) {
  const home = problem.nextElementSibling;
  new MutationObserver(() => point(problem, home)).observe(problem, { attributeFilter: ["hidden"] });
}
prepare(document);
