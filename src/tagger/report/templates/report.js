// Shares to open that can be moved. All numbers stand on the page; without this script the tables say the same.
"use strict";

function numbers(words) {
  return words.split(" ").map(Number);
}

function say(mover) {
  const share = Number(mover.value);
  const { value, opened, finds, least } = mover.dataset;
  const passages = numbers(opened)[share - 1];
  mover.setAttribute("aria-valuetext", `${share} in 100`);
  document.getElementById(`${mover.id}-says`).textContent =
    `Open ${share} in 100: ${passages.toLocaleString("en")} ${passages === 1 ? "passage" : "passages"}. ` +
    `Of what shows ${value}, that finds ${numbers(finds)[share - 1].toFixed(2)} on average, ` +
    `and ${numbers(least)[share - 1].toFixed(2)} at least, with 95% confidence.`;
}

for (const movers of document.querySelectorAll(".movers")) {
  const each = [...movers.querySelectorAll("input")];
  const line = movers.querySelector(".line code");
  const write = () => {
    const set = each.filter((one) => one.dataset.key);
    const shares = set.map((one) => `${one.dataset.key} = ${(Number(one.value) / 100).toFixed(2)}`);
    line.textContent = `shares = { ${shares.join(", ")} }`;
  };
  for (const mover of each) {
    mover.addEventListener("input", () => { say(mover); write(); });
    say(mover);
  }
  write();
  movers.hidden = false;
}
