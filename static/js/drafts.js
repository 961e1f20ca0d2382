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
const KEPT_FOR = 14 * 24 * 60 * 60 * 1000;
const HIDDEN_WITH_DRAFT = ["version"];
const NEVER_KEPT = ["csrfmiddlewaretoken", "saved_from", "save_number"];

const keyOf = (owner, address) => `${PREFIX}${owner}:${address}`;

// Private windows and full disks refuse storage; the page then works as it does without a script.
function storage(use) {
  try {
    return use(window.localStorage);
  } catch {
    return null;
  }
}

function read(key) {
  const text = storage((store) => store.getItem(key));
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

const forget = (key) => storage((store) => store.removeItem(key));

function draftKeys() {
  return storage((store) => Object.keys(store).filter((key) => key.startsWith(PREFIX))) || [];
}

function forgetOld() {
  for (const key of draftKeys()) {
    const draft = read(key);
    if (!draft || Date.now() - draft.at > KEPT_FOR) forget(key);
  }
}

function forgetSaved() {
  const cookie = document.cookie.split("; ").find((part) => part.startsWith(`${COOKIE}=`));
  if (!cookie) return;
  forget(PREFIX + decodeURIComponent(cookie.slice(COOKIE.length + 1)).replace(/^"|"$/g, ""));
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
      .filter(([name]) => !HIDDEN_WITH_DRAFT.includes(name))
      .map(([name, value]) => [name, value.replace(/\r\n/g, "\n")]),
  );

function putBack(form, content) {
  const values = new Map();
  for (const [name, value] of content) values.set(name, [...(values.get(name) || []), value]);
  for (const field of form.elements) {
    if (!field.name || NEVER_KEPT.includes(field.name) || field.type === "submit") continue;
    const kept = values.get(field.name) || [];
    if (field.type === "checkbox" || field.type === "radio") {
      field.checked = kept.includes(field.value);
    } else if (kept.length) {
      field.value = kept.shift();
    }
  }
}

function show(form, name) {
  for (const message of form.querySelectorAll("[data-draft-message]")) {
    message.hidden = message.dataset.draftMessage !== name;
  }
}

// Conflicts and faults in what was typed are explained by the answer itself, in #save-status.
function messageFor(status) {
  if (status === 409 || status === 422) return "";
  if (status === 401) return "signed-out";
  return status === 0 || status >= 500 ? "offline" : "refused";
}

function keepDraft(form) {
  const key = keyOf(form.dataset.draftOwner, form.dataset.draft);
  const isUnsaved = "draftUnsaved" in form.dataset;
  let inFlight = null;
  let sends = 0;

  const keep = () => {
    const draft = { at: Date.now(), content: contentOf(form) };
    storage((store) => store.setItem(key, JSON.stringify(draft)));
  };

  const draft = read(key);
  if (draft && !isUnsaved) {
    if (typedIn(draft.content) === typedIn(contentOf(form))) {
      forget(key);
    } else {
      putBack(form, draft.content);
      show(form, "restored");
      // Character counts and the quiet save listen from DOMContentLoaded on; then let them know.
      document.addEventListener("DOMContentLoaded", () => {
        form.querySelector("textarea")?.dispatchEvent(new Event("input", { bubbles: true }));
      });
    }
  }
  if (isUnsaved) keep();

  form.addEventListener("input", keep);
  form.addEventListener("change", keep);

  // Quiet saves are numbered, so that one that arrives late cannot undo a later one.
  form.addEventListener("htmx:configRequest", (event) => {
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
    if (event.detail.successful) {
      show(form, "");
      if (sent === typedIn(contentOf(form))) forget(key);
    } else {
      show(form, messageFor(event.detail.xhr.status));
    }
    form.dispatchEvent(new CustomEvent("draft:settled"));
  });

  // Leaving by a link or closing the page sends what the pause had not sent yet.
  let settled = typedIn(contentOf(form));
  form.addEventListener("draft:settled", () => {
    if (!read(key)) settled = typedIn(contentOf(form));
  });
  window.addEventListener("pagehide", () => {
    if (!form.hasAttribute("hx-post") || typedIn(contentOf(form)) === settled) return;
    const number = form.elements.save_number;
    if (number) number.value = String(Number(number.value) + 1);
    fetch(form.getAttribute("hx-post"), {
      method: "POST",
      body: new FormData(form),
      headers: { "HX-Request": "true" },
      keepalive: true,
    });
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
}

forgetOld();
forgetSaved();
for (const form of document.querySelectorAll("form[data-draft]")) keepDraft(form);

// Signing out on a shared machine leaves nothing behind.
for (const form of document.querySelectorAll("form[action$='/logout/']")) {
  form.addEventListener("submit", () => draftKeys().forEach(forget));
}
