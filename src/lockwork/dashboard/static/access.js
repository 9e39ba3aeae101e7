// What makes pages about access quicker: a role is saved by a button that comes with the change, and patterns
// say what they take while they are typed.
import { post } from "./send.js";
import { whileTyping } from "./typing.js";

document.addEventListener("change", (event) => {
  event.target.closest(".role-form")?.querySelector("[data-if-changed]")?.classList.add("changed");
});

for (const input of document.querySelectorAll("[data-tried]")) {
  const place = document.getElementById("taken");
  const part = (name) => place.querySelector(`[data-taken="${name}"]`);
  const ask = async () => {
    const answer = await post(input.dataset.tried, input.form);
    return answer.ok && answer.json();
  };
  whileTyping(input, ask, (told) => {
    for (const name of ["patterns", "many", "of"]) part(name).textContent = told[name];
    place.querySelector("[data-taken-example]").textContent = "";
    place.querySelector("[data-taken-colon]").textContent = told.names.length ? ":" : ".";
    part("names").replaceChildren(...told.names.map((name) => {
      const badge = document.createElement("span");
      badge.className = "badge own long";
      badge.textContent = name;
      return badge;
    }));
  });
}
