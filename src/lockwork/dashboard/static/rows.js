// Rows of key and value: added, removed, shown, filled from files and from a pasted mapping. All of them are sent
// as one field of JSON: a form would send the line ends of a value as CRLF, and a textarea keeps none at all.
import { AWAY, renewing, tell } from "./send.js";

const LARGEST = 1024 * 1024;
const MAPPING = /^\s*(?:[{#]|(?:export\s+)?[A-Za-z_][\w.-]*\s*(?:=|:\s))/;
const exact = new WeakMap(); // a field → the text that it stands for, where the field itself cannot hold it

export const rowsOf = (form) => [...form.querySelectorAll("[data-row]")];
export const keyOf = (row) => row.querySelector("[data-key]").value.trim();
export const valueOf = (row) => textOf(row.querySelector("textarea"));
const textOf = (field) => exact.get(field) ?? field.value;

export function setValue(row, text, whence = "") {
  const field = row.querySelector("textarea");
  field.value = text;
  exact.delete(field);
  if (field.value !== text) exact.set(field, text);
  const replace = row.querySelector("input[value=set]");
  if (replace) replace.checked = true;
  note(row, whence);
}

// What one should know of a value: where it came from, and what is easily overlooked in it.
export function note(row, whence = "") {
  const text = valueOf(row), said = [];
  if (whence) said.push(whence);
  if (text.startsWith("\ufeff")) said.push("begins with a byte order mark");
  if (/\r/.test(text)) said.push("keeps its CRLF line ends; editing it here makes them LF");
  const ends = /[\r\n]$/.test(text);
  if (ends) said.push("ends in a line break, the commonest cause of a refused password");
  const whole = said.join("; ");
  say(row, whole && `${whole[0].toUpperCase()}${whole.slice(1)}. `);
  if (ends) say(row).append(button("Drop the last line break", () => setValue(row, text.replace(/[\r\n]+$/, ""))));
}

function say(row, text) {
  const place = row.querySelector("[data-note]");
  if (text !== undefined) place.textContent = text;
  place.classList.remove("bad");
  return place;
}

function button(label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "link";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}

function refuse(row, text) {
  say(row, text).classList.add("bad");
}

async function textOfFile(file) {
  if (file.size > LARGEST * 8) throw new Error(`${file.name} is ${file.size.toLocaleString("en")} bytes: more than is read`);
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await file.arrayBuffer());
  } catch {
    throw new Error(`${file.name} is not UTF-8 text; encode other data first, for example with base64`);
  }
  if (text.includes("\0")) throw new Error(`${file.name} holds a NUL character, which cannot be stored; encode other data first, for example with base64`);
  return text;
}

async function take(row, file) {
  try {
    if (file.size > LARGEST) throw new Error(`${file.name} is ${file.size.toLocaleString("en")} bytes; at most ${LARGEST.toLocaleString("en")} are kept`);
    setValue(row, await textOfFile(file), `from ${file.name}, ${file.size.toLocaleString("en")} bytes`);
  } catch (failure) {
    refuse(row, failure.message);
  }
}

function pick(act) {
  const input = document.createElement("input");
  input.type = "file";
  input.addEventListener("change", () => { if (input.files.length) act(input.files[0]); });
  input.click();
}

function show(row, isShown) {
  const toggle = row.querySelector("[data-show]");
  row.querySelector("textarea").classList.toggle("masked", !isShown);
  toggle.setAttribute("aria-pressed", isShown);
}

const isBlank = (row) => !row.hasAttribute("data-fixed") && !keyOf(row) && !valueOf(row);

class Rows {
  constructor(box) {
    this.box = box;
    this.list = box.querySelector("[data-list]");
    this.pasted = box.querySelector("[name=pasted]");
    this.problem = box.querySelector("[data-pasted-problem]");
    box.querySelector("[data-add]").addEventListener("click", () => this.add().querySelector("[data-key]").focus());
    box.querySelector("[data-splits]").addEventListener("click", () => this.split(this.pasted.value));
    box.querySelector("[data-from-file]").addEventListener("click", () => pick((file) => this.splitFile(file)));
    this.list.addEventListener("paste", (event) => this.onPaste(event));
    takesFiles(this.pasted, (file) => this.splitFile(file));
  }

  add() {
    const row = this.box.querySelector("[data-blank]").content.firstElementChild.cloneNode(true);
    this.list.append(row);
    ready(row);
    return row;
  }

  remove(row) {
    const beside = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    if (this.list.children.length < Number(this.box.dataset.least)) this.add();
    this.list.dispatchEvent(new Event("input", { bubbles: true })); // what is left is not what was looked at
    (beside ?? this.list.firstElementChild)?.querySelector("[data-key]").focus();
    if (!this.list.children.length) this.box.querySelector("[data-add]").focus();
  }

  // A whole mapping pasted where a key is typed is meant as rows.
  onPaste(event) {
    const text = event.clipboardData.getData("text/plain");
    if (!event.target.matches("[data-key]") || !MAPPING.test(text)) return;
    event.preventDefault();
    this.split(text);
  }

  async splitFile(file) {
    try {
      await this.split(await textOfFile(file));
    } catch (failure) {
      this.refuse({ problem: failure.message });
    }
  }

  refuse(told) {
    this.box.querySelector("details").open = true;
    tell(this.problem, told);
  }

  // The server splits it, by the same strict rules as everywhere; true when it is all in rows.
  async split(text) {
    this.problem.hidden = true;
    const body = () => new URLSearchParams({ csrf: this.box.closest("form").elements.csrf.value, text });
    let told;
    try {
      const answer = await renewing(() => fetch(this.box.dataset.split, { method: "POST", body: body(), headers: { accept: "application/json" } }));
      told = await answer.json();
    } catch {
      told = AWAY;
    }
    if (!told.rows) {
      this.refuse(told);
      return false;
    }
    const replaced = told.rows.filter(([key, value]) => this.put(key, value)).map(([key]) => key);
    this.pasted.value = "";
    this.box.querySelector("details").open = false;
    const many = `${told.rows.length} ${told.rows.length === 1 ? "key" : "keys"} from what was pasted`;
    this.box.querySelector("[data-said]").textContent = replaced.length ? `${many}; replaced what was typed for ${replaced.join(", ")}` : many;
    this.box.dispatchEvent(new Event("input", { bubbles: true }));
    [...this.list.children].at(-1).querySelector("[data-key]").focus();
    return true;
  }

  // Whether something else was typed there, which then can be put back.
  put(key, value) {
    const all = rowsOf(this.box.closest("form"));
    const row = all.find((one) => keyOf(one) === key) ?? all.find(isBlank) ?? this.add();
    const field = row.querySelector("[data-key]");
    const typed = valueOf(row), isReplaced = Boolean(typed) && typed !== value;
    if (field.type !== "hidden") field.value = key;
    setValue(row, value, isReplaced ? "pasted in place of what was typed" : "");
    if (isReplaced) say(row).append(button("Put back what was typed", () => setValue(row, typed)));
    return isReplaced;
  }
}

function takesFiles(place, act) {
  place.addEventListener("dragover", (event) => { event.preventDefault(); place.classList.add("over"); });
  for (const type of ["dragleave", "drop"]) place.addEventListener(type, () => place.classList.remove("over"));
  place.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    act(event.dataTransfer.files[0]);
  });
}

function ready(row) {
  const field = row.querySelector("textarea"), tools = row.querySelector(".row-tools");
  field.addEventListener("input", () => { exact.delete(field); say(row, ""); });
  field.addEventListener("change", () => note(row));
  takesFiles(field, (file) => take(row, file));
  tools.querySelector("[data-show]").addEventListener("click", (event) => show(row, event.currentTarget.getAttribute("aria-pressed") !== "true"));
  tools.querySelector("[data-file]").addEventListener("click", () => pick((file) => take(row, file)));
  tools.querySelector("[data-remove]")?.addEventListener("click", () => boxes.get(row.closest("[data-rows]")).remove(row));
}

const boxes = new Map();
for (const box of document.querySelectorAll("[data-rows]")) {
  boxes.set(box, new Rows(box));
  const form = box.closest("form");
  for (const row of rowsOf(form)) ready(row);
  form.addEventListener("formdata", ({ formData }) => {
    const rows = rowsOf(form).map((row) => [keyOf(row), valueOf(row)]);
    for (const name of ["key", "value"]) formData.delete(name);
    formData.set("rows", JSON.stringify(rows));
  });
}

// Whether something would be lost with the page.
export function isTyped(form) {
  const name = form.elements.namedItem("name"), pasted = form.elements.namedItem("pasted");
  return rowsOf(form).some((row) => valueOf(row) || keyOf(row) !== row.querySelector("[data-key]").defaultValue)
    || Boolean(name && name.value !== name.defaultValue) || Boolean(pasted.value);
}

// A reload, or Back, asks first; sending the form and Cancel mean it.
let isLeaving = false;
document.addEventListener("click", (event) => { isLeaving = Boolean(event.target.closest("[data-cancel]")); });
addEventListener("beforeunload", (event) => {
  const forms = [...boxes.keys()].map((box) => box.closest("form"));
  if (!isLeaving && forms.some((form) => !form.hasAttribute("aria-busy") && isTyped(form))) event.preventDefault();
});

// What stands in the field for mappings goes into the rows before they are looked at; false when it cannot.
export async function settle(form) {
  for (const [box, rows] of boxes) {
    if (form.contains(box) && rows.pasted.value.trim() && !(await rows.split(rows.pasted.value))) return false;
  }
  return true;
}

// As when the page came: one empty row, nothing shown.
export function clear(form) {
  for (const [box, rows] of boxes) {
    if (!form.contains(box)) continue;
    rows.list.replaceChildren();
    rows.add();
    rows.pasted.value = "";
    rows.problem.hidden = true;
    box.querySelector("[data-said]").textContent = "";
  }
}

export { refuse };
