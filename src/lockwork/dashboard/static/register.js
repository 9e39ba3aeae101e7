// The guided way to a new secret: one step after the other in a dialog, the focus where one types next.
import { clear, isTyped, keyOf, note, refuse, rowsOf, settle, valueOf } from "./rows.js";
import { nameFits, unsay } from "./naming.js";
import { AWAY, post, tell } from "./send.js";

const STEPS = ["name", "values", "look", "done"];
const dialog = document.getElementById("register"), discard = document.getElementById("discard");
const form = dialog.querySelector("form"), problem = form.querySelector("[data-problem]");
const part = (name) => form.querySelector(`[data-${name}]`);
const filled = () => rowsOf(form).filter((row) => keyOf(row) || valueOf(row));
let step = "name", refused = null, isMade = false; // a row whose key was refused; whether the list has more to show

function go(to) {
  step = to;
  problem.hidden = true;
  for (const section of form.querySelectorAll("[data-step]")) section.hidden = section.dataset.step !== step;
  for (const mark of form.querySelectorAll("[data-mark]")) {
    mark.classList.toggle("past", STEPS.indexOf(mark.dataset.mark) < STEPS.indexOf(step));
    if (mark.dataset.mark === step) mark.setAttribute("aria-current", "step");
    else mark.removeAttribute("aria-current");
  }
  part("back").hidden = step === "name" || step === "done";
  part("next").hidden = step === "done";
  part("open").hidden = part("another").hidden = step !== "done";
  part("next").textContent = step === "look" ? "Register" : "Next";
  focusOn(step);
}

function focusOn(name) {
  if (name === "name") form.elements.name.focus();
  if (name === "values") firstToFill().focus();
  if (name === "look") part("next").focus();
  if (name === "done") part("open").focus();
}

function firstToFill() {
  const rows = rowsOf(form);
  const row = rows.find((one) => !keyOf(one)) ?? rows.find((one) => !valueOf(one)) ?? rows[0];
  return row.querySelector(keyOf(row) ? "textarea" : "[data-key]");
}

// What each step wants before the next one; false keeps it.
const leave = {
  async name() {
    if (await nameFits(form)) return true;
    form.elements.name.focus();
    return false;
  },
  async values() {
    if (!(await settle(form))) return false;
    const rows = filled(), bad = wrong(rows);
    if (!rows.length) tell(problem, { problem: "A secret needs at least one key" });
    if (bad) {
      refuse(refused = bad.row, bad.text);
      bad.row.querySelector("[data-key]").focus();
    }
    if (!rows.length || bad) return false;
    look(rows);
    return true;
  },
  look: register,
};

function wrong(rows) {
  const seen = new Set();
  for (const row of rows) {
    const key = keyOf(row);
    if (!key) return { row, text: "This value has no key" };
    if (!/^[A-Za-z_][A-Za-z0-9_.-]{0,127}$/.test(key)) return { row, text: "A key is 1 to 128 letters, digits, ‘_’, ‘.’ and ‘-’, beginning with a letter or ‘_’" };
    if (seen.has(key)) return { row, text: "This key is given twice" };
    seen.add(key);
  }
  return null;
}

// What was refused is looked at again at the next step; until then it may be right by now.
function takeBack() {
  problem.hidden = true;
  if (refused) note(refused);
  refused = null;
}

function cell(kind, text, tag) {
  const made = document.createElement(kind), inside = tag ? made.appendChild(document.createElement(tag)) : made;
  inside.textContent = text;
  return made;
}

function look(rows) {
  part("look-name").textContent = form.elements.name.value.trim();
  part("look-scope").textContent = form.elements.scope.value === "user" ? "only me" : "workspace";
  part("look-rows").replaceChildren(...rows.map((row) => {
    const line = document.createElement("tr"), text = valueOf(row), head = cell("th", keyOf(row), "code");
    head.scope = "row";
    const lines = text.replace(/(\r\n?|\n)$/, "").split(/\r\n?|\n/).length;
    line.append(head, cell("td", text ? `•••${lines > 1 ? ` (${lines} lines)` : ""}` : "empty text"));
    return line;
  }));
}

async function register() {
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await post(form.action, form), told = await answer.json();
    if (!answer.ok) {
      tell(problem, told);
      return false;
    }
    done(told.to);
    return true;
  } catch {
    tell(problem, AWAY);
    return false;
  } finally {
    form.removeAttribute("aria-busy");
  }
}

function done(address) {
  const name = form.elements.name.value.trim();
  isMade = true;
  part("done-name").textContent = name;
  part("open").href = address;
  part("done-rows").replaceChildren(...filled().slice(0, 20).map((row) => {
    const item = document.createElement("li"), text = `{{${name}.${keyOf(row)}}}`;
    item.append(part("reference").content.cloneNode(true));
    item.querySelector("code").textContent = text;
    item.querySelector("button").dataset.copy = text;
    item.querySelector("button").setAttribute("aria-label", `Copy ${text}`);
    return item;
  }));
  empty();
}

// Nothing of what was typed stays behind in the page.
function empty() {
  form.reset();
  clear(form);
  unsay(form);
}

function close() {
  if (isTyped(form)) discard.showModal();
  else leaveDialog();
}

function leaveDialog() {
  dialog.close();
  if (isMade) location.reload();
}

document.addEventListener("click", (event) => {
  if (!event.target.closest('[data-dialog="register"]') || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  dialog.showModal();
  go("name");
});
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (form.hasAttribute("aria-busy")) return;
  const was = step;
  if ((await leave[was]()) && step === was) go(STEPS[STEPS.indexOf(was) + 1]);
});
part("back").addEventListener("click", () => go(STEPS[STEPS.indexOf(step) - 1]));
part("another").addEventListener("click", () => go("name"));
part("close").addEventListener("click", close);
form.addEventListener("input", takeBack);
// Browsers let a page keep a dialog open once; the key itself can be kept from them each time.
dialog.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  event.preventDefault();
  close();
});
dialog.addEventListener("cancel", (event) => { if (event.target === dialog) { event.preventDefault(); close(); } });
discard.querySelector("[data-keep]").addEventListener("click", () => discard.close());
discard.querySelector("[data-drop]").addEventListener("click", () => {
  discard.close();
  empty();
  leaveDialog();
});
