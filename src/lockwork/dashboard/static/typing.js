// What is looked up while somebody types: once they pause, and of several answers the one to what stands there now.
const PAUSE = 150; // milliseconds

// `ask` gives what is told, or nothing; `show` shows it. Gives back how to look at once, which tells it too.
export function whileTyping(field, ask, show) {
  let waiting, asked = 0;
  const look = async () => {
    clearTimeout(waiting);
    const mine = ++asked;
    const told = await ask();
    if (told && mine === asked) show(told);
    return told;
  };
  field.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(look, PAUSE); });
  return look;
}
