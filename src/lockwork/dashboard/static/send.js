// A form sent by a script: what is wrong stands beside what was typed, which stays; else the page that follows.

const isOwn = () => document.documentElement.hasAttribute("data-own");
export const AWAY = {
  problem: "Lockwork could not be reached",
  get hint() { return isOwn() ? "Is “lockwork dashboard” still running?" : "Try again in a moment"; },
};

export const post = (address, form, submitter) => renewing(() => sent(address, form, submitter));

// What `ask` is answered; asked once more where this page is of an earlier session of the same person.
export async function renewing(ask) {
  const answer = await ask();
  if (answer.status !== 403 || !(await answer.clone().json().catch(() => ({}))).is_outdated || !(await renewed())) return answer;
  return ask();
}

async function sent(address, form, submitter) {
  const fields = new FormData(form, submitter);
  const isMultipart = form.enctype === "multipart/form-data";
  return fetch(address, {
    method: "POST",
    body: isMultipart ? fields : new URLSearchParams(fields),
    headers: { accept: "application/json" },
  });
}

// Who has logged in again goes on where they were, what they typed and all: the forms get the token of the new
// session. Not for somebody else, whose name the page does not bear.
async function renewed() {
  const answer = await fetch(location.pathname + location.search);
  if (!answer.ok || answer.redirected) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const who = (place) => place.querySelector("[data-who]")?.dataset.who;
  if (!who(document) || who(page) !== who(document)) return false;
  const token = page.querySelector("[name=csrf]").value;
  for (const field of document.querySelectorAll("[name=csrf]")) field.value = token;
  return true;
}

// `done` is what to do with an answer that is no failure.
export async function send(form, submitter, done = (told) => location.assign(told.to)) {
  const place = form.querySelector("[data-problem]");
  place.hidden = true;
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await post(submitter?.formAction && submitter.hasAttribute("formaction") ? submitter.formAction : form.action, form, submitter);
    const told = await answer.json();
    if (answer.ok) {
      done(told);
      return;
    }
    tell(place, told);
    // Who comes second may save the same on top of what came first: by the same button, which says so.
    if (told.over && submitter) Object.assign(submitter, { name: "over", value: told.over, textContent: told.act });
  } catch {
    tell(place, AWAY);
  }
  form.removeAttribute("aria-busy");
}

export function tell(place, { problem, hint, has_ended }) {
  place.replaceChildren(...[problem, hint].filter(Boolean).map((text, nth) => {
    const line = document.createElement("p");
    line.textContent = text.replace(/^[a-z](?=[a-z]* )/, (letter) => letter.toUpperCase());
    if (nth) line.className = "hint";
    return line;
  }));
  if (has_ended) place.append(wayIn());
  place.hidden = false;
  place.scrollIntoView({ block: "nearest" });
}

// To the log-in, in another tab: this page and what was typed into it stay.
export function wayIn() {
  const link = document.createElement("a");
  link.textContent = "Log in in a new tab";
  link.href = `/login?next=${encodeURIComponent(location.pathname + location.search)}`;
  link.target = "_blank";
  return link;
}
