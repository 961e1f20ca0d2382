// Keys for the page on the projector: an addition only, everything works without them.
//
// Digits choose a level, r writes the reason, d who saw it differently, p marks a priority, w and s
// fold and unfold, n or → goes on and saves what was changed, b or ← goes back. Never while somebody
// types (Escape leaves the box), never with Ctrl, Alt or Meta, and never instead of what a key does
// where the focus is. Who uses speech, or leans on the keyboard, can turn them off; the browser
// remembers it.

const OFF = "tq-meeting-keys-off";
const FOLDED = "tq-meeting-folded-";
const page = document.querySelector("[data-meeting]");

function remembered(use) {
  try {
    return use(window.localStorage);
  } catch {
    return null;
  }
}

let isOff = remembered((store) => store.getItem(OFF)) === "1";

function addSwitch(list) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "govuk-button govuk-button--secondary govuk-!-margin-bottom-0";
  const say = () => {
    button.textContent = isOff ? "Turn these keys on" : "Turn these keys off";
  };
  button.addEventListener("click", () => {
    isOff = !isOff;
    remembered((store) => (isOff ? store.setItem(OFF, "1") : store.removeItem(OFF)));
    say();
  });
  say();
  list.append(button);
}

const isTyping = (target) =>
  target.isContentEditable ||
  (target.matches("input, textarea, select") && !target.matches("[type=radio], [type=checkbox]"));

function check(box, isChecked) {
  if (!box || box.checked === isChecked) return;
  box.checked = isChecked;
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

function write(box) {
  if (!box) return false;
  const fold = box.closest("details");
  if (fold) fold.open = true;
  box.focus();
  return true;
}

// What is folded away stays so at the next element.
function rememberFold(fold) {
  const name = FOLDED + fold.dataset.meetingFold;
  const kept = remembered((store) => store.getItem(name));
  if (kept) fold.open = kept === "open";
  fold.addEventListener("toggle", () =>
    remembered((store) => store.setItem(name, fold.open ? "open" : "folded")),
  );
}

function act(event) {
  const { key, target } = event;
  if (/^[1-9]$/.test(key)) {
    const levels = [...page.querySelectorAll("[name=level]")].filter((radio) => radio.value);
    check(levels[Number(key) - 1], true);
    return Number(key) <= levels.length;
  }
  if (key === "p") {
    const box = page.querySelector("[name=is_priority]");
    if (box) check(box, !box.checked);
    return Boolean(box);
  }
  if (key === "r") return write(page.querySelector("[name=note]"));
  if (key === "d") return write(page.querySelector("[name=dissent]"));
  const fold = /^[sw]$/.test(key) && page.querySelector(`[data-meeting-fold=${key}]`);
  if (fold) {
    fold.open = !fold.open;
    return true;
  }
  // The arrows of a radio choose among the radios.
  if (key.startsWith("Arrow") && target.matches("input")) return false;
  const save = page.querySelector("[data-meeting-touched] .govuk-button[value=next]");
  if (save && (key === "n" || key === "ArrowRight")) {
    save.click();
    return true;
  }
  const move = { n: "next", ArrowRight: "next", b: "back", ArrowLeft: "back" }[key];
  const link = move && document.querySelector(`[data-meeting-move=${move}]`);
  if (link) link.click();
  return Boolean(link);
}

if (page) {
  const list = page.querySelector("[data-meeting-keys] .govuk-details__text");
  if (list) addSwitch(list);
  // What the page saved by itself is not agreed until somebody presses save.
  const form = page.querySelector(".tq-meet__form");
  for (const change of ["input", "change"])
    form?.addEventListener(change, () => form.setAttribute("data-meeting-touched", ""));
  page.querySelectorAll("[data-meeting-fold]").forEach(rememberFold);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isTyping(event.target)) event.target.blur();
    if (isOff || event.defaultPrevented || event.repeat) return;
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    if (isTyping(event.target)) return;
    if (act(event)) event.preventDefault();
  });
}
