// A form sent by a script: what is wrong stands beside what was typed, which stays; else the page that follows.

export async function post(address, form, submitter) {
  const fields = new FormData(form, submitter);
  const isMultipart = form.enctype === "multipart/form-data";
  return fetch(address, {
    method: "POST",
    body: isMultipart ? fields : new URLSearchParams(fields),
    headers: { accept: "application/json" },
  });
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
    tell(place, { problem: "the server could not be reached", hint: "try again in a moment" });
  }
  form.removeAttribute("aria-busy");
}

export function tell(place, { problem, hint }) {
  place.replaceChildren(...[problem, hint].filter(Boolean).map((text, nth) => {
    const line = document.createElement("p");
    line.textContent = text;
    if (nth) line.className = "hint";
    return line;
  }));
  place.hidden = false;
  place.scrollIntoView({ block: "nearest" });
}
