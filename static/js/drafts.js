// Nothing typed is lost: a form's text stays in this browser until the server has it.
//
// A form with `data-draft` (its address) and `data-draft-owner` (the person) is copied into
// localStorage as people type. The copy goes when the server says the form is saved: by the answer
// to a quiet save, or by the cookie that a redirect after a save carries (trusts/drafts.py). A copy
// found when the form is opened again is put back, with the version that it was written against,
// so that the server can tell whether somebody else has saved in the meantime.

const PREFIX = "tq-draft:";
const COOKIE = "tq-saved";
const PATIENCE = 3000;
const AGAIN = 15_000;
const KEPT_FOR = 14 * 24 * 60 * 60 * 1000;
const NEVER_KEPT = ["csrfmiddlewaretoken", "saved_from", "save_number"];

// Kept in the copy, but nothing that anybody typed. A form of several rows carries for each row,
// by its number, a version and what the page showed as chosen.
const isUnseen = (name) => name === "version" || /^\d+-version$|^initial-\d+-/.test(name);
const rowOf = (name) => name.match(/^(?:initial-)?(\d+)-/)?.[1];

const ofOwner = (owner) => `${PREFIX}${owner}:`;
const keyOf = (owner, address) => ofOwner(owner) + address;

// Private windows and full disks refuse storage; the page then works as it does without a script.
function storage(use) {
  try {
    return use(window.localStorage);
  } catch {
    return null;
  }
}

// Who wrote the form that this tab sent last: its page may come back when the session has ended.
function rememberWriter(owner) {
  try {
    window.sessionStorage.setItem("tq-writer", owner);
  } catch {
    // The page that comes back then asks once more.
  }
}

export function lastWriter() {
  try {
    return window.sessionStorage.getItem("tq-writer");
  } catch {
    return null;
  }
}

function read(key) {
  const text = storage((store) => store.getItem(key));
  try {
    const draft = text ? JSON.parse(text) : null;
    return Array.isArray(draft?.content) && draft.content.every(Array.isArray) ? draft : null;
  } catch {
    return null;
  }
}

const forget = (key) => storage((store) => store.removeItem(key));

function draftKeys(prefix = PREFIX) {
  return storage((store) => Object.keys(store).filter((key) => key.startsWith(prefix))) || [];
}

function forgetOld() {
  for (const key of draftKeys()) {
    const draft = read(key);
    if (!draft || !(Date.now() - draft.at < KEPT_FOR)) forget(key);
  }
}

function forgetSaved() {
  const cookie = document.cookie.split("; ").find((part) => part.startsWith(`${COOKIE}=`));
  if (!cookie) return;
  try {
    forget(PREFIX + decodeURIComponent(cookie.slice(COOKIE.length + 1)).replace(/^"|"$/g, ""));
  } catch {
    // Not a cookie of ours.
  }
  document.cookie = `${COOKIE}=; Max-Age=0; Path=/; SameSite=Lax`;
}

function contentOf(form) {
  return [...new FormData(form)].filter(
    ([name, value]) => typeof value === "string" && !NEVER_KEPT.includes(name),
  );
}

const typedIn = (content) =>
  JSON.stringify(
    content
      .filter(([name]) => !isUnseen(name))
      .map(([name, value]) => [name, String(value).replace(/\r\n/g, "\n")]),
  );

// Rows in which nobody had chosen: they stand as the server shows them now, not as they stood then.
function untouchedRows(content) {
  const values = new Map(content);
  const shown = content.filter(([name]) => name.startsWith("initial-"));
  const plain = (value) => String(value ?? "").replace(/\r\n/g, "\n");
  const isSame = ([name, value]) => plain(values.get(name.slice("initial-".length))) === plain(value);
  const touched = new Set(shown.filter((one) => !isSame(one)).map(([name]) => rowOf(name)));
  return new Set(shown.map(([name]) => rowOf(name)).filter((row) => !touched.has(row)));
}

function putBack(form, content) {
  const values = new Map();
  for (const [name, value] of content) values.set(name, [...(values.get(name) || []), value]);
  for (const field of form.elements) {
    if (!field.name || NEVER_KEPT.includes(field.name) || field.type === "submit") continue;
    const kept = values.get(field.name) || [];
    if (field.type === "radio" && !kept.length) continue;
    if (field.type === "checkbox" || field.type === "radio") {
      field.checked = kept.includes(field.value);
    } else if (kept.length) {
      field.value = kept.shift();
      const fold = field.value && field.closest("details");
      if (fold) fold.open = true;
    }
  }
}

function show(form, name) {
  for (const message of form.querySelectorAll("[data-draft-message]")) {
    message.hidden = message.dataset.draftMessage !== name;
  }
}

// "Saved at 18:36" must not stand above words that are not saved.
function saysNothingSaved(form) {
  const place = document.querySelector(form.getAttribute("hx-target"));
  if (place) place.textContent = "";
}

// Conflicts and faults in what was typed are explained by the answer itself, in #save-status.
function messageFor(status) {
  if (status === 409 || status === 422) return "";
  if (status === 401) return "signed-out";
  if (status === 404) return "gone";
  return status === 0 || status >= 500 ? "offline" : "refused";
}

// What the page can no longer take, such as a view after views were closed: shown, to be copied.
function showKept(form) {
  const key = keyOf(form.dataset.draftOwner, form.dataset.draft);
  const draft = read(key);
  if (!draft) return;
  const boxes = [...form.querySelectorAll("textarea")];
  const names = ["level", ...boxes.map((box) => box.name)];
  const typed = (values) => typedIn(names.map((name) => [name, values.get(name) || ""]));
  // A form of many rows kept each of them under its number.
  const { draftRow } = form.dataset;
  const mine = draftRow ? `${draftRow}-` : "";
  const kept = new Map(
    draft.content
      .filter(([name]) => name.startsWith(mine))
      .map(([name, value]) => [name.slice(mine.length), value]),
  );
  if (typed(kept) === typed(new Map(contentOf(form)))) {
    if (!draftRow) forget(key);
    return;
  }
  for (const box of boxes) box.value = kept.get(box.name) || "";
  for (const line of form.querySelectorAll("[data-draft-level]"))
    line.hidden = line.dataset.draftLevel !== kept.get("level");
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    form.hidden = true;
    if (!document.querySelector("form[data-draft-shown]:not([hidden])")) forget(key);
  });
}

// The words of a copy, without those of rows in which nobody wrote.
function proseOf(draft) {
  const untouched = untouchedRows(draft.content);
  return draft.content
    .filter(([name]) => draft.prose?.includes(name) && !untouched.has(rowOf(name)))
    .map(([, text]) => text.trim())
    .filter(Boolean);
}

// Where a page is gone, such as a review that was withdrawn: what was typed on any page of the
// same thing, to be copied. The first two parts of an address name the thing: /reviewing/3/.
function showLost(form) {
  const thing = window.location.pathname.split("/").slice(0, 3).join("/");
  const keys = draftKeys(keyOf(form.dataset.draftOwner, `${thing}/`));
  const box = form.querySelector("template").content;
  const end = form.querySelector("button");
  for (const text of keys.map(read).filter(Boolean).flatMap(proseOf)) {
    const copy = box.cloneNode(true);
    copy.querySelector("textarea").value = text;
    end.before(copy);
    form.hidden = false;
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    form.hidden = true;
    keys.forEach(forget);
  });
}

// Returns what signing out needs of the form: whether words are unsent, and to send them.
function keepDraft(form) {
  const key = keyOf(form.dataset.draftOwner, form.dataset.draft);
  const isUnsaved = "draftUnsaved" in form.dataset;
  let inFlight = null;
  let isSubmitted = false;
  let sends = 0;

  const keep = () => {
    const boxes = [...form.querySelectorAll("textarea[name]:not([readonly])")];
    const prose = boxes.map((box) => box.name);
    const draft = { at: Date.now(), content: contentOf(form), prose };
    storage((store) => store.setItem(key, JSON.stringify(draft)));
  };

  const draft = read(key);
  if (draft && !isUnsaved) {
    const untouched = untouchedRows(draft.content);
    const touched = (content) => content.filter(([name]) => !untouched.has(rowOf(name)));
    if (typedIn(touched(draft.content)) === typedIn(touched(contentOf(form)))) {
      forget(key);
    } else {
      putBack(form, touched(draft.content));
      show(form, "restored");
      // Character counts and the quiet save listen from DOMContentLoaded on; then let them know.
      document.addEventListener("DOMContentLoaded", () => {
        const box = form.querySelector("textarea");
        if (box) box.dispatchEvent(new Event("input", { bubbles: true }));
        else form.dispatchEvent(new Event("change", { bubbles: true }));
      });
    }
  }
  if (isUnsaved) keep();

  // Leaving a box by the button would have saved quietly what the button has just saved.
  const goesOn = () => {
    isSubmitted = false;
  };
  form.addEventListener("input", goesOn);
  window.addEventListener("pageshow", goesOn);

  form.addEventListener("input", keep);
  form.addEventListener("change", keep);

  // Quiet saves are numbered, so that one that arrives late cannot undo a later one.
  form.addEventListener("htmx:configRequest", (event) => {
    if (isSubmitted) {
      event.preventDefault();
      return;
    }
    const number = form.elements.save_number;
    sends += 1;
    if (number) {
      number.value = String(Number(number.value) + 1);
      const parameters = event.detail.parameters;
      if (parameters.set) parameters.set("save_number", number.value);
      else parameters.save_number = number.value;
    }
    inFlight = typedIn(contentOf(form));
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    const sent = inFlight;
    inFlight = null;
    const { status } = event.detail.xhr;
    // Not what htmx calls successful: it shows a conflict or a fault too, and neither is saved.
    if (status >= 200 && status < 300) {
      show(form, "");
      if (sent === typedIn(contentOf(form))) forget(key);
    } else {
      const message = messageFor(status);
      show(form, message);
      if (message) saysNothingSaved(form);
      if (message === "offline") setTimeout(sendAgain, AGAIN);
    }
    form.dispatchEvent(new CustomEvent("draft:settled"));
  });

  // Leaving by a link or closing the page sends what the pause had not sent yet.
  let settled = typedIn(contentOf(form));
  form.addEventListener("draft:settled", () => {
    if (!read(key)) settled = typedIn(contentOf(form));
  });
  const isUnsent = () => typedIn(contentOf(form)) !== settled;
  const send = async () => {
    if (!form.hasAttribute("hx-post")) return;
    const sent = typedIn(contentOf(form));
    const number = form.elements.save_number;
    if (number) number.value = String(Number(number.value) + 1);
    try {
      const answer = await fetch(form.getAttribute("hx-post"), {
        method: "POST",
        body: new FormData(form),
        headers: { "HX-Request": "true" },
        keepalive: true,
      });
      if (!answer.ok) return;
    } catch {
      return;
    }
    settled = sent;
    if (typedIn(contentOf(form)) === sent) forget(key);
  };
  // By the form's own quiet save, so that its answer is shown as any other.
  const sendAgain = () => {
    if (inFlight === null && form.hasAttribute("hx-post") && read(key) && isUnsent())
      form.dispatchEvent(new Event("change", { bubbles: true }));
  };
  window.addEventListener("online", sendAgain);
  window.addEventListener("pagehide", () => {
    if (isUnsent()) send();
  });
  form.addEventListener("submit", () => {
    settled = typedIn(contentOf(form));
  });

  // A save by button waits for a quiet save that is under way, so the two never cross.
  form.addEventListener("submit", (event) => {
    const number = form.elements.save_number;
    if (inFlight === null) {
      if (number && sends) number.value = String(Number(number.value) + 1);
      keep();
      isSubmitted = true;
      rememberWriter(form.dataset.draftOwner);
      return;
    }
    event.preventDefault();
    const button = event.submitter;
    form.addEventListener("draft:settled", () => form.requestSubmit(button), { once: true });
    // In a tunnel the answer may never come; the numbering makes it safe to go on without it.
    setTimeout(() => {
      if (inFlight === null) return;
      inFlight = null;
      form.dispatchEvent(new CustomEvent("draft:settled"));
    }, PATIENCE);
  });

  return { isUnsent, send };
}

// Signing out on a shared machine leaves nothing behind, and loses no word unasked.
async function signOut(form, kept) {
  for (const one of kept) if (one.isUnsent()) await one.send();
  const left = draftKeys(ofOwner(form.dataset.draftOwner));
  if (left.length && !window.confirm(form.dataset.unsaved)) return;
  left.forEach(forget);
  form.submit();
}

forgetOld();
forgetSaved();
document.querySelectorAll("form[data-draft-shown]").forEach(showKept);
document.querySelectorAll("form[data-draft-lost]").forEach(showLost);
for (const hint of document.querySelectorAll("[data-draft-waits]"))
  hint.hidden = !read(keyOf(hint.dataset.draftOwner, hint.dataset.draftWaits));
const kept = [...document.querySelectorAll("form[data-draft]:not([data-draft-shown])")].map(keepDraft);
for (const form of document.querySelectorAll("form[data-sign-out]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    signOut(form, kept);
  });
}
